#include "tests/unit/unit.h"

#include <stdio.h>

#include <jansson.h>
#include <string.h>

#include "policy/device_name.h"
#include "policy/reasons.h"
#include "policy/result.h"

static void refuse(struct result *result, enum error_code code)
{
	struct error err = ERROR_EMPTY;

	(void)error_set(&err, code, "because");
	result_refuse(result, &err, NULL);
}

static void a_verdict_never_gets_better(void **state)
{
	static const struct {
		enum verdict before;
		enum error_code first, second;
		enum verdict after;
	} rows[] = {
	    {VERDICT_ACCEPTED, ERROR_KEY_ROCA, ERROR_EVIDENCE_FORMAT, VERDICT_REFUSED},
	    {VERDICT_ACCEPTED, ERROR_EVIDENCE_FORMAT, ERROR_KEY_ROCA, VERDICT_REFUSED},
	    {VERDICT_ACCEPTED, ERROR_EVIDENCE_FORMAT, ERROR_LIMIT, VERDICT_NOT_APPRAISABLE},
	    {VERDICT_REFUSED, ERROR_MEMORY, ERROR_LIMIT, VERDICT_REFUSED},
	    {VERDICT_REFUSED, ERROR_BUG, ERROR_BUG, VERDICT_REFUSED},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct result result = {.verdict = rows[i].before};

		refuse(&result, rows[i].first);
		refuse(&result, rows[i].second);
		assert_int_equal(result.verdict, rows[i].after);
		assert_int_equal(result.num_reasons, 2);
	}
}

static void a_warning_refuses_nothing(void **state)
{
	struct result result = {.verdict = VERDICT_ACCEPTED};
	struct error err = ERROR_EMPTY;

	(void)state;
	(void)error_set(&err, ERROR_ADVISORY, "take care");
	result_warn(&result, &err, "sit down");
	assert_int_equal(result.verdict, VERDICT_ACCEPTED);
	assert_false(result_is_refused(&result));
	assert_string_equal(result.reasons[0].next_step, "sit down");
}

static void many_reasons_still_refuse(void **state)
{
	struct result result = {.verdict = VERDICT_ACCEPTED};

	(void)state;
	for (size_t i = 0; i < RESULT_REASONS_MAXIMUM + 3; i++)
		refuse(&result, ERROR_POLICY);
	assert_int_equal(result.num_reasons, RESULT_REASONS_MAXIMUM);
	assert_int_equal(result.verdict, VERDICT_REFUSED);
}

static void a_claim_twice_is_a_refusal(void **state)
{
	struct result result = {.verdict = VERDICT_ACCEPTED};

	(void)state;
	result_add_claim(&result, CLAIM_SLOT, CLAIM_PROVEN, "9a", "");
	result_add_claim(&result, CLAIM_SLOT, CLAIM_PROVEN, "9c", "");
	assert_int_equal(result.verdict, VERDICT_REFUSED);
	assert_int_equal(result.reasons[0].code, ERROR_BUG);
	assert_string_equal(result_find_claim(&result, CLAIM_SLOT)->value, "9a");
}

static void the_worst_advisories_are_kept(void **state)
{
	struct result result = {.verdict = VERDICT_ACCEPTED};
	struct advisory_hit note = {.id = "note", .severity = SEVERITY_NOTE};
	struct advisory_hit critical = {.id = "critical", .severity = SEVERITY_CRITICAL};
	bool found = false;

	(void)state;
	for (size_t i = 0; i < RESULT_ADVISORIES_MAXIMUM; i++) {
		(void)snprintf(note.id, sizeof(note.id), "note %zu", i);
		result_add_advisory(&result, &note);
	}
	result_add_advisory(&result, &critical);
	assert_int_equal(result.num_advisories, RESULT_ADVISORIES_MAXIMUM);
	for (size_t i = 0; i < result.num_advisories; i++)
		found = found || result.advisories[i].severity == SEVERITY_CRITICAL;
	assert_true(found);
}

static void an_advisory_is_told_once(void **state)
{
	struct result result = {.verdict = VERDICT_ACCEPTED};
	struct advisory_hit note = {.id = "A-1", .severity = SEVERITY_NOTE, .text = "mild"};
	struct advisory_hit critical = {.id = "A-1", .severity = SEVERITY_CRITICAL, .text = "bad"};

	(void)state;
	result_add_advisory(&result, &note);
	result_add_advisory(&result, &critical);
	result_add_advisory(&result, &note);
	assert_int_equal(result.num_advisories, 1);
	assert_int_equal(result.advisories[0].severity, SEVERITY_CRITICAL);
	assert_string_equal(result.advisories[0].text, "bad");
}

static void every_reason_of_evidence_has_a_next_step(void **state)
{
	(void)state;
	for (enum error_code code = ERROR_EVIDENCE_FORMAT; code <= ERROR_KEY_WEAK; code++)
		if (reason_next_step(code)[0] == '\0')
			fail_msg("%s", error_word(code));
}

static struct result filled(void)
{
	struct result result = {.verdict = VERDICT_ACCEPTED, .format = "piv", .rule = "a \"quoted\" rule"};
	struct advisory_hit hit = {.id = "A-1", .severity = SEVERITY_WARNING, .text = "t", .reference = "r"};

	for (enum claim_name name = 0; name < CLAIM_NAME_COUNT; name++)
		result_add_claim(&result, name, (enum claim_grade)(name % 5), "v\\\n\xc3\xa4", "p");
	result_add_advisory(&result, &hit);
	refuse(&result, ERROR_KEY_ROCA);
	return result;
}

static void json_can_be_read_again(void **state)
{
	struct result result = filled();
	struct buffer out = BUFFER_EMPTY;
	struct error err = ERROR_EMPTY;
	json_t *root;

	(void)state;
	assert_done(result_put_json(&result, &out, &err), err);
	root = json_loadb((const char *)out.data, out.len, JSON_REJECT_DUPLICATES, NULL);
	assert_non_null(root);
	assert_int_equal(json_integer_value(json_object_get(root, "version")), 1);
	assert_string_equal(json_string_value(json_object_get(root, "verdict")), "refused");
	assert_string_equal(json_string_value(json_object_get(root, "rule")), "a \"quoted\" rule");
	assert_int_equal(json_array_size(json_object_get(root, "claims")), CLAIM_NAME_COUNT);
	assert_int_equal(json_array_size(json_object_get(root, "reasons")), 1);
	assert_int_equal(json_array_size(json_object_get(root, "advisories")), 1);
	json_decref(root);
	buffer_free(&out);
}

static void text_says_what_to_do(void **state)
{
	struct result result = filled();
	struct buffer out = BUFFER_EMPTY;
	struct error err = ERROR_EMPTY;

	(void)state;
	(void)snprintf(result.trust_version, sizeof(result.trust_version), "2026.11.24");
	assert_done(result_put_text(&result, &out, &err), err);
	assert_non_null(strstr(buffer_text(&out), "refused: piv"));
	assert_non_null(strstr(buffer_text(&out), "trust bundle 2026.11.24\n"));
	assert_non_null(strstr(buffer_text(&out), "[key.roca]"));
	assert_non_null(strstr(buffer_text(&out), "-> "));
	buffer_free(&out);
}

/* As of input that nobody could read. */
static void text_names_no_bundle_that_was_not_asked(void **state)
{
	struct result result = {.verdict = VERDICT_NOT_APPRAISABLE};
	struct buffer out = BUFFER_EMPTY;
	struct error err = ERROR_EMPTY;

	(void)state;
	assert_done(result_put_text(&result, &out, &err), err);
	assert_string_equal(buffer_text(&out), "not-appraisable\n");
	buffer_free(&out);
}

/* A token whose key was enrolled in one wrapping and whose other key in the other is one token all the same. */
static void a_token_has_one_name(void **state)
{
	static const struct {
		const char *format;
		enum claim_grade grade;
		const char *serial, *name;
	} rows[] = {
	    {"piv", CLAIM_PROVEN, "12345678", "piv 12345678"},
	    {"fido", CLAIM_PROVEN, "0x00bc614e", "fido 0x00bc614e"},
	    {"ssh-sk-attest", CLAIM_PROVEN, "0x00bc614e", "fido 0x00bc614e"},
	    {"piv", CLAIM_CLAIMED, "12345678", ""},
	    {"piv", CLAIM_NOT_PROVABLE, "", ""},
	    {"grace", CLAIM_PROVEN, "12345678", ""},
	};
	struct result none = {.verdict = VERDICT_ACCEPTED, .format = "piv"};
	char name[DEVICE_NAME_SIZE];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct result result = {.verdict = VERDICT_ACCEPTED};

		(void)snprintf(result.format, sizeof(result.format), "%s", rows[i].format);
		result_add_claim(&result, CLAIM_SERIAL, rows[i].grade, rows[i].serial, "");
		device_name(&result, name);
		assert_string_equal(name, rows[i].name);
	}
	device_name(&none, name);
	assert_string_equal(name, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_verdict_never_gets_better),
	    cmocka_unit_test(a_warning_refuses_nothing),
	    cmocka_unit_test(many_reasons_still_refuse),
	    cmocka_unit_test(a_claim_twice_is_a_refusal),
	    cmocka_unit_test(the_worst_advisories_are_kept),
	    cmocka_unit_test(an_advisory_is_told_once),
	    cmocka_unit_test(every_reason_of_evidence_has_a_next_step),
	    cmocka_unit_test(json_can_be_read_again),
	    cmocka_unit_test(text_says_what_to_do),
	    cmocka_unit_test(text_names_no_bundle_that_was_not_asked),
	    cmocka_unit_test(a_token_has_one_name),
	};

	return cmocka_run_group_tests_name("result", tests, NULL, NULL);
}

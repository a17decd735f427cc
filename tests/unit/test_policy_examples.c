/* Every policy that is shipped or shown as an example: it loads, and decides as its comments say. */
#include "tests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/file.h"
#include "policy/policy.h"

#define POLICY_MAXIMUM ((size_t)1024 * 1024)

static bool load_serials(void *context, const char *path, struct buffer *content, struct error *err)
{
	(void)context;
	assert_string_equal(path, "/etc/keyenroll/company-serials");
	return buffer_put_text(content, "15732500  # alice\n", err);
}

static struct policy *load(const char *name)
{
	const char *source = getenv("srcdir");
	struct buffer text = BUFFER_EMPTY;
	struct policy *policy = NULL;
	struct error err = ERROR_EMPTY;
	char path[512];

	(void)snprintf(path, sizeof(path), "%.400s/policies/%.80s", source == NULL ? "." : source, name);
	assert_done(file_load(path, POLICY_MAXIMUM, &text, &err), err);
	assert_done(policy_parse(buffer_bytes(&text), path, load_serials, NULL, &policy, &err), err);
	buffer_free(&text);
	return policy;
}

/* A token as an attestation shows it; NULL stands for what a usual one has. */
struct token {
	const char *key, *firmware, *pin, *touch, *edition, *form_factor, *serial;
};

static const char *or_usual(const char *value, const char *usual)
{
	return value != NULL ? value : usual;
}

static struct result attested(const struct token *token)
{
	struct result result = {
	    .verdict = VERDICT_ACCEPTED, .assurance = ASSURANCE_VENDOR, .format = "piv", .appraised_at = 1800000000};
	const struct {
		enum claim_name name;
		const char *value;
	} proven[] = {
	    {CLAIM_VENDOR, "yubico"},
	    {CLAIM_GENERATED_INSIDE, "yes"},
	    {CLAIM_SLOT, "9a"},
	    {CLAIM_KEY_ALGORITHM, or_usual(token->key, "rsa-2048")},
	    {CLAIM_FIRMWARE, or_usual(token->firmware, "5.4.3")},
	    {CLAIM_PIN_POLICY, or_usual(token->pin, "once")},
	    {CLAIM_TOUCH_POLICY, or_usual(token->touch, "always")},
	    {CLAIM_EDITION, or_usual(token->edition, "normal")},
	    {CLAIM_FORM_FACTOR, or_usual(token->form_factor, "usb-a keychain")},
	    {CLAIM_SERIAL, or_usual(token->serial, "15732500")},
	};

	for (size_t i = 0; i < sizeof(proven) / sizeof(proven[0]); i++)
		result_add_claim(&result, proven[i].name, CLAIM_PROVEN, proven[i].value, "attestation");
	result_add_claim(&result, CLAIM_NOT_EXPORTABLE, CLAIM_IMPLIED, "yes", "vendor");
	return result;
}

struct example {
	const char *policy;
	struct token token;
	const char *group, *rule;
	bool accepted;
};

static void assert_decisions(const struct example *rows, size_t num)
{
	for (size_t i = 0; i < num; i++) {
		const struct policy_subject subject = {.person = "alice",
		    .groups = &rows[i].group,
		    .num_groups = rows[i].group == NULL ? 0 : 1,
		    .enrolled_at = 1800000000 - 86400};
		struct policy *policy = load(rows[i].policy);
		struct result result = attested(&rows[i].token);

		(void)snprintf(result.rule, sizeof(result.rule), "evidence");
		policy_decide(policy, &subject, &result);
		if ((result.verdict == VERDICT_ACCEPTED) != rows[i].accepted || strcmp(result.rule, rows[i].rule) != 0)
			fail_msg(
			    "row %zu, %s: %s by \"%s\"", i, rows[i].policy, verdict_name(result.verdict), result.rule);
		policy_free(policy);
	}
}

static void shipped_policies_decide_as_they_say(void **state)
{
	static const struct example rows[] = {
	    {"baseline.conf", {.key = NULL}, NULL, "attested", true},
	    {"baseline.conf", {.pin = "never"}, NULL, "no PIN", false},
	    {"touch-required.conf", {.key = NULL}, NULL, "touched", true},
	    {"touch-required.conf", {.touch = "never"}, NULL, "no touch", false},
	    {"fips.conf", {.edition = "fips"}, NULL, "FIPS edition", true},
	    {"fips.conf", {.key = NULL}, NULL, "other", false},
	};

	(void)state;
	assert_decisions(rows, sizeof(rows) / sizeof(rows[0]));
}

static void examples_decide_as_they_say(void **state)
{
	static const struct example rows[] = {
	    {"examples/first-match.conf", {.key = NULL}, NULL, "keychain form", true},
	    {"examples/first-match.conf", {.key = "ecdsa-p256", .firmware = "5.6.9"}, NULL,
	        "elliptic keys of early firmware", false},
	    {"examples/first-match.conf", {.key = "ecdsa-p256", .firmware = "5.7.0"}, NULL, "keychain form", true},
	    {"examples/first-match.conf", {.key = "ecdsa-p384", .firmware = "5.10.0"}, NULL, "keychain form", true},
	    {"examples/first-match.conf", {.pin = "never", .edition = "fips"}, NULL, "no PIN", false},
	    {"examples/first-match.conf", {.edition = "cspn", .form_factor = "usb-c nano"}, NULL, "certified editions",
	        true},
	    {"examples/first-match.conf", {.form_factor = "usb-c nano"}, NULL, "evidence", false},
	    {"examples/first-match.conf", {.touch = "never"}, NULL, "evidence", false},
	    {"examples/hardware-key-modes.conf", {.key = NULL}, "production", "production: touch and PIN", true},
	    {"examples/hardware-key-modes.conf", {.serial = "7"}, "production", "production: anything less", false},
	    {"examples/hardware-key-modes.conf", {.touch = "never"}, "production", "production: anything less", false},
	    {"examples/hardware-key-modes.conf", {.pin = "never"}, "production", "production: anything less", false},
	    {"examples/hardware-key-modes.conf", {.pin = "never", .serial = "7"}, "staging", "staging: touch", true},
	    {"examples/hardware-key-modes.conf", {.touch = "never"}, "staging", "evidence", false},
	    {"examples/hardware-key-modes.conf", {.touch = "never"}, "office", "office: PIN", true},
	    {"examples/hardware-key-modes.conf", {.pin = "never"}, "office", "evidence", false},
	    {"examples/hardware-key-modes.conf", {.pin = "never", .touch = "never"}, "laboratory",
	        "laboratory: any hardware key", true},
	    {"examples/hardware-key-modes.conf", {.key = NULL}, "guests", "evidence", false},
	};

	(void)state;
	assert_decisions(rows, sizeof(rows) / sizeof(rows[0]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(shipped_policies_decide_as_they_say), cmocka_unit_test(examples_decide_as_they_say)};

	return cmocka_run_group_tests_name("policy_examples", tests, NULL, NULL);
}

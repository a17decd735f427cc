#include "tests/unit/unit.h"

#include <string.h>

#include "policy/policy.h"

/* What is known of a key before it is made. */
struct foreseen {
	const char *verification, *application; /* NULL: not known */
};

static void foresee(const struct foreseen *foreseen, struct result *known)
{
	*known = (struct result){.format = "fido"};
	if (foreseen->verification != NULL)
		result_add_claim(known, CLAIM_USER_VERIFICATION, CLAIM_PROVEN, foreseen->verification, "");
	if (foreseen->application != NULL)
		result_add_claim(known, CLAIM_APPLICATION, CLAIM_PROVEN, foreseen->application, "");
}

static struct policy *load(const char *text)
{
	struct policy *policy = NULL;
	struct error err = ERROR_EMPTY;

	assert_done(policy_parse(bytes_of_text(text), "test.conf", NULL, NULL, &policy, &err), err);
	return policy;
}

#define ACCEPT(conditions)                                                                                             \
	"rule \"accept\" {\n" conditions "\nthen = \"accept\"\nkey-options = { \"verify-required\" }\n}\n"
#define REFUSE(conditions) "rule \"refuse\" {\n" conditions "\nthen = \"refuse\"\n}\n"
#define REST "rule \"rest\" {\nthen = \"accept\"\n}\n"

static void what_is_open_may_be_accepted_and_what_is_known_decides(void **state)
{
	static const struct {
		const char *name, *policy;
		struct foreseen known;
		bool accepted;
		const char *options;
	} rows[] = {
	    {"a claim that holds", ACCEPT("user-verification = { \"required\" }"), {"required", NULL}, true,
	        "verify-required"},
	    {"a claim that does not", ACCEPT("user-verification = { \"required\" }"), {"none", NULL}, false, ""},
	    {"a claim that is not known", ACCEPT("user-verification = { \"required\" }"), {NULL, NULL}, true,
	        "verify-required"},
	    {"one of two that does not", ACCEPT("vendor = { \"Acme\" }\napplication = { \"ssh:a\" }"), {NULL, "ssh:"},
	        false, ""},
	    {"an assurance is not known", ACCEPT("assurance = { \"vendor\" }"), {NULL, NULL}, true, "verify-required"},
	    {"a grade is not known", ACCEPT("proven = { \"generated-inside\" }"), {NULL, NULL}, true,
	        "verify-required"},
	    {"another format", ACCEPT("format = { \"piv\" }"), {NULL, NULL}, false, ""},
	    {"another person", ACCEPT("person = { \"bob\" }"), {NULL, NULL}, false, ""},
	    {"this person", ACCEPT("person = { \"alice\" }"), {NULL, NULL}, true, "verify-required"},
	    {"a refusal that is sure", REFUSE("user-verification = { \"none\" }") REST, {"none", NULL}, false, ""},
	    {"a refusal that is not", REFUSE("user-verification = { \"none\" }") REST, {"required", NULL}, true, ""},
	    {"a refusal that is open", REFUSE("vendor = { \"Acme\" }\nuser-verification = { \"none\" }") REST,
	        {"none", NULL}, true, ""},
	    {"a refusal behind what may accept", ACCEPT("vendor = { \"Acme\" }") REFUSE("format = { \"fido\" }"),
	        {NULL, NULL}, true, "verify-required"},
	};
	const struct policy_subject subject = {.person = "alice"};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct policy *policy = load(rows[i].policy);
		char options[RESULT_OPTIONS_SIZE];
		struct result known;

		foresee(&rows[i].known, &known);
		if (policy_may_accept(policy, &subject, &known, options) != rows[i].accepted ||
		    strcmp(options, rows[i].options) != 0)
			fail_msg("%s: options \"%s\"", rows[i].name, options);
		policy_free(policy);
	}
}

/* Each row's key, when nothing else is known, is judged by the appraisal as it was foreseen. */
static void the_forecast_agrees_with_the_decision(void **state)
{
	static const struct foreseen keys[] = {
	    {"required", "ssh:"}, {"none", "ssh:"}, {"required", "ssh:a"}, {"at-enrollment", "ssh:a"}};
	static const char *const policies[] = {
	    ACCEPT("user-verification = { \"required\" }"),
	    ACCEPT("application = { \"ssh:a\" }\nuser-verification = { \"required\", \"at-enrollment\" }"),
	    REFUSE("application = { \"ssh:a\" }") REST,
	};
	const struct policy_subject subject = {.person = "alice"};

	(void)state;
	for (size_t i = 0; i < sizeof(policies) / sizeof(policies[0]); i++) {
		struct policy *policy = load(policies[i]);

		for (size_t j = 0; j < sizeof(keys) / sizeof(keys[0]); j++) {
			char options[RESULT_OPTIONS_SIZE];
			struct result known, decided;

			foresee(&keys[j], &known);
			decided = known;
			decided.verdict = VERDICT_ACCEPTED;
			policy_decide(policy, &subject, &decided);
			assert_int_equal(
			    policy_may_accept(policy, &subject, &known, options), decided.verdict == VERDICT_ACCEPTED);
			assert_string_equal(options, decided.key_options);
		}
		policy_free(policy);
	}
}

static void wishes_are_those_of_rules_that_accept(void **state)
{
	struct policy *policy =
	    load(REFUSE("application = { \"ssh:never\" }") "rule \"a\" {\napplication = { \"ssh:a\", \"ssh:b\" }\n"
	                                                   "then = \"accept\"\n}\nrule \"b\" {\napplication = { "
	                                                   "\"ssh:c\" }\nthen = \"accept\"\n}\n");

	(void)state;
	assert_string_equal(policy_find_wish(policy, CLAIM_APPLICATION, 0), "ssh:a");
	assert_string_equal(policy_find_wish(policy, CLAIM_APPLICATION, 1), "ssh:b");
	assert_string_equal(policy_find_wish(policy, CLAIM_APPLICATION, 2), "ssh:c");
	assert_null(policy_find_wish(policy, CLAIM_APPLICATION, 3));
	assert_null(policy_find_wish(policy, CLAIM_MODEL, 0));
	policy_free(policy);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_is_open_may_be_accepted_and_what_is_known_decides),
	    cmocka_unit_test(the_forecast_agrees_with_the_decision),
	    cmocka_unit_test(wishes_are_those_of_rules_that_accept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

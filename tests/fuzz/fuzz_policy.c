/* Policy files: a policy that was read decides about anything, and never turns a refusal around; what explains and what forecasts its
 * decisions agree with them. */
#include <stdio.h>
#include <string.h>

#include "policy/policy.h"
#include "tests/fuzz/fuzz.h"

#define NOW 1800000000

/* Of the first rule that matches. */
struct explained {
	bool matched, accepts;
	char rule[RESULT_TEXT_SIZE];
};

static bool explain(const struct policy_step *step, void *context, struct error *err)
{
	struct explained *explained = context;

	(void)err;
	demand(step->rule != NULL && (step->tried || !step->matched) &&
	       (step->matched == (step->condition[0] == '\0') || !step->tried));
	if (step->matched) {
		demand(!explained->matched);
		explained->matched = true;
		explained->accepts = step->accepts;
		(void)snprintf(explained->rule, sizeof(explained->rule), "%s", step->rule);
	}
	return true;
}

static void add_claims(struct result *result)
{
	static const struct {
		enum claim_name name;
		enum claim_grade grade;
		const char *value;
	} claims[] = {
	    {CLAIM_KEY_ALGORITHM, CLAIM_PROVEN, "ecdsa-p256"},
	    {CLAIM_GENERATED_INSIDE, CLAIM_PROVEN, "yes"},
	    {CLAIM_NOT_EXPORTABLE, CLAIM_IMPLIED, "yes"},
	    {CLAIM_VENDOR, CLAIM_PROVEN, "yubico"},
	    {CLAIM_FIRMWARE, CLAIM_PROVEN, "5.7.4"},
	    {CLAIM_SERIAL, CLAIM_PROVEN, "12345678"},
	    {CLAIM_SLOT, CLAIM_PROVEN, "9a"},
	    {CLAIM_PIN_POLICY, CLAIM_PROVEN, "once"},
	    {CLAIM_TOUCH_POLICY, CLAIM_CLAIMED, "always"},
	    {CLAIM_FORM_FACTOR, CLAIM_PROVEN, "usb-a keychain"},
	    {CLAIM_EDITION, CLAIM_PROVEN, "fips"},
	};

	for (size_t i = 0; i < sizeof(claims) / sizeof(claims[0]); i++)
		result_add_claim(result, claims[i].name, claims[i].grade, claims[i].value, "");
}

/* What is accepted was likely to be, whether or not its claims were known beforehand. */
static void check_accepted(const struct policy *policy, const struct policy_subject *subject,
    const struct explained *explained, const struct result *before, const struct result *result)
{
	const struct result unknown = {.verdict = VERDICT_ACCEPTED, .appraised_at = NOW, .format = "piv"};
	char options[RESULT_OPTIONS_SIZE];

	demand(explained->accepts && strcmp(result->rule, explained->rule) == 0 && policy_accepts(policy));
	demand(policy_may_accept(policy, subject, before, options));
	demand(policy_may_accept(policy, subject, &unknown, options));
}

static void decide(const struct policy *policy, const struct policy_subject *subject, bool tells)
{
	struct result before = {.verdict = VERDICT_ACCEPTED, .appraised_at = NOW, .format = "piv"}, result;
	struct explained explained = {.matched = false};
	struct error err = ERROR_EMPTY;

	if (tells)
		add_claims(&before);
	result = before;
	demand(policy_explain(policy, subject, &before, explain, &explained, &err));
	policy_decide(policy, subject, &result);
	demand((result.verdict == VERDICT_ACCEPTED) == !result_is_refused(&result));
	if (result.verdict == VERDICT_ACCEPTED)
		check_accepted(policy, subject, &explained, &before, &result);
	else
		demand(!explained.accepts);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const groups[] = {"wheel", "staff"};
	const struct policy_subject nobody = {.person = NULL};
	const struct policy_subject alice = {
	    .person = "alice", .groups = groups, .num_groups = 2, .host_class = "bastion", .enrolled_at = NOW - 86400};
	struct result refused = {.verdict = VERDICT_REFUSED};
	struct policy *policy = NULL;
	struct error err = ERROR_EMPTY;

	if (!policy_parse(bytes_of(data, size), "fuzz", NULL, NULL, &policy, &err)) {
		demand(policy == NULL && err.code != ERROR_NONE);
		return 0;
	}
	policy_decide(policy, &nobody, &refused);
	demand(refused.verdict != VERDICT_ACCEPTED);
	decide(policy, &nobody, false);
	decide(policy, &nobody, true);
	decide(policy, &alice, false);
	decide(policy, &alice, true);
	policy_free(policy);
	return 0;
}

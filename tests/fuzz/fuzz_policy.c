/* Policy files: a policy that was read decides about anything, and never turns a refusal around. */
#include "policy/policy.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct result result = {.verdict = VERDICT_REFUSED};
	const struct policy_subject nobody = {.person = NULL};
	struct policy *policy = NULL;
	struct error err = ERROR_EMPTY;

	if (!policy_parse(bytes_of(data, size), "fuzz", NULL, NULL, &policy, &err)) {
		demand(policy == NULL && err.code != ERROR_NONE);
		return 0;
	}
	policy_decide(policy, &nobody, &result);
	demand(result.verdict != VERDICT_ACCEPTED);
	policy_free(policy);
	return 0;
}

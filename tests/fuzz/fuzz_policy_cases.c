/* Cases beside a policy: each that is handed on has evidence, and what is expected of it. */
#include "policy/policy_cases.h"
#include "tests/fuzz/fuzz.h"

static bool visit(const struct policy_case *one, void *context, struct error *err)
{
	size_t *num = context;

	(void)err;
	++*num;
	demand(one->name != NULL && one->line > 0 && one->num_evidence > 0);
	for (size_t i = 0; i < one->num_evidence; i++)
		demand(one->evidence[i] != NULL);
	for (size_t i = 0; i < one->num_groups; i++)
		demand(one->groups[i] != NULL);
	return true;
}

static bool stop(const struct policy_case *one, void *context, struct error *err)
{
	size_t *num = context;

	++*num;
	return error_set(err, ERROR_EVIDENCE_ABSENT, "%s is not there", one->evidence[0]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes in = bytes_of(data, size);
	struct error err = ERROR_EMPTY;
	size_t num = 0, num_stopped = 0;
	bool read = policy_cases_each(in, "fuzz", visit, &num, &err);

	demand(read ? num > 0 : err.code == ERROR_POLICY_FILE || err.code == ERROR_LIMIT);
	demand(!policy_cases_each(in, "fuzz", stop, &num_stopped, &err));
	demand(num_stopped <= 1 && (num_stopped == 0 || err.code == ERROR_EVIDENCE_ABSENT));
	return 0;
}

/* Attestation objects: statements of every format, appraised with nobody believed: nothing is ever accepted. */
#include "policy/appraise.h"
#include "policy/fido_evidence.h"
#include "policy/fido_statement.h"
#include "policy/policy.h"
#include "policy/result.h"
#include "policy/trust.h"
#include "tests/fuzz/fuzz.h"

static void appraise_object(struct bytes in)
{
	static const uint8_t hash[32];
	const struct fido_binding binding = {bytes_of_text("localhost"), FIDO_CLIENT_DATA_HASH, BYTES_OF(hash)};
	struct evidence evidence = EVIDENCE_EMPTY;
	struct error err = ERROR_EMPTY;
	struct policy *policy = NULL;
	struct result result;
	struct trust *trust = NULL;

	demand(trust_new(&trust, &err) && policy_new_evidence_only(&policy, &err));
	if (evidence_of_fido(in, &binding, &evidence, &err)) {
		appraise(
		    &(struct appraisal){.evidence = &evidence, .trust = trust, .policy = policy, .now = 1800000000},
		    &result);
		demand(result.verdict != VERDICT_ACCEPTED);
	}
	evidence_clear(&evidence);
	policy_free(policy);
	trust_free(trust);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes in = bytes_of(data, size), auth_data;
	struct fido_statement statement;
	struct error err = ERROR_EMPTY;

	if (fido_object_parse(in, &statement, &auth_data, &err))
		demand(statement.num_certificates <= FIDO_CERTIFICATES_MAXIMUM && auth_data.len <= size);
	appraise_object(in);
	return 0;
}

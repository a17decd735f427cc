/* Certificates and stored evidence: what the strict view takes, libcrypto's decoder takes as well, to the last byte. */
#include <openssl/x509.h>

#include "policy/appraise.h"
#include "policy/evidence.h"
#include "policy/evidence_input.h"
#include "policy/piv_chain.h"
#include "policy/policy.h"
#include "policy/result.h"
#include "policy/trust.h"
#include "tests/fuzz/fuzz.h"

static void check_certificate(struct bytes der)
{
	struct certificate certificate;
	struct piv_extensions extensions;
	struct basic_constraints constraints;
	struct error err = ERROR_EMPTY;
	const unsigned char *end = der.data;
	X509 *reference;

	if (!certificate_parse(der, &certificate, &err))
		return;
	demand(der.len <= CERTIFICATE_MAXIMUM);
	reference = d2i_X509(NULL, &end, (long)der.len);
	demand(reference != NULL && end == der.data + der.len);
	demand(X509_get_version(reference) == X509_VERSION_3);
	demand((size_t)X509_get_ext_count(reference) == certificate.num_extensions);
	X509_free(reference);
	(void)!certificate_basic_constraints(&certificate, &constraints, &err);
	if (piv_extensions_parse(&certificate, PIV_ATTESTATION, &extensions, &err) && extensions.has_policy)
		demand(!piv_extensions_parse(&certificate, PIV_DEVICE, &extensions, &err));
}

/* Of whatever format: where nobody is believed nothing is accepted, and it is said why. */
static void judge(const struct evidence *evidence, const struct trust *trust)
{
	struct buffer text = BUFFER_EMPTY;
	struct error err = ERROR_EMPTY;
	struct policy *policy = NULL;
	struct result result;

	demand(policy_new_evidence_only(&policy, &err));
	appraise(
	    &(struct appraisal){.evidence = evidence, .trust = trust, .policy = policy, .now = 1800000000}, &result);
	demand(result.verdict != VERDICT_ACCEPTED && result_is_refused(&result));
	demand(result_put_text(&result, &text, &err) && result_put_json(&result, &text, &err));
	buffer_free(&text);
	policy_free(policy);
}

/* What is stored has one form only. */
static void check_stored(struct bytes in, const struct trust *trust)
{
	struct evidence evidence = EVIDENCE_EMPTY;
	struct buffer again = BUFFER_UP_TO(EVIDENCE_MAXIMUM + 64);
	struct error err = ERROR_EMPTY;

	if (evidence_parse(in, &evidence, &err)) {
		demand(evidence_encode(&evidence, &again, &err) && bytes_equal(buffer_bytes(&again), in));
		judge(&evidence, trust);
	} else {
		demand(evidence.content.len == 0 && (err.code == ERROR_EVIDENCE_FORMAT || err.code == ERROR_LIMIT));
	}
	evidence_clear(&evidence);
	buffer_free(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes in = bytes_of(data, size);
	struct evidence evidence = EVIDENCE_EMPTY;
	struct error err = ERROR_EMPTY;
	struct piv_chain chain;
	struct trust *trust;

	check_certificate(in);
	demand(trust_new(&trust, &err));
	check_stored(in, trust);
	demand(!piv_chain_check(in, trust, &chain, &err)); /* nobody is believed */
	if (evidence_read(in, &evidence, &err))
		demand(!piv_chain_check(buffer_bytes(&evidence.content), trust, &chain, &err));
	else
		demand(err.code != ERROR_NONE && evidence.content.len == 0);
	evidence_clear(&evidence);
	trust_free(trust);
	return 0;
}

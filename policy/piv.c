#include "policy/piv.h"

#include "common/language.h"
#include "policy/appraise.h"
#include "policy/piv_chain.h"
#include "policy/piv_claims.h"
#include "policy/result.h"
#include "policy/roca.h"
#include "policy/trust.h"

#define RSA_BITS_MINIMUM 2048U

static void refuse(struct result *result, enum error_code code, const char *sentence)
{
	struct error err = ERROR_EMPTY;

	(void)error_set(&err, code, "%s", translated(sentence));
	result_refuse(result, &err, NULL);
}

static void check_key(const struct piv_chain *chain, struct result *result)
{
	const struct public_key *key = &chain->attestation.key;

	if (key->kind != PUBLIC_KEY_RSA)
		return;
	if (key->bits < RSA_BITS_MINIMUM)
		refuse(result, ERROR_KEY_WEAK, "the attested RSA key has fewer than 2048 bits");
	if (roca_is_affected(key->modulus))
		refuse(result, ERROR_KEY_ROCA,
		    "the key was made by the flawed generator of CVE-2017-15361: its private key can be computed "
		    "from the public one");
}

static void check_slot(const struct piv_chain *chain, const char *expected, struct result *result)
{
	struct error err = ERROR_EMPTY;

	if (expected == NULL || bytes_equal_text(bytes_of_text(chain->slot), expected))
		return;
	error_set(&err, ERROR_PIV_SLOT, "the attestation is for slot %s, not for slot %s", chain->slot, expected);
	result_refuse(result, &err, NULL);
}

/* Keys are compared by their parts: two encodings of one key are the same key. */
static void check_binding(
    const struct piv_chain *chain, struct bytes expected, struct bytes application, struct result *result)
{
	struct error err = ERROR_EMPTY;
	struct public_key key;

	if (expected.len == 0) {
		result_add_claim(result, CLAIM_BOUND, CLAIM_NOT_PROVABLE, "", "");
		return;
	}
	if (!public_key_parse(expected, &key, &err)) {
		error_prefix(&err, "the key that was asked for");
	} else if (application.len > 0) {
		error_set(&err, ERROR_KEY_MISMATCH,
		    "the key that was asked for is of a FIDO type (sk-…), and a PIV slot holds no such key");
	} else if (public_key_equal(&key, &chain->attestation.key)) {
		result_add_claim(result, CLAIM_BOUND, CLAIM_PROVEN, "yes", "attestation: its public key");
		return;
	} else {
		error_set(
		    &err, ERROR_KEY_MISMATCH, "the attestation is for another key than the one that was asked for");
	}
	result_add_claim(result, CLAIM_BOUND, CLAIM_FAILED, "no", "attestation: its public key");
	result_refuse(result, &err, NULL);
}

void piv_appraise(const struct appraisal *appraisal, struct result *result)
{
	struct error err = ERROR_EMPTY;
	struct piv_chain chain;

	if (!piv_chain_check(buffer_bytes(&appraisal->evidence->content), appraisal->trust, &chain, &err) ||
	    !piv_claims_add(&chain, result, &err)) {
		result_refuse(result, &err, NULL);
		return;
	}
	result->assurance = chain.anchor->source == TRUST_SHIPPED ? ASSURANCE_VENDOR : ASSURANCE_ORGANISATION;
	check_key(&chain, result);
	check_slot(&chain, appraisal->expected_slot, result);
	check_binding(&chain, appraisal->expected_spki, appraisal->expected_application, result);
}

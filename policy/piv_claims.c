#include "policy/piv_claims.h"

#include <stdio.h>

#include "policy/certificate_claim.h"
#include "policy/piv_chain.h"
#include "policy/piv_extensions.h"
#include "policy/public_key.h"
#include "policy/result.h"
#include "policy/trust.h"

#define ARC "1.3.6.1.4.1.41482.3"
#define FROM_ATTESTATION "attestation " ARC
#define FROM_DEVICE "device certificate " ARC

static void add_number(struct result *result, enum claim_name name, enum claim_grade grade, const char *before,
    unsigned number, const char *proof)
{
	char value[48];

	snprintf(value, sizeof(value), "%s%u", before, number);
	result_add_claim(result, name, grade, value, proof);
}

/* Under an organisation's own issuer the same fields rest on how that issuer's key is kept: the assurance level says so. */
static void add_ledger(const struct piv_chain *chain, struct result *result)
{
	bool vendor = chain->anchor->source == TRUST_SHIPPED;
	const char *statement =
	    vendor ? "vendor's statement: no command gives a private key out" : "the organisation's statement";

	result_add_claim(result, CLAIM_GENERATED_INSIDE, CLAIM_PROVEN, "yes",
	    vendor ? "attestation: its signature; imported keys get none"
	           : "attestation: its signature, under the organisation's own issuer");
	result_add_claim(result, CLAIM_USED_INSIDE, CLAIM_IMPLIED, "yes", statement);
	result_add_claim(result, CLAIM_NOT_EXPORTABLE, CLAIM_IMPLIED, "yes", statement);
	result_add_claim(result, CLAIM_RANDOM_SOURCE, CLAIM_NOT_PROVABLE, "", "");
}

/* The edition comes from the certificate that really signed the attestation, never from another one. */
static void add_edition(const struct piv_chain *chain, struct result *result)
{
	if (chain->batch.has_fips) {
		result_add_claim(result, CLAIM_EDITION, CLAIM_PROVEN, "fips", FROM_DEVICE ".10");
		add_number(result, CLAIM_CERTIFIED_MODULE, CLAIM_IMPLIED, "fips, number ", chain->batch.fips,
		    FROM_DEVICE ".10; the certificate itself is a look-up");
	} else if (chain->batch.has_cspn) {
		result_add_claim(result, CLAIM_EDITION, CLAIM_PROVEN, "cspn", FROM_DEVICE ".11");
		add_number(result, CLAIM_CERTIFIED_MODULE, CLAIM_IMPLIED, "cspn, number ", chain->batch.cspn,
		    FROM_DEVICE ".11; the certificate itself is a look-up");
	} else {
		result_add_claim(result, CLAIM_EDITION, CLAIM_PROVEN, "normal", FROM_DEVICE ".10 and .11 absent");
		result_add_claim(result, CLAIM_CERTIFIED_MODULE, CLAIM_NOT_PROVABLE, "", "");
	}
}

static void add_device(const struct piv_chain *chain, struct result *result)
{
	const struct piv_extensions *attested = &chain->attested;
	char firmware[16];

	result_add_claim(result, CLAIM_VENDOR, CLAIM_PROVEN, chain->anchor->vendor, "issuer's pinned key");
	result_add_claim(result, CLAIM_ISSUER, CLAIM_PROVEN, chain->anchor->name, chain->anchor->bundle);
	snprintf(firmware, sizeof(firmware), "%u.%u.%u", attested->firmware[0], attested->firmware[1],
	    attested->firmware[2]);
	result_add_claim(result, CLAIM_FIRMWARE, CLAIM_PROVEN, firmware, FROM_ATTESTATION ".3");
	if (attested->has_serial)
		add_number(result, CLAIM_SERIAL, CLAIM_PROVEN, "", attested->serial, FROM_ATTESTATION ".7");
	else
		result_add_claim(result, CLAIM_SERIAL, CLAIM_NOT_PROVABLE, "", "");
	if (attested->has_form_factor)
		result_add_claim(result, CLAIM_FORM_FACTOR, CLAIM_PROVEN, piv_form_factor_name(attested->form_factor),
		    FROM_ATTESTATION ".9");
	else
		result_add_claim(result, CLAIM_FORM_FACTOR, CLAIM_NOT_PROVABLE, "", "");
}

static bool add_key(const struct piv_chain *chain, struct result *result, struct error *err)
{
	char fingerprint[64], algorithm[PUBLIC_KEY_NAME_SIZE];

	if (!public_key_fingerprint(&chain->attestation.key, fingerprint, err))
		return false;
	public_key_put_name(&chain->attestation.key, algorithm);
	result_add_claim(result, CLAIM_KEY, CLAIM_PROVEN, fingerprint, "attestation: its public key");
	result_add_claim(result, CLAIM_KEY_ALGORITHM, CLAIM_PROVEN, algorithm, "attestation: its public key");
	return true;
}

bool piv_claims_add_device(const struct piv_chain *chain, struct result *result, struct error *err)
{
	add_ledger(chain, result);
	add_edition(chain, result);
	add_device(chain, result);
	return certificate_claim_add(
	    &chain->device, EVIDENCE_PIV, chain->device.whole, "SHA-256 of the device certificate", result, err);
}

bool piv_claims_add(const struct piv_chain *chain, struct result *result, struct error *err)
{
	if (!add_key(chain, result, err) || !piv_claims_add_device(chain, result, err))
		return false;
	result_add_claim(result, CLAIM_SLOT, CLAIM_PROVEN, chain->slot, "attestation: its subject");
	result_add_claim(result, CLAIM_PIN_POLICY, CLAIM_PROVEN, attested_pin_policy_name(chain->attested.pin_policy),
	    FROM_ATTESTATION ".8");
	result_add_claim(result, CLAIM_TOUCH_POLICY, CLAIM_PROVEN,
	    attested_touch_policy_name(chain->attested.touch_policy), FROM_ATTESTATION ".8");
	return true;
}

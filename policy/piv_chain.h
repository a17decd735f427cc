/* piv_chain.h: the two certificates of a PIV attestation under their pinned issuer, and the rules that make them genuine.
 * Knows nothing of results and policies: it says yes, or no with one reason. */
#ifndef POLICY_PIV_CHAIN_H
#define POLICY_PIV_CHAIN_H

#include "policy/certificate.h"
#include "policy/piv_extensions.h"

struct trust;
struct trust_anchor;

struct piv_chain {
	struct certificate attestation, device; /* borrowed from the evidence */
	struct piv_extensions attested, batch;  /* what they carry */
	const struct trust_anchor *anchor;      /* borrowed from the trust */
	char slot[3];                           /* "9a" */
};

/* piv_chain_check: reads the evidence's content and checks it from the issuer down.
 *   content  two SSH strings: attestation and device certificate
 * Errors: ERROR_EVIDENCE_FORMAT, ERROR_EVIDENCE_ABSENT, ERROR_EVIDENCE_INCOMPLETE, those of certificate_parse, and the
 * ERROR_PIV_… codes; ERROR_KEY_ROCA for the device's key. */
bool piv_chain_check(
    struct bytes content, const struct trust *trust, struct piv_chain *chain, struct error *err) MUST_CHECK;

/* piv_device_check: the device certificate alone, for a token that has attested nothing yet.
 *   chain  out: `device`, `batch` and `anchor` are filled, the rest is empty
 * Errors: those of certificate_parse, the ERROR_PIV_… codes of issuers and devices, ERROR_KEY_ROCA. */
bool piv_device_check(
    struct bytes certificate, const struct trust *trust, struct piv_chain *chain, struct error *err) MUST_CHECK;

#endif

/* certificate_claim.h: the claim that says of which batch a token is, by its certificate. Inside policy/ only. */
#ifndef POLICY_CERTIFICATE_CLAIM_H
#define POLICY_CERTIFICATE_CLAIM_H

#include "policy/evidence.h"

struct certificate;
struct result;

/* certificate_claim_add: adds CLAIM_DEVICE_CERTIFICATE, and to the result the hashes that the same certificate can be given
 * (certificate_twin.h): a policy that names one of them means this certificate.
 *   format  whose certificate it is
 *   der     the certificate as it was handed in, of which `certificate` was read
 *   proof   as in the claim
 * Errors: those of certificate_hash_twins. */
bool certificate_claim_add(const struct certificate *certificate, enum evidence_format format, struct bytes der,
    const char *proof, struct result *result, struct error *err) MUST_CHECK;

/* certificate_claim_is: whether the claim is of the certificate with this hash.
 *   hash  SHA-256 in lower-case hex */
bool certificate_claim_is(const struct result *result, const char *hash);

#endif

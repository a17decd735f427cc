/* certificate_twin.h: the other forms of a certificate. Who goes by the hash of a certificate to refuse it has to know all of them,
 * since anybody can write down one for the other:
 * - under ECDSA the signature (r, n - s) is as good as (r, s);
 * - of FIDO's certificates under RSA some have a defect, unused bits in front of the signature, and are taken with it and without it
 *   (fido_defects.h).
 * Knows nothing of trust. Source: SEC 1 4.1.4; RFC 5280 4.1; X.690 8.6.2. */
#ifndef POLICY_CERTIFICATE_TWIN_H
#define POLICY_CERTIFICATE_TWIN_H

#include <openssl/sha.h>

#include "policy/evidence.h"

struct certificate;

#define CERTIFICATE_TWINS_MAXIMUM 8

/* certificate_hash_twins: SHA-256 of the forms that this certificate can be given, its own among them or not. Some are none that
 * passes for it: under ECDSA a certificate does not say its signer's curve.
 *   format  whose certificate it is
 *   hashes  out, `num` of them
 * Errors: ERROR_MEMORY, ERROR_CRYPTO, ERROR_LIMIT. */
bool certificate_hash_twins(const struct certificate *certificate, enum evidence_format format,
    uint8_t hashes[CERTIFICATE_TWINS_MAXIMUM][SHA256_DIGEST_LENGTH], size_t *num, struct error *err) MUST_CHECK;

#endif

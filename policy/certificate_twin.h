/* certificate_twin.h: the other form of a certificate. Under ECDSA whoever has a signature (r, s) can write down (r, n - s),
 * which is as good, so that one certificate has two hashes: who goes by the hash of a certificate to refuse it has to know both.
 * Knows nothing of trust. Source: SEC 1 4.1.4; RFC 5280 4.1. */
#ifndef POLICY_CERTIFICATE_TWIN_H
#define POLICY_CERTIFICATE_TWIN_H

#include "common/buffer.h"

struct certificate;

/* The curves of those who sign certificates. */
enum twin_curve { TWIN_P256, TWIN_P384, TWIN_CURVE_COUNT };

/* certificate_put_twin: appends the certificate with the other signature, in DER; nothing where it has no signature by ECDSA on
 * this curve.
 *   curve  the signer's, which the certificate does not say
 * Errors: ERROR_MEMORY, ERROR_CRYPTO, ERROR_LIMIT. */
bool certificate_put_twin(
    const struct certificate *certificate, enum twin_curve curve, struct buffer *out, struct error *err) MUST_CHECK;

#endif

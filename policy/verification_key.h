/* verification_key.h: a public key made ready for checking signatures. Immutable, so threads may share one.
 *
 * RSA keys are kept as numbers and not in libcrypto's EVP form: each appraisal meets a device's key for the first and only time,
 * and making that form costs as much as half a check. Knows nothing of signature algorithms' names. */
#ifndef POLICY_VERIFICATION_KEY_H
#define POLICY_VERIFICATION_KEY_H

#include <openssl/bn.h>

#include "policy/public_key.h"

struct verification_key {
	struct public_key key; /* a view, as long as what it was made of */
	EVP_PKEY *loaded;      /* curves; NULL for RSA */
	BIGNUM *modulus, *exponent;
	BN_MONT_CTX *montgomery; /* of the modulus */
};

/* verification_key_new: *ready is the caller's, to verification_key_free(); NULL on error.
 * Errors: ERROR_KEY_WEAK for a point that is not on its curve, ERROR_CRYPTO, ERROR_MEMORY. */
bool verification_key_new(const struct public_key *key, struct verification_key **ready, struct error *err) MUST_CHECK;

/* verification_key_free: NULL does nothing. */
void verification_key_free(struct verification_key *key);

/* verification_key_check: whether verification_key_new would make it, without making it: that a point lies on its curve, since
 * numbers and encodings were checked when the key was read.
 * Errors: ERROR_KEY_WEAK, ERROR_CRYPTO. */
bool verification_key_check(const struct public_key *key, struct error *err) MUST_CHECK;

/* verification_key_open_rsa: raises an RSA signature to the public exponent.
 *   key      an RSA key
 *   value    the signature; only one as long as the modulus and smaller than it is one
 *   encoded  room for RSA_MODULUS_MAXIMUM bytes
 *   opened   out: what was signed, padding and all, as long as the modulus; borrowed from `encoded`
 * False when it is no signature, or on trouble in libcrypto. Source: RFC 8017 5.2.2, 8.2.2 steps 1 and 2. */
bool verification_key_open_rsa(
    const struct verification_key *key, struct bytes value, uint8_t *encoded, struct bytes *opened) MUST_CHECK;

#endif

/* algorithm.h: the asymmetric algorithms of slot keys: what each one generates, imports, shows, signs and agrees on.
 * Knows nothing of slots and policies. Source: NIST SP 800-78-4, and the vendor's algorithm bytes beside them. */
#ifndef TESTS_VTOKEN_ALGORITHM_H
#define TESTS_VTOKEN_ALGORITHM_H

#include <openssl/evp.h>

#include "common/buffer.h"

enum algorithm_family { FAMILY_RSA, FAMILY_EC, FAMILY_ED25519, FAMILY_X25519 };

struct algorithm {
	uint8_t id; /* the byte in APDUs */
	const char *name;
	enum algorithm_family family;
	const char *group; /* FAMILY_EC: libcrypto's name of the curve */
	unsigned bits;     /* of the modulus or the field */
};

/* algorithm_find: by its byte, NULL for none. */
const struct algorithm *algorithm_find(uint8_t id);

/* algorithm_generate: a fresh key.
 *   key  out: the caller's, to EVP_PKEY_free()
 * Errors: ERROR_CRYPTO. */
bool algorithm_generate(const struct algorithm *algorithm, EVP_PKEY **key, struct error *err) MUST_CHECK;

/* algorithm_import: a private key from the elements of the import command: RSA 01 p, 02 q; EC 06, Ed25519 07,
 * X25519 08. What else RSA sends (03 04 05) follows from p and q and is ignored; the exponent is 65537.
 *   key  out: the caller's, to EVP_PKEY_free()
 * Errors: as tlv_find, ERROR_CRYPTO for numbers that make no key of this algorithm. */
bool algorithm_import(
    const struct algorithm *algorithm, struct bytes elements, EVP_PKEY **key, struct error *err) MUST_CHECK;

/* algorithm_put_public: the public key as the card shows it: 81 n, 82 e, or 86 point.
 * Errors: ERROR_CRYPTO, or as buffer_put. */
bool algorithm_put_public(
    const struct algorithm *algorithm, EVP_PKEY *key, struct buffer *out, struct error *err) MUST_CHECK;

/* algorithm_sign: the private operation: RSA on a whole padded block, ECDSA on a hash, Ed25519 on the message.
 * Errors: ERROR_CRYPTO for an input that the algorithm cannot take. */
bool algorithm_sign(const struct algorithm *algorithm, EVP_PKEY *key, struct bytes input, struct buffer *out,
    struct error *err) MUST_CHECK;

/* algorithm_agree: the shared secret with a peer's point (uncompressed, or 32 bytes for X25519).
 * Errors: ERROR_CRYPTO for a point that is not on the curve or an algorithm that cannot agree. */
bool algorithm_agree(const struct algorithm *algorithm, EVP_PKEY *key, struct bytes peer, struct buffer *out,
    struct error *err) MUST_CHECK;

#endif

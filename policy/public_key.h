/* public_key.h: a view of the public key in a DER SubjectPublicKeyInfo, and the checks that any key has to pass.
 *
 * Only named curves, uncompressed points and canonical encodings are read, so two keys are equal when their parts are.
 * Knows nothing of certificates and SSH. Source: RFC 8017 A.1.1, RFC 5480 2.1, RFC 8410 4. */
#ifndef POLICY_PUBLIC_KEY_H
#define POLICY_PUBLIC_KEY_H

#include <openssl/evp.h>

#include "common/buffer.h"

enum public_key_kind {
	PUBLIC_KEY_RSA,
	PUBLIC_KEY_P256,
	PUBLIC_KEY_P384,
	PUBLIC_KEY_P521,
	PUBLIC_KEY_ED25519,
	PUBLIC_KEY_X25519,
};

struct public_key {
	enum public_key_kind kind;
	unsigned bits;         /* of the modulus or the field */
	struct bytes modulus;  /* RSA: big-endian, no leading zero; borrowed like all of these */
	struct bytes exponent; /* RSA */
	struct bytes point;    /* curves: 04 x y, or the 32 bytes of Ed25519 and X25519 */
};

/* Bytes of the longest RSA modulus and the longest point that are read. */
#define RSA_MODULUS_MAXIMUM 512

/* Bytes of the longest public_key_put_name text with its NUL. */
#define PUBLIC_KEY_NAME_SIZE 24

/* public_key_parse: reads a SubjectPublicKeyInfo, all of it.
 *   key  out: borrowed from the memory behind `spki`
 * Errors: ERROR_EVIDENCE_CERTIFICATE (malformed, or a kind that nobody here knows), ERROR_KEY_WEAK (an even modulus, an
 * exponent that is even or 1, RSA under 1024 or over 4096 bits, numbers with zeros in front). */
bool public_key_parse(struct bytes spki, struct public_key *key, struct error *err) MUST_CHECK;

/* public_key_of_point: a key of a curve from its point: 04 x y, or the 32 bytes of Ed25519.
 *   key  out: borrowed from the memory behind `point`
 * Errors: ERROR_EVIDENCE_CERTIFICATE (wrong length or form). */
bool public_key_of_point(
    enum public_key_kind kind, struct bytes point, struct public_key *key, struct error *err) MUST_CHECK;

/* public_key_of_rsa: an RSA key from big-endian numbers without leading zeros.
 *   key  out: borrowed from the memory behind both
 * Errors: ERROR_KEY_WEAK as public_key_parse. */
bool public_key_of_rsa(
    struct bytes modulus, struct bytes exponent, struct public_key *key, struct error *err) MUST_CHECK;

/* public_key_equal: the same key, however its algorithm identifier was written. */
bool public_key_equal(const struct public_key *one, const struct public_key *other);

/* public_key_put_name: "rsa-2048", "ecdsa-p256", "ed25519" as text. */
void public_key_put_name(const struct public_key *key, char name[PUBLIC_KEY_NAME_SIZE]);

/* public_key_fingerprint: "SHA256:…" as ssh-keygen -l prints it for the same key, or for X25519, which SSH has no name for,
 * over the bare 32 bytes.
 *   text  at least 64 bytes
 * Errors: ERROR_MEMORY. */
bool public_key_fingerprint(const struct public_key *key, char text[64], struct error *err) MUST_CHECK;

/* public_key_blob_fingerprint: the same of an SSH key blob, for kinds that are more than their key (sk types).
 * Errors: ERROR_MEMORY. */
bool public_key_blob_fingerprint(struct bytes blob, char text[64], struct error *err) MUST_CHECK;

#endif

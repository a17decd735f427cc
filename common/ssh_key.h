/* ssh_key.h: SSH public keys of the types that a token can hold, their conversions and their signatures.
 *
 * A key is kept in the one canonical wire form that ssh-keygen would write, so that two keys are equal when their blobs
 * are. Certificates are another type: ssh_certificate.h.
 * Knows nothing of private keys, tokens and files.
 * Source: RFC 4253 6.6, RFC 5656 3.1, RFC 8332, RFC 8709, OpenSSH PROTOCOL.u2f. */
#ifndef COMMON_SSH_KEY_H
#define COMMON_SSH_KEY_H

#include <openssl/evp.h>

#include "common/buffer.h"

enum ssh_key_type {
	SSH_KEY_RSA,
	SSH_KEY_ECDSA_P256,
	SSH_KEY_ECDSA_P384,
	SSH_KEY_ECDSA_P521,
	SSH_KEY_ED25519,
	SSH_KEY_SK_ECDSA,
	SSH_KEY_SK_ED25519,
	SSH_KEY_TYPE_COUNT
};

struct ssh_key {
	enum ssh_key_type type;
	struct buffer blob;        /* the canonical wire form */
	struct buffer application; /* sk types: the relying party's id, "ssh:" by habit; else empty */
	EVP_PKEY *public_key;      /* owned */
};

#define SSH_KEY_EMPTY ((struct ssh_key){.public_key = NULL})

/* Bytes of a SHA-256 fingerprint, and of its text form "SHA256:…" with the NUL. */
#define SSH_KEY_HASH_SIZE 32
#define SSH_KEY_FINGERPRINT_SIZE 64

/* What a sk signature says of the person in front of the token. Source: OpenSSH PROTOCOL.u2f. */
struct ssh_sk_flags {
	bool user_present;
	bool user_verified;
	uint32_t counter;
};

/* ssh_key_clear: frees what the key owns; it is SSH_KEY_EMPTY afterwards. */
void ssh_key_clear(struct ssh_key *key);

/* ssh_key_parse: reads a key blob, all of it.
 *   key  out: the caller's, to ssh_key_clear()
 * Errors: ERROR_SSH_KEY_TYPE (unknown, or a certificate), ERROR_SSH_KEY (malformed, not canonical, point off the curve
 * or of small order, RSA below 2048 or above 16384 bits, exponent even or below 65537), ERROR_MEMORY, ERROR_CRYPTO. */
bool ssh_key_parse(struct bytes blob, struct ssh_key *key, struct error *err) MUST_CHECK;

/* ssh_key_parse_line: reads "TYPE BASE64[ COMMENT]" as in a .pub file (a line end is allowed, a second line is not).
 *   comment  out: borrowed from `line`; may be NULL
 * Errors: as ssh_key_parse, ERROR_BASE64; ERROR_SSH_KEY also when TYPE differs from the blob's. */
bool ssh_key_parse_line(struct bytes line, struct ssh_key *key, struct bytes *comment, struct error *err) MUST_CHECK;

/* ssh_key_of_spki: makes a key from a DER SubjectPublicKeyInfo, all of it, in the form that
 * ssh_key_put_spki writes. sk types cannot come this way.
 * Errors: ERROR_SSH_KEY, ERROR_SSH_KEY_TYPE (a kind that SSH has no name for). */
bool ssh_key_of_spki(struct bytes spki, struct ssh_key *key, struct error *err) MUST_CHECK;

/* ssh_key_of_public: as ssh_key_of_spki, from a parsed key, which stays the caller's.
 * Errors: ERROR_SSH_KEY_TYPE for a kind that SSH does not have, those of ssh_key_parse. */
bool ssh_key_of_public(EVP_PKEY *public_key, struct ssh_key *key, struct error *err) MUST_CHECK;

/* ssh_key_put_spki: appends the DER SubjectPublicKeyInfo (for sk types: of the bare key). Errors: ERROR_CRYPTO, ERROR_MEMORY. */
bool ssh_key_put_spki(const struct ssh_key *key, struct buffer *out, struct error *err) MUST_CHECK;

/* ssh_key_put_line: appends "TYPE BASE64" without line end. Errors: those of ssh_line_put. */
bool ssh_key_put_line(const struct ssh_key *key, struct buffer *out, struct error *err) MUST_CHECK;

/* ssh_key_equal: whether both are the same key, application included for sk types. */
bool ssh_key_equal(const struct ssh_key *one, const struct ssh_key *other);

/* ssh_key_hash: SHA-256 over the blob: what registries and KRLs find a key by. Errors: ERROR_CRYPTO. */
bool ssh_key_hash(const struct ssh_key *key, uint8_t hash[SSH_KEY_HASH_SIZE], struct error *err) MUST_CHECK;

/* ssh_key_fingerprint: "SHA256:" and base64 without padding, as ssh-keygen -l prints it.
 * Errors: ERROR_CRYPTO, ERROR_MEMORY. */
bool ssh_key_fingerprint(const struct ssh_key *key, char text[SSH_KEY_FINGERPRINT_SIZE], struct error *err) MUST_CHECK;

/* ssh_key_type_name: "ssh-rsa", "ecdsa-sha2-nistp256", …; static storage. */
const char *ssh_key_type_name(enum ssh_key_type type);

/* ssh_key_verify: checks an SSH signature blob over `message`. ssh-rsa with SHA-1 is refused. For sk types user presence
 * is demanded.
 *   flags  out: for sk types, zero else; may be NULL
 * Errors: ERROR_SSH_SIGNATURE. */
bool ssh_key_verify(const struct ssh_key *key, struct bytes signature, struct bytes message, struct ssh_sk_flags *flags,
    struct error *err) MUST_CHECK;

/* ssh_key_signature_digest: the digest by which this key signs in SSH: SHA-512 for RSA, the curve's for ECDSA, NULL for
 * Ed25519 and sk types, which take the whole message. Static storage. */
const EVP_MD *ssh_key_signature_digest(const struct ssh_key *key);

/* ssh_key_put_signature: appends the SSH signature blob for a bare signature that a token made: PKCS#1 v1.5 over SHA-512
 * for RSA, DER for ECDSA, 64 bytes for Ed25519. Not for sk types.
 * Errors: ERROR_SSH_SIGNATURE (malformed), ERROR_SSH_KEY_TYPE. */
bool ssh_key_put_signature(
    const struct ssh_key *key, struct bytes bare, struct buffer *out, struct error *err) MUST_CHECK;

#endif

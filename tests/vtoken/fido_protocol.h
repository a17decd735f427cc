/* fido_protocol.h: the two PIN/UV auth protocols from the authenticator's side.
 * Knows nothing of PINs. Source: CTAP 2.1 6.5.6 and 6.5.7. */
#ifndef TESTS_VTOKEN_FIDO_PROTOCOL_H
#define TESTS_VTOKEN_FIDO_PROTOCOL_H

#include <openssl/evp.h>

#include "common/buffer.h"

enum { FIDO_TOKEN_SIZE = 32, FIDO_SHARED_SIZE = 32 };

/* What both ends share after the key agreement; protocol 1 has one key for both uses. */
struct fido_shared {
	unsigned protocol; /* 1 or 2 */
	uint8_t mac_key[FIDO_SHARED_SIZE], cipher_key[FIDO_SHARED_SIZE];
};

/* fido_agree: the shared secret.
 *   peer  the host's point, uncompressed
 * False for a protocol that is none and a point off the curve. */
bool fido_agree(EVP_PKEY *own, struct bytes peer, unsigned protocol, struct fido_shared *shared) MUST_CHECK;

/* fido_decrypt, fido_encrypt: appends. False where the length fits no block, or libcrypto fails. */
bool fido_decrypt(const struct fido_shared *shared, struct bytes in, struct buffer *out) MUST_CHECK;
bool fido_encrypt(const struct fido_shared *shared, struct bytes in, struct buffer *out) MUST_CHECK;

/* fido_authentic: whether `mac` belongs to the message, in its whole length.
 *   key  of the shared secret (mac_key), or the token */
bool fido_authentic(unsigned protocol, struct bytes key, struct bytes message, struct bytes mac);

#endif

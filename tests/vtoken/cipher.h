/* cipher.h: the block ciphers of the management key, in ECB as the authentication uses them.
 * Source: NIST SP 800-78-4 table 6-2. */
#ifndef TESTS_VTOKEN_CIPHER_H
#define TESTS_VTOKEN_CIPHER_H

#include "common/bytes.h"

enum { CIPHER_KEY_MAXIMUM = 32, CIPHER_BLOCK_MAXIMUM = 16 };

struct cipher {
	uint8_t id; /* the byte in APDUs */
	const char *name;
	const char *fetch; /* libcrypto's name */
	size_t key_len, block_len;
};

/* cipher_find: by its byte, NULL for none. */
const struct cipher *cipher_find(uint8_t id);

/* cipher_run: encrypts or decrypts exactly one block; `in` and `out` are block_len bytes.
 * False when libcrypto refuses (no legacy cipher in this build). */
bool cipher_run(
    const struct cipher *cipher, const uint8_t *key, bool encrypt, const uint8_t *in, uint8_t *out) MUST_CHECK;

#endif

/* management_cipher.h: what token and host do with the management key: one block through 3DES or AES, without a mode.
 * Source: NIST SP 800-78-4 table 6-2; NIST SP 800-73-4 part 2, appendix A.1. */
#ifndef PIV_MANAGEMENT_CIPHER_H
#define PIV_MANAGEMENT_CIPHER_H

#include "common/buffer.h"
#include "piv/slot.h"

struct secret;

/* management_cipher_block: how many bytes one block of the algorithm has (8 or 16); 0 when it is no cipher. */
size_t management_cipher_block(enum piv_algorithm algorithm);

/* management_cipher_key: how many bytes a key of the algorithm has; 0 when it is no cipher. */
size_t management_cipher_key(enum piv_algorithm algorithm);

/* management_cipher_encrypt: one block.
 *   out  appended: as many bytes as `block` has
 * Errors: ERROR_MANAGEMENT_KEY for a key of another length, ERROR_CARD_REPLY for a block of another length,
 * ERROR_CARD_UNSUPPORTED for an unknown kind of key, ERROR_CRYPTO. */
bool management_cipher_encrypt(enum piv_algorithm algorithm, const struct secret *key, struct bytes block,
    struct buffer *out, struct error *err) MUST_CHECK;

/* management_cipher_decrypt: the other way. Errors: as management_cipher_encrypt. */
bool management_cipher_decrypt(enum piv_algorithm algorithm, const struct secret *key, struct bytes block,
    struct buffer *out, struct error *err) MUST_CHECK;

#endif

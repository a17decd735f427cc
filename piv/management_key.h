/* management_key.h: giving a token another management key. Where the key is kept: admin_data.h.
 * Source: Yubico PIV extensions (FF); NIST SP 800-78-4 table 6-2. */
#ifndef PIV_MANAGEMENT_KEY_H
#define PIV_MANAGEMENT_KEY_H

#include "common/error.h"
#include "piv/slot.h"

struct piv;
struct secret;

/* piv_management_algorithm: what a new management key should be: AES-192 where the firmware has AES, else 3DES. */
enum piv_algorithm piv_management_algorithm(struct piv_version firmware);

/* piv_management_key_draw: a random key of that algorithm; for 3DES one without weak parts, and with odd parity.
 *   key  out: the caller's, to secret_free()
 * Errors: ERROR_CARD_UNSUPPORTED (no cipher), ERROR_CRYPTO, ERROR_MEMORY. */
bool piv_management_key_draw(enum piv_algorithm algorithm, struct secret **key, struct error *err) MUST_CHECK;

/* piv_management_key_set: one command; needs piv_authenticate.
 * Errors: ERROR_CARD_UNSUPPORTED (the token does not take this algorithm or length), ERROR_MANAGEMENT_KEY (not
 * authenticated), those of piv_run. */
bool piv_management_key_set(
    struct piv *piv, enum piv_algorithm algorithm, const struct secret *key, struct error *err) MUST_CHECK;

#endif

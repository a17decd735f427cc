/* authenticate.h: proving to the token that one may: the management key and the PIN.
 * Nothing is ever tried twice by itself: each try of a PIN is counted by the token.
 * Source: NIST SP 800-73-4 part 2, 3.2.1, 3.2.4 and appendix A.1. */
#ifndef PIV_AUTHENTICATE_H
#define PIV_AUTHENTICATE_H

#include "common/error.h"

struct piv;
struct piv_metadata;
struct secret;

/* piv_default_management_key: the 24 bytes that a token has from the factory.
 *   key  out: the caller's, to secret_free()
 * Errors: those of secret_new. */
bool piv_default_management_key(struct secret **key, struct error *err) MUST_CHECK;

/* piv_authenticate: proves to the token that the management key is known, and demands the same proof of the token: two
 * commands.
 *   management  what piv_metadata_read says of PIV_REFERENCE_MANAGEMENT; NULL where the token does not know that
 *               instruction: then 3DES is tried, after it AES-192
 * Errors: ERROR_MANAGEMENT_KEY (the key is another, or has another length than the algorithm), ERROR_CARD_REPLY (the token
 * does not know the key), ERROR_CARD_UNSUPPORTED (a key of unknown kind), ERROR_CRYPTO, those of piv_run. */
bool piv_authenticate(
    struct piv *piv, const struct piv_metadata *management, const struct secret *key, struct error *err) MUST_CHECK;

/* piv_pin_verify: unlocks the keys that want a PIN. For a key of policy "always" it is good for the very next command only.
 *   tries_left  out, may be NULL: tries after a wrong PIN, otherwise left alone
 * Errors: ERROR_PIN_WRONG (with the number of tries left), ERROR_PIN_BLOCKED, ERROR_PIN_LENGTH (nothing was sent: 6 to 8
 * bytes), those of piv_run. */
bool piv_pin_verify(struct piv *piv, const struct secret *pin, unsigned *tries_left, struct error *err) MUST_CHECK;

/* piv_pin_tries: how many wrong PINs the token still takes, 0 when it is blocked: one command, which sends no PIN and costs no try.
 *   known  out: false where the token does not say
 * Errors: those of piv_exchange. */
bool piv_pin_tries(struct piv *piv, unsigned *tries_left, bool *known, struct error *err) MUST_CHECK;

#endif

/* codes.h: changing what unlocks a token: PIN, PUK, how often each may be tried, and the way back to the factory's state.
 * A wrong code costs a try, so nothing here is tried twice by itself. Which code is good enough, piv_code_check says before
 * anything is sent. Knows nothing of where codes come from.
 * Source: NIST SP 800-73-4 part 2, 3.2.2, 3.2.3; Yubico PIV extensions (tries FA, reset FB, complexity since 5.7). */
#ifndef PIV_CODES_H
#define PIV_CODES_H

#include "common/error.h"
#include "piv/slot.h"

struct piv;
struct secret;

/* As many tries a code can have. */
#define PIV_TRIES_MAXIMUM 15U

enum piv_code {
	PIV_CODE_PIN,
	PIV_CODE_PUK,
};

/* piv_code_default: the factory's value of a code.
 *   secret  out: the caller's, to secret_free()
 * Errors: those of secret_new. */
bool piv_code_default(enum piv_code code, struct secret **secret, struct error *err) MUST_CHECK;

/* piv_code_draw: a random PUK: eight digits, as people read them from paper. Passes piv_code_check.
 *   secret  out: the caller's, to secret_free()
 * Errors: ERROR_CRYPTO, those of secret_new. */
bool piv_code_draw(struct secret **secret, struct error *err) MUST_CHECK;

/* piv_code_check: whether a token of this firmware takes a code, and a person should have it. Nothing is sent.
 * Errors: ERROR_PIN_LENGTH (a PIN has 6 to 8 bytes and since 5.7 at least 6 characters, a PUK 8), ERROR_CODE_WEAK (the factory's
 * value, the same repeated, a row like 234567, what everybody takes), ERROR_CODE_CHARACTERS (FF, which fills up; control
 * characters; in a PUK since 5.7 anything but ASCII). */
bool piv_code_check(
    enum piv_code code, struct piv_version firmware, const struct secret *value, struct error *err) MUST_CHECK;

/* piv_code_put: appends the eight bytes that travel: the code, filled up with FF.
 * Errors: ERROR_PIN_LENGTH for less than 6 or more than 8 bytes, ERROR_LIMIT. */
bool piv_code_put(const struct secret *code, struct secret *out, struct error *err) MUST_CHECK;

/* piv_code_judge: what the answer to a command with a code in it means.
 *   tries_left  out, may be NULL: tries after a wrong one, otherwise left alone
 * Errors: ERROR_PIN_WRONG or ERROR_PUK_WRONG, ERROR_PIN_BLOCKED or ERROR_PUK_BLOCKED, those of status_check. */
bool piv_code_judge(enum piv_code code, uint16_t status, unsigned *tries_left, struct error *err) MUST_CHECK;

/* piv_code_change: proves the present value and sets a new one: one command.
 * Errors: those of piv_code_judge for the present value; ERROR_CODE_WEAK when the token itself finds the new one too
 * simple; those of piv_run. */
bool piv_code_change(struct piv *piv, enum piv_code code, const struct secret *present, const struct secret *wanted,
    unsigned *tries_left, struct error *err) MUST_CHECK;

/* piv_pin_unblock: sets a new PIN by means of the PUK. Errors: as piv_code_change, for the PUK. */
bool piv_pin_unblock(struct piv *piv, const struct secret *puk, const struct secret *wanted, unsigned *tries_left,
    struct error *err) MUST_CHECK;

/* piv_tries_set: how often PIN and PUK may be tried (1 to PIV_TRIES_MAXIMUM), and BOTH BACK TO THE FACTORY'S VALUES: so it comes
 * before the codes. Needs piv_authenticate and piv_pin_verify.
 * Errors: ERROR_USAGE for another number, ERROR_PIN_NEEDED, those of piv_run. */
bool piv_tries_set(struct piv *piv, unsigned pin_tries, unsigned puk_tries, struct error *err) MUST_CHECK;

/* piv_codes_block: uses up all tries of both codes on purpose, which a reset wants. Errors: those of piv_exchange. */
bool piv_codes_block(struct piv *piv, struct error *err) MUST_CHECK;

/* piv_reset: the PIV application as the factory made it: keys, certificates and codes are gone; the attestation key stays.
 * Only after piv_codes_block.
 * Errors: ERROR_CARD_UNSUPPORTED, ERROR_CARD_STATUS (a code is not blocked), those of piv_run. */
bool piv_reset(struct piv *piv, struct error *err) MUST_CHECK;

#endif

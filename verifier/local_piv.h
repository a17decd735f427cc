/* local_piv.h: a person's PIV token in a reader of this machine.
 *
 * When the PIN is there, exactly three commands run in one transaction: SELECT, VERIFY, the signature. Since the token was looked at
 * the card must not have been changed.
 * Source: NIST SP 800-73-4 part 2, 3.1.1, 3.2.1, 3.2.4. */
#ifndef VERIFIER_LOCAL_PIV_H
#define VERIFIER_LOCAL_PIV_H

#include "common/buffer.h"

struct local_login;
struct local_token;
struct reader;

/* local_piv_look: whether the card in this reader is one of the person's.
 *   token  out
 * Errors: ERROR_TOKEN_ABSENT (it is not), those of piv_open. */
bool local_piv_look(const struct local_login *login, const struct reader *reader, struct local_token *token,
    struct error *err) MUST_CHECK;

/* local_piv_prove: asks for the PIN and has the token sign; appends a proof (authentication_put_proof).
 * Errors: ERROR_PIN_WRONG, ERROR_PIN_BLOCKED, ERROR_PIN_LENGTH, ERROR_DECLINED, ERROR_TOUCH, ERROR_CARD_CHANGED,
 * ERROR_CARD_UNSUPPORTED (a type of key that no PIV token has), those of asking.h, reader.h, piv_open, piv_sign. */
bool local_piv_prove(const struct local_login *login, const struct local_token *token, struct buffer *proof,
    struct error *err) MUST_CHECK;

#endif

/* local_login.h: a worker finds the person's token in a reader of this machine, asks for its PIN and has it sign.
 *
 * A token is looked at first (whose is it, how many tries has its PIN) and let go of while the person types; then exactly three
 * commands run in one transaction: SELECT, VERIFY, the signature. In between the card must not have been changed. One PIN an
 * authentication: the application decides whether there is another. A PIN of which one try is left, or of which the token does not say
 * how many are, is asked for only after the person has agreed in so many words.
 * Knows nothing of evidence and of whether the signature will do. */
#ifndef VERIFIER_LOCAL_LOGIN_H
#define VERIFIER_LOCAL_LOGIN_H

#include "verifier/authentication.h"

/* local_login: appends a proof (authentication_put_proof).
 *   client  the conversation's socket
 * Errors: ERROR_TOKEN_ABSENT, ERROR_PIN_WRONG, ERROR_PIN_BLOCKED, ERROR_PIN_LENGTH, ERROR_DECLINED, ERROR_TOUCH, ERROR_CARD_CHANGED, those
 * of asking.h, reader.h, piv_open, piv_sign. */
bool local_login(
    const struct authentication *authentication, int client, struct buffer *proof, struct error *err) MUST_CHECK;

#endif

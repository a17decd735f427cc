/* local_fido.h: a person's FIDO token at this machine, on USB or in a reader.
 *
 * A touch is always wanted; the PIN, or the token's own verification of its person, where the policy or the token wants it.
 * Knows nothing of evidence. Source: CTAP 2.1 6.2, OpenSSH PROTOCOL.u2f. */
#ifndef VERIFIER_LOCAL_FIDO_H
#define VERIFIER_LOCAL_FIDO_H

#include "common/buffer.h"

struct authenticator_list;
struct local_login;
struct local_token;

/* local_fido_look: which of these tokens is one of the person's. One that hides its keys counts only where it is alone: a PIN must not
 * be tried on somebody else's.
 *   token  out
 * Errors: ERROR_TOKEN_ABSENT (none is), ERROR_CARD_SEVERAL. */
bool local_fido_look(const struct local_login *login, const struct authenticator_list *list, struct local_token *token,
    struct error *err) MUST_CHECK;

/* local_fido_prove: asks for PIN and touch, and has the token sign; appends a proof (authentication_put_proof).
 * Errors: ERROR_PIN_…, ERROR_DECLINED, ERROR_TOUCH, ERROR_CREDENTIAL_ABSENT, those of asking.h and authenticator.h. */
bool local_fido_prove(const struct local_login *login, const struct local_token *token, struct buffer *proof,
    struct error *err) MUST_CHECK;

#endif

/* local_login.h: a worker waits for one of the person's tokens at this machine, PIV or FIDO, and has it sign: local_piv.h,
 * local_fido.h.
 * Knows nothing of evidence and of whether the signature will do. */
#ifndef VERIFIER_LOCAL_LOGIN_H
#define VERIFIER_LOCAL_LOGIN_H

#include "common/buffer.h"

struct authentication;

/* local_login: appends a proof (authentication_put_proof).
 *   conversation  its end
 * Errors: ERROR_TOKEN_ABSENT, those of local_piv_prove, local_fido_prove, asking.h and reader.h. */
bool local_login(
    const struct authentication *authentication, int conversation, struct buffer *proof, struct error *err) MUST_CHECK;

#endif

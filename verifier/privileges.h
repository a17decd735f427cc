/* privileges.h: the verifier gives up root, for good, before it reads anything that came from outside.
 * Knows nothing of requests. Source: setresuid(2), prctl(2). */
#ifndef VERIFIER_PRIVILEGES_H
#define VERIFIER_PRIVILEGES_H

#include "common/error.h"

/* privileges_drop: started as root, becomes `user` in every respect and makes sure that there is no way back; started as
 * somebody else, stays that. In both cases: no new privileges through exec, no core dump, no tracing.
 * Errors: ERROR_SYSTEM; the caller must not go on then (an account that is missing is one of these). */
bool privileges_drop(const char *user, struct error *err) MUST_CHECK;

#endif

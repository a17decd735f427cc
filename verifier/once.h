/* once.h: `keyenrolld --once`: one request on standard input, its reply on standard output, by the same handler as the daemon's.
 * Knows nothing of sockets. */
#ifndef VERIFIER_ONCE_H
#define VERIFIER_ONCE_H

#include <sys/types.h>

#include "common/error.h"

struct configuration;

/* once: reads up to the end of `input`, answers, writes all to `output`. The process ends by SIGALRM after SERVE_TIMEOUT_MS: nobody
 * waits longer for it.
 *   asker  the user who started this process
 * Errors: ERROR_FILE, ERROR_LIMIT, ERROR_MEMORY: the reply did not go out. A refusal is a reply and no error. */
bool once(int input, int output, uid_t asker, struct configuration *configuration, struct error *err) MUST_CHECK;

#endif

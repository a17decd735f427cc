/* serve.h: the verifier's loop: one request and one reply a connection, many connections at once, one thread that waits for nobody.
 *
 * A client has two seconds from its accept, whatever it does; what it may send and gets back is bounded, and so is how many there
 * are of them, all together and of one user who is not trusted. So a client that sends half a request, never reads or sends too
 * much costs the others nothing but its place.
 * A name that a decision asks for is looked up by a worker (worker.h) within the client's own time, so a name service that hangs
 * costs those clients an answer, which is a refusal, and the others nothing.
 * Only a client whose person has to be proven stays longer: a worker has its socket then, for PROOF_TIMEOUT_MS at most.
 * What was passed to it for that, and never taken, costs its user the next authentication (untaken.h).
 * Knows nothing of what a request means. */
#ifndef VERIFIER_SERVE_H
#define VERIFIER_SERVE_H

#include "common/error.h"

struct configuration;

#define SERVE_CLIENTS_MAXIMUM 256
#define SERVE_CLIENTS_OF_A_USER_MAXIMUM 16
/* All who are neither root nor the verifier's own account. */
#define SERVE_CLIENTS_OF_OTHERS_MAXIMUM (SERVE_CLIENTS_MAXIMUM / 2)
#define SERVE_TIMEOUT_MS 2000
/* What a look-up that hangs leaves of it, so that the refusal still arrives. */
#define SERVE_REPLY_MS 500
/* Authentications that are under way at once, and those of one user who is not trusted. */
#define SERVE_WORKERS_MAXIMUM 32
#define SERVE_WORKERS_OF_A_USER_MAXIMUM 2

/* serve: answers until `stop` becomes readable.
 *   listener  a listening, non-blocking local stream socket; stays the caller's
 *   stop      any descriptor, as that of signalfd(2)
 * Errors: ERROR_SYSTEM (poll or accept fail for good), ERROR_MEMORY. Trouble with one client ends that client. */
bool serve(int listener, int stop, struct configuration *configuration, struct error *err) MUST_CHECK;

#endif

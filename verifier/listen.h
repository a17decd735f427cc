/* listen.h: the socket on which the verifier is asked: handed over by the service manager, or made at a path.
 * Knows nothing of clients. Source: sd_listen_fds(3), unix(7). */
#ifndef VERIFIER_LISTEN_H
#define VERIFIER_LISTEN_H

#include "common/error.h"

/* listen_activated: takes the one listening socket that a service manager left at descriptor 3 (LISTEN_PID, LISTEN_FDS), and
 * takes those variables out of the environment.
 *   listener  out: close-on-exec and non-blocking; -1 where this process was not started that way
 * Errors: ERROR_SYSTEM (several sockets, or not a listening local stream socket). */
bool listen_activated(int *listener, struct error *err) MUST_CHECK;

/* listen_lock: makes sure that this process alone makes and removes a socket at `path`: by a lock on the file PATH.lock, which ends
 * with the process, however that ends. The file stays, and means nothing by itself.
 *   lock  out: close-on-exec; whoever closes it gives the path away
 * Errors: ERROR_USAGE (the path is too long), ERROR_SYSTEM (another process has it). */
bool listen_lock(const char *path, int *lock, struct error *err) MUST_CHECK;

/* listen_at: makes a socket at `path` that everybody may connect to. A socket that a dead verifier left there is removed; a
 * living one, or a file of another kind, is not.
 *   listener  out: close-on-exec and non-blocking
 * Errors: ERROR_USAGE (the path is too long), ERROR_SYSTEM. */
bool listen_at(const char *path, int *listener, struct error *err) MUST_CHECK;

#endif

/* connection.h: one end of a local stream socket: every step has a deadline, raises no signal, changes nothing of the process that it
 * runs in. Errors are told in the words of the verifier's thin clients; who asks somebody else (an agent, a worker its client) puts
 * his own in their place. Knows nothing of what is said. libc only. */
#ifndef COMMON_CONNECTION_H
#define COMMON_CONNECTION_H

#include "common/buffer.h"
#include "common/deadline.h"

/* connection_open: connects to the socket at `path`; a queue of others before it is waited for.
 *   descriptor  out: the caller's, to close(); -1 on error
 * Errors: ERROR_VERIFIER_UNREACHABLE (nobody listens, or no such file), ERROR_VERIFIER_DEADLINE. */
bool connection_open(const char *path, struct deadline deadline, int *descriptor, struct error *err) MUST_CHECK;

/* connection_send: sends all of it. Errors: as connection_open; ERROR_VERIFIER_UNREACHABLE when the other end has hung up. */
bool connection_send(int descriptor, struct bytes bytes, struct deadline deadline, struct error *err) MUST_CHECK;

/* connection_receive: appends all that comes until the other end closes; nothing at all is an error.
 * Errors: as connection_open, ERROR_LIMIT, ERROR_MEMORY. */
bool connection_receive(
    int descriptor, struct buffer *received, struct deadline deadline, struct error *err) MUST_CHECK;

/* connection_receive_message: the next message, which a 4-byte length stands before; no byte more is taken off the socket, and none
 * lies anywhere but in `content`.
 *   content  out: what comes behind the length, in place of what was there
 *   maximum  bytes that the content may have
 * Errors: as connection_open, ERROR_PROTOCOL for a length above the maximum, ERROR_MEMORY. */
bool connection_receive_message(
    int descriptor, size_t maximum, struct buffer *content, struct deadline deadline, struct error *err) MUST_CHECK;

/* connection_wait_either: until there is something to read from one of two, or the other end of it hung up.
 *   second        -1: there is none
 *   second_ready  out: whether it is that one; where both have something, it comes first
 * Errors: ERROR_VERIFIER_DEADLINE, ERROR_VERIFIER_UNREACHABLE (it cannot be waited). */
bool connection_wait_either(
    int first, int second, bool *second_ready, struct deadline deadline, struct error *err) MUST_CHECK;

/* connection_send_descriptor: passes an open file, with one byte of its own (unix(7), SCM_RIGHTS).
 *   passed  stays the caller's
 * Errors: as connection_send. */
bool connection_send_descriptor(int descriptor, int passed, struct deadline deadline, struct error *err) MUST_CHECK;

/* connection_receive_descriptor: takes the one that comes with the next byte.
 *   taken  out: the caller's, to close(), closed by exec; -1 on error
 * Errors: as connection_send; ERROR_PROTOCOL where the byte does not bring exactly one. */
bool connection_receive_descriptor(int descriptor, int *taken, struct deadline deadline, struct error *err) MUST_CHECK;

#endif

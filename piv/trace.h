/* trace.h: every command and answer as a line of text, with all that is secret or would prove a secret masked: the data of
 * VERIFY, of the changes of codes, of a management key, of imported keys, the proofs of the management key, and the object
 * PRINTED both ways. Goes around a transport, so that nothing passes it by.
 * Knows nothing of where the lines go. */
#ifndef PIV_TRACE_H
#define PIV_TRACE_H

#include "common/error.h"

struct transport;

/* Who gets the lines: "> 00 20 00 80 08 [8 bytes masked]", "< [0 bytes] 9000". */
struct trace_sink {
	void *state;
	void (*line)(void *state, const char *text); /* NULL: no trace */
};

/* trace_wrap: puts a trace around a transport, in its place. Without a sink nothing changes.
 *   transport  taken over and replaced; closed on error
 * Errors: ERROR_MEMORY. */
bool trace_wrap(struct transport *transport, struct trace_sink sink, struct error *err) MUST_CHECK;

#endif

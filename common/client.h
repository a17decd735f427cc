/* client.h: asks the verifier one question, within a deadline, and leaves nothing behind in the process that asks.
 *
 * The socket first. Where it is gone, or nobody listens there, or the verifier dies before it has answered or is of another release, a
 * caller that is allowed to starts `keyenrolld --once` with an empty environment for this one question, in what is left of the time.
 * No signal handler or disposition, no descriptor and no environment of the process is changed.
 * Knows nothing of PAM and of what a question means. libc only. */
#ifndef COMMON_CLIENT_H
#define COMMON_CLIENT_H

#include "common/error.h"

struct buffer;
struct reply;
struct request;

#define CLIENT_TIMEOUT_MS 2000
#define CLIENT_SOCKET KEYENROLL_RUN_DIR "/verifier.sock"
#define CLIENT_VERIFIER KEYENROLL_SBIN_DIR "/keyenrolld"

struct client {
	const char *socket;   /* path, borrowed */
	const char *verifier; /* program for the fallback, borrowed; NULL: no fallback */
	unsigned timeout_ms;  /* for all of it: connecting, sending, receiving, the fallback */
};

/* client_ask: the verifier's reply, checked to be whole. A refusal is a reply: look at its verdict (client_consent).
 * For requests with one reply; who wants a person proven holds a conversation over a connection of his own.
 *   message  out: memory of the reply, the caller's to buffer_free(); empty on error
 *   reply    out: borrowed from `message`
 * Errors: ERROR_VERIFIER_UNREACHABLE, ERROR_VERIFIER_DEADLINE, ERROR_PROTOCOL, ERROR_PROTOCOL_VERSION, ERROR_LIMIT, ERROR_MEMORY. */
bool client_ask(const struct client *client, const struct request *request, struct buffer *message, struct reply *reply,
    struct error *err) MUST_CHECK;

/* client_consent: true only for a reply that accepts; a refusal becomes the error that the verifier named.
 * Errors: the verifier's, or ERROR_PROTOCOL for a word that this program does not know. */
bool client_consent(const struct reply *reply, struct error *err) MUST_CHECK;

#endif

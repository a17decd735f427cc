/* dialogue.h: has a person proven by the verifier: one request, the questions that it leads to, the reply.
 *
 * The first word must come within the client's deadline, so that a verifier that is gone or hangs is a denial within it. After that
 * the verifier may be silent for as long as it waits for a token or a touch. There is no fallback: `--once` cannot converse.
 * Knows nothing of PAM: who answers, the partner says. libc only. */
#ifndef PAM_MODULE_DIALOGUE_H
#define PAM_MODULE_DIALOGUE_H

#include "common/buffer.h"

struct client;
struct reply;
struct request;
struct secret;

/* How long the verifier may be silent between two messages, besides waiting for a token: longer than a touch takes. */
#define DIALOGUE_SILENCE_MS (60 * 1000)

/* Who answers. Each function fails with a reason, which ends the dialogue. */
struct dialogue_partner {
	void *state;
	/* Shows text, which is printable; `warn`: something went wrong. */
	bool (*tell)(void *state, bool warn, const char *text, struct error *err);
	/* Asks a person. `secret`: what he types is not shown. */
	bool (*ask)(void *state, bool secret, const char *text, struct secret *answer, struct error *err);
	/* Has `data` signed by `key`; nothing in `signature` is an answer too: not by that one. */
	bool (*sign)(void *state, struct bytes key, struct bytes data, struct buffer *signature, struct error *err);
};

/* dialogue_hold: the verifier's reply, checked to be whole. A refusal is a reply: look at its verdict.
 *   message  out: memory of the reply, the caller's to free
 *   reply    out: borrowed from `message`
 * Errors: ERROR_VERIFIER_UNREACHABLE, ERROR_VERIFIER_DEADLINE, ERROR_PROTOCOL…, ERROR_LIMIT, ERROR_MEMORY, the partner's. */
bool dialogue_hold(const struct client *client, const struct request *request, const struct dialogue_partner *partner,
    struct buffer *message, struct reply *reply, struct error *err) MUST_CHECK;

#endif

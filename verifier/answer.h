/* answer.h: a request's message in, a reply's message out: parse, may this peer ask, load what has changed, decide, log.
 * The daemon's clients, `--once` and the fuzzer all come through here.
 *
 * Who may ask: root and the verifier's own user (sshd's AuthorizedKeysCommandUser is that user) about every account, anybody
 * else about the account that is his own.
 * Knows nothing of how messages travel. */
#ifndef VERIFIER_ANSWER_H
#define VERIFIER_ANSWER_H

#include <sys/types.h>

#include "common/buffer.h"

struct authentication;
struct configuration;
struct names;

struct peer {
	uid_t user;
	pid_t process;
};

/* answer: appends the whole reply, length included; in front of a refusal to prove a person stands a warning for that person
 * (conversation.h), since an application shows no log. Every trouble inside is a refusal with its code, written to the log.
 *   message  the request without its length
 *   peer     whose word this is, as the kernel says
 *   now      seconds since 1970
 *   names    what is known of names; where one is wanted afterwards there is no reply, and the same is to be asked again when it is known
 *   begun    out, the caller's: an authentication that a worker must go on with before there is a reply, or NULL. Who cannot have one
 *            gives no place for it, and then such a request is refused
 * Errors: ERROR_MEMORY, ERROR_LIMIT: there is no reply then. */
bool answer(struct configuration *configuration, const struct peer *peer, struct bytes message, int64_t now,
    struct names *names, struct authentication **begun, struct buffer *reply, struct error *err) MUST_CHECK;

/* answer_proof: as answer, when an authentication's worker is done.
 *   proof  what it reported; NULL: nothing, because of `why`
 *   names  as they were when the authentication began: who else has come in since is refused
 * Errors: as answer. */
bool answer_proof(struct configuration *configuration, const struct peer *peer,
    const struct authentication *authentication, const struct bytes *proof, const struct error *why, int64_t now,
    struct names *names, struct buffer *reply, struct error *err) MUST_CHECK;

/* answer_refusal: appends a reply that refuses by `why`, and logs it: for a message that never became whole, whose account and service
 * nobody knows.
 * Errors: as buffer_put. */
bool answer_refusal(
    const struct peer *peer, const struct error *why, struct buffer *reply, struct error *err) MUST_CHECK;

/* peer_is_trusted: whether this user may ask about every account. */
bool peer_is_trusted(uid_t user);

#endif

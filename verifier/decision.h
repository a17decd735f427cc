/* decision.h: may this key, may this session enter this account now? From a request, the host's view and the time to a verdict.
 *
 * Whether a key may, admission.h says. Whatever goes wrong on the way is a refusal with its code; what a refusal means for a
 * session, the host's mode says, and a break-glass account asks for no key at all.
 * Knows nothing of sockets, of who asks and of where files lie. */
#ifndef VERIFIER_DECISION_H
#define VERIFIER_DECISION_H

#include "common/request.h"
#include "verifier/admission.h"
#include "verifier/host_rules.h"

struct names;

struct decision {
	enum request_verdict verdict;
	struct error error;   /* why not; ERROR_NONE when accepted */
	struct buffer output; /* accepted: lines for sshd, where the request asks for some */
	struct admission key; /* of the key that was looked at last */
	enum pass pass;       /* how a session came in though `error` stands against it, or no key was asked for */
};

#define DECISION_EMPTY ((struct decision){.verdict = REQUEST_REFUSED})

/* decision_clear: frees what it owns; DECISION_EMPTY afterwards. */
void decision_clear(struct decision *decision);

/* decide: fills *decision (empty before), always.
 *   now  seconds since 1970
 * REQUEST_AUTHORIZED_KEYS: exactly one method, publickey, with a plain key.
 * REQUEST_PRINCIPALS: exactly one method, publickey, with an enrollment certificate.
 * REQUEST_SESSION: at least one publickey, every one of them attested; beside it only the methods that host.conf allows. */
void decide(const struct request *request, const struct host_view *view, int64_t now, struct decision *decision);

/* decide_without_view: as decide, where the host's files other than host.conf cannot be read for the reason in decision->error: only
 * what host.conf alone allows is accepted. */
void decide_without_view(
    const struct request *request, const struct host_rules *rules, struct names *names, struct decision *decision);

/* decision_pass: how the sessions of an account open here although something stands against them: PASS_NONE where they do not, and
 * where that depends on groups which cannot be found out. */
enum pass decision_pass(const struct host_rules *rules, struct names *names, const char *account);

#endif

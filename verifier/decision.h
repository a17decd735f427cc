/* decision.h: may this key, may this session enter this account now? From a request, the host's view and the time to a verdict.
 *
 * The rule for every key: the snapshot has its enrollment, the enrollment is for exactly this key, its person may enter the
 * account, and enrollment_check says yes. Whatever goes wrong on the way is a refusal with its code.
 * Knows nothing of sockets, of who asks and of where files lie. */
#ifndef VERIFIER_DECISION_H
#define VERIFIER_DECISION_H

#include "common/request.h"
#include "verifier/configuration.h"

struct decision {
	enum request_verdict verdict;
	struct error error;   /* why not; ERROR_NONE when accepted */
	struct buffer output; /* REQUEST_AUTHORIZED_KEYS, accepted: authorized_keys lines */
	/* For the log, of the key that was looked at last; "" where it was not found out. */
	char fingerprint[SSH_KEY_FINGERPRINT_SIZE];
	char person[ACCOUNT_NAME_MAXIMUM];
	char device[64]; /* "piv 12345678", proven by the evidence */
	char rule[RESULT_TEXT_SIZE];
	char trust_version[RESULT_TEXT_SIZE];
	char key_options[RESULT_OPTIONS_SIZE]; /* authorized_keys options of the rule that accepted */
	uint64_t serial;                       /* the enrollment's; 0 unknown */
};

#define DECISION_EMPTY ((struct decision){.verdict = REQUEST_REFUSED})

/* decision_clear: frees the output; DECISION_EMPTY afterwards. */
void decision_clear(struct decision *decision);

/* decide: fills *decision (empty before), always.
 *   now  seconds since 1970
 * REQUEST_AUTHORIZED_KEYS: exactly one method, publickey, with a plain key.
 * REQUEST_SESSION: at least one publickey, every one of them attested; beside it only the methods of decision.c's table. */
void decide(const struct request *request, const struct host_view *view, int64_t now, struct decision *decision);

#endif

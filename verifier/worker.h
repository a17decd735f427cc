/* worker.h: a process for one authentication: it talks with the client and with the token or the agent, and reports one proof.
 *
 * A process of its own, because the loop must not wait for a person, and because what a token or an agent says is hostile input: the
 * process that reads it decides nothing. It is forked and not executed anew, so that the verifier can forbid itself every exec; it
 * keeps the client's socket and the report's, nothing else that was open. It never parses evidence; the process that does never sees
 * a PIN, which goes from the client to the worker to the token. Who conducts it kills it when its time is over or its client has
 * gone; pcscd then locks the token again.
 * Knows nothing of requests. */
#ifndef VERIFIER_WORKER_H
#define VERIFIER_WORKER_H

#include <sys/types.h>

#include "common/request.h"

struct authentication;

/* For all of it besides waiting for a token: typing, touching. */
#define WORKER_TIMEOUT_MS (240 * 1000)
#define WORKER_REPORT_MAXIMUM REPLY_MAXIMUM

struct worker {
	pid_t process; /* 0: none */
	int report;    /* becomes readable with the report, then ends */
};

#define WORKER_NONE ((struct worker){.report = -1})

/* worker_start: forks it.
 *   client  its client's socket; stays the caller's
 * Errors: ERROR_SYSTEM. */
bool worker_start(
    const struct authentication *authentication, int client, struct worker *worker, struct error *err) MUST_CHECK;

/* worker_end: kills it if it still runs, and reaps it; WORKER_NONE afterwards. */
void worker_end(struct worker *worker);

/* worker_parse_report: all that came from a report's descriptor.
 *   proof  out: borrowed from `report`
 * Errors: what the worker says went wrong; ERROR_SYSTEM when it died without a word; ERROR_PROTOCOL. */
bool worker_parse_report(struct bytes report, struct bytes *proof, struct error *err) MUST_CHECK;

#endif

/* worker.h: a process for one job that the loop must not wait for: a person's proof (proof.h), a look-up of a name (names.h).
 *
 * It is forked and not executed anew, so that the verifier can forbid itself every exec; it keeps the client's socket and the
 * report's, nothing else that was open. Who conducts it kills it when its time is over or its client has gone; pcscd then locks a
 * token again.
 * Knows nothing of requests and of what a job does. */
#ifndef VERIFIER_WORKER_H
#define VERIFIER_WORKER_H

#include <sys/types.h>

#include "common/request.h"

#define WORKER_REPORT_MAXIMUM REPLY_MAXIMUM
/* What a job may put out: a report has the reason and the sentence of a reply beside it. */
#define WORKER_OUTPUT_MAXIMUM (WORKER_REPORT_MAXIMUM - 1024)

/* worker_job: what a worker does: appends its output, or says what went wrong.
 *   client  its client's socket */
typedef bool worker_job(const void *what, int client, struct buffer *output, struct error *err);

struct worker {
	pid_t process; /* 0: none */
	int report;    /* becomes readable with the report, then ends */
};

#define WORKER_NONE ((struct worker){.report = -1})

/* worker_start: forks it.
 *   what    for the job; borrowed
 *   client  its client's socket; stays the caller's
 * Errors: ERROR_SYSTEM. */
bool worker_start(worker_job *job, const void *what, int client, struct worker *worker, struct error *err) MUST_CHECK;

/* worker_end: kills it if it still runs, and reaps it; WORKER_NONE afterwards. */
void worker_end(struct worker *worker);

/* worker_parse_report: all that came from a report's descriptor.
 *   output  out: borrowed from `report`
 * Errors: what the worker says went wrong; ERROR_SYSTEM when it died without a word; ERROR_PROTOCOL. */
bool worker_parse_report(struct bytes report, struct bytes *output, struct error *err) MUST_CHECK;

#endif

/* worker.h: a process for one job that the loop must not wait for: a person's proof (proof.h), a look-up of a name (names.h).
 *
 * It is forked and not executed anew, so that the verifier can forbid itself every exec; it keeps its end of the conversation and of
 * the report, nothing else that was open: it cannot speak where a reply is expected. Who conducts it kills it when its time is over
 * or its client has gone; pcscd then locks a token again. A kernel that waits for a device or a file server may keep a killed
 * process for as long as it likes: nobody waits for that, and there is only so much room for such remains.
 * Knows nothing of requests and of what a job does. */
#ifndef VERIFIER_WORKER_H
#define VERIFIER_WORKER_H

#include <sys/types.h>

#include "common/request.h"

#define WORKER_REPORT_MAXIMUM REPLY_MAXIMUM
/* What a job may put out: a report has the reason and the sentence of a reply beside it. */
#define WORKER_OUTPUT_MAXIMUM (WORKER_REPORT_MAXIMUM - 1024)

/* worker_job: what a worker does: appends its output, or says what went wrong.
 *   conversation  conversation.h; closed where there is none */
typedef bool worker_job(const void *what, int conversation, struct buffer *output, struct error *err);

struct worker {
	pid_t process; /* 0: none */
	int report;    /* becomes readable with the report, then ends */
};

#define WORKER_NONE ((struct worker){.report = -1})

/* Workers that were killed and have not ended yet. All that may be there at once leave room for those that run. */
#define WORKER_REMAINS_MAXIMUM 512
#define WORKER_REMAINS_LIMIT 64

struct worker_remains {
	pid_t processes[WORKER_REMAINS_MAXIMUM];
	size_t num;
};

/* How long one that was killed is waited for. */
#define WORKER_END_MS 20

/* worker_start: forks it.
 *   what          for the job; borrowed
 *   conversation  its end; stays the caller's; -1: it talks with nobody
 * Errors: ERROR_SYSTEM; ERROR_VERIFIER_BUSY where WORKER_REMAINS_LIMIT have not ended. */
bool worker_start(worker_job *job, const void *what, int conversation, const struct worker_remains *remains,
    struct worker *worker, struct error *err) MUST_CHECK;

/* worker_end: kills it if it still runs, and reaps it, or adds it to what remains; WORKER_NONE afterwards. At most
 * WORKER_REMAINS_MAXIMUM - WORKER_REMAINS_LIMIT may run at once. */
void worker_end(struct worker *worker, struct worker_remains *remains);

/* worker_reap: reaps of what remains those that have ended since. */
void worker_reap(struct worker_remains *remains);

/* worker_parse_report: all that came from a report's descriptor.
 *   output  out: borrowed from `report`
 * Errors: what the worker says went wrong; ERROR_SYSTEM when it died without a word; ERROR_PROTOCOL. */
bool worker_parse_report(struct bytes report, struct bytes *output, struct error *err) MUST_CHECK;

#endif

/* audit.h: appraises a whole registry anew: who would be refused today, under these rules, and why. Changes nothing.
 *
 * Entries are read in order, appraised in threads, a batch at a time, and handed on in order again: memory does not grow
 * with the registry. Knows nothing of options and of how an answer is shown. */
#ifndef ENROLL_AUDIT_H
#define ENROLL_AUDIT_H

#include "common/account_name.h"
#include "common/ssh_key.h"
#include "policy/device_name.h"
#include "policy/result.h"

struct policy;
struct registrars;
struct store;
struct trust;

/* How many threads may appraise at once. */
#define AUDIT_THREADS_MAXIMUM 64

/* What is appraised, and against what; all of it borrowed and read by several threads. */
struct audit_question {
	const struct registrars *registrars;
	const struct trust *trust;
	const struct policy *policy;
	int64_t now;          /* seconds since 1970 */
	int64_t since;        /* only what was enrolled then or later; INT64_MIN: all */
	const char *advisory; /* only what falls under this one; NULL: all */
	unsigned threads;     /* 1 to AUDIT_THREADS_MAXIMUM */
};

struct audit_finding {
	uint64_t serial;
	char person[ACCOUNT_NAME_MAXIMUM];
	char fingerprint[SSH_KEY_FINGERPRINT_SIZE];
	char device[DEVICE_NAME_SIZE];
	int64_t enrolled_at;
	struct result result;
	struct error reason; /* ERROR_NONE when it would be accepted */
};

/* audit_visitor: called for each finding in order of serials, by the calling thread; false stops. */
typedef bool audit_visitor(const struct audit_finding *finding, void *context, struct error *err);

/* audit_run: walks the active enrollments of a store. Revoked ones and those whose life is over are passed over.
 * Errors: ERROR_STORE, ERROR_MEMORY, ERROR_SYSTEM (no thread), what the visitor says. */
bool audit_run(struct store *store, const struct audit_question *question, audit_visitor *visit, void *context,
    struct error *err) MUST_CHECK;

#endif

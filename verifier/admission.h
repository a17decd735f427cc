/* admission.h: may this key enter this account now? The one question behind every request about keys, and behind `keyenroll why`.
 *
 * A plain key needs its enrollment in the snapshot. An enrollment certificate carries it: there the snapshot, where the host has
 * one, only tells whether the key was revoked. A plain key that is not enrolled may have a grace. Either way its person must be
 * allowed into the account, and enrollment_check or grace_check says yes.
 * Knows nothing of requests, of modes and of where files lie. */
#ifndef VERIFIER_ADMISSION_H
#define VERIFIER_ADMISSION_H

#include "policy/device_name.h"
#include "policy/result.h"
#include "registry/enrollment.h"
#include "registry/grace.h"

struct host_view;

/* What is found out about one key, as far as one gets. */
struct admission {
	struct enrollment enrollment;               /* owned; empty where none was found */
	struct grace grace;                         /* owned; empty unless the key is let in by one */
	char fingerprint[SSH_KEY_FINGERPRINT_SIZE]; /* "" where the key cannot be read */
	char person[ACCOUNT_NAME_MAXIMUM];          /* "" where there is no enrollment */
	char device[DEVICE_NAME_SIZE];              /* "piv 12345678", proven by the evidence; else "" */
	uint64_t serial;                            /* the enrollment's; 0: unknown */
	uint64_t valid_before;                      /* seconds since 1970 */
	struct result result;                       /* refused where the appraisal was not reached */
};

#define ADMISSION_EMPTY ((struct admission){.fingerprint = ""})

/* admission_clear: frees what it owns; ADMISSION_EMPTY afterwards. */
void admission_clear(struct admission *admission);

/* admission_key: the key that was admitted: the enrolled one, or that of the grace. */
const struct ssh_key *admission_key(const struct admission *admission);

/* admission_check: fills *admission (empty before) as far as it gets, and says yes or no.
 *   account  a checked name
 *   blob     a plain key or an enrollment certificate
 *   now      seconds since 1970
 * Errors: ERROR_SSH_KEY…, ERROR_SSH_CERTIFICATE…, ERROR_SNAPSHOT…, ERROR_ENROLLMENT…, ERROR_GRACE…, and those of enrollment_check. */
bool admission_check(const struct host_view *view, const char *account, struct bytes blob, int64_t now,
    struct admission *admission, struct error *err) MUST_CHECK;

#endif

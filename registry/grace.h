/* grace.h: a dated exception for somebody whose token is lost: a key without evidence that two registrars let in for some days. It
 * ends by itself, by the clock of the host, and every login by it is loud in the log.
 *
 * The record, a text of exactly these lines, each ended by \n:
 *   keyenroll grace 1
 *   person NAME
 *   key TYPE BASE64
 *   since 2026-11-24T13:00:00Z
 *   until 2026-11-27T13:00:00Z
 *   because SENTENCE
 * A grant: SSH strings "keyenroll-grace-1", record, two armored SSHSIGs of it under GRACE_NAMESPACE, by two registrars whose
 * namespaces hold it. `ssh-keygen -Y verify -n grace@keyenroll` checks each of them too.
 * Knows nothing of stores and hosts. Source: OpenSSH PROTOCOL.sshsig. */
#ifndef REGISTRY_GRACE_H
#define REGISTRY_GRACE_H

#include "common/account_name.h"
#include "common/ssh_key.h"

struct registrars;

#define GRACE_LIFE_MAXIMUM ((int64_t)31 * 86400)
#define GRACE_GRANT_MAXIMUM ((size_t)64 * 1024)

struct grace {
	char person[ACCOUNT_NAME_MAXIMUM];
	struct ssh_key key;   /* owned */
	int64_t since, until; /* seconds since 1970: since <= t < until */
	char because[256];
};

#define GRACE_EMPTY ((struct grace){.person = ""})

/* grace_clear: frees what it owns; GRACE_EMPTY afterwards. */
void grace_clear(struct grace *grace);

/* grace_put_record: appends the record's text. Errors: ERROR_GRACE (over before it begins, longer than 31 days, no reason). */
bool grace_put_record(const struct grace *grace, struct buffer *out, struct error *err) MUST_CHECK;

/* grace_parse_record: reads that text, all of it; only what grace_put_record writes is accepted.
 *   grace  out: the caller's, to grace_clear()
 * Errors: ERROR_GRACE, ERROR_PERSON_NAME, ERROR_SSH_KEY…. */
bool grace_parse_record(struct bytes text, struct grace *grace, struct error *err) MUST_CHECK;

/* grace_put_grant: appends a grant.
 *   signatures  armored
 * Errors: as buffer_put. */
bool grace_put_grant(
    struct bytes record, const struct bytes signatures[2], struct buffer *out, struct error *err) MUST_CHECK;

/* grace_of_grant: what a grant says, without judging it.
 *   grace  out: the caller's, to grace_clear()
 * Errors: ERROR_GRACE, those of grace_parse_record. */
bool grace_of_grant(struct bytes grant, struct grace *grace, struct error *err) MUST_CHECK;

/* grace_check: whether a grant counts now.
 *   grace  out: the caller's, to grace_clear()
 * Errors: ERROR_GRACE (malformed), ERROR_GRACE_REFUSED (not two registrars who may, or outside of its dates). */
bool grace_check(struct bytes grant, const struct registrars *registrars, int64_t now, struct grace *grace,
    struct error *err) MUST_CHECK;

#endif

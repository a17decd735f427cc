/* registrars.h: which registrars a host trusts, in ssh's allowed_signers format with its namespaces and validity dates.
 * Knows nothing of where the file lies.
 * As in ssh a time without Z is meant in the zone of the system that reads it: write the Z. `cert-authority` lines and unknown
 * options are errors that name the line.
 * Source: ssh-keygen(1) ALLOWED SIGNERS. */
#ifndef REGISTRY_REGISTRARS_H
#define REGISTRY_REGISTRARS_H

#include "common/ssh_key.h"

/* The namespace under which registrars sign graces: grace.h. */
#define GRACE_NAMESPACE "grace@keyenroll"

struct registrar {
	char *name; /* the principals field: who this registrar is */
	struct ssh_key key;
	int64_t valid_after, valid_before; /* seconds since 1970; INT64_MIN and INT64_MAX when not given */
	bool signs_enrollments;            /* namespaces= is absent or matches enrollment@keyenroll */
	bool signs_grace;                  /* … grace@keyenroll: for grace.h */
	bool signs_trust;                  /* … trust@keyenroll: for the list of trust_signature.h */
};

struct registrars {
	struct registrar *list; /* owned */
	size_t num;
};

#define REGISTRARS_EMPTY ((struct registrars){.list = NULL})

/* registrars_clear: frees what it owns; REGISTRARS_EMPTY afterwards. */
void registrars_clear(struct registrars *registrars);

/* registrars_parse: reads a whole file; blank lines and # comments are skipped.
 * Errors: ERROR_REGISTRARS with the line's number, ERROR_LIMIT above 1024 registrars. */
bool registrars_parse(struct bytes text, struct registrars *registrars, struct error *err) MUST_CHECK;

/* registrars_find: the first registrar with this key; borrowed, NULL when there is none. */
const struct registrar *registrars_find(const struct registrars *registrars, const struct ssh_key *key);

/* registrars_check: may this key sign an enrollment at `time`?
 *   time  seconds since 1970: when the enrollment was signed by its own word. A registrar who retires keeps what he signed; one
 *         whose key was stolen is taken out of the file, since a thief can write any date
 * Errors: ERROR_REGISTRAR_UNKNOWN (also for a line without the namespace), ERROR_REGISTRAR_EXPIRED. */
bool registrars_check(
    const struct registrars *registrars, const struct ssh_key *key, int64_t time, struct error *err) MUST_CHECK;

#endif

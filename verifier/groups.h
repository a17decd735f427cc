/* groups.h: the groups that a name has on this host, by NSS. A name that has no account here may be a member of groups all the
 * same. A service that does not answer hides the groups that it alone knows, and getgrouplist() cannot tell: a rule that refuses by
 * group needs a service that caches. Knows nothing of rules. Source: getgrouplist(3), getpwnam(3). */
#ifndef VERIFIER_GROUPS_H
#define VERIFIER_GROUPS_H

#include "common/error.h"

#include <stddef.h>

struct groups {
	char **names; /* owned */
	size_t num;
};

#define GROUPS_EMPTY ((struct groups){.names = NULL})

/* groups_load: *groups is the caller's, to groups_clear(). Ids without a name are left out.
 * Errors: ERROR_SYSTEM (a look-up that says of itself that it failed), ERROR_MEMORY, ERROR_LIMIT (more than 65,536). */
bool groups_load(const char *name, struct groups *groups, struct error *err) MUST_CHECK;

/* groups_clear: frees what it owns; GROUPS_EMPTY afterwards. */
void groups_clear(struct groups *groups);

#endif

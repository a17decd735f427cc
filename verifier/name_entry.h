/* name_entry.h: what this host's name services (NSS) say of one name: its account and its groups. A name that has no account here may
 * be a member of groups all the same.
 * A service that does not answer hides the groups that it alone knows, and getgrouplist() cannot tell: a rule that refuses by
 * group needs a service that caches. Knows nothing of rules. Source: getgrouplist(3), getpwnam(3). */
#ifndef VERIFIER_NAME_ENTRY_H
#define VERIFIER_NAME_ENTRY_H

#include <sys/types.h>

#include "common/buffer.h"

struct name_entry {
	bool has_account;
	uid_t user;    /* the account's */
	char **groups; /* owned, as their texts */
	size_t num_groups;
};

#define NAME_ENTRY_EMPTY ((struct name_entry){.groups = NULL})

/* name_entry_load: asks, for as long as the services take; *entry (empty before) is the caller's, to name_entry_clear(). Ids without a
 * name are left out.
 * Errors: ERROR_NAME_SERVICE (a look-up that says of itself that it failed), ERROR_MEMORY, ERROR_LIMIT (more than 65,536). */
bool name_entry_load(const char *name, struct name_entry *entry, struct error *err) MUST_CHECK;

/* name_entry_clear: frees what it owns; NAME_ENTRY_EMPTY afterwards. */
void name_entry_clear(struct name_entry *entry);

/* name_entry_put: appends it in the form in which one process tells another. Errors: as buffer_put. */
bool name_entry_put(const struct name_entry *entry, struct buffer *out, struct error *err) MUST_CHECK;

/* name_entry_parse: reads that form, all of it, into an empty *entry. Errors: ERROR_PROTOCOL, ERROR_MEMORY. */
bool name_entry_parse(struct bytes in, struct name_entry *entry, struct error *err) MUST_CHECK;

#endif

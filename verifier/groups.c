#include "verifier/groups.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>

#define GROUPS_USUAL 64
#define GROUPS_MAXIMUM 65536

void groups_clear(struct groups *groups)
{
	for (size_t i = 0; i < groups->num; i++)
		free(groups->names[i]);
	free(groups->names);
	*groups = GROUPS_EMPTY;
}

/* A look-up that found nothing leaves any errno in some services; these alone say that it could not look. */
static bool lookup_failed(void)
{
	static const int failures[] = {EAGAIN, EINTR, EIO, EMFILE, ENFILE, ENOMEM, ERANGE, ETIMEDOUT};

	for (size_t i = 0; i < sizeof(failures) / sizeof(*failures); i++)
		if (errno == failures[i])
			return true;
	return false;
}

static bool add_name(gid_t id, struct groups *groups, struct error *err)
{
	const struct group *entry;

	errno = 0;
	entry = getgrgid(id);
	if (entry == NULL)
		return !lookup_failed() || error_set(err, ERROR_SYSTEM, "the group %lu cannot be looked up: %s",
		                               (unsigned long)id, strerror(errno));
	groups->names[groups->num] = strdup(entry->gr_name);
	if (groups->names[groups->num] == NULL)
		return error_set(err, ERROR_MEMORY, "no memory for groups");
	groups->num++;
	return true;
}

static bool add_names(const gid_t *ids, int num, struct groups *groups, struct error *err)
{
	groups->names = calloc((size_t)num + 1, sizeof(*groups->names));
	if (groups->names == NULL)
		return error_set(err, ERROR_MEMORY, "no memory for groups");
	for (int i = 0; i < num; i++)
		if (!add_name(ids[i], groups, err))
			return false;
	return true;
}

/* (gid_t)-1 for a name without account: no group has this id. */
static bool find_primary_group(const char *name, gid_t *primary, struct error *err)
{
	const struct passwd *entry;

	errno = 0;
	entry = getpwnam(name);
	*primary = entry == NULL ? (gid_t)-1 : entry->pw_gid;
	return entry != NULL || !lookup_failed() ||
	       error_set(err, ERROR_SYSTEM, "the account %s cannot be looked up: %s", name, strerror(errno));
}

bool groups_load(const char *name, struct groups *groups, struct error *err)
{
	gid_t primary, *ids = NULL, *more;
	int num = GROUPS_USUAL, room = 0;
	bool done = false;

	if (!find_primary_group(name, &primary, err))
		return false;
	do {
		if (num > GROUPS_MAXIMUM) {
			error_set(err, ERROR_LIMIT, "%s is in more than %d groups", name, GROUPS_MAXIMUM);
			goto out;
		}
		room = num;
		more = reallocarray(ids, (size_t)room, sizeof(*ids));
		if (more == NULL) {
			error_set(err, ERROR_MEMORY, "no memory for groups");
			goto out;
		}
		ids = more;
	} while (getgrouplist(name, primary, ids, &num) < 0 && num > room);
	done = add_names(ids, num < room ? num : room, groups, err);
out:
	free(ids);
	if (!done)
		groups_clear(groups);
	return done;
}

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

/* Says of a look-up that it could not look, whether it found something or not. ESPIPE is what the C library makes of a file of its own
 * for which it has no memory. */
static bool could_not_look(void)
{
	static const int failures[] = {EIO, EMFILE, ENFILE, ENOMEM, ESPIPE, ETIMEDOUT};

	for (size_t i = 0; i < sizeof(failures) / sizeof(*failures); i++)
		if (errno == failures[i])
			return true;
	return false;
}

/* A look-up that found nothing leaves any errno in some services; these alone say that it could not look. Where something was found
 * the last three may be left of a buffer that was too small at first, or of a call that was tried again. */
static bool found_nothing_for_trouble(void)
{
	return could_not_look() || errno == EAGAIN || errno == EINTR || errno == ERANGE;
}

static bool add_name(gid_t id, struct groups *groups, struct error *err)
{
	const struct group *entry;

	errno = 0;
	entry = getgrgid(id);
	if (entry == NULL)
		return !found_nothing_for_trouble() ||
		       error_set(err, ERROR_SYSTEM, "the group %lu cannot be looked up: %s", (unsigned long)id,
		           strerror(errno));
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
	return entry != NULL || !found_nothing_for_trouble() ||
	       error_set(err, ERROR_SYSTEM, "the account %s cannot be looked up: %s", name, strerror(errno));
}

/* The groups' ids; *num is the room in `ids`, and afterwards how many there are. False: more than that. getgrouplist says of a service that
 * could not look no more than of one that knows no groups, and a rule that refuses a group would be passed by: errno tells. */
static bool list(const char *name, gid_t primary, gid_t *ids, int *num)
{
	int room = *num;

	errno = 0;
	return getgrouplist(name, primary, ids, num) >= 0 || *num <= room;
}

bool groups_load(const char *name, struct groups *groups, struct error *err)
{
	gid_t primary, *ids = NULL, *more;
	int num = GROUPS_USUAL;
	bool done = false;

	if (!find_primary_group(name, &primary, err))
		return false;
	do {
		if (num > GROUPS_MAXIMUM) {
			error_set(err, ERROR_LIMIT, "%s is in more than %d groups", name, GROUPS_MAXIMUM);
			goto out;
		}
		more = reallocarray(ids, (size_t)num, sizeof(*ids));
		if (more == NULL) {
			error_set(err, ERROR_MEMORY, "no memory for groups");
			goto out;
		}
		ids = more;
	} while (!list(name, primary, ids, &num));
	if (could_not_look()) {
		error_set(err, ERROR_SYSTEM, "the groups of %s cannot be looked up: %s", name, strerror(errno));
		goto out;
	}
	done = add_names(ids, num, groups, err);
out:
	free(ids);
	if (!done)
		groups_clear(groups);
	return done;
}

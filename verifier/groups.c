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

static bool add_name(gid_t id, struct groups *groups, struct error *err)
{
	const struct group *entry = getgrgid(id);

	if (entry == NULL)
		return true;
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

/* The group that stands for "no account": no group has this id. */
static gid_t primary_group(const char *name)
{
	const struct passwd *entry = getpwnam(name);

	return entry == NULL ? (gid_t)-1 : entry->pw_gid;
}

bool groups_load(const char *name, struct groups *groups, struct error *err)
{
	gid_t primary = primary_group(name), *ids = NULL, *more;
	int num = GROUPS_USUAL, room = 0;
	bool done = false;

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

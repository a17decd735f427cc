#include "verifier/name_entry.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>

#define GROUPS_USUAL 64
#define GROUPS_MAXIMUM 65536

void name_entry_clear(struct name_entry *entry)
{
	for (size_t i = 0; i < entry->num_groups; i++)
		free(entry->groups[i]);
	free(entry->groups);
	*entry = NAME_ENTRY_EMPTY;
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

static bool make_room(struct name_entry *entry, size_t num, struct error *err)
{
	entry->groups = calloc(num + 1, sizeof(*entry->groups));
	return entry->groups != NULL || error_set(err, ERROR_MEMORY, "no memory for groups");
}

/* Into the room that was made. */
static bool add_group(struct name_entry *entry, struct bytes name, struct error *err)
{
	char *copy = strndup((const char *)name.data, name.len);

	if (copy == NULL)
		return error_set(err, ERROR_MEMORY, "no memory for groups");
	entry->groups[entry->num_groups++] = copy;
	return true;
}

static bool add_id(gid_t id, struct name_entry *entry, struct error *err)
{
	const struct group *group;

	errno = 0;
	group = getgrgid(id);
	if (group != NULL)
		return add_group(entry, bytes_of_text(group->gr_name), err);
	return !found_nothing_for_trouble() ||
	       error_set(err, ERROR_NAME_SERVICE, "the group %lu cannot be looked up: %s", (unsigned long)id,
	           strerror(errno));
}

static bool add_ids(const gid_t *ids, int num, struct name_entry *entry, struct error *err)
{
	if (!make_room(entry, (size_t)num, err))
		return false;
	for (int i = 0; i < num; i++)
		if (!add_id(ids[i], entry, err))
			return false;
	return true;
}

/* primary  out: (gid_t)-1 for a name without account: no group has this id */
static bool find_account(const char *name, struct name_entry *entry, gid_t *primary, struct error *err)
{
	const struct passwd *account;

	errno = 0;
	account = getpwnam(name);
	entry->has_account = account != NULL;
	entry->user = account == NULL ? (uid_t)-1 : account->pw_uid;
	*primary = account == NULL ? (gid_t)-1 : account->pw_gid;
	return account != NULL || !found_nothing_for_trouble() ||
	       error_set(err, ERROR_NAME_SERVICE, "the account %s cannot be looked up: %s", name, strerror(errno));
}

/* The groups' ids; *num is the room in `ids`, and afterwards how many there are. False: more than that. getgrouplist says of a service that
 * could not look no more than of one that knows no groups, and a rule that refuses a group would be passed by: errno tells. */
static bool list(const char *name, gid_t primary, gid_t *ids, int *num)
{
	int room = *num;

	errno = 0;
	return getgrouplist(name, primary, ids, num) >= 0 || *num <= room;
}

static bool find_groups(const char *name, gid_t primary, struct name_entry *entry, struct error *err)
{
	gid_t *ids = NULL, *more;
	int num = GROUPS_USUAL;
	bool done = false;

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
		error_set(err, ERROR_NAME_SERVICE, "the groups of %s cannot be looked up: %s", name, strerror(errno));
		goto out;
	}
	done = add_ids(ids, num, entry, err);
out:
	free(ids);
	return done;
}

bool name_entry_load(const char *name, struct name_entry *entry, struct error *err)
{
	gid_t primary;

	if (find_account(name, entry, &primary, err) && find_groups(name, primary, entry, err))
		return true;
	name_entry_clear(entry);
	return false;
}

bool name_entry_put(const struct name_entry *entry, struct buffer *out, struct error *err)
{
	bool done = buffer_put_u8(out, entry->has_account ? 1 : 0, err) && buffer_put_u32(out, entry->user, err) &&
	            buffer_put_u32(out, (uint32_t)entry->num_groups, err);

	for (size_t i = 0; done && i < entry->num_groups; i++)
		done = buffer_put_ssh_text(out, entry->groups[i], err);
	return done;
}

static bool take_groups(struct bytes *in, uint32_t num, struct name_entry *entry, struct error *err)
{
	struct bytes group;

	if (num > GROUPS_MAXIMUM)
		return error_set(err, ERROR_PROTOCOL, "an entry of %u groups", num);
	if (!make_room(entry, num, err))
		return false;
	for (uint32_t i = 0; i < num; i++)
		if (!bytes_take_ssh_string(in, &group) || strnlen((const char *)group.data, group.len) < group.len)
			return error_set(err, ERROR_PROTOCOL, "group %u of an entry is cut short", i + 1);
		else if (!add_group(entry, group, err))
			return false;
	return true;
}

bool name_entry_parse(struct bytes in, struct name_entry *entry, struct error *err)
{
	uint32_t user, num;
	uint8_t has_account;

	if (!bytes_take_u8(&in, &has_account) || has_account > 1 || !bytes_take_u32(&in, &user) ||
	    !bytes_take_u32(&in, &num))
		return error_set(err, ERROR_PROTOCOL, "an entry that is cut short");
	entry->has_account = has_account == 1;
	entry->user = user;
	if (take_groups(&in, num, entry, err) &&
	    (in.len == 0 || error_set(err, ERROR_PROTOCOL, "%zu bytes stand behind an entry", in.len)))
		return true;
	name_entry_clear(entry);
	return false;
}

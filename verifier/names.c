#include "verifier/names.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct known_name {
	char name[ACCOUNT_NAME_MAXIMUM];
	struct name_entry entry; /* owned */
	struct error error;      /* why there is none; else ERROR_NONE */
};

void names_clear(struct names *names)
{
	for (size_t i = 0; i < names->num_known; i++)
		name_entry_clear(&names->known[i].entry);
	free(names->known);
	*names = (struct names){.waits_not = names->waits_not};
}

static const struct known_name *find_known(const struct names *names, const char *name)
{
	for (size_t i = 0; i < names->num_known; i++)
		if (strcmp(names->known[i].name, name) == 0)
			return &names->known[i];
	return NULL;
}

/* The next place, with the name in it; NULL where there is no memory. */
static struct known_name *add(struct names *names, const char *name, struct error *err)
{
	struct known_name *more = reallocarray(names->known, names->num_known + 1, sizeof(*more)), *added;

	if (more == NULL) {
		error_set(err, ERROR_MEMORY, "no memory for names");
		return NULL;
	}
	names->known = more;
	added = &more[names->num_known++];
	*added = (struct known_name){.entry = NAME_ENTRY_EMPTY};
	(void)snprintf(added->name, sizeof(added->name), "%s", name);
	return added;
}

/* A failure is remembered as well: nobody asks twice. NULL: the name stays unknown. */
static const struct known_name *look_up(struct names *names, const char *name, struct error *err)
{
	struct known_name *added;

	if (names->waits_not) {
		if (names->wanted[0] == '\0')
			(void)snprintf(names->wanted, sizeof(names->wanted), "%s", name);
		error_set(err, ERROR_NAME_SERVICE, "%s was not looked up yet", name);
		return NULL;
	}
	added = add(names, name, err);
	if (added != NULL)
		(void)!name_entry_load(name, &added->entry, &added->error);
	return added;
}

bool names_find(struct names *names, const char *name, const struct name_entry **entry, struct error *err)
{
	const struct known_name *known = find_known(names, name);

	if (known == NULL)
		known = look_up(names, name, err);
	if (known == NULL)
		return false;
	if (known->error.code != ERROR_NONE) {
		*err = known->error;
		return false;
	}
	*entry = &known->entry;
	return true;
}

bool names_take(struct names *names, const struct bytes *report, const struct error *why, struct error *err)
{
	struct known_name *added = add(names, names->wanted, err);

	if (added == NULL)
		return false;
	names->wanted[0] = '\0';
	if (report == NULL)
		added->error = *why;
	else
		(void)!name_entry_parse(*report, &added->entry, &added->error);
	return true;
}

bool names_look_up(const void *name, int conversation, struct buffer *report, struct error *err)
{
	struct name_entry entry = NAME_ENTRY_EMPTY;
	bool done;

	(void)conversation;
	done = name_entry_load(name, &entry, err) && name_entry_put(&entry, report, err);
	name_entry_clear(&entry);
	return done;
}

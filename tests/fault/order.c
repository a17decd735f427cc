#include "tests/unit/unit.h"

#include "tests/fault/order.h"

#include <string.h>

#define UNSYNCED_MAXIMUM 64

/* What is not on the disk yet: content of a file, or a name in a folder. */
struct unsynced {
	char paths[UNSYNCED_MAXIMUM][512];
	size_t num;
};

static void text_of(struct bytes path, char text[512])
{
	assert_true(bytes_to_text(path, text, 512));
}

static bool find(const struct unsynced *unsynced, const char *path, size_t *at)
{
	for (*at = 0; *at < unsynced->num; ++*at)
		if (strcmp(unsynced->paths[*at], path) == 0)
			return true;
	return false;
}

static void add(struct unsynced *unsynced, const char *path)
{
	size_t at;

	if (find(unsynced, path, &at))
		return;
	assert_true(unsynced->num < UNSYNCED_MAXIMUM);
	memmove(unsynced->paths[unsynced->num++], path, strlen(path) + 1);
}

static void drop(struct unsynced *unsynced, const char *path)
{
	size_t at;

	if (find(unsynced, path, &at))
		memmove(unsynced->paths[at], unsynced->paths[--unsynced->num], sizeof(unsynced->paths[0]));
}

static void add_folder_of(struct unsynced *unsynced, const char *path)
{
	char folder[512];

	memcpy(folder, path, strlen(path) + 1);
	*strrchr(folder, '/') = '\0';
	add(unsynced, folder);
}

static bool complain(struct buffer *complaint, const char *what, const char *path)
{
	struct error err = ERROR_EMPTY;

	assert_done(buffer_put_format(complaint, &err, "%s %s", path, what), err);
	return false;
}

static bool take_line(struct unsynced *unsynced, struct bytes line, struct buffer *complaint)
{
	struct bytes word = BYTES_EMPTY, path = BYTES_EMPTY;
	char from[512], to[512];
	size_t at;

	assert_true(bytes_take_until(&line, '\t', &word) && bytes_take_until(&line, '\t', &path));
	text_of(path, from);
	if (strncmp(from, "/dev/", 5) == 0)
		return true;
	if (bytes_equal_text(word, "write"))
		add(unsynced, from);
	else if (bytes_equal_text(word, "sync") || bytes_equal_text(word, "remove"))
		drop(unsynced, from);
	else if (bytes_equal_text(word, "create") || bytes_equal_text(word, "folder"))
		add_folder_of(unsynced, from);
	else if (bytes_equal_text(word, "rename")) {
		text_of(line, to);
		add_folder_of(unsynced, to);
		return !find(unsynced, from, &at) || complain(complaint, "is renamed before it is synced", from);
	}
	return true;
}

bool order_check(struct bytes log, struct buffer *complaint)
{
	static struct unsynced unsynced;
	struct bytes line;

	unsynced.num = 0;
	while (bytes_take_until(&log, '\n', &line))
		if (line.len > 0 && !take_line(&unsynced, line, complaint))
			return false;
	return unsynced.num == 0 || complain(complaint, "is not synced at the end", unsynced.paths[0]);
}

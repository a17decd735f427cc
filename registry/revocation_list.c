#include "registry/revocation_list.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/file.h"
#include "common/process.h"
#include "registry/store.h"

#define SPECIFICATION_MAXIMUM ((size_t)256 * 1024 * 1024)
#define TIMEOUT_MS 600000

struct list {
	struct buffer specification; /* ssh-keygen's lines */
	uint64_t num;
};

static bool put_entry(const struct store_entry *entry, void *context, struct error *err)
{
	struct list *list = context;

	if (entry->state != STORE_REVOKED)
		return true;
	list->num++;
	return buffer_put_format(&list->specification, err, "hash: %s\n", entry->fingerprint);
}

static bool run(const char *output, struct bytes specification, struct error *err)
{
	static char program[] = "ssh-keygen", quiet[] = "-q", make[] = "-k", file[] = "-f", input[] = "-";
	char *path = strdup(output), *const argv[] = {program, quiet, make, file, path, input, NULL};
	struct buffer said = BUFFER_EMPTY;
	bool done;

	if (path == NULL)
		return error_set(err, ERROR_MEMORY, "no memory for a path");
	done = process_run(program, argv, NULL, specification, &said, TIMEOUT_MS, err);
	buffer_free(&said);
	free(path);
	return done;
}

static bool write_list(const char *path, struct bytes specification, struct error *err)
{
	struct buffer temporary = BUFFER_EMPTY;
	bool done = buffer_put_format(&temporary, err, "%s.new", path);

	if (done) {
		(void)unlink(buffer_text(&temporary));
		done = run(buffer_text(&temporary), specification, err);
		if (done)
			done = file_replace(buffer_text(&temporary), path, 0644, err);
		else
			(void)unlink(buffer_text(&temporary));
	}
	buffer_free(&temporary);
	return done;
}

/* Held until the rename, as a snapshot is. */
bool revocation_list_store(struct store *store, const char *path, uint64_t *num, struct error *err)
{
	struct list list = {.specification = BUFFER_UP_TO(SPECIFICATION_MAXIMUM)};
	bool done;

	if (!store_hold(store, err))
		return false;
	done = store_each_key(store, INT64_MIN, put_entry, &list, err) &&
	       write_list(path, buffer_bytes(&list.specification), err);
	store_release(store);
	buffer_free(&list.specification);
	if (done && num != NULL)
		*num = list.num;
	return done;
}

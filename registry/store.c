#include "registry/store.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "registry/database.h"
#include "registry/store_schema.h"

#define BUSY_TIMEOUT_MS 10000

/* A rollback journal, not a write-ahead log: writes are rare, the store stays one file that can be copied and may lie on a
 * shared file system. EXTRA: a reported enrollment survives a power cut. */
static const char settings[] = "PRAGMA journal_mode=DELETE; PRAGMA synchronous=EXTRA; PRAGMA foreign_keys=ON;";

/* Made by hand, so that the mode does not hang on the umask; SQLite gives its journal the same one. */
static bool make_file(const char *path, struct error *err)
{
	int descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	bool done;

	if (descriptor < 0)
		return errno == EEXIST || error_set_errno(err, ERROR_STORE, "%s", path);
	done = fchmod(descriptor, 0600) == 0 || error_set_errno(err, ERROR_STORE, "%s", path);
	(void)close(descriptor);
	return done;
}

static bool open_database(const char *path, bool create, struct store *store, struct error *err)
{
	struct stat status;

	if (create && !make_file(path, err))
		return false;
	if (!create && stat(path, &status) != 0)
		return error_set_errno(err, ERROR_STORE, "%s", path);
	if (!database_open(path, SQLITE_OPEN_READWRITE, ERROR_STORE, &store->database, err))
		return false;
	(void)sqlite3_busy_timeout(store->database, BUSY_TIMEOUT_MS);
	return database_run(store->database, settings, ERROR_STORE, err) &&
	       (store_schema_ensure(store->database, create, err) || error_prefix(err, "%s", path));
}

bool store_open(const char *path, bool create, struct store **store, struct error *err)
{
	struct store *opened = calloc(1, sizeof(*opened));

	if (opened == NULL)
		return error_set(err, ERROR_MEMORY, "no memory for a store");
	if (!open_database(path, create, opened, err)) {
		store_close(opened);
		return false;
	}
	*store = opened;
	return true;
}

void store_close(struct store *store)
{
	if (store == NULL)
		return;
	(void)sqlite3_close(store->database);
	free(store);
}

bool store_hold(struct store *store, struct error *err)
{
	return database_run(store->database, "BEGIN IMMEDIATE", ERROR_STORE, err);
}

bool store_hold_over(struct store *store, bool *held, struct error *err)
{
	*held = sqlite3_get_autocommit(store->database) == 0;
	return *held || store_hold(store, err);
}

bool store_check_writable(struct store *store, struct error *err)
{
	if (sqlite3_db_readonly(store->database, "main") != 0)
		return error_set(err, ERROR_STORE, "the registry can only be read, not written");
	if (!store_hold(store, err))
		return false;
	store_release(store);
	return true;
}

void store_release(struct store *store)
{
	(void)sqlite3_exec(store->database, "ROLLBACK", NULL, NULL, NULL);
}

static bool reserve_serial(sqlite3 *database, int64_t *serial, struct error *err)
{
	return database_run(database, "UPDATE last_serial SET serial = serial + 1", ERROR_STORE, err) &&
	       database_number(database, "SELECT serial FROM last_serial", serial, ERROR_STORE, err);
}

bool store_next_serial(struct store *store, uint64_t *serial, struct error *err)
{
	int64_t reserved = 0;

	if (!store_hold(store, err) ||
	    !database_end(store->database, reserve_serial(store->database, &reserved, err), ERROR_STORE, err))
		return false;
	*serial = (uint64_t)reserved;
	return true;
}

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "common/file.h"
#include "registry/database.h"
#include "registry/snapshot.h"
#include "registry/snapshot_format.h"
#include "registry/store.h"
#include "registry/store_grace.h"

#define AS_TEXT_OF(value) #value
#define AS_TEXT(value) AS_TEXT_OF(value)

/* Until it is renamed the file is nobody's: no journal on the disk, and one fsync at the end. */
static const char settings[] = "PRAGMA journal_mode=MEMORY; PRAGMA synchronous=OFF; PRAGMA locking_mode=EXCLUSIVE;";

static const char tables[] = SNAPSHOT_ENROLLMENT
    ";" SNAPSHOT_BY_PERSON ";" SNAPSHOT_GRACE ";" SNAPSHOT_HEAD ";"
    "PRAGMA application_id = " AS_TEXT(SNAPSHOT_APPLICATION_ID) ";"
                                                                "PRAGMA user_version = " AS_TEXT(SNAPSHOT_VERSION);

struct writer {
	struct statement insert;
	struct snapshot_counts counts;
};

static bool write_entry(const struct store_entry *entry, void *context, struct error *err)
{
	struct writer *writer = context;
	bool revoked = entry->state == STORE_REVOKED;

	statement_reset(&writer->insert);
	statement_bind_bytes(&writer->insert, BYTES_OF(entry->key_hash));
	statement_bind_bytes(&writer->insert, revoked ? BYTES_EMPTY : entry->certificate);
	if (revoked) {
		statement_bind_number(&writer->insert, entry->revoked_at);
		statement_bind_text(&writer->insert, entry->revoked_because);
	} else {
		statement_bind_text(&writer->insert, NULL);
		statement_bind_text(&writer->insert, NULL);
	}
	statement_bind_text(&writer->insert, entry->person);
	writer->counts.revoked += revoked;
	writer->counts.active += !revoked;
	return statement_finish(&writer->insert, err);
}

static bool write_rows(
    sqlite3 *database, struct store *store, int64_t now, struct snapshot_counts *counts, struct error *err)
{
	struct writer writer = {.insert = STATEMENT_EMPTY};
	bool done;

	done = statement_init(
	           &writer.insert, database, "INSERT INTO enrollment VALUES (?, ?, ?, ?, ?)", ERROR_FILE, err) &&
	       store_each_key(store, now, write_entry, &writer, err);
	statement_clear(&writer.insert);
	*counts = writer.counts;
	return done;
}

static bool write_grace(const uint8_t key_hash[SSH_KEY_HASH_SIZE], struct bytes grant, void *context, struct error *err)
{
	struct statement *insert = context;

	statement_reset(insert);
	statement_bind_bytes(insert, bytes_of(key_hash, SSH_KEY_HASH_SIZE));
	statement_bind_bytes(insert, grant);
	return statement_finish(insert, err);
}

static bool write_graces(sqlite3 *database, struct store *store, int64_t now, struct error *err)
{
	struct statement insert = STATEMENT_EMPTY;
	bool done = statement_init(&insert, database, "INSERT INTO grace VALUES (?, ?)", ERROR_FILE, err) &&
	            store_each_grace(store, now, write_grace, &insert, err);

	statement_clear(&insert);
	return done;
}

static bool write_time(sqlite3 *database, int64_t now, struct error *err)
{
	struct statement insert = STATEMENT_EMPTY;
	bool done = statement_init(&insert, database, "INSERT INTO snapshot VALUES (?)", ERROR_FILE, err);

	if (done) {
		statement_bind_number(&insert, now);
		done = statement_finish(&insert, err);
	}
	statement_clear(&insert);
	return done;
}

static bool write_database(
    const char *path, struct store *store, int64_t now, struct snapshot_counts *counts, struct error *err)
{
	sqlite3 *database = NULL;
	bool done;

	if (!database_open(path, SQLITE_OPEN_READWRITE, ERROR_FILE, &database, err))
		return false;
	done = database_run(database, settings, ERROR_FILE, err) && database_run(database, "BEGIN", ERROR_FILE, err);
	done = done && database_end(database,
	                   database_run(database, tables, ERROR_FILE, err) && write_time(database, now, err) &&
	                       write_rows(database, store, now, counts, err) && write_graces(database, store, now, err),
	                   ERROR_FILE, err);
	(void)sqlite3_close(database);
	return done;
}

/* One name a snapshot, so that a program that was killed leaves one file behind and not one each time; whoever writes holds the store,
 * so nobody else uses the name. It is made anew: what lies there may be a link of somebody else. */
static bool make_temporary(const char *path, struct buffer *temporary, struct error *err)
{
	int descriptor;

	if (!buffer_put_format(temporary, err, "%s.new", path))
		return false;
	(void)unlink(buffer_text(temporary));
	descriptor = open(buffer_text(temporary), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (descriptor < 0)
		return error_set_errno(err, ERROR_FILE, "%s cannot be written", buffer_text(temporary));
	(void)close(descriptor);
	return true;
}

static bool write_held(
    struct store *store, const char *path, int64_t now, struct snapshot_counts *counts, struct error *err)
{
	struct buffer temporary = BUFFER_EMPTY;
	bool done = false;

	if (!make_temporary(path, &temporary, err))
		goto out;
	if (write_database(buffer_text(&temporary), store, now, counts, err))
		done = file_replace(buffer_text(&temporary), path, 0644, err);
	else
		(void)unlink(buffer_text(&temporary));
out:
	buffer_free(&temporary);
	return done;
}

/* Held until the rename, so that of two operators the later one's snapshot stays. */
bool snapshot_store(
    struct store *store, const char *path, int64_t now, struct snapshot_counts *counts, struct error *err)
{
	struct snapshot_counts written = {0};
	bool held, done;

	if (!store_hold_over(store, &held, err))
		return false;
	done = write_held(store, path, now, &written, err);
	if (!held)
		store_release(store);
	if (done && counts != NULL)
		*counts = written;
	return done;
}

#include "registry/snapshot.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "common/file.h"
#include "common/ssh_certificate.h"
#include "common/text.h"
#include "registry/database.h"
#include "registry/snapshot_format.h"

#define SNAPSHOT_OBJECTS 4

struct snapshot {
	sqlite3 *database; /* owned */
	struct statement find;
	int64_t made_at;
	char *path;         /* owned */
	struct stat status; /* of the file that was opened */
};

/* Whether a letter may stand in an URI as it is. */
static bool is_plain(uint8_t letter)
{
	return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
	       (letter >= '0' && letter <= '9') || letter == '/' || letter == '.' || letter == '-' || letter == '_';
}

/* immutable: a snapshot is replaced, never written to, so SQLite needs neither locks nor a look at the file again. */
static bool put_uri(const char *path, struct buffer *uri, struct error *err)
{
	struct bytes rest = bytes_of_text(path);
	uint8_t letter;

	if (!buffer_put_text(uri, "file:", err))
		return false;
	while (bytes_take_u8(&rest, &letter)) {
		if (is_plain(letter) ? !buffer_put_u8(uri, letter, err)
		                     : !buffer_put_format(uri, err, "%%%02X", letter))
			return false;
	}
	return buffer_put_text(uri, "?mode=ro&immutable=1", err);
}

static bool read_status(const char *path, struct stat *status, struct error *err)
{
	int descriptor = -1;
	bool done;

	if (file_is_absent(path))
		return error_set(err, ERROR_SNAPSHOT_ABSENT, "there is no snapshot at %s", path);
	if (!file_open_trusted(path, &descriptor, err))
		return false;
	done = fstat(descriptor, status) == 0 || error_set_errno(err, ERROR_SNAPSHOT, "%s", path);
	(void)close(descriptor);
	return done;
}

static bool check_format(sqlite3 *database, struct error *err)
{
	int64_t application, version;

	if (!database_number(database, "PRAGMA application_id", &application, ERROR_SNAPSHOT, err) ||
	    !database_number(database, "PRAGMA user_version", &version, ERROR_SNAPSHOT, err))
		return false;
	if (application != SNAPSHOT_APPLICATION_ID || version < 1)
		return error_set(err, ERROR_SNAPSHOT, "this is no snapshot of a registry");
	if (version < SNAPSHOT_VERSION)
		return error_set(err, ERROR_SNAPSHOT, "an older program made this snapshot: write it anew");
	if (version > SNAPSHOT_VERSION)
		return error_set(err, ERROR_SNAPSHOT,
		    "a newer program made this snapshot (version %" PRId64 ", known here is %d)", version,
		    SNAPSHOT_VERSION);
	return true;
}

/* Whether one part of the schema is one that belongs there, and stands there for the first time. */
static bool take_object(const char *sql, bool seen[SNAPSHOT_OBJECTS])
{
	static const char *const objects[SNAPSHOT_OBJECTS] = {
	    SNAPSHOT_ENROLLMENT, SNAPSHOT_BY_PERSON, SNAPSHOT_GRACE, SNAPSHOT_HEAD};

	for (size_t i = 0; i < SNAPSHOT_OBJECTS; i++) {
		if (strcmp(sql, objects[i]) != 0 || seen[i])
			continue;
		seen[i] = true;
		return true;
	}
	return false;
}

/* A view in the place of a table would have its reader compute whatever stands in it, without end: nothing but what is written into
 * a snapshot is asked. */
static bool check_schema(sqlite3 *database, struct error *err)
{
	struct statement statement = STATEMENT_EMPTY;
	bool seen[SNAPSHOT_OBJECTS] = {false}, row = true, done, sound = true;
	size_t num = 0;
	char sql[512];

	done = statement_init(&statement, database, "SELECT sql FROM sqlite_schema", ERROR_SNAPSHOT, err);
	while (done && sound && (done = statement_step(&statement, &row, err)) && row) {
		statement_take_text(&statement, sql, sizeof(sql));
		sound = statement_check(&statement, NULL) && take_object(sql, seen);
		num++;
	}
	statement_clear(&statement);
	return done && ((sound && num == SNAPSHOT_OBJECTS) ||
	                   error_set(err, ERROR_SNAPSHOT, "the tables in it are not those of a snapshot"));
}

static bool open_database(const char *path, struct snapshot *snapshot, struct error *err)
{
	struct buffer uri = BUFFER_EMPTY;
	bool done;

	done = put_uri(path, &uri, err) &&
	       database_open(buffer_text(&uri), SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, ERROR_SNAPSHOT,
	           &snapshot->database, err) &&
	       check_format(snapshot->database, err) && check_schema(snapshot->database, err) &&
	       database_number(
	           snapshot->database, "SELECT made_at FROM snapshot", &snapshot->made_at, ERROR_SNAPSHOT, err) &&
	       statement_init(&snapshot->find, snapshot->database,
	           "SELECT certificate, revoked_at, revoked_because FROM enrollment WHERE key_hash = ?", ERROR_SNAPSHOT,
	           err);
	buffer_free(&uri);
	return done || error_prefix(err, "%s", path);
}

bool snapshot_open(const char *path, struct snapshot **snapshot, struct error *err)
{
	struct snapshot *opened = calloc(1, sizeof(*opened));

	if (opened == NULL)
		return error_set(err, ERROR_MEMORY, "no memory for a snapshot");
	opened->path = strdup(path);
	if (opened->path == NULL)
		error_set(err, ERROR_MEMORY, "no memory for a snapshot");
	if (opened->path == NULL || !read_status(path, &opened->status, err) || !open_database(path, opened, err)) {
		snapshot_close(opened);
		return false;
	}
	*snapshot = opened;
	return true;
}

void snapshot_close(struct snapshot *snapshot)
{
	if (snapshot == NULL)
		return;
	statement_clear(&snapshot->find);
	(void)sqlite3_close(snapshot->database);
	free(snapshot->path);
	free(snapshot);
}

bool snapshot_is_current(const struct snapshot *snapshot)
{
	const struct stat *then = &snapshot->status;
	struct stat now;

	return stat(snapshot->path, &now) == 0 && now.st_dev == then->st_dev && now.st_ino == then->st_ino &&
	       now.st_size == then->st_size && now.st_mtim.tv_sec == then->st_mtim.tv_sec &&
	       now.st_mtim.tv_nsec == then->st_mtim.tv_nsec && now.st_ctim.tv_sec == then->st_ctim.tv_sec &&
	       now.st_ctim.tv_nsec == then->st_ctim.tv_nsec;
}

int64_t snapshot_made_at(const struct snapshot *snapshot)
{
	return snapshot->made_at;
}

/* A page of a damaged file can stand in many places of a tree, so that a walk of it comes to no end: there its keys come again.
 *   key_hash  in: the one before, zeros at first; out: that of the row */
static bool take_next_hash(struct statement *row, uint8_t key_hash[SSH_KEY_HASH_SIZE], struct error *err)
{
	struct bytes hash = statement_take_bytes(row);

	if (!statement_check(row, err))
		return false;
	if (hash.len != SSH_KEY_HASH_SIZE || memcmp(hash.data, key_hash, SSH_KEY_HASH_SIZE) <= 0)
		return error_set(err, ERROR_SNAPSHOT, "the snapshot is damaged: its keys are out of order");
	memcpy(key_hash, hash.data, SSH_KEY_HASH_SIZE);
	return true;
}

static bool check_order(sqlite3 *database, const char *sql, int64_t *num, struct error *err)
{
	struct statement statement = STATEMENT_EMPTY;
	uint8_t key_hash[SSH_KEY_HASH_SIZE] = {0};
	bool row = true, done;

	*num = 0;
	done = statement_init(&statement, database, sql, ERROR_SNAPSHOT, err);
	while (done && (done = statement_step(&statement, &row, err)) && row) {
		++*num;
		done = take_next_hash(&statement, key_hash, err);
	}
	statement_clear(&statement);
	return done;
}

/* As many rows as there are keys, and not one is read beyond them. */
static bool check_index(sqlite3 *database, int64_t num, struct error *err)
{
	struct statement count = STATEMENT_EMPTY;
	bool row = false, done;

	done = statement_init(&count, database,
	    "SELECT count(*) FROM (SELECT person FROM enrollment INDEXED BY enrollment_by_person LIMIT ?)",
	    ERROR_SNAPSHOT, err);
	if (done) {
		statement_bind_number(&count, num + 1);
		done = statement_step(&count, &row, err) &&
		       (statement_take_number(&count) == num ||
		           error_set(err, ERROR_SNAPSHOT, "the snapshot is damaged: its index is of other keys"));
	}
	statement_clear(&count);
	return done;
}

bool snapshot_check(struct snapshot *snapshot, struct error *err)
{
	int64_t num, num_graces;

	return (check_order(snapshot->database, "SELECT key_hash FROM enrollment ORDER BY key_hash", &num, err) &&
	           check_index(snapshot->database, num, err) &&
	           check_order(snapshot->database, "SELECT key_hash FROM grace ORDER BY key_hash", &num_graces, err)) ||
	       error_prefix(err, "%s", snapshot->path);
}

static bool refuse_revoked(struct statement *row, struct error *err)
{
	char because[256], date[sizeof("2026-11-24")] = "";
	time_t revoked_at = (time_t)statement_take_number(row);
	struct tm day;

	statement_take_text(row, because, sizeof(because));
	if (!statement_check(row, err))
		return false;
	if (!text_is_printable(bytes_of_text(because)) || gmtime_r(&revoked_at, &day) == NULL ||
	    strftime(date, sizeof(date), "%Y-%m-%d", &day) == 0)
		return error_set(err, ERROR_SNAPSHOT, "the snapshot is damaged: a revocation is not readable");
	return error_set(err, ERROR_ENROLLMENT_REVOKED, "revoked on %s: %s", date, because);
}

/* The file is not trusted to be undamaged: a certificate that it gives is whole, and for the key that was asked for. */
static bool check_certificate(struct bytes blob, const uint8_t key_hash[SSH_KEY_HASH_SIZE], struct error *err)
{
	struct ssh_certificate certificate = SSH_CERTIFICATE_EMPTY;
	uint8_t found[SSH_KEY_HASH_SIZE];
	bool done;

	done = ssh_certificate_parse(blob, &certificate, err) && ssh_key_hash(&certificate.key, found, err);
	if (!done)
		error_prefix(err, "the certificate in the snapshot is damaged");
	else if (!bytes_equal(BYTES_OF(found), bytes_of(key_hash, SSH_KEY_HASH_SIZE)))
		done =
		    error_set(err, ERROR_SNAPSHOT, "the snapshot is damaged: it gives the certificate of another key");
	ssh_certificate_clear(&certificate);
	return done;
}

static bool take_certificate(
    struct statement *row, const uint8_t key_hash[SSH_KEY_HASH_SIZE], struct buffer *certificate, struct error *err)
{
	struct bytes blob = statement_take_bytes(row);

	if (!statement_check(row, err))
		return false;
	if (blob.len == 0)
		return refuse_revoked(row, err);
	return check_certificate(blob, key_hash, err) && buffer_put(certificate, blob, err);
}

bool snapshot_find(
    struct snapshot *snapshot, const uint8_t key_hash[SSH_KEY_HASH_SIZE], struct buffer *certificate, struct error *err)
{
	bool row = false, done = false;

	statement_bind_bytes(&snapshot->find, bytes_of(key_hash, SSH_KEY_HASH_SIZE));
	if (statement_step(&snapshot->find, &row, err))
		done = row ? take_certificate(&snapshot->find, key_hash, certificate, err)
		           : error_set(err, ERROR_ENROLLMENT_ABSENT, "this key is not enrolled");
	statement_reset(&snapshot->find);
	return done;
}

bool snapshot_find_grace(
    struct snapshot *snapshot, const uint8_t key_hash[SSH_KEY_HASH_SIZE], struct buffer *grant, struct error *err)
{
	struct statement find = STATEMENT_EMPTY;
	bool row = false, done;

	done = statement_init(
	    &find, snapshot->database, "SELECT grant FROM grace WHERE key_hash = ?", ERROR_SNAPSHOT, err);
	if (done) {
		statement_bind_bytes(&find, bytes_of(key_hash, SSH_KEY_HASH_SIZE));
		done = statement_step(&find, &row, err);
	}
	if (done && row)
		done = buffer_put(grant, statement_take_bytes(&find), err) && statement_check(&find, err);
	else if (done)
		done = error_set(err, ERROR_ENROLLMENT_ABSENT, "no grace was granted for this key");
	statement_clear(&find);
	return done;
}

/* All but the key's hash. */
static bool take_entry(struct statement *row, struct snapshot_entry *entry, struct error *err)
{
	entry->certificate = statement_take_bytes(row);
	statement_take_text(row, entry->person, sizeof(entry->person));
	entry->revoked_at = statement_take_number(row);
	entry->revoked = entry->certificate.len == 0;
	return statement_check(row, err);
}

static bool find_entry(struct statement *find, struct snapshot_entry *entry, struct error *err)
{
	bool row = false;

	statement_reset(find);
	statement_bind_bytes(find, BYTES_OF(entry->key_hash));
	if (!statement_step(find, &row, err))
		return false;
	if (!row)
		return error_set(err, ERROR_SNAPSHOT, "the snapshot is damaged: its index is of other keys");
	return take_entry(find, entry, err);
}

static bool each_of_all(struct snapshot *snapshot, snapshot_visitor *visit, void *context, struct error *err)
{
	struct statement rows = STATEMENT_EMPTY;
	struct snapshot_entry entry = {.revoked = false};
	bool row = true, done;

	done = statement_init(&rows, snapshot->database,
	    "SELECT key_hash, certificate, person, revoked_at FROM enrollment ORDER BY key_hash", ERROR_SNAPSHOT, err);
	while (done && (done = statement_step(&rows, &row, err)) && row)
		done = take_next_hash(&rows, entry.key_hash, err) && take_entry(&rows, &entry, err) &&
		       visit(&entry, context, err);
	statement_clear(&rows);
	return done;
}

/* Two statements: one that joined would pass over what stands in a damaged index only, and might do so without end. */
static bool each_of_person(
    struct snapshot *snapshot, const char *person, snapshot_visitor *visit, void *context, struct error *err)
{
	struct statement hashes = STATEMENT_EMPTY, find = STATEMENT_EMPTY;
	struct snapshot_entry entry = {.revoked = false};
	bool row = true, done;

	done = statement_init(&hashes, snapshot->database,
	           "SELECT key_hash FROM enrollment WHERE person = ? ORDER BY key_hash", ERROR_SNAPSHOT, err) &&
	       statement_init(&find, snapshot->database,
	           "SELECT certificate, person, revoked_at FROM enrollment WHERE key_hash = ?", ERROR_SNAPSHOT, err);
	if (done)
		statement_bind_text(&hashes, person);
	while (done && (done = statement_step(&hashes, &row, err)) && row)
		done = take_next_hash(&hashes, entry.key_hash, err) && find_entry(&find, &entry, err) &&
		       visit(&entry, context, err);
	statement_clear(&find);
	statement_clear(&hashes);
	return done;
}

bool snapshot_each(
    struct snapshot *snapshot, const char *person, snapshot_visitor *visit, void *context, struct error *err)
{
	return person == NULL ? each_of_all(snapshot, visit, context, err)
	                      : each_of_person(snapshot, person, visit, context, err);
}

bool snapshot_count_short(struct snapshot *snapshot, size_t minimum, int64_t since, uint64_t *num,
    char person[ACCOUNT_NAME_MAXIMUM], struct error *err)
{
	struct statement count = STATEMENT_EMPTY;
	bool row = false, done;

	if (!snapshot_check(snapshot, err)) /* what is counted comes to an end */
		return false;
	done = statement_init(&count, snapshot->database,
	    "SELECT count(*), ifnull(min(person), '') FROM (SELECT person FROM enrollment GROUP BY person"
	    " HAVING count(CASE WHEN length(certificate) > 0 THEN 1 END) > 0"
	    " AND count(CASE WHEN length(certificate) > 0 OR revoked_at >= ?1 THEN 1 END) < ?2)",
	    ERROR_SNAPSHOT, err);
	if (done) {
		statement_bind_number(&count, since);
		statement_bind_number(&count, (int64_t)minimum);
		done = statement_step(&count, &row, err);
	}
	if (done) {
		*num = (uint64_t)statement_take_number(&count);
		statement_take_text(&count, person, ACCOUNT_NAME_MAXIMUM);
		done = statement_check(&count, err);
	}
	statement_clear(&count);
	return done;
}

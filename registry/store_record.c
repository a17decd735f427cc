#include <inttypes.h>
#include <stdio.h>

#include "common/language.h"
#include "common/ssh_certificate.h"
#include "common/text.h"
#include "registry/database.h"
#include "registry/enrollment.h"
#include "registry/store.h"
#include "registry/store_schema.h"

/* Far from the end of what SQLite counts to: serials go on behind the greatest one that is recorded. */
#define SERIAL_MAXIMUM ((uint64_t)INT64_MAX / 2)

/* Text from outside that lists and logs will show later. */
static bool copy_text(const char *what, const char *text, char *out, size_t size, struct error *err)
{
	struct bytes bytes = bytes_of_text(text);

	if (!text_is_printable(bytes))
		return error_set(err, ERROR_TEXT, "%s is no printable text", translated(what));
	return bytes_to_text(bytes, out, size) ||
	       error_set(err, ERROR_TEXT, "%s is longer than %zu bytes", what, size - 1);
}

static int64_t to_signed(uint64_t seconds)
{
	return seconds > INT64_MAX ? INT64_MAX : (int64_t)seconds;
}

static bool entry_of(const struct enrollment *enrollment, const char *device, const char *operator_name, int64_t now,
    struct store_entry *entry, struct error *err)
{
	const struct ssh_certificate *certificate = &enrollment->certificate;

	*entry = (struct store_entry){
	    .serial = certificate->serial,
	    .enrolled_at = now,
	    .valid_after = to_signed(certificate->valid_after),
	    .valid_before = to_signed(certificate->valid_before),
	    .certificate = buffer_bytes(&certificate->blob),
	};
	if (certificate->serial == 0 || certificate->serial > SERIAL_MAXIMUM)
		return error_set(err, ERROR_ENROLLMENT, "the serial %" PRIu64 " is out of range", certificate->serial);
	return copy_text("the person", enrollment->person, entry->person, sizeof(entry->person), err) &&
	       copy_text("the device", device, entry->device, sizeof(entry->device), err) &&
	       copy_text("the operator", operator_name, entry->operator_name, sizeof(entry->operator_name), err) &&
	       ssh_key_hash(&certificate->key, entry->key_hash, err) &&
	       ssh_key_fingerprint(&certificate->key, entry->fingerprint, err) &&
	       ssh_key_fingerprint(&certificate->authority, entry->registrar, err);
}

/* What stands against an addition. The numbers stand in the question below. */
enum obstacle {
	OBSTACLE_KEY_REVOKED = 1,
	OBSTACLE_KEY_ENROLLED = 2,
	OBSTACLE_SERIAL = 3,
	OBSTACLE_DEVICE = 4,
};

static const char find_obstacle[] =
    "SELECT 1, serial, person FROM enrollment AS e WHERE key_hash = ?1"
    " AND EXISTS (SELECT 1 FROM revocation AS r WHERE r.serial = e.serial)"
    " UNION ALL SELECT 2, serial, person FROM enrollment WHERE key_hash = ?1 AND valid_before > ?2"
    " UNION ALL SELECT 3, serial, person FROM enrollment WHERE serial = ?3"
    " UNION ALL SELECT 4, serial, person FROM enrollment AS e WHERE device = ?4 AND device <> '' AND person <> ?5"
    " AND valid_before > ?2 AND NOT EXISTS (SELECT 1 FROM revocation AS r WHERE r.serial = e.serial)"
    " LIMIT 1";

static bool refuse(
    enum obstacle obstacle, int64_t serial, const char *person, const struct store_entry *entry, struct error *err)
{
	switch (obstacle) {
	case OBSTACLE_KEY_REVOKED:
		return error_set(err, ERROR_ENROLLMENT_EXISTS,
		    "this key was enrolled for %s and revoked (number %" PRId64
		    "): a revoked key is never enrolled again, make a new one in the token",
		    person, serial);
	case OBSTACLE_KEY_ENROLLED:
		return error_set(err, ERROR_ENROLLMENT_EXISTS,
		    "this key is enrolled already, for %s (number %" PRId64 ")", person, serial);
	case OBSTACLE_SERIAL:
		return error_set(err, ERROR_ENROLLMENT_EXISTS,
		    "the number %" PRId64 " was given to an enrollment of %s already", serial, person);
	case OBSTACLE_DEVICE:
		return error_set(err, ERROR_ENROLLMENT_EXISTS,
		    "%s is enrolled for another person, %s (number %" PRId64
		    "): revoke that first if the token changes hands",
		    entry->device, person, serial);
	}
	return error_set(err, ERROR_BUG, "an unknown obstacle");
}

static bool check_free(sqlite3 *database, const struct store_entry *entry, struct error *err)
{
	struct statement statement = STATEMENT_EMPTY;
	char person[ACCOUNT_NAME_MAXIMUM];
	enum obstacle obstacle;
	int64_t serial;
	bool row = false, done = false;

	if (!statement_init(&statement, database, find_obstacle, ERROR_STORE, err))
		goto out;
	statement_bind_bytes(&statement, BYTES_OF(entry->key_hash));
	statement_bind_number(&statement, entry->enrolled_at);
	statement_bind_number(&statement, (int64_t)entry->serial);
	statement_bind_text(&statement, entry->device);
	statement_bind_text(&statement, entry->person);
	if (!statement_step(&statement, &row, err))
		goto out;
	if (row) {
		obstacle = (enum obstacle)statement_take_number(&statement);
		serial = statement_take_number(&statement);
		statement_take_text(&statement, person, sizeof(person));
		refuse(obstacle, serial, person, entry, err);
	}
	done = !row;
out:
	statement_clear(&statement);
	return done;
}

/* The same question with a serial and a key hash that are nobody's. */
bool store_check_device(struct store *store, const char *device, const char *person, int64_t now, struct error *err)
{
	struct store_entry entry = {.enrolled_at = now};

	return copy_text("the device", device, entry.device, sizeof(entry.device), err) &&
	       copy_text("the person", person, entry.person, sizeof(entry.person), err) &&
	       check_free(store->database, &entry, err);
}

bool store_find_holder(
    struct store *store, const char *device, int64_t now, char person[ACCOUNT_NAME_MAXIMUM], struct error *err)
{
	struct statement statement = STATEMENT_EMPTY;
	bool row = false, done = false;

	person[0] = '\0';
	if (!statement_init(&statement, store->database,
	        "SELECT person FROM enrollment AS e WHERE device = ? AND valid_before > ?"
	        " AND NOT EXISTS (SELECT 1 FROM revocation AS r WHERE r.serial = e.serial) ORDER BY serial DESC LIMIT "
	        "1",
	        ERROR_STORE, err))
		goto out;
	statement_bind_text(&statement, device);
	statement_bind_number(&statement, now);
	done = statement_step(&statement, &row, err);
	if (row)
		statement_take_text(&statement, person, ACCOUNT_NAME_MAXIMUM);
out:
	statement_clear(&statement);
	return done;
}

/* The same, where only the key is somebody's. */
bool store_check_key(struct store *store, const struct ssh_key *key, int64_t now, struct error *err)
{
	struct store_entry entry = {.enrolled_at = now};

	return ssh_key_hash(key, entry.key_hash, err) && check_free(store->database, &entry, err);
}

static bool insert(sqlite3 *database, const struct store_entry *entry, struct error *err)
{
	struct statement statement = STATEMENT_EMPTY;
	bool done = false;

	if (!statement_init(&statement, database,
	        "INSERT INTO enrollment (serial, key_hash, fingerprint, person, registrar, device, operator, "
	        "enrolled_at,"
	        " valid_after, valid_before, certificate) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
	        ERROR_STORE, err))
		goto out;
	statement_bind_number(&statement, (int64_t)entry->serial);
	statement_bind_bytes(&statement, BYTES_OF(entry->key_hash));
	statement_bind_text(&statement, entry->fingerprint);
	statement_bind_text(&statement, entry->person);
	statement_bind_text(&statement, entry->registrar);
	statement_bind_text(&statement, entry->device);
	statement_bind_text(&statement, entry->operator_name);
	statement_bind_number(&statement, entry->enrolled_at);
	statement_bind_number(&statement, entry->valid_after);
	statement_bind_number(&statement, entry->valid_before);
	statement_bind_bytes(&statement, entry->certificate);
	done = statement_finish(&statement, err);
out:
	statement_clear(&statement);
	return done;
}

/* An enrollment that was made elsewhere may bring a serial that was not reserved here: no later one may meet it. */
static bool keep_serials_ahead(sqlite3 *database, int64_t serial, struct error *err)
{
	struct statement statement = STATEMENT_EMPTY;
	bool done = false;

	if (!statement_init(&statement, database, "UPDATE last_serial SET serial = max(serial, ?)", ERROR_STORE, err))
		goto out;
	statement_bind_number(&statement, serial);
	done = statement_finish(&statement, err);
out:
	statement_clear(&statement);
	return done;
}

/* Why nothing was left to revoke. */
static bool refuse_to_revoke(sqlite3 *database, const char *fingerprint, struct error *err)
{
	struct statement statement = STATEMENT_EMPTY;
	bool row = false;

	if (!statement_init(
	        &statement, database, "SELECT serial FROM enrollment WHERE fingerprint = ? LIMIT 1", ERROR_STORE, err))
		goto out;
	statement_bind_text(&statement, fingerprint);
	if (!statement_step(&statement, &row, err))
		goto out;
	if (row)
		error_set(err, ERROR_ENROLLMENT_REVOKED, "%s is revoked already", fingerprint);
	else
		error_set(err, ERROR_ENROLLMENT_ABSENT, "%s was never enrolled here", fingerprint);
out:
	statement_clear(&statement);
	return false;
}

static bool revoke(sqlite3 *database, const char *fingerprint, const char *because, int64_t now, struct error *err)
{
	struct statement statement = STATEMENT_EMPTY;
	bool done = false;

	if (!statement_init(&statement, database,
	        "INSERT INTO revocation (serial, revoked_at, because) SELECT serial, ?1, ?2 FROM enrollment AS e"
	        " WHERE fingerprint = ?3 AND NOT EXISTS (SELECT 1 FROM revocation AS r WHERE r.serial = e.serial)",
	        ERROR_STORE, err))
		goto out;
	statement_bind_number(&statement, now);
	statement_bind_text(&statement, because);
	statement_bind_text(&statement, fingerprint);
	if (!statement_finish(&statement, err))
		goto out;
	done = sqlite3_changes(database) > 0 || refuse_to_revoke(database, fingerprint, err);
out:
	statement_clear(&statement);
	return done;
}

/* The latest enrollment of a key of this device that is neither revoked nor over. */
static bool find_of_device(
    sqlite3 *database, const struct store_entry *entry, const char *fingerprint, int64_t *serial, struct error *err)
{
	struct statement statement = STATEMENT_EMPTY;
	bool row = false, done = false;

	*serial = 0;
	if (!statement_init(&statement, database,
	        "SELECT serial FROM enrollment AS e WHERE fingerprint = ? AND device = ? AND device <> ''"
	        " AND valid_before > ? AND NOT EXISTS (SELECT 1 FROM revocation AS r WHERE r.serial = e.serial)"
	        " ORDER BY serial DESC LIMIT 1",
	        ERROR_STORE, err))
		goto out;
	statement_bind_text(&statement, fingerprint);
	statement_bind_text(&statement, entry->device);
	statement_bind_number(&statement, entry->enrolled_at);
	done = statement_step(&statement, &row, err);
	if (row)
		*serial = statement_take_number(&statement);
out:
	statement_clear(&statement);
	return done;
}

static bool end_replaced(
    sqlite3 *database, const struct store_entry *entry, const char *gone, int64_t *ended, struct error *err)
{
	char because[64];

	if (!find_of_device(database, entry, gone, ended, err))
		return false;
	snprintf(because, sizeof(because), "superseded by number %" PRIu64 " in the same slot", entry->serial);
	return *ended == 0 || revoke(database, gone, because, entry->enrolled_at, err);
}

bool store_add_in_place(struct store *store, const struct enrollment *enrollment, const char *device, const char *gone,
    const char *operator_name, int64_t now, uint64_t *ended, struct error *err)
{
	sqlite3 *database = store->database;
	struct store_entry entry;
	int64_t replaced = 0;
	bool done;

	*ended = 0;
	if (!entry_of(enrollment, device, operator_name, now, &entry, err) || !store_hold(store, err))
		return false;
	done = check_free(database, &entry, err) && insert(database, &entry, err) &&
	       keep_serials_ahead(database, (int64_t)entry.serial, err) &&
	       end_replaced(database, &entry, gone, &replaced, err);
	done = database_end(database, done, ERROR_STORE, err);
	if (done)
		*ended = (uint64_t)replaced;
	return done;
}

bool store_add(struct store *store, const struct enrollment *enrollment, const char *device, const char *operator_name,
    int64_t now, struct error *err)
{
	uint64_t ended;

	return store_add_in_place(store, enrollment, device, "", operator_name, now, &ended, err);
}

bool store_revoke(struct store *store, const char *fingerprint, const char *because, int64_t now, struct error *err)
{
	char line[sizeof(((struct store_entry *)NULL)->revoked_because)];

	if (!copy_text("the reason", because, line, sizeof(line), err) || !store_hold(store, err))
		return false;
	return database_end(store->database, revoke(store->database, fingerprint, line, now, err), ERROR_STORE, err);
}

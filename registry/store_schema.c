#include "registry/store_schema.h"

#include <inttypes.h>

#include "registry/database.h"

#define APPLICATION_ID 1801812338 /* "keyr" */
#define VERSION 1
#define AS_TEXT_OF(value) #value
#define AS_TEXT(value) AS_TEXT_OF(value)

/* A revocation is a row of its own, so that what was recorded at the enrollment never changes; the triggers hold whoever
 * comes with another program to that, as far as he does not mean to. */
static const char tables[] =
    "CREATE TABLE enrollment ("
    " serial INTEGER PRIMARY KEY CHECK (serial > 0),"
    " key_hash BLOB NOT NULL CHECK (length(key_hash) = 32),"
    " fingerprint TEXT NOT NULL,"
    " person TEXT NOT NULL CHECK (person <> ''),"
    " registrar TEXT NOT NULL,"
    " device TEXT NOT NULL,"
    " operator TEXT NOT NULL,"
    " enrolled_at INTEGER NOT NULL,"
    " valid_after INTEGER NOT NULL,"
    " valid_before INTEGER NOT NULL,"
    " certificate BLOB NOT NULL"
    ") STRICT;"
    "CREATE INDEX enrollment_by_key ON enrollment (key_hash);"
    "CREATE INDEX enrollment_by_fingerprint ON enrollment (fingerprint);"
    "CREATE INDEX enrollment_by_person ON enrollment (person);"
    "CREATE INDEX enrollment_by_device ON enrollment (device);"
    "CREATE TABLE revocation ("
    " serial INTEGER PRIMARY KEY REFERENCES enrollment (serial),"
    " revoked_at INTEGER NOT NULL,"
    " because TEXT NOT NULL"
    ") STRICT;"
    "CREATE TABLE last_serial (serial INTEGER NOT NULL) STRICT;"
    "INSERT INTO last_serial VALUES (0);"
    "CREATE TRIGGER enrollment_stays BEFORE DELETE ON enrollment"
    " BEGIN SELECT RAISE(ABORT, 'an enrollment is never deleted'); END;"
    "CREATE TRIGGER enrollment_stays_as_it_was BEFORE UPDATE ON enrollment"
    " BEGIN SELECT RAISE(ABORT, 'an enrollment is never changed'); END;"
    "CREATE TRIGGER revocation_stays BEFORE DELETE ON revocation"
    " BEGIN SELECT RAISE(ABORT, 'a revocation is never deleted'); END;"
    "CREATE TRIGGER revocation_stays_as_it_was BEFORE UPDATE ON revocation"
    " BEGIN SELECT RAISE(ABORT, 'a revocation is never changed'); END;"
    "PRAGMA application_id = " AS_TEXT(APPLICATION_ID) ";"
                                                       "PRAGMA user_version = " AS_TEXT(VERSION);

struct state {
	int64_t objects, application, version;
};

static bool read_state(sqlite3 *database, struct state *state, struct error *err)
{
	return database_number(database, "SELECT count(*) FROM sqlite_schema", &state->objects, ERROR_STORE, err) &&
	       database_number(database, "PRAGMA application_id", &state->application, ERROR_STORE, err) &&
	       database_number(database, "PRAGMA user_version", &state->version, ERROR_STORE, err);
}

static bool is_blank(const struct state *state)
{
	return state->objects == 0 && state->application == 0 && state->version == 0;
}

static bool check(const struct state *state, struct error *err)
{
	if (state->application != APPLICATION_ID || state->version < 1)
		return error_set(err, ERROR_STORE, "this is no store of enrollments");
	if (state->version > VERSION)
		return error_set(err, ERROR_STORE_VERSION,
		    "a newer program made this store (version %" PRId64 ", known here is %d): use that one",
		    state->version, VERSION);
	return true;
}

/* Two operators may begin at once: whoever waits for the lock finds the tables of the other. */
static bool make_tables(sqlite3 *database, struct error *err)
{
	struct state state;
	bool done;

	if (!database_run(database, "BEGIN IMMEDIATE", ERROR_STORE, err))
		return false;
	done = read_state(database, &state, err) &&
	       (is_blank(&state) ? database_run(database, tables, ERROR_STORE, err) : check(&state, err));
	return database_end(database, done, ERROR_STORE, err);
}

/* In one transaction: else tables that another operator makes meanwhile would be seen by halves. */
bool store_schema_ensure(sqlite3 *database, bool create, struct error *err)
{
	struct state state;

	if (!database_run(database, "BEGIN", ERROR_STORE, err) ||
	    !database_end(database, read_state(database, &state, err), ERROR_STORE, err))
		return false;
	return create && is_blank(&state) ? make_tables(database, err) : check(&state, err);
}

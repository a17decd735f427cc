#include "registry/store_grace.h"

#include "common/text.h"
#include "registry/database.h"
#include "registry/grace.h"
#include "registry/store.h"
#include "registry/store_schema.h"

#define REASON_MAXIMUM 255

/* Made with the first grace: a store without one stays what older programs know. */
static const char table[] = "CREATE TABLE IF NOT EXISTS grace ("
                            " number INTEGER PRIMARY KEY,"
                            " key_hash BLOB NOT NULL CHECK (length(key_hash) = 32),"
                            " person TEXT NOT NULL,"
                            " until INTEGER NOT NULL,"
                            " operator TEXT NOT NULL,"
                            " granted_at INTEGER NOT NULL,"
                            " grant BLOB NOT NULL"
                            ") STRICT;";

static bool insert(sqlite3 *database, const struct grace *grace, const uint8_t key_hash[SSH_KEY_HASH_SIZE],
    struct bytes grant, const char *operator_name, int64_t now, struct error *err)
{
	struct statement statement = STATEMENT_EMPTY;
	bool done = false;

	if (!database_run(database, table, ERROR_STORE, err) ||
	    !statement_init(&statement, database,
	        "INSERT INTO grace (key_hash, person, until, operator, granted_at, grant) VALUES (?, ?, ?, ?, ?, ?)",
	        ERROR_STORE, err))
		goto out;
	statement_bind_bytes(&statement, bytes_of(key_hash, SSH_KEY_HASH_SIZE));
	statement_bind_text(&statement, grace->person);
	statement_bind_number(&statement, grace->until);
	statement_bind_text(&statement, operator_name);
	statement_bind_number(&statement, now);
	statement_bind_bytes(&statement, grant);
	done = statement_finish(&statement, err);
out:
	statement_clear(&statement);
	return done;
}

/* Hosts would refuse it all the same: it is said where somebody grants in vain. */
static bool revocation_check(sqlite3 *database, const char *fingerprint, struct error *err)
{
	struct statement statement = STATEMENT_EMPTY;
	bool row = false, done;

	done = statement_init(&statement, database,
	    "SELECT 1 FROM enrollment AS e JOIN revocation AS r ON r.serial = e.serial WHERE e.fingerprint = ? LIMIT 1",
	    ERROR_STORE, err);
	if (done) {
		statement_bind_text(&statement, fingerprint);
		done = statement_step(&statement, &row, err);
	}
	statement_clear(&statement);
	return done && (!row || error_set(err, ERROR_ENROLLMENT_REVOKED, "%s is revoked already", fingerprint));
}

bool store_add_grace(struct store *store, const struct grace *grace, struct bytes grant, const char *operator_name,
    int64_t now, struct error *err)
{
	char fingerprint[SSH_KEY_FINGERPRINT_SIZE];
	uint8_t key_hash[SSH_KEY_HASH_SIZE];
	sqlite3 *database = store->database;

	if (!ssh_key_hash(&grace->key, key_hash, err) || !ssh_key_fingerprint(&grace->key, fingerprint, err) ||
	    !store_hold(store, err))
		return false;
	return database_end(database,
	    revocation_check(database, fingerprint, err) &&
	        insert(database, grace, key_hash, grant, operator_name, now, err),
	    ERROR_STORE, err);
}

static bool there_is_one(sqlite3 *database, bool *there, struct error *err)
{
	int64_t tables;

	if (!database_number(
	        database, "SELECT count(*) FROM sqlite_schema WHERE name = 'grace'", &tables, ERROR_STORE, err))
		return false;
	*there = tables > 0;
	return true;
}

/* What walks the graces takes the latest row of a key, and this one has no day on which it would count. */
static bool insert_end(sqlite3 *database, const uint8_t key_hash[SSH_KEY_HASH_SIZE], struct bytes because,
    const char *operator_name, int64_t now, struct error *err)
{
	struct statement statement = STATEMENT_EMPTY;
	bool done = false;

	if (!statement_init(&statement, database,
	        "INSERT INTO grace (key_hash, person, until, operator, granted_at, grant)"
	        " SELECT key_hash, person, 0, ?, ?, ? FROM grace WHERE key_hash = ? ORDER BY number DESC LIMIT 1",
	        ERROR_STORE, err))
		goto out;
	statement_bind_text(&statement, operator_name);
	statement_bind_number(&statement, now);
	statement_bind_bytes(&statement, because);
	statement_bind_bytes(&statement, bytes_of(key_hash, SSH_KEY_HASH_SIZE));
	if (!statement_finish(&statement, err))
		goto out;
	done = sqlite3_changes(database) > 0 ||
	       error_set(err, ERROR_ENROLLMENT_ABSENT, "no grace was granted for this key");
out:
	statement_clear(&statement);
	return done;
}

bool store_end_grace(struct store *store, const uint8_t key_hash[SSH_KEY_HASH_SIZE], const char *because,
    const char *operator_name, int64_t now, struct error *err)
{
	struct bytes reason = bytes_of_text(because);
	bool there;

	if (reason.len == 0 || reason.len > REASON_MAXIMUM || !text_is_printable(reason))
		return error_set(
		    err, ERROR_TEXT, "the reason is no printable text of %d bytes at most", REASON_MAXIMUM);
	if (!there_is_one(store->database, &there, err))
		return false;
	if (!there)
		return error_set(err, ERROR_ENROLLMENT_ABSENT, "no grace was granted for this key");
	return store_hold(store, err) &&
	       database_end(store->database, insert_end(store->database, key_hash, reason, operator_name, now, err),
	           ERROR_STORE, err);
}

static bool visit_row(struct statement *statement, store_grace_visitor *visit, void *context, struct error *err)
{
	struct bytes hash = statement_take_bytes(statement), grant = statement_take_bytes(statement);
	uint8_t key_hash[SSH_KEY_HASH_SIZE];

	if (!statement_check(statement, err))
		return false;
	if (!bytes_take_to(&hash, key_hash, sizeof(key_hash)))
		return error_set(err, ERROR_STORE, "a key hash in the store is cut short");
	return visit(key_hash, grant, context, err);
}

bool store_each_grace(struct store *store, int64_t now, store_grace_visitor *visit, void *context, struct error *err)
{
	struct statement statement = STATEMENT_EMPTY;
	bool row = true, there, done;

	if (!there_is_one(store->database, &there, err))
		return false;
	if (!there)
		return true;
	done = statement_init(&statement, store->database,
	    "SELECT key_hash, grant FROM grace AS g WHERE until > ?1 AND NOT EXISTS"
	    " (SELECT 1 FROM grace AS later WHERE later.key_hash = g.key_hash AND later.number > g.number)",
	    ERROR_STORE, err);
	if (done)
		statement_bind_number(&statement, now);
	while (done && (done = statement_step(&statement, &row, err)) && row)
		done = visit_row(&statement, visit, context, err);
	statement_clear(&statement);
	return done;
}

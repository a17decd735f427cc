#include "registry/database.h"

#include "common/file.h"

/* No row of a registry is larger; a damaged file cannot make SQLite ask for more. */
#define VALUE_MAXIMUM (1024 * 1024)

/* What SQLite says. */
static bool fail(sqlite3 *database, enum error_code code, struct error *err)
{
	int number = sqlite3_extended_errcode(database);
	const char *path = sqlite3_db_filename(database, "main");

	if ((number & 0xff) == SQLITE_NOMEM)
		return error_set(err, ERROR_MEMORY, "no memory for the database");
	if ((number & 0xff) == SQLITE_BUSY)
		return error_set(err, code, "%s: somebody else is writing, try again", path == NULL ? "" : path);
	return error_set(err, code, "%s: %s (SQLite %d)", path == NULL ? "" : path, sqlite3_errmsg(database), number);
}

/* A foreign file may hold a schema that runs functions, and pages whose cells overlap. */
static bool harden(sqlite3 *database)
{
	sqlite3_extended_result_codes(database, 1);
	sqlite3_limit(database, SQLITE_LIMIT_LENGTH, VALUE_MAXIMUM);
	sqlite3_limit(database, SQLITE_LIMIT_ATTACHED, 0);
	return sqlite3_db_config(database, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL) == SQLITE_OK &&
	       sqlite3_db_config(database, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL) == SQLITE_OK &&
	       sqlite3_exec(database, "PRAGMA mmap_size=0; PRAGMA cell_size_check=ON; PRAGMA temp_store=MEMORY", NULL,
	           NULL, NULL) == SQLITE_OK;
}

bool database_open(const char *name, int flags, enum error_code code, sqlite3 **database, struct error *err)
{
	sqlite3 *opened = NULL;

	if (sqlite3_open_v2(name, &opened, flags | SQLITE_OPEN_NOMUTEX, NULL) != SQLITE_OK || !harden(opened)) {
		if (opened == NULL)
			return error_set(err, ERROR_MEMORY, "no memory for the database");
		fail(opened, code, err);
		(void)sqlite3_close(opened);
		return false;
	}
	*database = opened;
	return true;
}

bool database_run(sqlite3 *database, const char *sql, enum error_code code, struct error *err)
{
	return sqlite3_exec(database, sql, NULL, NULL, NULL) == SQLITE_OK || fail(database, code, err);
}

bool database_number(sqlite3 *database, const char *sql, int64_t *number, enum error_code code, struct error *err)
{
	struct statement statement = STATEMENT_EMPTY;
	bool row = false, done;

	done = statement_init(&statement, database, sql, code, err) && statement_step(&statement, &row, err);
	if (done && !row)
		done = error_set(err, code, "the database has no answer to: %s", sql);
	if (done) {
		*number = statement_take_number(&statement);
		done = statement_check(&statement, err);
	}
	statement_clear(&statement);
	return done;
}

/* With the journal's end everything counts. Where the folder could not be synced after that, nothing is rolled back any more: it is
 * synced here, and what then is still uncertain is told as it is. */
static bool commit(sqlite3 *database, enum error_code code, struct error *err)
{
	struct error reason = ERROR_EMPTY;
	const char *path;

	if (sqlite3_exec(database, "COMMIT", NULL, NULL, NULL) == SQLITE_OK)
		return true;
	if (sqlite3_extended_errcode(database) != SQLITE_IOERR_DIR_FSYNC)
		return fail(database, code, err);
	path = sqlite3_db_filename(database, "main");
	return file_sync_folder(path, &reason) ||
	       error_set(
	           err, code, "%s: recorded, but the disk does not confirm it: a power cut may take it back", path);
}

bool database_end(sqlite3 *database, bool done, enum error_code code, struct error *err)
{
	bool recorded = done && commit(database, code, err);

	/* SQLite has rolled back by itself after some failures */
	if (!recorded && sqlite3_get_autocommit(database) == 0)
		(void)sqlite3_exec(database, "ROLLBACK", NULL, NULL, NULL);
	return recorded;
}

bool statement_init(
    struct statement *statement, sqlite3 *database, const char *sql, enum error_code code, struct error *err)
{
	*statement = (struct statement){.code = code};
	return sqlite3_prepare_v2(database, sql, -1, &statement->prepared, NULL) == SQLITE_OK ||
	       fail(database, code, err);
}

void statement_clear(struct statement *statement)
{
	(void)sqlite3_finalize(statement->prepared);
	*statement = STATEMENT_EMPTY;
}

void statement_reset(struct statement *statement)
{
	(void)sqlite3_reset(statement->prepared);
	(void)sqlite3_clear_bindings(statement->prepared);
	statement->bound = 0;
	statement->column = 0;
	statement->failed = false;
}

void statement_bind_number(struct statement *statement, int64_t number)
{
	if (sqlite3_bind_int64(statement->prepared, ++statement->bound, number) != SQLITE_OK)
		statement->failed = true;
}

void statement_bind_text(struct statement *statement, const char *text)
{
	if (sqlite3_bind_text(statement->prepared, ++statement->bound, text, -1, SQLITE_STATIC) != SQLITE_OK)
		statement->failed = true;
}

void statement_bind_bytes(struct statement *statement, struct bytes bytes)
{
	if (sqlite3_bind_blob64(statement->prepared, ++statement->bound, bytes.data, bytes.len, SQLITE_STATIC) !=
	    SQLITE_OK)
		statement->failed = true;
}

bool statement_step(struct statement *statement, bool *row, struct error *err)
{
	int result;

	if (statement->failed)
		return error_set(err, statement->code, "a value does not fit the database");
	statement->column = 0;
	result = sqlite3_step(statement->prepared);
	*row = result == SQLITE_ROW;
	return *row || result == SQLITE_DONE || fail(sqlite3_db_handle(statement->prepared), statement->code, err);
}

bool statement_finish(struct statement *statement, struct error *err)
{
	bool row;

	return statement_step(statement, &row, err) &&
	       (!row || error_set(err, ERROR_BUG, "a statement gave rows that nobody asked for"));
}

/* Whether the next column holds a value of this type; one of another type is a failure, NULL is none. */
static bool holds(struct statement *statement, int type)
{
	int found = sqlite3_column_type(statement->prepared, statement->column);

	if (found != type && found != SQLITE_NULL)
		statement->failed = true;
	return found == type;
}

int64_t statement_take_number(struct statement *statement)
{
	int64_t number = 0;

	if (holds(statement, SQLITE_INTEGER))
		number = sqlite3_column_int64(statement->prepared, statement->column);
	statement->column++;
	return number;
}

void statement_take_text(struct statement *statement, char *text, size_t size)
{
	struct bytes found = BYTES_EMPTY;

	if (holds(statement, SQLITE_TEXT)) {
		found.data = sqlite3_column_text(statement->prepared, statement->column);
		found.len = (size_t)sqlite3_column_bytes(statement->prepared, statement->column);
	}
	statement->column++;
	if (!bytes_to_text(found, text, size)) {
		statement->failed = true;
		text[0] = '\0';
	}
}

struct bytes statement_take_bytes(struct statement *statement)
{
	struct bytes found = BYTES_EMPTY;

	if (holds(statement, SQLITE_BLOB)) {
		found.data = sqlite3_column_blob(statement->prepared, statement->column);
		found.len = (size_t)sqlite3_column_bytes(statement->prepared, statement->column);
	}
	statement->column++;
	return found;
}

bool statement_check(const struct statement *statement, struct error *err)
{
	return !statement->failed ||
	       error_set(err, statement->code, "a row of the database holds values that do not belong there");
}

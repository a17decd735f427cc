/* database.h: what the store and the snapshot share of SQLite: opening with everything switched off that a foreign file could
 * use, and statements that speak of errors as this project does. Only for files of this folder.
 * Knows nothing of enrollments. */
#ifndef REGISTRY_DATABASE_H
#define REGISTRY_DATABASE_H

#include <sqlite3.h>

#include "common/buffer.h"

/* A statement that is being built and run: bind in order of the ?, then step. The first failure stays. */
struct statement {
	sqlite3_stmt *prepared; /* owned */
	enum error_code code;   /* what a failure means here */
	int bound;              /* parameters bound so far */
	int column;             /* columns taken of the present row */
	bool failed;            /* a bind or a take went wrong; the next step says so */
};

#define STATEMENT_EMPTY ((struct statement){.prepared = NULL})

/* database_open: opens a database file.
 *   name   path, or with SQLITE_OPEN_URI an URI
 *   flags  SQLITE_OPEN_READONLY, …
 *   code   what a failure means here
 *   database  out: the caller's, to sqlite3_close()
 * Errors: `code`, ERROR_MEMORY. */
bool database_open(const char *name, int flags, enum error_code code, sqlite3 **database, struct error *err) MUST_CHECK;

/* database_run: runs statements that give nothing back.
 *   sql   one or more of them; never with a value from outside in it: those are bound
 *   code  what a failure means here
 * Errors: `code`. */
bool database_run(sqlite3 *database, const char *sql, enum error_code code, struct error *err) MUST_CHECK;

/* database_number: the one number that a query gives. Errors: `code`, also when there is none. */
bool database_number(
    sqlite3 *database, const char *sql, int64_t *number, enum error_code code, struct error *err) MUST_CHECK;

/* database_end: ends a transaction that BEGIN started: by COMMIT when what was done in it is `done` (err is filled else), by
 * ROLLBACK when not or when COMMIT fails. Returns whether all of it is recorded, and on the disk. Errors: `code`; the sentence says so
 * where it is recorded all the same. */
bool database_end(sqlite3 *database, bool done, enum error_code code, struct error *err) MUST_CHECK;

/* statement_init: prepares one statement.
 *   statement  STATEMENT_EMPTY at first; the caller's, to statement_clear() before the database is closed
 *   code       what a failure of it means here, then and later
 * Errors: `code`. */
bool statement_init(struct statement *statement, sqlite3 *database, const char *sql, enum error_code code,
    struct error *err) MUST_CHECK;
/* statement_clear: frees it; STATEMENT_EMPTY afterwards. */
void statement_clear(struct statement *statement);

/* statement_reset: makes it ready for other parameters. */
void statement_reset(struct statement *statement);

/* statement_bind_number: the next parameter. What goes wrong here the next step says. */
void statement_bind_number(struct statement *statement, int64_t number);

/* statement_bind_text: the same; `text` must live until the statement is reset or cleared. NULL binds NULL. */
void statement_bind_text(struct statement *statement, const char *text);

/* statement_bind_bytes: the same as a blob, whose memory must live as long. */
void statement_bind_bytes(struct statement *statement, struct bytes bytes);

/* statement_step: runs on to the next row.
 *   row  out: whether there is one
 * Errors: the code that the statement was made with. */
bool statement_step(struct statement *statement, bool *row, struct error *err) MUST_CHECK;

/* statement_finish: runs a statement that gives no rows.
 * Errors: those of statement_step; ERROR_BUG when there are rows. */
bool statement_finish(struct statement *statement, struct error *err) MUST_CHECK;

/* statement_take_number: the next column of the row; NULL is 0. Of another type it is 0 as well, and a failure, which
 * statement_check and the next step tell. */
int64_t statement_take_number(struct statement *statement);

/* statement_take_text: the next column likewise, copied; NULL is "". One that does not fit, or holds a NUL, is a failure.
 *   size  bytes at `text`, the NUL included */
void statement_take_text(struct statement *statement, char *text, size_t size);

/* statement_take_bytes: the next column likewise, a blob; NULL is empty. Borrowed until the next step, reset or clear. */
struct bytes statement_take_bytes(struct statement *statement);

/* statement_check: whether all takes of this row went well. Errors: as statement_step. */
bool statement_check(const struct statement *statement, struct error *err) MUST_CHECK;

#endif

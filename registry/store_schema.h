/* store_schema.h: a store from inside: its handle, its tables and their version. Only for the files store*.c. */
#ifndef REGISTRY_STORE_SCHEMA_H
#define REGISTRY_STORE_SCHEMA_H

#include <sqlite3.h>

#include "common/error.h"

struct store {
	sqlite3 *database; /* owned */
};

/* store_schema_ensure: makes the tables in an empty database when `create` says so; else asks that they are there.
 * Errors: ERROR_STORE (no store), ERROR_STORE_VERSION (made by a newer program). */
bool store_schema_ensure(sqlite3 *database, bool create, struct error *err) MUST_CHECK;

#endif

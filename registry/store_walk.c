#include "registry/database.h"
#include "registry/store.h"
#include "registry/store_schema.h"

#define COLUMNS                                                                                                        \
	"SELECT e.serial, e.key_hash, e.fingerprint, e.person, e.registrar, e.device, e.operator, e.enrolled_at,"      \
	" e.valid_after, e.valid_before, r.serial, r.revoked_at, r.because, e.certificate"                             \
	" FROM enrollment AS e LEFT JOIN revocation AS r ON r.serial = e.serial"

#define NEXT " ORDER BY e.serial LIMIT 1"

/* Each question has its own index to go by. */
static const char *question(const char *person, const char *fingerprint)
{
	if (person != NULL && fingerprint != NULL)
		return COLUMNS " WHERE e.serial > ?1 AND e.person = ?2 AND e.fingerprint = ?3" NEXT;
	if (person != NULL)
		return COLUMNS " WHERE e.serial > ?1 AND e.person = ?2" NEXT;
	if (fingerprint != NULL)
		return COLUMNS " WHERE e.serial > ?1 AND e.fingerprint = ?2" NEXT;
	return COLUMNS " WHERE e.serial > ?1" NEXT;
}

static bool read_entry(struct statement *statement, struct store_entry *entry, struct error *err)
{
	struct bytes key_hash;

	*entry = (struct store_entry){.state = STORE_ACTIVE};
	entry->serial = (uint64_t)statement_take_number(statement);
	key_hash = statement_take_bytes(statement);
	statement_take_text(statement, entry->fingerprint, sizeof(entry->fingerprint));
	statement_take_text(statement, entry->person, sizeof(entry->person));
	statement_take_text(statement, entry->registrar, sizeof(entry->registrar));
	statement_take_text(statement, entry->device, sizeof(entry->device));
	statement_take_text(statement, entry->operator_name, sizeof(entry->operator_name));
	entry->enrolled_at = statement_take_number(statement);
	entry->valid_after = statement_take_number(statement);
	entry->valid_before = statement_take_number(statement);
	entry->state = statement_take_number(statement) == 0 ? STORE_ACTIVE : STORE_REVOKED;
	entry->revoked_at = statement_take_number(statement);
	statement_take_text(statement, entry->revoked_because, sizeof(entry->revoked_because));
	entry->certificate = statement_take_bytes(statement);
	return statement_check(statement, err) &&
	       (bytes_take_to(&key_hash, entry->key_hash, sizeof(entry->key_hash)) ||
	           error_set(err, ERROR_STORE, "a key hash in the store is cut short"));
}

static bool walk(struct statement *statement, store_visitor *visit, void *context, struct error *err)
{
	struct store_entry entry;
	bool row;

	for (;;) {
		if (!statement_step(statement, &row, err))
			return false;
		if (!row)
			return true;
		if (!read_entry(statement, &entry, err) || !visit(&entry, context, err))
			return false;
	}
}

/* What a walk asks again and again, each time for the entry behind the last one. */
struct search {
	struct statement statement;
	const char *person, *fingerprint; /* NULL: any */
	struct store_entry entry;
	struct buffer certificate;
};

static bool find_next(struct search *search, bool *found, struct error *err)
{
	struct statement *statement = &search->statement;
	bool done = false;

	statement_bind_number(statement, (int64_t)search->entry.serial);
	if (search->person != NULL)
		statement_bind_text(statement, search->person);
	if (search->fingerprint != NULL)
		statement_bind_text(statement, search->fingerprint);
	if (!statement_step(statement, found, err))
		goto out;
	buffer_cut(&search->certificate, 0);
	done = !*found || (read_entry(statement, &search->entry, err) &&
	                      buffer_put(&search->certificate, search->entry.certificate, err));
	search->entry.certificate = buffer_bytes(&search->certificate);
out:
	statement_reset(statement);
	return done;
}

/* A statement that stands on a row keeps everybody else from writing. A visitor may wait for a pager, so none stands while it is
 * called. */
bool store_each(struct store *store, const char *person, const char *fingerprint, store_visitor *visit, void *context,
    struct error *err)
{
	struct search search = {.person = person, .fingerprint = fingerprint};
	bool found, done;

	done = statement_init(&search.statement, store->database, question(person, fingerprint), ERROR_STORE, err);
	while (done) {
		done = find_next(&search, &found, err);
		if (!done || !found)
			break;
		done = visit(&search.entry, context, err);
	}
	statement_clear(&search.statement);
	buffer_free(&search.certificate);
	return done;
}

/* A key that was enrolled again has a later row; of a revoked one, which never is again, only the last row counts, over or not. */
bool store_each_key(struct store *store, int64_t now, store_visitor *visit, void *context, struct error *err)
{
	struct statement statement = STATEMENT_EMPTY;
	bool done = false;

	if (!statement_init(&statement, store->database,
	        COLUMNS " WHERE (e.valid_before > ?1 OR r.serial IS NOT NULL) AND NOT EXISTS (SELECT 1 FROM enrollment"
	                " AS later WHERE later.key_hash = e.key_hash AND later.serial > e.serial"
	                " AND (later.valid_before > ?1 OR r.serial IS NOT NULL))"
	                " ORDER BY e.key_hash",
	        ERROR_STORE, err))
		goto out;
	statement_bind_number(&statement, now);
	done = walk(&statement, visit, context, err);
out:
	statement_clear(&statement);
	return done;
}

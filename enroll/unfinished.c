#include "enroll/unfinished.h"

#include <stdio.h>
#include <string.h>

#include "common/language.h"
#include "enroll/desk.h"
#include "enroll/journal.h"
#include "enroll/options.h"
#include "enroll/token.h"
#include "enroll/verb.h"
#include "piv/application.h"
#include "registry/store.h"

struct search {
	const char *serial; /* NULL: any */
	unsigned num;
	char name[128];
	char serials[256]; /* of all that were found, for the sentence */
};

static bool look_at(const char *name, const struct journal_record *record, void *context, struct error *err)
{
	struct search *search = context;
	char serial[16] = "-";
	size_t len = strlen(search->serials);

	(void)err;
	if (record->has_serial)
		snprintf(serial, sizeof(serial), "%lu", (unsigned long)record->serial);
	if (search->serial && strcmp(search->serial, serial) != 0)
		return true;
	search->num++;
	snprintf(search->name, sizeof(search->name), "%s", name);
	snprintf(search->serials + len, sizeof(search->serials) - len,
	    journal_enrolls(record) ? translated("%s%s for %s") : translated("%s%s (tries)%s"), len > 0 ? ", " : "",
	    serial, record->person);
	return true;
}

static bool find(const char *registry, const char *serial, struct unfinished *unfinished, struct error *err)
{
	struct search search = {.serial = serial};

	if (!journal_each(registry, look_at, &search, err))
		return false;
	if (search.num == 0)
		return error_set(err, ERROR_JOURNAL_ABSENT,
		    search.serial ? N_("nothing of token %s is unfinished") : N_("nothing is unfinished"),
		    search.serial);
	if (search.num > 1)
		return error_set(
		    err, ERROR_USAGE, "%u courses are unfinished: %s; say --serial", search.num, search.serials);
	return journal_open(registry, search.name, &unfinished->record, &unfinished->journal, err);
}

bool unfinished_find(
    const struct invocation *invocation, const char *registry, struct unfinished *unfinished, struct error *err)
{
	return find(registry, options_find(&invocation->options, "serial"), unfinished, err);
}

bool unfinished_find_token(
    const char *registry, const struct piv_identity *identity, struct unfinished *unfinished, struct error *err)
{
	char serial[16];

	snprintf(serial, sizeof(serial), "%lu", (unsigned long)identity->serial);
	if (!identity->has_serial)
		return error_set(err, ERROR_JOURNAL_ABSENT, "a token without serial is in no journal by its name");
	return find(registry, serial, unfinished, err);
}

void unfinished_clear(struct unfinished *unfinished)
{
	journal_close(unfinished->journal);
	journal_record_clear(&unfinished->record);
	*unfinished = UNFINISHED_EMPTY;
}

static bool note_entry(const struct store_entry *entry, void *context, struct error *err)
{
	bool *recorded = context;

	(void)err;
	*recorded = *recorded || entry->state == STORE_ACTIVE;
	return true;
}

bool unfinished_is_recorded(
    const struct unfinished *unfinished, const struct desk *desk, bool *recorded, struct error *err)
{
	const struct journal_record *record = &unfinished->record;

	*recorded = false;
	return !record->key[0] || store_each(desk->store, record->person, record->key, note_entry, recorded, err);
}

bool unfinished_open_token(const struct unfinished *unfinished, const struct invocation *invocation,
    struct reader_context *context, struct token *token, struct error *err)
{
	char serial[16];
	struct token_choice choice = {.reader = options_find(&invocation->options, "reader")};

	snprintf(serial, sizeof(serial), "%lu", (unsigned long)unfinished->record.serial);
	if (unfinished->record.has_serial)
		choice.serial = serial;
	return token_open(context, &choice, token, err);
}

bool unfinished_end(struct unfinished *unfinished, const char *how, int64_t now, struct error *err)
{
	return journal_end(unfinished->journal, how, now, err);
}

struct ending {
	const char *registry;
	uint32_t serial;
	const char *how;
	int64_t now;
};

static bool end_one(const char *name, const struct journal_record *record, void *context, struct error *err)
{
	const struct ending *ending = context;
	struct journal_record again = JOURNAL_RECORD_EMPTY;
	struct journal *journal = NULL;
	bool done;

	if (!record->has_serial || record->serial != ending->serial)
		return true;
	done = journal_open(ending->registry, name, &again, &journal, err) &&
	       journal_end(journal, ending->how, ending->now, err);
	journal_close(journal);
	journal_record_clear(&again);
	return done;
}

bool unfinished_end_all(
    const char *registry, const struct piv_identity *identity, const char *how, int64_t now, struct error *err)
{
	struct ending ending = {.registry = registry, .serial = identity->serial, .how = how, .now = now};

	return !identity->has_serial || journal_each(registry, end_one, &ending, err);
}

#include "enroll/desk.h"
#include "enroll/entries.h"
#include "enroll/report.h"
#include "enroll/verb.h"

enum { OPTION_USER };

static const struct option_row options[] = {
    [OPTION_USER] = {"user", "USER", N_("only this user's")},
    OPTION_ROW_REGISTRY,
    OPTION_ROW_JSON,
    OPTION_ROWS_END,
};

struct listing {
	int64_t now;
	json_t *entries; /* NULL: lines are printed */
};

static bool visit(const struct store_entry *entry, void *context, struct error *err)
{
	const struct listing *listing = context;
	const char *slot = entry_slot(entry);
	char before[REPORT_TIME_SIZE];

	if (!listing->entries) {
		report_line("%-16s %-8s %-14s %-4s %.10s  %s", entry->person, entry_state(entry, listing->now),
		    entry->device[0] ? entry->device : "-", slot ? slot : "-", report_time(entry->valid_before, before),
		    entry->fingerprint);
		return true;
	}
	if (json_array_append_new(listing->entries, entry_json(entry, listing->now)) < 0)
		return error_set(err, ERROR_MEMORY, "no memory for the list");
	return true;
}

static bool run(struct invocation *invocation, struct error *err)
{
	struct listing listing = {.now = invocation->now, .entries = invocation->json ? json_array() : NULL};
	const char *person = options_text(&invocation->options, OPTION_USER, NULL);
	struct store *store = NULL;
	bool done = desk_open_store(buffer_text(&invocation->configuration.registry), &store, err);

	if (done && !listing.entries)
		report_line("%-16s %-8s %-14s %-4s %-10s  %s", "USER", "STATE", "TOKEN", "SLOT", "UNTIL", "KEY");
	done = done && store_each(store, person, NULL, visit, &listing, err);
	if (done && listing.entries)
		done = report_take_json("list", json_pack("{s:O}", "enrollments", listing.entries), err);
	else
		done = done && report_end(err);
	json_decref(listing.entries);
	store_close(store);
	return done;
}

const struct verb verb_list = {
    .name = "list",
    .summary = N_("list who has which key"),
    .synopsis = "[OPTION]...",
    .description = N_("Lists the enrollments of the registry, one a line: the user, whether it is\n"
                      "active, the token as its attestation names it, the slot that the key was in when\n"
                      "it was enrolled, the last day, and the key's fingerprint.\n"),
    .options = options,
    .run = run,
};

#include <string.h>
#include <unistd.h>

#include "enroll/desk.h"
#include "enroll/entries.h"
#include "enroll/prompt.h"
#include "enroll/report.h"
#include "enroll/terminal.h"
#include "enroll/verb.h"

enum { OPTION_REASON, OPTION_YES };

static const struct option_row options[] = {
    [OPTION_REASON] = {"reason", "TEXT", N_("why, for the record")},
    [OPTION_YES] = OPTION_ROW_YES,
    OPTION_ROW_REGISTRY,
    OPTION_ROW_JSON,
    OPTION_ROWS_END,
};

/* What a word of the operator's means. */
struct meant {
	struct buffer fingerprints, rows; /* a line each; the rows are for people */
	size_t num;
	int64_t now;
};

/* Found before the first is revoked: nothing is changed while the store is being read. A key whose enrollment was over once, and which
 * was enrolled again, is one key. */
static bool collect_active(const struct store_entry *entry, void *context, struct error *err)
{
	struct meant *meant = context;
	const char *slot = entry_slot(entry);
	char until[REPORT_TIME_SIZE];

	if (entry->state != STORE_ACTIVE || strstr(buffer_text(&meant->fingerprints), entry->fingerprint) != NULL)
		return true;
	meant->num++;
	return buffer_put_format(&meant->fingerprints, err, "%s\n", entry->fingerprint) &&
	       buffer_put_format(&meant->rows, err, "  %-16s %-14s %-4s %-8s %.10s  %s\n", entry->person,
	           entry->device[0] ? entry->device : "-", slot ? slot : "-", entry_state(entry, meant->now),
	           report_time(entry->valid_before, until), entry->fingerprint);
}

/* At a terminal one word can end more than its operator thinks of: who lost one of two tokens is locked out of both. */
static bool confirm(const struct invocation *invocation, const struct meant *meant, struct error *err)
{
	const char *word = invocation->options.arguments[0];
	struct bytes rows = buffer_bytes(&meant->rows), row;
	char answer[16];

	if (meant->num < 2 || options_given(&invocation->options, OPTION_YES) || invocation->json ||
	    !isatty(STDIN_FILENO) || !isatty(STDERR_FILENO))
		return true;
	terminal_say("This revokes all %zu keys of %s:", meant->num, word);
	while (bytes_take_until(&rows, '\n', &row))
		terminal_say("%.*s", (int)row.len, (const char *)row.data);
	if (!prompt_line("Type yes to revoke them all: ", answer, sizeof(answer), err))
		return false;
	return prompt_is_yes(answer) ||
	       error_set(err, ERROR_DECLINED,
	           "nothing was revoked; one key alone is revoked by its token's serial or its fingerprint");
}

static bool revoke_one(struct store *store, const char *fingerprint, const struct invocation *invocation,
    json_t *revoked, struct error *err)
{
	const char *reason = options_text(&invocation->options, OPTION_REASON, "");

	if (!store_revoke(store, fingerprint, reason, invocation->now, err))
		return false;
	if (!invocation->json)
		report_line("revoked %s", fingerprint);
	if (json_array_append_new(revoked, json_string(fingerprint)) < 0)
		return error_set(err, ERROR_MEMORY, "no memory for the report");
	return true;
}

static bool revoke_each(struct store *store, struct bytes fingerprints, const struct invocation *invocation,
    json_t *revoked, struct error *err)
{
	char fingerprint[SSH_KEY_FINGERPRINT_SIZE];
	struct bytes line;

	while (bytes_take_until(&fingerprints, '\n', &line))
		if (!bytes_to_text(line, fingerprint, sizeof(fingerprint)) ||
		    !revoke_one(store, fingerprint, invocation, revoked, err))
			return false;
	return true;
}

static bool show(const struct invocation *invocation, json_t *revoked, struct error *err)
{
	if (invocation->json)
		return report_take_json("revoke", json_pack("{s:O}", "revoked", revoked), err);
	report_text("Hosts learn of it with the next snapshot: keyenroll snapshot\n");
	return report_end(err);
}

static bool run(struct invocation *invocation, struct error *err)
{
	const char *word = invocation->options.arguments[0];
	struct meant meant = {.fingerprints = BUFFER_EMPTY, .rows = BUFFER_EMPTY, .now = invocation->now};
	struct store *store = NULL;
	json_t *revoked = json_array();
	bool done = options_text(&invocation->options, OPTION_REASON, "")[0] != '\0' ||
	            error_set(err, ERROR_USAGE, "--reason TEXT is missing: an auditor will ask why");

	done = done && desk_open_store(buffer_text(&invocation->configuration.registry), &store, err) &&
	       entries_each(store, word, collect_active, &meant, err);
	if (done && meant.num == 0)
		done = error_set(err, ERROR_ENROLLMENT_REVOKED, "everything of %s is revoked already", word);
	done = done && confirm(invocation, &meant, err) &&
	       revoke_each(store, buffer_bytes(&meant.fingerprints), invocation, revoked, err) &&
	       show(invocation, revoked, err);
	json_decref(revoked);
	store_close(store);
	buffer_free(&meant.fingerprints);
	buffer_free(&meant.rows);
	return done;
}

const struct verb verb_revoke = {
    .name = "revoke",
    .summary = N_("end an enrollment before its time"),
    .synopsis = "[OPTION]... --reason TEXT USER|SERIAL|FINGERPRINT",
    .description = N_("Revokes one key, or all active ones of a user or a token: at a terminal several\n"
                      "are listed, and asked about. The record stays, with the reason. It cannot be\n"
                      "undone; a token that turns up again is enrolled anew.\n"),
    .options = options,
    .min_arguments = 1,
    .max_arguments = 1,
    .run = run,
};

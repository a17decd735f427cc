#include "enroll/desk.h"
#include "enroll/entries.h"
#include "enroll/report.h"
#include "enroll/verb.h"

enum { OPTION_REASON };

static const struct option_row options[] = {
    [OPTION_REASON] = {"reason", "TEXT", N_("why, for the record")},
    OPTION_ROW_REGISTRY,
    OPTION_ROW_JSON,
    OPTION_ROWS_END,
};

/* Found before the first is revoked: nothing is changed while the store is being read. */
static bool collect_active(const struct store_entry *entry, void *context, struct error *err)
{
	struct buffer *fingerprints = context;

	return entry->state != STORE_ACTIVE ||
	       (buffer_put_text(fingerprints, entry->fingerprint, err) && buffer_put_text(fingerprints, "\n", err));
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
	struct buffer fingerprints = BUFFER_EMPTY;
	struct store *store = NULL;
	json_t *revoked = json_array();
	bool done = options_text(&invocation->options, OPTION_REASON, "")[0] != '\0' ||
	            error_set(err, ERROR_USAGE, "--reason TEXT is missing: an auditor will ask why");

	done = done && desk_open_store(buffer_text(&invocation->configuration.registry), &store, err) &&
	       entries_each(store, word, collect_active, &fingerprints, err);
	if (done && fingerprints.len == 0)
		done = error_set(err, ERROR_ENROLLMENT_REVOKED, "everything of %s is revoked already", word);
	done = done && revoke_each(store, buffer_bytes(&fingerprints), invocation, revoked, err) &&
	       show(invocation, revoked, err);
	json_decref(revoked);
	store_close(store);
	buffer_free(&fingerprints);
	return done;
}

const struct verb verb_revoke = {
    .name = "revoke",
    .summary = N_("end an enrollment before its time"),
    .synopsis = "--reason TEXT USER|SERIAL|FINGERPRINT",
    .description = N_("Revokes one key, or all active ones of a user or a token. The record stays, with\n"
                      "the reason. It cannot be undone; a token that turns up again is enrolled anew.\n"),
    .options = options,
    .min_arguments = 1,
    .max_arguments = 1,
    .run = run,
};

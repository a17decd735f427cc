#include <inttypes.h>

#include "common/file.h"
#include "common/language.h"
#include "enroll/configuration.h"
#include "enroll/download.h"
#include "enroll/options.h"
#include "enroll/report.h"
#include "enroll/subcommand.h"
#include "enroll/verb.h"
#include "policy/fido_auth_data.h"
#include "policy/mds_blob.h"
#include "policy/mds_index.h"
#include "policy/metadata.h"
#include "policy/trust.h"
#include "registry/metadata_files.h"
#include "registry/trust_files.h"

#define PUBLISHED "https://mds3.fidoalliance.org/"
#define SECONDS_USUAL 60
#define SECONDS_MAXIMUM 3600

enum { OPTION_METADATA, OPTION_TIME, OPTION_CA_FILE, OPTION_TIME_LIMIT };

static const struct option_row options[] = {
    [OPTION_METADATA] = OPTION_ROW_METADATA,
    [OPTION_TIME] = {"time", "DATE", N_("judge as on DATE (2026-11-24), not as of now")},
    [OPTION_CA_FILE] = {"ca-file", "FILE", N_("download: believe the authorities in FILE (PEM) only")},
    [OPTION_TIME_LIMIT] = {"time-limit", "SECONDS", N_("download: give up after SECONDS, 60 if not given")},
    OPTION_ROW_TRUST,
    OPTION_ROW_BUNDLE,
    OPTION_ROW_JSON,
    OPTION_ROWS_END,
};

static bool metadata_path(const struct invocation *invocation, const char **path, struct error *err)
{
	*path = buffer_text(&invocation->configuration.metadata);
	return (*path)[0] != '\0' ||
	       error_set(
	           err, ERROR_USAGE, "with --bundle there is no usual place for metadata: name one with --metadata");
}

/* Only the roots are asked for: metadata that is there, and may be broken, must not stand in the way of new. */
static bool load_roots(const struct invocation *invocation, struct trust **trust, struct error *err)
{
	struct trust_places places = configuration_trust_places(&invocation->configuration);

	places.metadata = NULL;
	return trust_files_load(&places, trust, err);
}

static bool tell_import(const struct invocation *invocation, const char *path, const struct mds_sum *sum,
    int64_t late_days, struct error *err)
{
	if (invocation->json)
		return report_take_json("mds",
		    json_pack("{s:I, s:s, s:I, s:I, s:I, s:I, s:s}", "number", (json_int_t)sum->number, "next_update",
		        sum->next_update, "entries", (json_int_t)sum->entries, "skipped", (json_int_t)sum->skipped,
		        "anchors_skipped", (json_int_t)sum->anchors_skipped, "late_days", (json_int_t)late_days, "path",
		        path),
		    err);
	report_line("%s: metadata no %" PRId64 ", next update %s: %zu models, %zu left out (not FIDO2 or U2F)", path,
	    sum->number, sum->next_update, sum->entries, sum->skipped);
	if (sum->anchors_skipped > 0)
		report_line("%zu anchors have keys that cannot be used here", sum->anchors_skipped);
	if (late_days > 0)
		report_line("warning: its next update is %" PRId64 " days overdue", late_days);
	return report_end(err);
}

static int64_t days_late(const struct mds_sum *sum, int64_t now)
{
	int64_t due;

	return metadata_date(sum->next_update, &due) && now > due ? (now - due) / 86400 : 0;
}

/* However it came here. */
static bool take_blob(struct invocation *invocation, struct bytes blob, struct error *err)
{
	struct trust *trust = NULL;
	struct mds_sum sum;
	const char *path;
	bool done = options_date(&invocation->options, OPTION_TIME, invocation->now, &invocation->now, err) &&
	            metadata_path(invocation, &path, err) && load_roots(invocation, &trust, err) &&
	            metadata_files_import(blob, path, trust, invocation->now, &sum, err);

	trust_free(trust);
	return done && tell_import(invocation, path, &sum, days_late(&sum, invocation->now), err);
}

static bool import(struct invocation *invocation, struct error *err)
{
	struct buffer blob = BUFFER_UP_TO(MDS_BLOB_MAXIMUM);
	bool done = file_load(invocation->options.arguments[0], MDS_BLOB_MAXIMUM, &blob, err) &&
	            take_blob(invocation, buffer_bytes(&blob), err);

	buffer_free(&blob);
	return done;
}

static bool fetch(struct invocation *invocation, struct error *err)
{
	const struct options *given = &invocation->options;
	struct download wanted = {.url = given->num_arguments > 0 ? given->arguments[0] : PUBLISHED,
	    .ca_file = options_text(given, OPTION_CA_FILE, NULL)};
	struct buffer blob = BUFFER_UP_TO(MDS_BLOB_MAXIMUM);
	bool done = options_number(given, OPTION_TIME_LIMIT, 1, SECONDS_MAXIMUM, SECONDS_USUAL, &wanted.seconds, err) &&
	            download(&wanted, &blob, err) && take_blob(invocation, buffer_bytes(&blob), err);

	buffer_free(&blob);
	return done;
}

static json_t *statuses_json(const struct metadata_entry *entry)
{
	json_t *list = json_array();

	for (size_t i = 0; i < entry->num_statuses; i++)
		json_array_append_new(list, json_pack("{s:s, s:s?, s:b}", "status", entry->statuses[i].status, "from",
		                                entry->statuses[i].from, "batch", entry->statuses[i].has_batch));
	return list;
}

static bool tell_entry(const struct invocation *invocation, const struct metadata *metadata,
    const struct metadata_entry *entry, struct error *err)
{
	const char *aaguid = invocation->options.arguments[0];

	if (invocation->json)
		return report_take_json("mds",
		    json_pack("{s:I, s:s, s:s, s:s, s:s, s:s, s:b, s:I, s:o}", "number", (json_int_t)metadata->number,
		        "next_update", metadata->next_update, "aaguid", aaguid, "description", entry->description,
		        "key_protection", entry->key_protection, "matcher_protection", entry->matcher_protection,
		        "key_restricted", entry->key_restricted, "anchors", (json_int_t)entry->num_anchors, "statuses",
		        statuses_json(entry)),
		    err);
	report_line("%s  %s", aaguid, entry->description);
	report_line("  metadata no %" PRId64 ", next update %s", metadata->number, metadata->next_update);
	report_line("  keys: %s%s; matcher: %s", entry->key_protection,
	    entry->key_restricted ? translated(", restricted to FIDO") : translated(", not restricted to FIDO"),
	    entry->matcher_protection);
	report_line("  %zu anchors", entry->num_anchors);
	for (size_t i = 0; i < entry->num_statuses; i++)
		report_line("  %-10s  %s%s", entry->statuses[i].from ? entry->statuses[i].from : translated("always"),
		    entry->statuses[i].status, entry->statuses[i].has_batch ? translated(" (one batch)") : "");
	return report_end(err);
}

static bool find_entry(const struct metadata *metadata, const char *text, const char *path,
    const struct metadata_entry **entry, struct error *err)
{
	uint8_t aaguid[FIDO_AAGUID_SIZE];

	if (!fido_aaguid_parse(bytes_of_text(text), aaguid))
		return error_set(
		    err, ERROR_USAGE, "\"%s\" is no AAGUID: write it like d8522d9f-575b-4866-88a9-ba99fa02f35b", text);
	if (metadata == NULL)
		return error_set(err, ERROR_MDS_ABSENT, "%s: no FIDO metadata has been imported", path);
	*entry = metadata_find(metadata, BYTES_OF(aaguid));
	return *entry != NULL || error_set(err, ERROR_MDS_ABSENT, "the FIDO metadata no %" PRId64 " does not list %s",
	                             metadata->number, text);
}

static bool show(struct invocation *invocation, struct error *err)
{
	const struct metadata_entry *entry = NULL;
	struct metadata *metadata = NULL;
	const char *path;
	bool done = metadata_path(invocation, &path, err) && metadata_files_load(path, &metadata, err) &&
	            find_entry(metadata, invocation->options.arguments[0], path, &entry, err) &&
	            tell_entry(invocation, metadata, entry, err);

	metadata_free(metadata);
	return done;
}

static const struct subcommand subcommands[] = {
    {"import", "FILE", 1, 1, import},
    {"download", "[URL]", 0, 1, fetch},
    {"show", "AAGUID", 1, 1, show},
    SUBCOMMANDS_END,
};

static bool run(struct invocation *invocation, struct error *err)
{
	return subcommand_run("mds", subcommands, invocation, err);
}

const struct verb verb_mds = {
    .name = "mds",
    .summary = N_("import what FIDO says of security keys, and look into it"),
    .synopsis = "[OPTION]... import FILE | download [URL] | show AAGUID",
    .description = N_("import FILE checks the metadata BLOB that the FIDO alliance publishes at\n"
                      "https://mds3.fidoalliance.org, and stores what appraisal asks for: issuers by\n"
                      "model, status reports, certification, how keys are kept. An older one than the\n"
                      "stored one is refused. download fetches it from there, or from URL, over HTTPS\n"
                      "and goes on like import. show AAGUID prints a model's entry.\n"
                      "Example: keyenroll mds import blob.jwt\n"),
    .options = options,
    .min_arguments = 1,
    .max_arguments = 2,
    .run = run,
};

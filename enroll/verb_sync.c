#include "common/language.h"
#include "enroll/report.h"
#include "enroll/sync.h"
#include "enroll/sync_settings.h"
#include "enroll/verb.h"

#define SECONDS_USUAL 300
#define SECONDS_MAXIMUM 3600

enum { OPTION_OUTPUT, OPTION_ALLOW_OLDER, OPTION_ALLOW_EMPTY, OPTION_CA_FILE, OPTION_TIME_LIMIT };

static const struct option_row options[] = {
    [OPTION_OUTPUT] = {"output", "FILE", N_("put the snapshot there, not where this host looks")},
    [OPTION_ALLOW_OLDER] = {"allow-older", NULL, N_("go back to an older one, with fewer revocations")},
    [OPTION_ALLOW_EMPTY] = {"allow-empty", NULL, N_("take one in which nobody is enrolled")},
    [OPTION_CA_FILE] = {"ca-file", "FILE", N_("believe the authorities in FILE (PEM) only")},
    [OPTION_TIME_LIMIT] = {"time-limit", "SECONDS", N_("give each file up after SECONDS, 300 if not given")},
    OPTION_ROW_JSON,
    OPTION_ROWS_END,
};

static bool tell(const struct invocation *invocation, const char *path, const char *revocation_list,
    const struct sync_outcome *outcome, struct error *err)
{
	char made_at[REPORT_TIME_SIZE];
	bool changed = outcome->changed;

	report_time(outcome->made_at, made_at);
	if (invocation->json)
		return report_take_json("sync",
		    json_pack("{s:b, s:s, s:s, s:s, s:o*, s:o*}", "changed", changed, "path", path, "revocation_list",
		        revocation_list, "made_at", made_at, "active",
		        changed ? json_integer((json_int_t)outcome->counts.active) : NULL, "revoked",
		        changed ? json_integer((json_int_t)outcome->counts.revoked) : NULL),
		    err);
	if (changed)
		report_line("%s: %llu active, %llu revoked, made at %s", path,
		    (unsigned long long)outcome->counts.active, (unsigned long long)outcome->counts.revoked, made_at);
	else
		report_line("%s: unchanged, made at %s", path, made_at);
	return report_end(err);
}

/* The file is not asked where an address is given: its authorities are those of its own server. */
static bool settle(
    const struct options *given, struct sync_settings *settings, struct sync_wish *wish, struct error *err)
{
	if (given->num_arguments > 0)
		wish->source = given->arguments[0];
	else if (sync_settings_load(SYNC_SETTINGS_FILE, settings, err))
		wish->source = buffer_text(&settings->url);
	else
		return false;
	wish->ca_file =
	    options_text(given, OPTION_CA_FILE, settings->ca_file.len == 0 ? NULL : buffer_text(&settings->ca_file));
	return options_number(given, OPTION_TIME_LIMIT, 1, SECONDS_MAXIMUM, SECONDS_USUAL, &wish->seconds, err);
}

static bool run(struct invocation *invocation, struct error *err)
{
	const struct options *given = &invocation->options;
	struct sync_settings settings = SYNC_SETTINGS_EMPTY;
	struct buffer revocation_list = BUFFER_EMPTY;
	struct sync_outcome outcome;
	struct sync_wish wish = {
	    .snapshot = options_text(given, OPTION_OUTPUT, buffer_text(&invocation->configuration.snapshot)),
	    .terms = {.now = invocation->now,
	        .allow_older = options_given(given, OPTION_ALLOW_OLDER),
	        .allow_empty = options_given(given, OPTION_ALLOW_EMPTY)}};
	bool done = settle(given, &settings, &wish, err) && sync_run(&wish, &revocation_list, &outcome, err) &&
	            tell(invocation, wish.snapshot, buffer_text(&revocation_list), &outcome, err);

	buffer_free(&revocation_list);
	sync_settings_clear(&settings);
	return done;
}

const struct verb verb_sync = {
    .name = "sync",
    .summary = N_("fetch the snapshot for this host"),
    .synopsis = "[OPTION]... [URL]",
    .description = N_("Fetches snapshot and revoked.krl, as keyenroll snapshot writes them, from the\n"
                      "folder at URL (https://, file:// or a path), or from the one that sync.conf\n"
                      "names, and puts them where this host looks. What is there stays until what came\n"
                      "has been checked: one that is older, from the future, without a revocation that\n"
                      "this host knows, or without anybody active is refused.\n"
                      "Example: keyenroll sync https://desk.example.org/keyenroll\n"),
    .options = options,
    .max_arguments = 1,
    .run = run,
};

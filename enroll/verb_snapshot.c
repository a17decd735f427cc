#include "enroll/desk.h"
#include "enroll/report.h"
#include "enroll/verb.h"
#include "registry/snapshot.h"

enum { OPTION_OUTPUT, OPTION_REGISTRY, OPTION_JSON };

static const struct option_row options[] = {
    [OPTION_OUTPUT] = {"output", "FILE", "write it there, in place of this machine's own"},
    [OPTION_REGISTRY] = OPTION_ROW_REGISTRY,
    [OPTION_JSON] = OPTION_ROW_JSON,
    OPTION_ROWS_END,
};

static bool show(
    const struct invocation *invocation, const char *path, const struct snapshot_counts *counts, struct error *err)
{
	if (invocation->json)
		return report_take_json("snapshot",
		    json_pack("{s:s, s:I, s:I}", "path", path, "active", (json_int_t)counts->active, "revoked",
		        (json_int_t)counts->revoked),
		    err);
	report_line("%s: %llu active, %llu revoked", path, (unsigned long long)counts->active,
	    (unsigned long long)counts->revoked);
	return report_end(err);
}

static bool run(struct invocation *invocation, struct error *err)
{
	const char *path =
	    options_text(&invocation->options, OPTION_OUTPUT, buffer_text(&invocation->configuration.snapshot));
	struct snapshot_counts counts = {0, 0};
	struct store *store = NULL;
	bool done = desk_open_store(buffer_text(&invocation->configuration.registry), &store, err) &&
	            snapshot_store(store, path, invocation->now, &counts, err) && show(invocation, path, &counts, err);

	store_close(store);
	return done;
}

const struct verb verb_snapshot = {
    .name = "snapshot",
    .summary = "write what hosts need of the registry",
    .synopsis = "[OPTION]...",
    .description =
        "Writes the registry's enrollments for hosts, whole or not at all. It holds\n"
        "nothing secret, and nobody who changes it can let anybody in, since each\n"
        "enrollment carries its registrar's signature. Hosts look for it at\n" KEYENROLL_STATE_DIR "/snapshot.\n",
    .options = options,
    .run = run,
};

#include <string.h>

#include "common/language.h"
#include "enroll/desk.h"
#include "enroll/report.h"
#include "enroll/verb.h"
#include "registry/revocation_list.h"
#include "registry/snapshot.h"
#include "registry/store.h"

enum { OPTION_OUTPUT };

static const struct option_row options[] = {
    [OPTION_OUTPUT] = {"output", "FILE", N_("write it there, in place of this machine's own")},
    OPTION_ROW_REGISTRY,
    OPTION_ROW_JSON,
    OPTION_ROWS_END,
};

static bool show(const struct invocation *invocation, const char *path, const char *revocation_list,
    const struct snapshot_counts *counts, struct error *err)
{
	if (invocation->json)
		return report_take_json("snapshot",
		    json_pack("{s:s, s:s, s:I, s:I}", "path", path, "revocation_list", revocation_list, "active",
		        (json_int_t)counts->active, "revoked", (json_int_t)counts->revoked),
		    err);
	report_line("%s: %llu active, %llu revoked", path, (unsigned long long)counts->active,
	    (unsigned long long)counts->revoked);
	return report_end(err);
}

/* Beside the snapshot, and first: a host that reads both in between refuses one key too many, not one too few. Of one state of the
 * store: hosts refuse a snapshot with a revocation that its list lacks. */
static bool write_both(const struct invocation *invocation, struct store *store, const char *path, struct error *err)
{
	struct buffer revocation_list = BUFFER_EMPTY;
	struct snapshot_counts counts = {0, 0};
	const char *end = strrchr(path, '/');
	bool done = buffer_put(&revocation_list, bytes_of(path, end == NULL ? 0 : (size_t)(end - path) + 1), err) &&
	            buffer_put_text(&revocation_list, REVOCATION_LIST_FILE, err) && store_hold(store, err);

	if (done) {
		done = revocation_list_store(store, buffer_text(&revocation_list), NULL, err) &&
		       snapshot_store(store, path, invocation->now, &counts, err);
		store_release(store);
	}
	done = done && show(invocation, path, buffer_text(&revocation_list), &counts, err);
	buffer_free(&revocation_list);
	return done;
}

static bool run(struct invocation *invocation, struct error *err)
{
	const char *path =
	    options_text(&invocation->options, OPTION_OUTPUT, buffer_text(&invocation->configuration.snapshot));
	struct store *store = NULL;
	bool done = desk_open_store(buffer_text(&invocation->configuration.registry), &store, err) &&
	            write_both(invocation, store, path, err);

	store_close(store);
	return done;
}

const struct verb verb_snapshot = {
    .name = "snapshot",
    .summary = N_("write what hosts need of the registry"),
    .synopsis = "[OPTION]...",
    .description = N_("Writes the registry's enrollments for hosts, whole or not at all. It holds\n"
                      "nothing secret, and nobody who changes it can let anybody in, since each\n"
                      "enrollment carries its registrar's signature. Where hosts look for it, the\n"
                      "manual says. Beside it goes revoked.krl, the revoked keys for sshd's\n"
                      "RevokedKeys.\n"),
    .options = options,
    .run = run,
};

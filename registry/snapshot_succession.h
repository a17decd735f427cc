/* snapshot_succession.h: whether a snapshot and its revocation list, which came from elsewhere, may take the place of a host's present
 * ones. Who sends them can let nobody in, since registrars sign; he could bring a revoked key back by what was true yesterday, and
 * lock everybody out by a registry of nobody.
 * Knows nothing of how they came, and of files. */
#ifndef REGISTRY_SNAPSHOT_SUCCESSION_H
#define REGISTRY_SNAPSHOT_SUCCESSION_H

#include "common/bytes.h"
#include "registry/snapshot.h"

/* By how much the clock of who made a snapshot may be ahead of this host's. */
#define SUCCESSION_LEEWAY_SECONDS 300

struct succession_side {
	struct snapshot *snapshot;   /* borrowed; NULL: none that can be read */
	struct bytes revoked_hashes; /* borrowed, of revocation_list_parse; empty: no list */
};

struct succession_terms {
	int64_t now;      /* seconds since 1970 */
	bool allow_older; /* somebody has decided to go back: nothing that the present side knows has to be known */
	bool allow_empty; /* somebody has decided that nobody is enrolled */
};

/* snapshot_succession_check: reads all of `next`, and refuses it where it is damaged, was made before `present` or in the future, takes
 * back a revocation, has one that its own list lacks, or leaves nobody active where somebody was.
 *   counts  out: of `next`
 * Errors: ERROR_SNAPSHOT, ERROR_SNAPSHOT_ROLLBACK, ERROR_SNAPSHOT_FUTURE, ERROR_SNAPSHOT_EMPTY. */
bool snapshot_succession_check(const struct succession_side *present, const struct succession_side *next,
    const struct succession_terms *terms, struct snapshot_counts *counts, struct error *err) MUST_CHECK;

#endif

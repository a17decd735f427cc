/* snapshot.h: what hosts get of a registry: a read-only SQLite file, written beside its place, fsynced and renamed.
 *
 * An active enrollment is there with its certificate, a revoked one without: no damage to the file can bring it back. What lets
 * anybody in is the registrar's signature in the certificate, never the file itself.
 * Knows nothing of PAM and of how the file travels. */
#ifndef REGISTRY_SNAPSHOT_H
#define REGISTRY_SNAPSHOT_H

#include "registry/store.h"

struct snapshot;

struct snapshot_counts {
	uint64_t active, revoked;
};

/* snapshot_store: writes the snapshot of a store, mode 0644; enrollments that are over by `now` are left out.
 *   counts  out: may be NULL
 * Errors: ERROR_FILE, ERROR_STORE; what was at `path` before is untouched then. */
bool snapshot_store(
    struct store *store, const char *path, int64_t now, struct snapshot_counts *counts, struct error *err) MUST_CHECK;

/* snapshot_open: opens for reading.
 * Errors: ERROR_SNAPSHOT_ABSENT, ERROR_SNAPSHOT (not a snapshot, damaged, of a newer version), ERROR_PERMISSIONS (writable by others). */
bool snapshot_open(const char *path, struct snapshot **snapshot, struct error *err) MUST_CHECK;
/* snapshot_close: closes it; NULL is no snapshot. */
void snapshot_close(struct snapshot *snapshot);

/* snapshot_is_current: whether the file at its path is still the one that was opened (device, inode, size, time). */
bool snapshot_is_current(const struct snapshot *snapshot);

/* snapshot_find: the certificate of a key, appended to `certificate`.
 * Errors: ERROR_ENROLLMENT_ABSENT, ERROR_ENROLLMENT_REVOKED (with when and why), ERROR_SNAPSHOT. */
bool snapshot_find(struct snapshot *snapshot, const uint8_t key_hash[SSH_KEY_HASH_SIZE], struct buffer *certificate,
    struct error *err) MUST_CHECK;

#endif

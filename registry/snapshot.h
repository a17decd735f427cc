/* snapshot.h: what hosts get of a registry: a read-only SQLite file, written beside its place, fsynced and renamed.
 *
 * An active enrollment is there with its certificate, a revoked one without: no damage to the file can bring it back. What lets
 * anybody in is the registrar's signature in the certificate, never the file itself.
 * Knows nothing of PAM and of how the file travels. */
#ifndef REGISTRY_SNAPSHOT_H
#define REGISTRY_SNAPSHOT_H

#include "common/account_name.h"
#include "common/ssh_key.h"

struct store;

struct snapshot;

struct snapshot_counts {
	uint64_t active, revoked;
};

/* snapshot_store: writes the snapshot of a store, mode 0644; enrollments that are over by `now` are left out. Revoked keys stay in it
 * for ever: what is over here may not be over by a host's clock, and a key that a host does not know may have a grace.
 *   counts  out: may be NULL
 * Errors: ERROR_FILE, ERROR_STORE; what was at `path` before is untouched then. */
bool snapshot_store(
    struct store *store, const char *path, int64_t now, struct snapshot_counts *counts, struct error *err) MUST_CHECK;

/* snapshot_open: opens for reading. It stays the file that it was, also when another takes its place: snapshot_is_current tells.
 *   snapshot  out: the caller's, to snapshot_close(); for one thread at a time
 * Errors: ERROR_SNAPSHOT_ABSENT, ERROR_SNAPSHOT (not a snapshot, damaged, of a newer version), ERROR_PERMISSIONS (writable by others). */
bool snapshot_open(const char *path, struct snapshot **snapshot, struct error *err) MUST_CHECK;
/* snapshot_close: closes it; NULL is no snapshot. */
void snapshot_close(struct snapshot *snapshot);

/* snapshot_is_current: whether the file at its path is still the one that was opened (device, inode, size, and the times of its
 * content and of its inode, of which a program can set back only the first). */
bool snapshot_is_current(const struct snapshot *snapshot);

/* snapshot_made_at: when it was written, seconds since 1970. Whoever can replace the file can write any time into it: this tells
 * a host whose supply has stopped, not one that is attacked. */
int64_t snapshot_made_at(const struct snapshot *snapshot);

/* snapshot_check: reads the order of all its rows, for a file that came from elsewhere. Afterwards each key stands in it
 * once, and what a walk finds snapshot_find finds.
 * Errors: ERROR_SNAPSHOT. */
bool snapshot_check(struct snapshot *snapshot, struct error *err) MUST_CHECK;

/* snapshot_find: the certificate of a key, appended to `certificate`. Nothing of it is checked here: enrollment_parse does.
 *   key_hash  ssh_key_hash's, of the plain key
 * Errors: ERROR_ENROLLMENT_ABSENT, ERROR_ENROLLMENT_REVOKED (with when and why), ERROR_SNAPSHOT. */
bool snapshot_find(struct snapshot *snapshot, const uint8_t key_hash[SSH_KEY_HASH_SIZE], struct buffer *certificate,
    struct error *err) MUST_CHECK;

/* snapshot_find_grace: the grant of a key's grace, appended; grace_check says whether it counts.
 * Errors: ERROR_ENROLLMENT_ABSENT, ERROR_SNAPSHOT. */
bool snapshot_find_grace(struct snapshot *snapshot, const uint8_t key_hash[SSH_KEY_HASH_SIZE], struct buffer *grant,
    struct error *err) MUST_CHECK;

/* What snapshot_each finds. */
struct snapshot_entry {
	uint8_t key_hash[SSH_KEY_HASH_SIZE];
	bool revoked;
	int64_t revoked_at;                /* seconds since 1970; 0 unless revoked */
	char person[ACCOUNT_NAME_MAXIMUM]; /* as the file says; who it is, the certificate says */
	struct bytes certificate;          /* borrowed for the time of the call; empty when revoked */
};

/* snapshot_visitor: called for each entry; false stops the walk with what it put into err. */
typedef bool snapshot_visitor(const struct snapshot_entry *entry, void *context, struct error *err);

/* snapshot_each: walks the entries of a person, in the order of their key hashes; a damaged file's walk ends as well.
 *   person  NULL: of everybody
 * Errors: ERROR_SNAPSHOT, those of the visitor. */
bool snapshot_each(struct snapshot *snapshot, const char *person, snapshot_visitor *visit, void *context,
    struct error *err) MUST_CHECK;

/* snapshot_count_short: how many persons have a key, and fewer keys than `minimum`, in a snapshot that snapshot_check lets pass.
 *   since   a key that was revoked at this time or later counts on
 *   person  out: one of them; "" where there is none
 * Errors: ERROR_SNAPSHOT. */
bool snapshot_count_short(struct snapshot *snapshot, size_t minimum, int64_t since, uint64_t *num,
    char person[ACCOUNT_NAME_MAXIMUM], struct error *err) MUST_CHECK;

#endif

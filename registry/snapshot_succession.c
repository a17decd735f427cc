#include "registry/snapshot_succession.h"

#include "registry/revocation_list.h"

/* What a walk of the next snapshot finds. */
struct next_walk {
	struct bytes revoked_hashes;
	struct snapshot_counts counts;
	uint64_t num_unlisted; /* revoked, and not in its list */
	uint64_t num_usable;   /* active, and not in its list */
};

static bool visit_next(const struct snapshot_entry *entry, void *context, struct error *err)
{
	struct next_walk *walk = context;
	bool listed = revocation_list_holds(walk->revoked_hashes, entry->key_hash);

	(void)err;
	walk->counts.revoked += entry->revoked;
	walk->counts.active += !entry->revoked;
	walk->num_unlisted += entry->revoked && !listed;
	walk->num_usable += !entry->revoked && !listed;
	return true;
}

/* What a walk of the present one finds. */
struct present_walk {
	struct snapshot *next;
	uint64_t num_active;
	uint64_t num_taken_back; /* revoked here and not there */
};

/* By the very function that decides about logins. */
static bool is_revoked(
    struct snapshot *snapshot, const uint8_t key_hash[SSH_KEY_HASH_SIZE], bool *revoked, struct error *err)
{
	struct buffer certificate = BUFFER_EMPTY;
	struct error reason = ERROR_EMPTY;
	bool found = snapshot_find(snapshot, key_hash, &certificate, &reason);

	buffer_free(&certificate);
	*revoked = !found && reason.code == ERROR_ENROLLMENT_REVOKED;
	if (found || *revoked || reason.code == ERROR_ENROLLMENT_ABSENT)
		return true;
	*err = reason;
	return false;
}

static bool visit_present(const struct snapshot_entry *entry, void *context, struct error *err)
{
	struct present_walk *walk = context;
	bool revoked = true;

	walk->num_active += !entry->revoked;
	if (entry->revoked && !is_revoked(walk->next, entry->key_hash, &revoked, err))
		return false;
	walk->num_taken_back += !revoked;
	return true;
}

static uint64_t count_missing(struct bytes present_hashes, struct bytes next_hashes)
{
	uint8_t key_hash[SSH_KEY_HASH_SIZE];
	uint64_t num = 0;

	while (bytes_take_to(&present_hashes, key_hash, sizeof(key_hash)))
		num += !revocation_list_holds(next_hashes, key_hash);
	return num;
}

static bool check_time(const struct succession_side *present, const struct succession_side *next,
    const struct succession_terms *terms, struct error *err)
{
	int64_t made_at = snapshot_made_at(next->snapshot);

	if (made_at > terms->now && made_at - terms->now > SUCCESSION_LEEWAY_SECONDS)
		return error_set(err, ERROR_SNAPSHOT_FUTURE,
		    "the snapshot was made %llu minutes from now, by this host's clock",
		    (unsigned long long)(made_at - terms->now) / 60);
	if (present->snapshot != NULL && !terms->allow_older && made_at < snapshot_made_at(present->snapshot))
		return error_set(
		    err, ERROR_SNAPSHOT_ROLLBACK, "the snapshot was made before the one that this host has");
	return true;
}

/* A present snapshot that cannot be read protects nothing: what is refused beside it is still what its list knows. */
static bool check_revocations(const struct succession_side *present, const struct succession_side *next,
    const struct next_walk *found, uint64_t num_taken_back, const struct succession_terms *terms, struct error *err)
{
	uint64_t num_missing = count_missing(present->revoked_hashes, next->revoked_hashes);

	if (found->num_unlisted > 0)
		return error_set(err, ERROR_SNAPSHOT_ROLLBACK,
		    "the list of revoked keys lacks %llu that the snapshot has: one of the two is an older one",
		    (unsigned long long)found->num_unlisted);
	if (num_taken_back > 0 && !terms->allow_older)
		return error_set(err, ERROR_SNAPSHOT_ROLLBACK,
		    "the snapshot takes back %llu revocations that this host knows",
		    (unsigned long long)num_taken_back);
	if (num_missing > 0 && !terms->allow_older)
		return error_set(err, ERROR_SNAPSHOT_ROLLBACK,
		    "the list of revoked keys lacks %llu that this host's list has", (unsigned long long)num_missing);
	return true;
}

bool snapshot_succession_check(const struct succession_side *present, const struct succession_side *next,
    const struct succession_terms *terms, struct snapshot_counts *counts, struct error *err)
{
	struct next_walk found = {.revoked_hashes = next->revoked_hashes};
	struct present_walk before = {.next = next->snapshot};

	if (!snapshot_check(next->snapshot, err) || !check_time(present, next, terms, err) ||
	    !snapshot_each(next->snapshot, NULL, visit_next, &found, err) ||
	    (present->snapshot != NULL && !snapshot_each(present->snapshot, NULL, visit_present, &before, err)) ||
	    !check_revocations(present, next, &found, before.num_taken_back, terms, err))
		return false;
	if (before.num_active > 0 && found.num_usable == 0 && !terms->allow_empty)
		return error_set(err, ERROR_SNAPSHOT_EMPTY,
		    "nobody is enrolled in the snapshot any more: it would lock everybody out");
	*counts = found.counts;
	return true;
}

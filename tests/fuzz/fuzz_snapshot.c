/* Snapshots: whatever a file holds, its walks end, and a certificate that is found is for the key that was asked for. What a walk shows of a
 * damaged file may be found by nobody. SQLite is inside: this is what a host hands to it. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/ssh_certificate.h"
#include "registry/snapshot.h"
#include "tests/fuzz/fuzz.h"

/* More rows than any input has bytes for: a walk of so many does not end. */
#define WALK_MAXIMUM 100000

static char path[64];

static void remove_file(void)
{
	(void)unlink(path);
}

static void store(const uint8_t *data, size_t size)
{
	struct bytes rest = bytes_of(data, size), written;
	int descriptor;

	if (path[0] == '\0') {
		(void)snprintf(path, sizeof(path), "/tmp/keyenroll-fuzz.XXXXXX");
		descriptor = mkstemp(path);
		demand(descriptor >= 0 && atexit(remove_file) == 0);
	} else {
		descriptor = open(path, O_WRONLY | O_TRUNC | O_CLOEXEC);
		demand(descriptor >= 0);
	}
	while (rest.len > 0) {
		ssize_t len = write(descriptor, rest.data, rest.len);

		demand(len > 0 && bytes_take(&rest, (size_t)len, &written));
	}
	(void)close(descriptor);
}

static enum error_code find(struct snapshot *snapshot, const uint8_t hash[SSH_KEY_HASH_SIZE])
{
	struct buffer certificate = BUFFER_EMPTY, grant = BUFFER_EMPTY;
	struct ssh_certificate parsed = SSH_CERTIFICATE_EMPTY;
	uint8_t found[SSH_KEY_HASH_SIZE];
	enum error_code code = ERROR_NONE;
	struct error err = ERROR_EMPTY;

	if (snapshot_find(snapshot, hash, &certificate, &err)) {
		demand(ssh_certificate_parse(buffer_bytes(&certificate), &parsed, &err) &&
		       ssh_key_hash(&parsed.key, found, &err) && memcmp(found, hash, sizeof(found)) == 0);
	} else {
		demand(certificate.len == 0 && err.code != ERROR_NONE);
		code = err.code;
	}
	if (!snapshot_find_grace(snapshot, hash, &grant, &err))
		demand(err.code != ERROR_NONE && grant.len == 0);
	ssh_certificate_clear(&parsed);
	buffer_free(&certificate);
	buffer_free(&grant);
	return code;
}

struct walk {
	struct snapshot *snapshot;
	bool sound; /* snapshot_check let it pass */
	size_t num;
};

static bool visit(const struct snapshot_entry *entry, void *context, struct error *err)
{
	struct walk *walk = context;

	(void)err;
	demand(entry->revoked == (entry->certificate.len == 0));
	demand(++walk->num < WALK_MAXIMUM);
	demand(find(walk->snapshot, entry->key_hash) != ERROR_ENROLLMENT_ABSENT || !walk->sound);
	return true;
}

static void walk_all(struct snapshot *snapshot)
{
	struct walk all = {.snapshot = snapshot}, alice = {.snapshot = snapshot};
	char person[ACCOUNT_NAME_MAXIMUM];
	struct error err = ERROR_EMPTY;
	uint64_t num_short;

	all.sound = alice.sound = snapshot_check(snapshot, &err);
	demand(all.sound || err.code != ERROR_NONE);
	(void)!snapshot_each(snapshot, NULL, visit, &all, &err);
	(void)!snapshot_each(snapshot, "alice", visit, &alice, &err);
	(void)!snapshot_count_short(snapshot, 2, 0, &num_short, person, &err);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct snapshot *snapshot = NULL;
	struct error err = ERROR_EMPTY;

	store(data, size);
	if (!snapshot_open(path, &snapshot, &err)) {
		demand(snapshot == NULL && err.code != ERROR_NONE);
		return 0;
	}
	walk_all(snapshot);
	snapshot_close(snapshot);
	return 0;
}

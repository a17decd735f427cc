#include "registry/revocation_list.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/file.h"
#include "common/process.h"
#include "registry/store.h"

#define SPECIFICATION_MAXIMUM ((size_t)256 * 1024 * 1024)
#define TIMEOUT_MS 600000

/* Of PROTOCOL.krl. */
#define KRL_MAGIC UINT64_C(0x5353484b524c0a00)
#define KRL_FORMAT 1
#define KRL_SECTION_SHA256 5

struct list {
	struct buffer specification; /* ssh-keygen's lines */
	uint64_t num;
};

static bool put_entry(const struct store_entry *entry, void *context, struct error *err)
{
	struct list *list = context;

	if (entry->state != STORE_REVOKED)
		return true;
	list->num++;
	return buffer_put_format(&list->specification, err, "hash: %s\n", entry->fingerprint);
}

static bool run(const char *output, struct bytes specification, struct error *err)
{
	static char program[] = "ssh-keygen", quiet[] = "-q", make[] = "-k", file[] = "-f", input[] = "-";
	char *path = strdup(output), *const argv[] = {program, quiet, make, file, path, input, NULL};
	struct buffer said = BUFFER_EMPTY;
	bool done;

	if (path == NULL)
		return error_set(err, ERROR_MEMORY, "no memory for a path");
	done = process_run(program, argv, NULL, specification, &said, TIMEOUT_MS, err);
	buffer_free(&said);
	free(path);
	return done;
}

static bool write_list(const char *path, struct bytes specification, struct error *err)
{
	struct buffer temporary = BUFFER_EMPTY;
	bool done = buffer_put_format(&temporary, err, "%s.new", path);

	if (done) {
		(void)unlink(buffer_text(&temporary));
		done = run(buffer_text(&temporary), specification, err) || error_prefix(err, "%s", path);
		if (done)
			done = file_replace(buffer_text(&temporary), path, 0644, err);
		else
			(void)unlink(buffer_text(&temporary));
	}
	buffer_free(&temporary);
	return done;
}

/* Held until the rename, as a snapshot is. */
bool revocation_list_store(struct store *store, const char *path, uint64_t *num, struct error *err)
{
	struct list list = {.specification = BUFFER_UP_TO(SPECIFICATION_MAXIMUM)};
	bool held, done;

	if (!store_hold_over(store, &held, err))
		return false;
	done = store_each_key(store, INT64_MIN, put_entry, &list, err) &&
	       write_list(path, buffer_bytes(&list.specification), err);
	if (!held)
		store_release(store);
	buffer_free(&list.specification);
	if (done && num != NULL)
		*num = list.num;
	return done;
}

/* Ascending, as ssh-keygen writes them and as they are looked up. */
static bool take_hashes(struct bytes section, struct buffer *key_hashes, struct error *err)
{
	uint8_t last[SSH_KEY_HASH_SIZE] = {0};
	struct bytes hash;

	while (section.len > 0) {
		if (!bytes_take_ssh_string(&section, &hash) || hash.len != sizeof(last) ||
		    memcmp(hash.data, last, sizeof(last)) <= 0)
			return error_set(
			    err, ERROR_REVOCATION_LIST, "the revoked keys in it cannot be read, or are out of order");
		memcpy(last, hash.data, sizeof(last));
		if (!buffer_put(key_hashes, hash, err))
			return false;
	}
	return true;
}

bool revocation_list_parse(struct bytes list, struct buffer *key_hashes, struct error *err)
{
	uint64_t magic, version, date, flags;
	struct bytes reserved, comment, section;
	uint32_t format;
	uint8_t kind;

	if (!bytes_take_u64(&list, &magic) || magic != KRL_MAGIC || !bytes_take_u32(&list, &format) ||
	    format != KRL_FORMAT || !bytes_take_u64(&list, &version) || !bytes_take_u64(&list, &date) ||
	    !bytes_take_u64(&list, &flags) || !bytes_take_ssh_string(&list, &reserved) ||
	    !bytes_take_ssh_string(&list, &comment))
		return error_set(err, ERROR_REVOCATION_LIST, "this is no list of revoked keys");
	if (list.len == 0)
		return true;
	if (!bytes_take_u8(&list, &kind) || kind != KRL_SECTION_SHA256 || !bytes_take_ssh_string(&list, &section) ||
	    list.len > 0)
		return error_set(
		    err, ERROR_REVOCATION_LIST, "it is cut short, or lists other things than hashes of keys");
	return take_hashes(section, key_hashes, err);
}

static int compare_hashes(const void *one, const void *other)
{
	return memcmp(one, other, SSH_KEY_HASH_SIZE);
}

bool revocation_list_holds(struct bytes key_hashes, const uint8_t key_hash[SSH_KEY_HASH_SIZE])
{
	return key_hashes.len > 0 && bsearch(key_hash, key_hashes.data, key_hashes.len / SSH_KEY_HASH_SIZE,
	                                 SSH_KEY_HASH_SIZE, compare_hashes) != NULL;
}

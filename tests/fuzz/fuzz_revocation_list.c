/* Lists of revoked keys: what is taken are whole hashes in ascending order, each of which is found, and nothing is left of what is not. */
#include <string.h>

#include "registry/revocation_list.h"
#include "tests/fuzz/fuzz.h"

#define HASHES_MAXIMUM ((size_t)1024 * 1024)

static void check_hashes(struct bytes hashes)
{
	uint8_t last[SSH_KEY_HASH_SIZE] = {0}, hash[SSH_KEY_HASH_SIZE];
	struct bytes rest = hashes;

	while (rest.len > 0) {
		demand(bytes_take_to(&rest, hash, sizeof(hash)));
		demand(memcmp(last, hash, sizeof(hash)) < 0);
		demand(revocation_list_holds(hashes, hash));
		memcpy(last, hash, sizeof(hash));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buffer hashes = BUFFER_UP_TO(HASHES_MAXIMUM);
	struct error err = ERROR_EMPTY;

	if (revocation_list_parse(bytes_of(data, size), &hashes, &err))
		check_hashes(buffer_bytes(&hashes));
	else
		demand(err.code == ERROR_REVOCATION_LIST || err.code == ERROR_LIMIT);
	buffer_free(&hashes);
	return 0;
}

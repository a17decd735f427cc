/* ssh-keygen's attestation files, and sk public keys: a key that is read is written back as it was. */
#include "policy/fido_evidence.h"
#include "policy/ssh_sk_attest.h"
#include "tests/fuzz/fuzz.h"

static void check_key(struct bytes blob)
{
	struct buffer again = BUFFER_EMPTY;
	struct error err = ERROR_EMPTY;
	struct ssh_sk_key key;

	if (ssh_sk_key_parse(blob, &key, &err)) {
		demand(ssh_sk_key_put(&key.key, key.application, &again, &err));
		demand(bytes_equal(buffer_bytes(&again), blob));
	}
	buffer_free(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct fido_ssh_key none = {BYTES_EMPTY, BYTES_EMPTY};
	struct buffer built = BUFFER_EMPTY;
	struct error err = ERROR_EMPTY;
	struct ssh_sk_attest parsed;

	check_key(bytes_of(data, size));
	if (ssh_sk_attest_parse(bytes_of(data, size), &none, &parsed, &built, &err))
		demand(parsed.has_auth_data && parsed.auth_data.len <= size);
	buffer_free(&built);
	return 0;
}

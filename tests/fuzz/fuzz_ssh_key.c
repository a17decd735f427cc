/* Keys as blob, as line and as SubjectPublicKeyInfo: what is taken is written again byte for byte. */
#include "common/ssh_key.h"
#include "tests/fuzz/fuzz.h"

static void check_forms(const struct ssh_key *key)
{
	bool token = key->type == SSH_KEY_SK_ECDSA || key->type == SSH_KEY_SK_ED25519;
	struct buffer line = BUFFER_EMPTY, spki = BUFFER_EMPTY;
	struct ssh_key again = SSH_KEY_EMPTY;
	struct error err = ERROR_EMPTY;

	demand(ssh_key_put_line(key, &line, &err));
	demand(ssh_key_parse_line(buffer_bytes(&line), &again, NULL, &err) && ssh_key_equal(key, &again));
	ssh_key_clear(&again);
	demand(ssh_key_put_spki(key, &spki, &err) && ssh_key_of_spki(buffer_bytes(&spki), &again, &err));
	demand(token != ssh_key_equal(key, &again));
	ssh_key_clear(&again);
	buffer_free(&line);
	buffer_free(&spki);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes in = bytes_of(data, size), comment;
	struct buffer spki = BUFFER_EMPTY;
	struct ssh_key key = SSH_KEY_EMPTY;
	struct error err = ERROR_EMPTY;

	if (ssh_key_parse(in, &key, &err)) {
		demand(bytes_equal(buffer_bytes(&key.blob), in));
		check_forms(&key);
	} else {
		demand(err.code != ERROR_NONE && key.blob.len == 0);
	}
	ssh_key_clear(&key);
	err = ERROR_EMPTY;
	if (ssh_key_parse_line(in, &key, &comment, &err))
		check_forms(&key);
	else
		demand(err.code != ERROR_NONE && key.blob.len == 0);
	ssh_key_clear(&key);
	if (ssh_key_of_spki(in, &key, &err))
		demand(ssh_key_put_spki(&key, &spki, &err) && bytes_equal(buffer_bytes(&spki), in));
	ssh_key_clear(&key);
	buffer_free(&spki);
	return 0;
}

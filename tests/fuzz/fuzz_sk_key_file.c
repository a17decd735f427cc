/* OpenSSH's file of a security key: what is read is written again and read as the same. */
#include "fido/key_file.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct key_file file = KEY_FILE_EMPTY, again = KEY_FILE_EMPTY;
	struct buffer text = BUFFER_EMPTY;
	struct error err = ERROR_EMPTY;

	if (!key_file_parse(bytes_of(data, size), &file, &err)) {
		demand(err.code != ERROR_NONE && file.key_handle.len == 0 && file.comment.len == 0);
		return 0;
	}
	demand(key_file_put(&file, &text, &err) && key_file_parse(buffer_bytes(&text), &again, &err));
	demand(ssh_key_equal(&file.key, &again.key) && file.flags == again.flags);
	demand(bytes_equal(buffer_bytes(&file.key_handle), buffer_bytes(&again.key_handle)));
	demand(bytes_equal(buffer_bytes(&file.comment), buffer_bytes(&again.comment)));
	key_file_clear(&file);
	key_file_clear(&again);
	buffer_free(&text);
	return 0;
}

/* SSH_AUTH_INFO_0: whatever is taken has a method, and a publickey method has a key. */
#include "common/auth_info.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct auth_info info = AUTH_INFO_EMPTY;
	struct error err = ERROR_EMPTY;

	if (auth_info_parse(bytes_of(data, size), &info, &err)) {
		demand(info.num_methods > 0 && info.num_methods <= AUTH_INFO_METHODS_MAXIMUM);
		for (size_t i = 0; i < info.num_methods; i++)
			demand(bytes_equal_text(info.methods[i].name, "publickey") == (info.methods[i].blob.len > 0));
	} else {
		demand(err.code != ERROR_NONE && info.num_methods == 0);
	}
	auth_info_clear(&info);
	return 0;
}

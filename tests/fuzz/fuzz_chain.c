/* What another AuthorizedKeysCommand prints: options that are taken are text, one line of it, and none that would weaken a key. */
#include <string.h>

#include "common/text.h"
#include "pam_module/chain.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buffer options = BUFFER_EMPTY;
	struct error err = ERROR_EMPTY;

	if (chain_find(bytes_of(data, size), "ssh-ed25519", "AAAA", &options, &err)) {
		demand(text_is_printable(buffer_bytes(&options)));
		demand(options.len == 0 || (strcasecmp(buffer_text(&options), "no-touch-required") != 0 &&
		                               strcasecmp(buffer_text(&options), "cert-authority") != 0));
	} else {
		demand(err.code == ERROR_CHAIN || err.code == ERROR_MEMORY || err.code == ERROR_LIMIT);
		demand(options.len == 0);
	}
	buffer_free(&options);
	return 0;
}

/* WebAuthn's client data: a challenge that is taken cannot be guessed, and one that is not has no length. */
#include "policy/client_data.h"
#include "policy/fido_evidence.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct fido_binding binding = {.application = bytes_of_text("localhost"),
	    .kind = FIDO_CLIENT_DATA_JSON,
	    .client_data = bytes_of(data, size)};
	struct error err = ERROR_EMPTY;
	size_t len = 1;

	if (client_data_check(&binding, &len, &err))
		demand(len >= CHALLENGE_MINIMUM && len < size);
	else
		demand(err.code == ERROR_FIDO_CLIENT_DATA ||
		       (err.code == ERROR_FIDO_CHALLENGE && len < CHALLENGE_MINIMUM));
	return 0;
}

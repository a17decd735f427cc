/* Authenticator data: what is taken is taken whole, and its flags never contradict each other. */
#include "policy/fido_auth_data.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fido_auth_data parsed;
	struct error err = ERROR_EMPTY;
	char text[FIDO_AAGUID_TEXT_SIZE];
	uint8_t aaguid[FIDO_AAGUID_SIZE];

	if (!fido_auth_data_parse(bytes_of(data, size), &parsed, &err))
		return 0;
	demand(parsed.whole.len == size && parsed.credential_id.len > 0 && parsed.cred_protect <= 3);
	demand(!parsed.flags.backed_up || parsed.flags.backup_eligible);
	fido_aaguid_put_text(parsed.aaguid, text);
	demand(fido_aaguid_parse(bytes_of_text(text), aaguid) && bytes_equal(BYTES_OF(aaguid), parsed.aaguid));
	return 0;
}

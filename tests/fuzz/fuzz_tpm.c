/* A TPM's words about one of its keys: what is taken of them lies within, and no public area is named by other bytes than its hash. */
#include "policy/tpm_structures.h"
#include "tests/fuzz/fuzz.h"

static void check_reason(const struct error *err)
{
	demand(err->code == ERROR_FIDO_TPM || err->code == ERROR_KEY_WEAK);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes in = bytes_of(data, size);
	struct tpm_certification certification;
	struct error err = ERROR_EMPTY;
	struct tpm_public public;

	if (tpm_public_parse(in, &public, &err))
		demand(!tpm_name_check(in, &public, in, &err) && !tpm_name_check(BYTES_EMPTY, &public, in, &err));
	check_reason(&err);
	err = ERROR_EMPTY;
	if (tpm_certification_parse(in, &certification, &err))
		demand(certification.extra_data.len + certification.name.len < size);
	else
		check_reason(&err);
	return 0;
}

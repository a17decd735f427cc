/* Records of a proof of possession: whatever is taken has one form only, and something to be signed. */
#include "registry/possession.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buffer again = BUFFER_EMPTY, to_sign = BUFFER_EMPTY;
	struct possession possession;
	struct error err = ERROR_EMPTY;

	if (!possession_parse(bytes_of(data, size), &possession, &err)) {
		demand(err.code == ERROR_ENROLLMENT_POSSESSION);
		return 0;
	}
	demand(possession_encode(&possession, &again, &err));
	demand(bytes_equal(buffer_bytes(&again), bytes_of(data, size)));
	demand(possession_put_to_sign(&possession, &to_sign, &err) && to_sign.len > 0);
	buffer_free(&again);
	buffer_free(&to_sign);
	return 0;
}

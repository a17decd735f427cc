/* Certificate requests: evidence comes only with the key that signed the request. */
#include "policy/evidence.h"
#include "policy/evidence_input.h"
#include "policy/public_key.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct evidence evidence = EVIDENCE_EMPTY;
	struct buffer spki = BUFFER_EMPTY;
	struct error err = ERROR_EMPTY;
	struct public_key key;

	if (evidence_read_request(bytes_of(data, size), &evidence, &spki, &err))
		demand(evidence.content.len > 0 && public_key_parse(buffer_bytes(&spki), &key, &err));
	else
		demand(err.code != ERROR_NONE && spki.len == 0 && evidence.content.len == 0);
	evidence_clear(&evidence);
	buffer_free(&spki);
	return 0;
}

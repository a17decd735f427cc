/* What pinentry answers: an answer, or a reason; never an answer that is empty or too long. */
#include "common/secret.h"
#include "enroll/pinentry.h"
#include "tests/fuzz/fuzz.h"

#define ANSWER_MAXIMUM 16

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct secret *secret = NULL;
	struct error err = ERROR_EMPTY;

	demand(secret_new(ANSWER_MAXIMUM, &secret, &err));
	if (pinentry_parse(bytes_of(data, size), secret, &err))
		demand(secret_bytes(secret).len > 0 && secret_bytes(secret).len <= ANSWER_MAXIMUM);
	else
		demand(err.code != ERROR_NONE);
	secret_free(secret);
	return 0;
}

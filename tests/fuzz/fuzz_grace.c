/* Graces: what is taken is written again byte for byte, and nobody is let in whom no registrar knows. */
#include "registry/grace.h"
#include "registry/registrars.h"
#include "tests/fuzz/fuzz.h"

#define NOW 1795525200 /* 2026-11-24: within the dates of the seeds */

static void try_record(struct bytes in)
{
	struct grace grace = GRACE_EMPTY;
	struct buffer out = BUFFER_EMPTY;
	struct error err = ERROR_EMPTY;

	if (grace_parse_record(in, &grace, &err)) {
		demand(grace.person[0] != '\0' && grace.since < grace.until);
		demand(grace.until - grace.since <= GRACE_LIFE_MAXIMUM);
		demand(grace_put_record(&grace, &out, &err));
		demand(bytes_equal(buffer_bytes(&out), in));
	} else {
		demand(err.code != ERROR_NONE);
	}
	grace_clear(&grace);
	buffer_free(&out);
}

static void try_grant(struct bytes in)
{
	struct registrars nobody = REGISTRARS_EMPTY;
	struct grace grace = GRACE_EMPTY;
	struct error err = ERROR_EMPTY;

	if (grace_of_grant(in, &grace, &err))
		demand(grace.person[0] != '\0');
	grace_clear(&grace);
	demand(!grace_check(in, &nobody, NOW, &grace, &err) && err.code != ERROR_NONE);
	grace_clear(&grace);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	try_record(bytes_of(data, size));
	try_grant(bytes_of(data, size));
	return 0;
}

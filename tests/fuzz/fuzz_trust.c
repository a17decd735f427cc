/* Trust bundles: what is read has names and keys; what is not leaves nothing behind. */
#include "policy/trust.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct trust_anchor *anchor;
	struct error err = ERROR_EMPTY;
	struct trust *trust;
	bool read;

	demand(trust_new(&trust, &err));
	read = trust_add(trust, bytes_of(data, size), "fuzz", TRUST_SHIPPED, &err);
	demand(read || (trust_anchor(trust, 0) == NULL && trust_advisory(trust, 0) == NULL));
	for (size_t i = 0; (anchor = trust_anchor(trust, i)) != NULL; i++)
		demand(anchor->key != NULL && anchor->name != NULL &&
		       anchor->distrusted == (anchor->distrust_reason != NULL));
	trust_free(trust);
	return 0;
}

/* Trust bundles: what is read has names and keys, and no key that is distrusted is believed; what is not leaves all as it was. */
#include "policy/advisory.h"
#include "policy/fido_auth_data.h"
#include "policy/trust.h"
#include "tests/fuzz/fuzz.h"

struct counts {
	size_t anchors, advisories;
};

static void check_anchor(const struct trust *trust, const struct trust_anchor *anchor)
{
	const struct bytes subject = buffer_bytes(&anchor->subject), spki = buffer_bytes(&anchor->spki);
	const struct trust_anchor *found = NULL;

	demand(anchor->name != NULL && anchor->distrusted == (anchor->distrust_reason != NULL));
	demand(anchor->key != NULL || (anchor->distrusted && anchor->certificates.len > 0));
	demand(anchor->certificates.len % 32 == 0 && anchor->aaguids.len % FIDO_AAGUID_SIZE == 0);
	if (spki.len > 0)
		demand(anchor->distrusted == (trust_find_distrusted(trust, anchor->format, spki) != NULL));
	while (subject.len > 0 && (found = trust_find(trust, anchor->format, subject, found)) != anchor)
		demand(found != NULL);
}

static struct counts check(const struct trust *trust)
{
	const struct trust_anchor *anchor;
	const struct advisory *advisory;
	struct counts counts = {0, 0};

	for (; (anchor = trust_anchor(trust, counts.anchors)) != NULL; counts.anchors++)
		check_anchor(trust, anchor);
	for (; (advisory = trust_advisory(trust, counts.advisories)) != NULL; counts.advisories++)
		demand(advisory->id != NULL && advisory->text != NULL && advisory->severity <= SEVERITY_CRITICAL);
	return counts;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes in = bytes_of(data, size);
	struct counts once, twice;
	struct error err = ERROR_EMPTY;
	struct trust *trust;
	bool read;

	demand(trust_new(&trust, &err));
	read = trust_add(trust, in, "fuzz", TRUST_SHIPPED, &err);
	once = check(trust);
	demand(read || (err.code != ERROR_NONE && once.anchors == 0 && once.advisories == 0));
	read = trust_add(trust, in, "fuzz again", TRUST_SITE, &err);
	twice = check(trust);
	demand(read ? twice.anchors == 2 * once.anchors && twice.advisories == 2 * once.advisories
	            : twice.anchors == once.anchors && twice.advisories == once.advisories);
	trust_free(trust);
	return 0;
}

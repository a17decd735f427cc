/* trust_store.h: the inside of `struct trust`, for trust.c, which asks it, and trust_bundle.c, which fills it. */
#ifndef POLICY_TRUST_STORE_H
#define POLICY_TRUST_STORE_H

#include "policy/trust.h"

#define TRUST_BUNDLE_MAXIMUM ((size_t)1024 * 1024)

struct trust {
	struct trust_anchor *anchors; /* owned, with all that they own */
	size_t num_anchors;
	struct advisory *advisories; /* likewise */
	size_t num_advisories;
	struct metadata *metadata; /* owned; NULL: none */
	char *version;             /* NULL without a shipped bundle */
};

/* trust_bundle_read: reads one bundle into an empty trust.
 * Errors: ERROR_TRUST_BUNDLE, ERROR_LIMIT, ERROR_MEMORY; what was read stays in `trust`, to trust_clear(). */
bool trust_bundle_read(
    struct bytes json, const char *origin, enum trust_source source, struct trust *trust, struct error *err) MUST_CHECK;

/* trust_clear: frees what a trust owns, not the trust. */
void trust_clear(struct trust *trust);

#endif

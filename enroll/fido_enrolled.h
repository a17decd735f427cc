/* fido_enrolled.h: which FIDO2 keys are enrolled: key handle, application and model, out of the evidence of enrollments.
 * Knows nothing of tokens. */
#ifndef ENROLL_FIDO_ENROLLED_H
#define ENROLL_FIDO_ENROLLED_H

#include "common/account_name.h"
#include "fido/authenticator.h"

struct store_entry;

struct fido_enrolled {
	char person[ACCOUNT_NAME_MAXIMUM];
	struct buffer id, application;
	uint8_t aaguid[AUTHENTICATOR_AAGUID_SIZE];
};

/* fido_enrolled_clear: frees what it owns, and leaves it empty. */
void fido_enrolled_clear(struct fido_enrolled *enrolled);

/* fido_enrolled_take: what an entry of the registry holds.
 *   enrolled  out: the caller's, to fido_enrolled_clear(); empty on false
 * False for one that is over, revoked, no FIDO2 key, or not to be read any more: it hides no key from a token. */
bool fido_enrolled_take(const struct store_entry *entry, int64_t now, struct fido_enrolled *enrolled) MUST_CHECK;

#endif

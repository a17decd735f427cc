/* authority.h: makes the CAs of a test vendor, in the files that vendor.h names.
 * Knows nothing of cards. The shapes are those of the real vendor's CAs as far as a verifier looks at them: RSA-2048, the
 * names' pattern, BasicConstraints with the path length, dates. */
#ifndef TESTS_VTOKEN_AUTHORITY_H
#define TESTS_VTOKEN_AUTHORITY_H

#include "common/error.h"

#define AUTHORITY_DEFAULT_PREFIX "Keyenroll Test"

/* authorities_make: all CAs of both chain shapes and trust.json, in place of older ones. Two runs with one prefix make different CAs
 * with the same names.
 *   folder  made if it is missing
 *   prefix  what the names begin with
 * Errors: ERROR_FILE, ERROR_CRYPTO, ERROR_MEMORY. */
bool authorities_make(const char *folder, const char *prefix, struct error *err) MUST_CHECK;

#endif

/* vendor_trust.h: the trust bundle of a test vendor: its issuers of device certificates, PIV's and FIDO2's, as policy/TRUST-FORMAT.md has it.
 * Knows nothing of cards. */
#ifndef TESTS_VTOKEN_VENDOR_TRUST_H
#define TESTS_VTOKEN_VENDOR_TRUST_H

#include "common/error.h"

/* vendor_store_trust: writes trust.json beside the CAs of vendor.h. Errors: ERROR_FILE, ERROR_CRYPTO, ERROR_MEMORY. */
bool vendor_store_trust(const char *folder, struct error *err) MUST_CHECK;

#endif

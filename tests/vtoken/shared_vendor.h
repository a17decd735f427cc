/* shared_vendor.h: the test vendors that the build makes once for all its tests, since RSA keys take seconds. */
#ifndef TESTS_VTOKEN_SHARED_VENDOR_H
#define TESTS_VTOKEN_SHARED_VENDOR_H

#include "common/error.h"

#define SHARED_VENDOR "vendor"
#define SHARED_VENDOR_NAMESAKE "namesake" /* its CAs have the names of SHARED_VENDOR's, and other keys */
#define SHARED_VENDOR_STRANGER "stranger" /* other names too */

/* shared_vendor_link: a symbolic link to the vendor's folder (vendor.h), which is for reading only.
 *   name  one of the above
 *   path  where nothing is yet
 * Errors: ERROR_FILE. */
bool shared_vendor_link(const char *name, const char *path, struct error *err) MUST_CHECK;

#endif

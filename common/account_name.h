/* account_name.h: names of persons and accounts, checked before they are printed, compared or put into a certificate. */
#ifndef COMMON_ACCOUNT_NAME_H
#define COMMON_ACCOUNT_NAME_H

#include "common/bytes.h"
#include "common/error.h"

#define ACCOUNT_NAME_MAXIMUM 256

/* account_name_check: 1 to 255 bytes; letters, digits, and . _ - @ + ; a '$' may end it; neither '-' nor '.' begins it. What
 * NSS modules hand out in practice, and nothing that could end a line, a quoted option or a list.
 * Errors: ERROR_PERSON_NAME with the first character that is not allowed. */
bool account_name_check(struct bytes name, struct error *err) MUST_CHECK;

#endif

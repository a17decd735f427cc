/* pam_code.h: the one place where an answer becomes a PAM code. */
#ifndef PAM_MODULE_PAM_CODE_H
#define PAM_MODULE_PAM_CODE_H

#include "common/error.h"

/* pam_code: PAM_SUCCESS for `accepted` alone; for every error, ERROR_NONE included, a code that denies: never PAM_IGNORE,
 * never PAM_SUCCESS, never PAM_NEW_AUTHTOK_REQD.
 *   code  why not; of no account when accepted */
int pam_code(bool accepted, enum error_code code);

#endif

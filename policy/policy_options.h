/* policy_options.h: the authorized_keys options that a rule may attach to a key. Inside policy/ only.
 * Source: sshd(8) AUTHORIZED_KEYS FILE FORMAT. */
#ifndef POLICY_POLICY_OPTIONS_H
#define POLICY_POLICY_OPTIONS_H

#include "common/error.h"

#include <stddef.h>

/* policy_option_add: appends an option to a comma-separated list, in the form that sshd reads.
 *   option  "no-port-forwarding", or "from=PATTERNS" without quotes, which are added
 * Errors: ERROR_POLICY_FILE: an option that is not known here or a value that could end the quotes; list too long. */
bool policy_option_add(const char *option, char *list, size_t size, struct error *err) MUST_CHECK;

#endif

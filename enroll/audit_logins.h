/* audit_logins.h: `keyenroll audit logins`: who of those that really log in to this host would be locked out. */
#ifndef ENROLL_AUDIT_LOGINS_H
#define ENROLL_AUDIT_LOGINS_H

#include "common/error.h"

struct invocation;

/* audit_logins: reads sshd's log from the files that are named, "-" for standard input, or the journal of the last three days,
 * decides about each login as this host's verifier would now, and shows who would be refused.
 * Errors: ERROR_FILE, ERROR_PROGRAM (journalctl), ERROR_LOGINS_ABSENT (no login is in it), those of configuration_refresh. */
bool audit_logins(struct invocation *invocation, struct error *err) MUST_CHECK;

#endif

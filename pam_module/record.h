/* record.h: what stays of a decision outside of the verifier's own log: a record of the kernel's audit for each, and one for the
 * journal where the verifier was not there to write it.
 *
 * The audit record goes through libpam, which has the kernel's audit already where the system is built with it: nothing more enters
 * sshd and sudo. Only the module can write it, since it takes a capability that neither the verifier nor sshd's command has.
 * A machine without audit, or where this process may not write there, loses the record and nothing else. */
#ifndef PAM_MODULE_RECORD_H
#define PAM_MODULE_RECORD_H

#include <security/pam_modules.h>

#include "common/error.h"

enum record_phase {
	RECORD_PROOF,   /* PAM's auth */
	RECORD_ACCOUNT, /* whether the account opens */
	RECORD_SESSION,
};

/* record_name: "proof", "account", "session"; static storage. */
const char *record_name(enum record_phase phase);

/* record_decision: writes it.
 *   accepted  the verdict
 *   why       what stood against it; not looked at when accepted; printable */
void record_decision(pam_handle_t *handle, enum record_phase phase, bool accepted, const struct error *why);

#endif

/* session.h: the safety net behind sshd: how this session's person has proven himself, put before the verifier.
 * Knows nothing of PAM: what PAM knows comes in as text. libc only. */
#ifndef PAM_MODULE_SESSION_H
#define PAM_MODULE_SESSION_H

#include "common/buffer.h"
#include "pam_module/options.h"

struct session {
	const char *account;   /* PAM_USER */
	const char *service;   /* PAM_SERVICE */
	const char *auth_info; /* SSH_AUTH_INFO_0; NULL when PAM's environment has none */
	const char *remote;    /* PAM_RHOST; NULL when PAM was not told */
	bool may_spawn;        /* whether this process may start `keyenrolld --once` where the verifier is gone */
};

/* session_check: may it open? True only when the verifier accepts it.
 *   accepted  out: who it is, in the verifier's words, for the log; the caller's to free
 * Errors: ERROR_USAGE (mode=ssh is missing, or another service than sshd's), ERROR_PERSON_NAME, ERROR_AUTH_INFO,
 * client_ask's, and every refusal of the verifier. */
bool session_check(const struct module_options *options, const struct session *session, struct buffer *accepted,
    struct error *err) MUST_CHECK;

#endif

/* authenticate.h: a person at this host proves himself: with a token that is plugged in here (mode=local), or through his SSH agent
 * (mode=agent), which may be forwarded from where he sits.
 * Knows nothing of PAM: what PAM knows comes in as text, and who talks with the person is a partner. libc only. */
#ifndef PAM_MODULE_AUTHENTICATE_H
#define PAM_MODULE_AUTHENTICATE_H

#include "pam_module/agent.h"

struct module_options;
struct secret;

struct authenticate {
	const char *account; /* PAM_USER: the account that is to be entered, or that sudo acts for */
	const char *caller;  /* PAM_RUSER: who asks for it; NULL or "": nobody else than the account */
	const char *service; /* PAM_SERVICE */
	const char *remote;  /* PAM_RHOST; NULL or "": here */
	struct agent agent;  /* mode=agent */
};

/* What the module does with the person: shows and asks; the partner's functions of the same name. */
struct authenticate_person {
	void *state;
	bool (*tell)(void *state, bool warn, const char *text, struct error *err);
	bool (*ask)(void *state, bool secret, const char *text, struct secret *answer, struct error *err);
};

/* authenticate_check: true only when the verifier accepts it.
 *   accepted  out: who it is, in the verifier's words, for the log; the caller's to free
 * Errors: ERROR_PERSON_NAME, ERROR_USAGE (PAM names no service), ERROR_REMOTE (mode=local for somebody who does not sit here),
 * ERROR_AGENT, dialogue_hold's, and every refusal of the verifier. */
bool authenticate_check(const struct module_options *options, const struct authenticate *authenticate,
    const struct authenticate_person *person, struct buffer *accepted, struct error *err) MUST_CHECK;

#endif

/* prompt.h: PAM's conversation: what is shown to and asked of the person in front of an application.
 * Control characters never get there, PAM_SILENT is honoured, and what was typed is wiped wherever it has been. */
#ifndef PAM_MODULE_PROMPT_H
#define PAM_MODULE_PROMPT_H

#include <security/pam_modules.h>

#include "common/secret.h"

struct prompt {
	pam_handle_t *handle;
	bool silent; /* PAM_SILENT */
};

/* prompt_tell: an information, or a warning; nothing when silent. An application that cannot show it is no error.
 *   prompt  a struct prompt
 * Errors: none. */
bool prompt_tell(void *prompt, bool warn, const char *text, struct error *err) MUST_CHECK;

/* prompt_ask: asks, in sight or unseen.
 *   answer  out, appended
 * Errors: ERROR_CONVERSATION (the application cannot ask, or the person broke off), ERROR_LIMIT. */
bool prompt_ask(void *prompt, bool secret, const char *text, struct secret *answer, struct error *err) MUST_CHECK;

#endif

#include "pam_module/prompt.h"

#include <security/pam_ext.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/text.h"

/* What came back goes out of the application's memory at once. */
static bool take_response(char *response, struct secret *answer, struct error *err)
{
	bool done = secret_put(answer, bytes_of_text(response), err);

	explicit_bzero(response, strlen(response));
	free(response);
	return done;
}

/* libpam's own function stands between: an application without conversation, or without answer, is an error there. */
static bool converse(const struct prompt *prompt, int style, const char *text, char **response)
{
	char shown[PAM_MAX_MSG_SIZE];

	(void)snprintf(shown, sizeof(shown), "%s", text);
	text_make_printable(shown);
	*response = NULL;
	return pam_prompt(prompt->handle, style, response, "%s", shown) == PAM_SUCCESS;
}

bool prompt_tell(void *prompt, bool warn, const char *text, struct error *err)
{
	const struct prompt *to = prompt;
	char *response = NULL;

	(void)err;
	if (to->silent)
		return true;
	(void)converse(to, warn ? PAM_ERROR_MSG : PAM_TEXT_INFO, text, &response);
	free(response);
	return true;
}

bool prompt_ask(void *prompt, bool secret, const char *text, struct secret *answer, struct error *err)
{
	char *response = NULL;
	bool asked = converse(prompt, secret ? PAM_PROMPT_ECHO_OFF : PAM_PROMPT_ECHO_ON, text, &response);

	if (response == NULL)
		return error_set(err, ERROR_CONVERSATION, "the application could not ask, or nobody answered");
	if (!take_response(response, answer, err))
		return false;
	return asked || error_set(err, ERROR_CONVERSATION, "the application could not ask");
}

/* pam_keyenroll.so: what PAM calls. Only these functions leave the module; all they do is to ask and to say it in PAM's codes. */
#include <stdlib.h>
#include <syslog.h>
#include <unistd.h>

#pragma GCC visibility push(default)
#include <security/pam_modules.h>
#pragma GCC visibility pop
#include <security/pam_ext.h>

#include "pam_module/pam_code.h"
#include "pam_module/session.h"

static const char *text_item(pam_handle_t *handle, int item)
{
	const void *text = NULL;

	return pam_get_item(handle, item, &text) == PAM_SUCCESS ? text : NULL;
}

/* A foreign text in a log line: no line ends, no terminal's escapes. */
static void make_printable(char *text)
{
	for (; *text != '\0'; text++)
		if ((unsigned char)*text < ' ' || *text == 0x7f)
			*text = '?';
}

static int deny(pam_handle_t *handle, struct error *err)
{
	make_printable(err->text);
	pam_syslog(handle, error_category(err->code) == ERROR_CATEGORY_DENIED ? LOG_WARNING : LOG_ERR,
	    "denied: %s [%s]", err->text, error_word(err->code));
	return pam_code(false, err->code);
}

static int deny_phase(pam_handle_t *handle, const char *phase)
{
	struct error err = ERROR_EMPTY;

	error_set(&err, ERROR_USAGE, "pam_keyenroll.so stands in %s, where it decides nothing; it belongs into session",
	    phase);
	return deny(handle, &err);
}

static int allow(pam_handle_t *handle, const struct buffer *accepted)
{
	pam_syslog(handle, LOG_INFO, "session of %s", buffer_text(accepted));
	return pam_code(true, ERROR_NONE);
}

int pam_sm_open_session(pam_handle_t *handle, int flags, int argc, const char **argv)
{
	const struct session session = {text_item(handle, PAM_USER), text_item(handle, PAM_SERVICE),
	    pam_getenv(handle, "SSH_AUTH_INFO_0"), text_item(handle, PAM_RHOST), geteuid() == 0};
	struct buffer accepted = BUFFER_EMPTY;
	struct module_options options;
	struct error err = ERROR_EMPTY;
	bool open =
	    module_options_parse(argc, argv, &options, &err) && session_check(&options, &session, &accepted, &err);
	int code = open ? allow(handle, &accepted) : deny(handle, &err);

	(void)flags;
	buffer_free(&accepted);
	return code;
}

/* Closing and credentials have nothing to decide, and a refusal here would end sshd's session in the middle. */
int pam_sm_close_session(pam_handle_t *handle, int flags, int argc, const char **argv)
{
	(void)handle, (void)flags, (void)argc, (void)argv;
	return PAM_SUCCESS;
}

int pam_sm_setcred(pam_handle_t *handle, int flags, int argc, const char **argv)
{
	(void)handle, (void)flags, (void)argc, (void)argv;
	return PAM_SUCCESS;
}

int pam_sm_authenticate(pam_handle_t *handle, int flags, int argc, const char **argv)
{
	(void)flags, (void)argc, (void)argv;
	return deny_phase(handle, "auth");
}

/* In a plain publickey login sshd has not said yet by which key: an account phase that let it pass would decide nothing. */
int pam_sm_acct_mgmt(pam_handle_t *handle, int flags, int argc, const char **argv)
{
	(void)flags, (void)argc, (void)argv;
	return deny_phase(handle, "account");
}

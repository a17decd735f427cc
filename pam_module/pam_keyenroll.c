/* pam_keyenroll.so: what PAM calls. Only these functions leave the module; all they do is to ask and to say it in PAM's codes. */
#include <pwd.h>
#include <stdlib.h>
#include <syslog.h>
#include <unistd.h>

#pragma GCC visibility push(default)
#include <security/pam_modules.h>
#pragma GCC visibility pop
#include <security/pam_ext.h>
#include <security/pam_modutil.h>

#include "common/text.h"
#include "pam_module/authenticate.h"
#include "pam_module/pam_code.h"
#include "pam_module/prompt.h"
#include "pam_module/record.h"
#include "pam_module/session.h"

/* libpam makes it shorter or longer by up to a half. */
#define FAIL_DELAY_US 2000000U

static const char *text_item(pam_handle_t *handle, int item)
{
	const void *text = NULL;

	return pam_get_item(handle, item, &text) == PAM_SUCCESS ? text : NULL;
}

static int deny(pam_handle_t *handle, enum record_phase phase, struct error *err)
{
	text_make_printable(err->text);
	record_decision(handle, phase, false, err);
	pam_syslog(handle, error_category(err->code) == ERROR_CATEGORY_DENIED ? LOG_WARNING : LOG_ERR,
	    "denied: %s [%s]", err->text, error_word(err->code));
	return pam_code(false, err->code);
}

static int allow(pam_handle_t *handle, enum record_phase phase, const struct buffer *accepted)
{
	pam_syslog(handle, LOG_INFO, "%s of %s", record_name(phase), buffer_text(accepted));
	record_decision(handle, phase, true, &ERROR_EMPTY);
	return pam_code(true, ERROR_NONE);
}

/* The answer of one phase, whichever it is.
 *   done  whether the verifier has said yes */
static int conclude(
    pam_handle_t *handle, enum record_phase phase, bool done, struct buffer *accepted, struct error *err)
{
	int code = done ? allow(handle, phase, accepted) : deny(handle, phase, err);

	buffer_free(accepted);
	return code;
}

/* A directory may find an account by other spellings than its own name; sshd hands on what was typed, and asks about keys by the name. */
static const char *own_name(pam_handle_t *handle, const char *typed)
{
	const struct passwd *entry = typed == NULL ? NULL : pam_modutil_getpwnam(handle, typed);

	return entry == NULL ? typed : entry->pw_name;
}

static bool check_session(
    pam_handle_t *handle, const struct module_options *options, struct buffer *accepted, struct error *err)
{
	const struct session session = {own_name(handle, text_item(handle, PAM_USER)), text_item(handle, PAM_SERVICE),
	    pam_getenv(handle, "SSH_AUTH_INFO_0"), text_item(handle, PAM_RHOST), geteuid() == 0};

	return session_check(options, &session, accepted, err);
}

int pam_sm_open_session(pam_handle_t *handle, int flags, int argc, const char **argv)
{
	struct buffer accepted = BUFFER_EMPTY;
	struct module_options options;
	struct error err = ERROR_EMPTY;
	bool open =
	    module_options_parse(argc, argv, &options, &err) && check_session(handle, &options, &accepted, &err);

	(void)flags;
	return conclude(handle, RECORD_SESSION, open, &accepted, &err);
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

/* Whose agent it must be: of the one who calls sudo or su, else of the one who logs in. */
static bool find_agent(pam_handle_t *handle, const struct authenticate *asked, struct agent *agent, struct error *err)
{
	const char *name = asked->caller != NULL && asked->caller[0] != '\0' ? asked->caller : asked->account;
	const struct passwd *entry = pam_modutil_getpwnam(handle, name);

	if (entry == NULL)
		return error_set(err, ERROR_PERSON_NAME, "there is no account %s", name);
	agent->path = getenv("SSH_AUTH_SOCK");
	agent->owner = entry->pw_uid;
	return true;
}

/* What an application has not asked for yet, PAM asks for. */
static const char *find_user(pam_handle_t *handle)
{
	const char *user = NULL;

	return pam_get_user(handle, &user, NULL) == PAM_SUCCESS ? user : NULL;
}

static bool check_person(
    pam_handle_t *handle, int flags, const struct module_options *options, struct buffer *accepted, struct error *err)
{
	struct authenticate asked = {.account = own_name(handle, find_user(handle)),
	    .caller = text_item(handle, PAM_RUSER),
	    .service = text_item(handle, PAM_SERVICE),
	    .remote = text_item(handle, PAM_RHOST)};
	struct prompt prompt = {handle, ((unsigned)flags & PAM_SILENT) != 0 && !options->talk};
	const struct authenticate_person person = {.state = &prompt, .tell = prompt_tell, .ask = prompt_ask};

	if (asked.account == NULL)
		return error_set(err, ERROR_PERSON_NAME, "PAM names no user");
	return (options->mode != MODULE_MODE_AGENT || find_agent(handle, &asked, &asked.agent, err)) &&
	       authenticate_check(options, &asked, &person, accepted, err);
}

static bool check_nothing(
    pam_handle_t *handle, int flags, const struct module_options *options, struct buffer *accepted, struct error *err)
{
	(void)handle, (void)flags, (void)options, (void)accepted;
	return error_set(
	    err, ERROR_USAGE, "mode= is missing behind pam_keyenroll.so: mode=ssh, mode=local or mode=agent");
}

static bool check_ssh(
    pam_handle_t *handle, int flags, const struct module_options *options, struct buffer *accepted, struct error *err)
{
	(void)flags;
	return check_session(handle, options, accepted, err);
}

typedef bool mode_checker(
    pam_handle_t *handle, int flags, const struct module_options *options, struct buffer *accepted, struct error *err);

int pam_sm_authenticate(pam_handle_t *handle, int flags, int argc, const char **argv)
{
	static mode_checker *const checkers[] = {
	    [MODULE_MODE_NONE] = check_nothing,
	    [MODULE_MODE_SSH] = check_ssh,
	    [MODULE_MODE_LOCAL] = check_person,
	    [MODULE_MODE_AGENT] = check_person,
	};
	struct buffer accepted = BUFFER_EMPTY;
	struct module_options options;
	struct error err = ERROR_EMPTY;
	bool proven = module_options_parse(argc, argv, &options, &err) &&
	              checkers[options.mode](handle, flags, &options, &accepted, &err);

	if (!proven)
		(void)pam_fail_delay(handle, FAIL_DELAY_US);
	return conclude(handle, RECORD_PROOF, proven, &accepted, &err);
}

/* In a plain publickey login sshd has not said yet by which key, and the value is empty: whoever lets that pass must have said in
 * so many words that the session line decides. With keyboard-interactive:pam the key is there, and is asked about. */
static bool check_account(
    pam_handle_t *handle, const struct module_options *options, struct buffer *accepted, struct error *err)
{
	const char *auth_info = pam_getenv(handle, "SSH_AUTH_INFO_0");

	if (options->mode != MODULE_MODE_SSH)
		return error_set(
		    err, ERROR_USAGE, "pam_keyenroll.so stands in account without mode=ssh, where it decides nothing");
	if (auth_info != NULL && auth_info[0] == '\0' && options->session_enforces)
		return buffer_put_text(accepted, "a key that the session line will ask about", err);
	return check_session(handle, options, accepted, err);
}

int pam_sm_acct_mgmt(pam_handle_t *handle, int flags, int argc, const char **argv)
{
	struct buffer accepted = BUFFER_EMPTY;
	struct module_options options;
	struct error err = ERROR_EMPTY;
	bool open =
	    module_options_parse(argc, argv, &options, &err) && check_account(handle, &options, &accepted, &err);

	(void)flags;
	return conclude(handle, RECORD_ACCOUNT, open, &accepted, &err);
}

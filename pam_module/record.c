#include "pam_module/record.h"

#include <security/pam_modutil.h>
#include <stdio.h>
#include <syslog.h>

#include "common/log.h"

/* Source: linux/audit.h (1100 to 1199: messages of trusted programs), libaudit.h. */
enum { AUDIT_RECORD_USER_AUTH = 1100, AUDIT_RECORD_USER_ACCT = 1101 };

static const struct {
	const char *name;
	int audit_type;
} phases[] = {
    [RECORD_PROOF] = {"proof", AUDIT_RECORD_USER_AUTH},
    [RECORD_ACCOUNT] = {"account", AUDIT_RECORD_USER_ACCT},
    [RECORD_SESSION] = {"session", AUDIT_RECORD_USER_ACCT},
};

const char *record_name(enum record_phase phase)
{
	return phases[phase].name;
}

static void write_audit(pam_handle_t *handle, enum record_phase phase, bool accepted, enum error_code code)
{
	char text[128];

	(void)snprintf(
	    text, sizeof(text), "keyenroll:%s reason=%s", phases[phase].name, error_word(accepted ? ERROR_NONE : code));
	(void)pam_modutil_audit_write(handle, phases[phase].audit_type, text, accepted ? PAM_SUCCESS : PAM_PERM_DENIED);
}

/* What can only have been found on this side of the socket; all else the verifier has written down itself. */
static bool is_own(enum error_code code)
{
	static const enum error_code own[] = {ERROR_USAGE, ERROR_AUTH_INFO, ERROR_VERIFIER_UNREACHABLE,
	    ERROR_VERIFIER_DEADLINE, ERROR_PROTOCOL_VERSION, ERROR_CONVERSATION, ERROR_MEMORY};

	for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++)
		if (own[i] == code)
			return true;
	return false;
}

static const char *text_item(pam_handle_t *handle, int item)
{
	const void *text = NULL;

	return pam_get_item(handle, item, &text) == PAM_SUCCESS ? text : NULL;
}

static void write_journal(pam_handle_t *handle, enum record_phase phase, const struct error *why)
{
	const struct log_field fields[] = {
	    {"KEYENROLL_REQUEST", phases[phase].name},
	    {"KEYENROLL_ACCOUNT", text_item(handle, PAM_USER)},
	    {"KEYENROLL_SERVICE", text_item(handle, PAM_SERVICE)},
	    {"KEYENROLL_REMOTE", text_item(handle, PAM_RHOST)},
	    {"KEYENROLL_REASON", error_word(why->code)},
	    {"KEYENROLL_VERDICT", "refused"},
	};

	log_write(&(struct log_event){.program = "pam_keyenroll",
	    .priority = LOG_ERR,
	    .sentence = why->text,
	    .fields = fields,
	    .num_fields = sizeof(fields) / sizeof(fields[0])});
}

void record_decision(pam_handle_t *handle, enum record_phase phase, bool accepted, const struct error *why)
{
	write_audit(handle, phase, accepted, why->code);
	if (!accepted && is_own(why->code))
		write_journal(handle, phase, why);
}

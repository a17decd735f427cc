#include <stdio.h>
#include <string.h>

#include "common/file.h"
#include "common/language.h"
#include "common/process.h"
#include "common/ssh_key.h"
#include "config.h"
#include "enroll/doctor.h"
#include "enroll/sshd_settings.h"
#include "registry/registrars.h"
#include "verifier/host_rules.h"

#define KEYS_COMMAND KEYENROLL_SBIN_DIR "/keyenroll-sshd"
#define DROP_IN N_("\"keyenroll host setup\" writes the lines, or put them first into sshd_config")

typedef void login_check(const struct doctor *doctor, const struct sshd_settings *login, struct finding *finding);

static void check_logins(const struct doctor *doctor, login_check *check, struct finding *finding)
{
	if (doctor->num_logins == 0)
		doctor_find(finding, HEALTH_PROBLEM, N_("mend sshd.settings first"), "not known: sshd did not say");
	for (size_t i = 0; i < doctor->num_logins; i++)
		check(doctor, &doctor->logins[i], finding);
}

/* A break-glass account has ways in of its own by intent, and an account that is audited keeps its old ones for a time. */
static bool is_let_off(const struct doctor *doctor, const char *account)
{
	const struct host_person person = {.name = account};

	return doctor->rules != NULL && (host_rules_is_break_glass(doctor->rules, account) ||
	                                    host_rules_mode(doctor->rules, &person) != HOST_MODE_ENFORCE);
}

void doctor_sshd_settings(const struct doctor *doctor, struct finding *finding)
{
	if (doctor->sshd_error.code != ERROR_NONE)
		doctor_find(finding, HEALTH_PROBLEM, N_("run \"sshd -t\" as root and mend what it names"), "%s",
		    doctor->sshd_error.text);
}

static void check_pam(const struct doctor *doctor, const struct sshd_settings *login, struct finding *finding)
{
	(void)doctor;
	if (!sshd_value_is(login, "usepam", "yes"))
		doctor_find(finding, HEALTH_PROBLEM, N_("put \"UsePAM yes\" into sshd_config"),
		    "UsePAM is off for %s: the session's safety net is not there", login->account);
}

void doctor_sshd_pam(const struct doctor *doctor, struct finding *finding)
{
	check_logins(doctor, check_pam, finding);
}

static void check_keys_files(const struct doctor *doctor, const struct sshd_settings *login, struct finding *finding)
{
	char value[SSHD_VALUE_SIZE];

	sshd_value(login, "authorizedkeysfile", value, sizeof(value));
	if (strcmp(value, "none") != 0 && !is_let_off(doctor, login->account))
		doctor_find(finding, HEALTH_PROBLEM,
		    N_("put \"AuthorizedKeysFile none\" in front; \"keyenroll host setup\" does that"),
		    "sshd takes keys for %s from %s", login->account, value);
}

void doctor_sshd_keys_files(const struct doctor *doctor, struct finding *finding)
{
	check_logins(doctor, check_keys_files, finding);
}

static void check_command(const struct sshd_settings *login, const char *keyword, const char *user_keyword,
    const char *what, struct finding *finding)
{
	char value[SSHD_VALUE_SIZE];

	sshd_value(login, keyword, value, sizeof(value));
	if (strncmp(value, KEYS_COMMAND " ", strlen(KEYS_COMMAND " ")) != 0 || strstr(value, what) == NULL)
		doctor_find(finding, HEALTH_PROBLEM, DROP_IN, "%s for %s is \"%s\", not %s %s", keyword, login->account,
		    value, KEYS_COMMAND, what + 1);
	else if (!sshd_value_is(login, user_keyword, KEYENROLL_VERIFIER_USER))
		doctor_find(finding, HEALTH_PROBLEM, N_("set it to the account of the verifier"),
		    "%s is another than %s: the verifier will not answer it", user_keyword, KEYENROLL_VERIFIER_USER);
}

static void check_keys_command(const struct doctor *doctor, const struct sshd_settings *login, struct finding *finding)
{
	if (doctor->rules == NULL || !host_rules_is_break_glass(doctor->rules, login->account))
		check_command(
		    login, "authorizedkeyscommand", "authorizedkeyscommanduser", " authorized-keys %u %t %k", finding);
}

void doctor_sshd_keys_command(const struct doctor *doctor, struct finding *finding)
{
	check_logins(doctor, check_keys_command, finding);
}

void doctor_sshd_command_file(const struct doctor *doctor, struct finding *finding)
{
	(void)doctor;
	(void)doctor_file_is_roots(KEYS_COMMAND, finding);
}

static void check_passwords(const struct doctor *doctor, const struct sshd_settings *login, struct finding *finding)
{
	static const char *const keywords[] = {"passwordauthentication", "kbdinteractiveauthentication"};

	if (sshd_demands_key(login) || is_let_off(doctor, login->account))
		return;
	for (size_t i = 0; i < sizeof(keywords) / sizeof(keywords[0]); i++)
		if (sshd_value_is(login, keywords[i], "yes"))
			doctor_find(finding, HEALTH_PROBLEM,
			    N_("turn it off, or demand a key too: AuthenticationMethods "
			       "publickey,keyboard-interactive:pam"),
			    "%s is on for %s: only the session's safety net stops a password", keywords[i],
			    login->account);
}

void doctor_sshd_passwords(const struct doctor *doctor, struct finding *finding)
{
	check_logins(doctor, check_passwords, finding);
}

static void check_off(const struct sshd_settings *login, const char *keyword, struct finding *finding)
{
	if (!sshd_demands_key(login) && sshd_value_is(login, keyword, "yes"))
		doctor_find(finding, HEALTH_PROBLEM, N_("turn it off in sshd_config"),
		    "%s is on for %s: it proves no hardware", keyword, login->account);
}

static void check_hostbased(const struct doctor *doctor, const struct sshd_settings *login, struct finding *finding)
{
	(void)doctor;
	check_off(login, "hostbasedauthentication", finding);
}

void doctor_sshd_hostbased(const struct doctor *doctor, struct finding *finding)
{
	check_logins(doctor, check_hostbased, finding);
}

static void check_gssapi(const struct doctor *doctor, const struct sshd_settings *login, struct finding *finding)
{
	(void)doctor;
	check_off(login, "gssapiauthentication", finding);
}

void doctor_sshd_gssapi(const struct doctor *doctor, struct finding *finding)
{
	check_logins(doctor, check_gssapi, finding);
}

/* Each key of the file must be a registrar's. */
static void check_authority_keys(const struct doctor *doctor, const char *path, struct finding *finding)
{
	struct buffer text = BUFFER_EMPTY;
	struct error err = ERROR_EMPTY;
	struct bytes rest, line;

	if (!file_load(path, BUFFER_DEFAULT_MAXIMUM, &text, &err)) {
		doctor_find(finding, HEALTH_PROBLEM, N_("mend or remove TrustedUserCAKeys"), "%s", err.text);
		return;
	}
	rest = buffer_bytes(&text);
	while (bytes_take_until(&rest, '\n', &line)) {
		struct ssh_key key = SSH_KEY_EMPTY;

		if (line.len == 0 || bytes_start_with(line, "#"))
			continue;
		if (!ssh_key_parse_line(line, &key, NULL, &err) || doctor->view.registrars == NULL ||
		    registrars_find(doctor->view.registrars, &key) == NULL)
			doctor_find(finding, HEALTH_PROBLEM,
			    N_("take it out, or put it into the registrars file if it is a registrar's"),
			    "%s has a key that is no registrar's", path);
		ssh_key_clear(&key);
	}
	buffer_free(&text);
}

static void check_authorities(const struct doctor *doctor, const struct sshd_settings *login, struct finding *finding)
{
	char path[SSHD_VALUE_SIZE];

	sshd_value(login, "trustedusercakeys", path, sizeof(path));
	if (path[0] == '\0' || strcmp(path, "none") == 0)
		return;
	check_command(
	    login, "authorizedprincipalscommand", "authorizedprincipalscommanduser", " principals %u %t %k", finding);
	if (finding->health == HEALTH_PROBLEM)
		(void)snprintf(finding->next_step, sizeof(finding->next_step), "%s",
		    translated("put AuthorizedPrincipalsCommand in front of AuthorizedKeysCommand: OpenSSH 9.2 forgets "
		               "it else"));
	check_authority_keys(doctor, path, finding);
}

void doctor_sshd_authorities(const struct doctor *doctor, struct finding *finding)
{
	check_logins(doctor, check_authorities, finding);
}

static bool list_is_readable(const char *path)
{
	char program[] = "ssh-keygen", query[] = "-Q", list[] = "-l", file[] = "-f", copy[SSHD_VALUE_SIZE];
	struct buffer output = BUFFER_UP_TO((size_t)64 * 1024 * 1024);
	bool readable;

	(void)snprintf(copy, sizeof(copy), "%s", path);
	readable = process_run(
	    program, (char *[]){program, query, list, file, copy, NULL}, NULL, BYTES_EMPTY, &output, 60000, NULL);
	buffer_free(&output);
	return readable;
}

/* sshd refuses every key with a list that it cannot read. */
static void check_revoked_keys(const struct doctor *doctor, const struct sshd_settings *login, struct finding *finding)
{
	char path[SSHD_VALUE_SIZE];

	(void)doctor;
	sshd_value(login, "revokedkeys", path, sizeof(path));
	if (path[0] == '\0' || strcmp(path, "none") == 0 || finding->health == HEALTH_PROBLEM)
		return;
	if (!file_exists(path) || !list_is_readable(path))
		doctor_find(finding, HEALTH_PROBLEM, N_("write it anew: keyenroll snapshot, or take RevokedKeys out"),
		    "%s cannot be read as a revocation list: sshd refuses every key", path);
	else
		(void)doctor_file_is_roots(path, finding);
}

void doctor_sshd_revoked_keys(const struct doctor *doctor, struct finding *finding)
{
	check_logins(doctor, check_revoked_keys, finding);
}

#include "enroll/doctor.h"

#include <pwd.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "common/account_name.h"
#include "common/file.h"
#include "common/language.h"
#include "enroll/sshd_settings.h"

static const struct {
	const char *id, *question;
	doctor_check *check;
} checks[] = {
    {"sshd.settings", N_("can sshd say what its configuration means"), doctor_sshd_settings},
    {"sshd.pam", N_("does sshd ask PAM"), doctor_sshd_pam},
    {"sshd.keys-files", N_("does sshd read other keys than ours"), doctor_sshd_keys_files},
    {"sshd.keys-command", N_("does sshd ask keyenroll-sshd for keys"), doctor_sshd_keys_command},
    {"sshd.command-file", N_("does sshd trust the file of that command"), doctor_sshd_command_file},
    {"sshd.passwords", N_("does a password open a login"), doctor_sshd_passwords},
    {"sshd.hostbased", N_("does another host's word open a login"), doctor_sshd_hostbased},
    {"sshd.gssapi", N_("does a Kerberos ticket open a login"), doctor_sshd_gssapi},
    {"sshd.authorities", N_("whose certificates does sshd believe"), doctor_sshd_authorities},
    {"sshd.revoked-keys", N_("can the list of revoked keys be read"), doctor_sshd_revoked_keys},
    {"pam.line", N_("does the sshd service run pam_keyenroll.so in session"), doctor_pam_line},
    {"pam.control", N_("does its refusal count"), doctor_pam_control},
    {"pam.order", N_("does it see sshd's word before users can change it"), doctor_pam_order},
    {"pam.module", N_("is the module there, and root's alone"), doctor_pam_module},
    {"verifier.account", N_("is there an account for the verifier"), doctor_verifier_account},
    {"verifier.socket", N_("does the verifier listen"), doctor_verifier_socket},
    {"verifier.answer", N_("does the verifier answer as it should"), doctor_verifier_answer},
    {"host.rules", N_("can host.conf be read"), doctor_host_rules},
    {"host.mode", N_("is what is refused kept out"), doctor_host_mode},
    {"host.files", N_("can registrars, trust and policy be read"), doctor_host_files},
    {"host.owners", N_("are the verifier's files root's alone to change"), doctor_host_owners},
    {"host.snapshot", N_("is the snapshot there and fresh"), doctor_host_snapshot},
    {"host.trust", N_("is the trust bundle fresh"), doctor_host_trust},
    {"host.tokens", N_("has everybody the spare that host.conf asks for"), doctor_host_tokens},
    {"host.clock", N_("is the clock right"), doctor_host_clock},
    {"host.break-glass", N_("do the break-glass accounts exist"), doctor_host_break_glass},
    {"host.selinux", N_("does SELinux let sshd ask"), doctor_host_selinux},
};

const char *health_name(enum health health)
{
	static const char *const names[] = {"good", "warning", "problem"};

	return names[health];
}

void doctor_find(struct finding *finding, enum health health, const char *next_step, const char *format, ...)
{
	va_list values;

	if (health < finding->health || (health == finding->health && finding->sentence[0] != '\0'))
		return;
	finding->health = health;
	va_start(values, format);
	(void)vsnprintf(finding->sentence, sizeof(finding->sentence), translated(format), values);
	va_end(values);
	(void)snprintf(finding->next_step, sizeof(finding->next_step), "%s", translated(next_step));
}

static bool part_is_roots(const char *path, struct finding *finding)
{
	struct stat status;
	char next_step[256];

	if (stat(path, &status) < 0) {
		doctor_find(finding, HEALTH_PROBLEM, N_("install it again"), "%s is not there", path);
		return false;
	}
	if (status.st_uid == 0 && (status.st_mode & (S_IWGRP | S_IWOTH)) == 0)
		return true;
	(void)snprintf(next_step, sizeof(next_step), "chown root %.100s; chmod go-w %.100s", path, path);
	doctor_find(finding, HEALTH_PROBLEM, next_step, "%s can be changed by others than root", path);
	return false;
}

bool doctor_file_is_roots(const char *path, struct finding *finding)
{
	char part[512];

	(void)snprintf(part, sizeof(part), "%s", path);
	while (part[0] == '/' && part[1] != '\0') {
		if (!part_is_roots(part, finding))
			return false;
		*strrchr(part, '/') = '\0';
	}
	return true;
}

static bool add_login(struct doctor *doctor, const char *account, struct error *err)
{
	struct sshd_settings *longer = reallocarray(doctor->logins, doctor->num_logins + 1, sizeof(*longer));

	if (longer == NULL)
		return error_set(err, ERROR_MEMORY, "no memory for the accounts");
	doctor->logins = longer;
	if (sshd_settings_load(
	        doctor->sshd_file, account, doctor->address, &longer[doctor->num_logins], &doctor->sshd_error))
		doctor->num_logins++;
	else
		sshd_settings_clear(&longer[doctor->num_logins]);
	return true;
}

static bool logs_in(const struct passwd *entry)
{
	const char *shell = strrchr(entry->pw_shell, '/');

	return shell == NULL || (strcmp(shell, "/nologin") != 0 && strcmp(shell, "/false") != 0);
}

/* The local file alone: a directory may have a hundred thousand accounts, and Match blocks are rarely about those. */
static bool add_local_logins(struct doctor *doctor, struct error *err)
{
	FILE *file = fopen("/etc/passwd", "re");
	struct passwd *entry;
	bool done = true;

	if (file == NULL)
		return add_login(doctor, "root", err);
	while (done && doctor->num_logins < DOCTOR_ACCOUNTS_MAXIMUM && doctor->sshd_error.code == ERROR_NONE &&
	       (entry = fgetpwent(file)) != NULL)
		done = !logs_in(entry) || add_login(doctor, entry->pw_name, err);
	(void)fclose(file);
	return done;
}

/* sshd tells its settings for any name, so that a mistyped one would be in good health. */
static bool account_check(const char *account, struct error *err)
{
	return account_name_check(bytes_of_text(account), err) &&
	       (getpwnam(account) != NULL ||
	           error_set(err, ERROR_PERSON_NAME, "this machine knows no account \"%s\"", account));
}

static bool look_at_sshd(struct doctor *doctor, const char *const *accounts, size_t num, struct error *err)
{
	if (num == 0)
		return add_local_logins(doctor, err);
	for (size_t i = 0; i < num && doctor->sshd_error.code == ERROR_NONE; i++)
		if (!account_check(accounts[i], err) || !add_login(doctor, accounts[i], err))
			return false;
	return true;
}

static void look_at_pam(struct doctor *doctor)
{
	char service[64] = "";

	if (doctor->num_logins > 0)
		sshd_value(&doctor->logins[0], "pamservicename", service, sizeof(service));
	(void)!pam_stack_load(
	    "/etc/pam.d", service[0] == '\0' ? "sshd" : service, &doctor->session, &doctor->pam_error);
}

bool doctor_look(struct doctor *doctor, const char *const *accounts, size_t num, struct error *err)
{
	if (!look_at_sshd(doctor, accounts, num, err) ||
	    !configuration_new(&doctor->folders, &doctor->configuration, err))
		return false;
	look_at_pam(doctor);
	if (!configuration_refresh_rules(doctor->configuration, &doctor->rules, &doctor->rules_error))
		doctor->rules = NULL;
	if (!configuration_refresh(doctor->configuration, NULL, &doctor->view, &doctor->view_error))
		doctor->view = (struct host_view){.rules = NULL};
	return true;
}

void doctor_clear(struct doctor *doctor)
{
	for (size_t i = 0; i < doctor->num_logins; i++)
		sshd_settings_clear(&doctor->logins[i]);
	free(doctor->logins);
	configuration_free(doctor->configuration);
	*doctor = DOCTOR_EMPTY;
}

bool doctor_check_at(const struct doctor *doctor, size_t index, struct finding *finding)
{
	if (index >= sizeof(checks) / sizeof(checks[0]))
		return false;
	*finding = (struct finding){.id = checks[index].id, .question = translated(checks[index].question)};
	checks[index].check(doctor, finding);
	return true;
}

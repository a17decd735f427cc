#include <inttypes.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/timex.h>
#include <sys/xattr.h>
#include <time.h>

#include "common/account_name.h"
#include "common/file.h"
#include "common/language.h"
#include "config.h"
#include "enroll/doctor.h"
#include "enroll/sshd_settings.h"
#include "policy/trust.h"
#include "registry/registrars.h"
#include "registry/snapshot.h"
#include "verifier/host_rules.h"

#define CLOCK_TOLERANCE 300
#define TRUST_DAYS_MAXIMUM 270

void doctor_host_rules(const struct doctor *doctor, struct finding *finding)
{
	if (doctor->rules == NULL)
		doctor_find(finding, HEALTH_PROBLEM, N_("mend that line: until then nobody gets in"), "%s",
		    doctor->rules_error.text);
}

void doctor_host_mode(const struct doctor *doctor, struct finding *finding)
{
	const struct host_person nobody = {.name = ""};

	if (doctor->rules == NULL)
		return;
	if (host_rules_mode(doctor->rules, &nobody) != HOST_MODE_ENFORCE)
		doctor_find(finding, HEALTH_WARNING,
		    N_("\"keyenroll audit logins\" shows who would be locked out by mode = enforce"),
		    "host.conf says mode = %s: sessions open whatever is found",
		    host_mode_name(host_rules_mode(doctor->rules, &nobody)));
	for (size_t i = 0; i < doctor->num_logins; i++) {
		const struct host_person account = {.name = doctor->logins[i].account};

		if (host_rules_mode(doctor->rules, &account) != HOST_MODE_ENFORCE)
			doctor_find(finding, HEALTH_WARNING, N_("end the stage in host.conf when it is over"),
			    "the account %s is in mode %s", account.name,
			    host_mode_name(host_rules_mode(doctor->rules, &account)));
	}
}

void doctor_host_files(const struct doctor *doctor, struct finding *finding)
{
	if (doctor->rules != NULL && doctor->view_error.code != ERROR_NONE)
		doctor_find(finding, HEALTH_PROBLEM, N_("mend that file: until then nobody gets in"), "%s [%s]",
		    doctor->view_error.text, error_word(doctor->view_error.code));
	else if (doctor->view.registrars != NULL && doctor->view.registrars->num == 0)
		doctor_find(finding, HEALTH_PROBLEM, N_("copy the desk's registrars file to this host"),
		    "the registrars file names nobody: no enrollment is believed");
}

/* Plain keys need it; a host that only admits certificates may do without. */
static void check_age(const struct doctor *doctor, struct finding *finding)
{
	int64_t age = doctor->now - snapshot_made_at(doctor->view.snapshot), hours = age / 3600;
	int64_t refuse = host_rules_refuse_age(doctor->rules), warn = host_rules_warn_age(doctor->rules);

	if (refuse > 0 && age > refuse)
		doctor_find(finding, HEALTH_PROBLEM, N_("bring a new one: keyenroll snapshot"),
		    "the snapshot is %" PRId64 " hours old, and host.conf refuses it after %" PRId64, hours,
		    refuse / 3600);
	else if (warn > 0 && age > warn)
		doctor_find(finding, HEALTH_WARNING, N_("find out why no new one comes"),
		    "the snapshot is %" PRId64 " hours old: what was revoked since is not known here", hours);
}

void doctor_host_snapshot(const struct doctor *doctor, struct finding *finding)
{
	if (doctor->view_error.code != ERROR_NONE)
		return;
	if (doctor->view.snapshot != NULL)
		check_age(doctor, finding);
	else if (doctor->rules != NULL && host_rules_refuse_age(doctor->rules) > 0)
		doctor_find(finding, HEALTH_PROBLEM, N_("bring one: keyenroll snapshot"),
		    "there is no snapshot in %s, and host.conf refuses an old one: nobody gets in",
		    doctor->folders.state);
	else if (doctor->num_logins == 0 || sshd_value_is(&doctor->logins[0], "trustedusercakeys", "none"))
		doctor_find(finding, HEALTH_PROBLEM, N_("bring one: keyenroll snapshot"),
		    "there is no snapshot in %s: no plain key is known here", doctor->folders.state);
}

void doctor_judge_bundle(const char *version, int64_t now, struct finding *finding)
{
	struct tm day = {.tm_isdst = 0};
	int64_t days;

	if (strptime(version, "%Y.%m.%d", &day) == NULL)
		return;
	days = (now - (int64_t)timegm(&day)) / 86400;
	if (days > TRUST_DAYS_MAXIMUM)
		doctor_find(finding, HEALTH_WARNING, "install the newest release, or bring its bundle: keyenroll trust",
		    "the trust bundle is %" PRId64 " days old: newer issuers and advisories are not known here", days);
}

void doctor_host_trust(const struct doctor *doctor, struct finding *finding)
{
	if (doctor->view.trust != NULL)
		doctor_judge_bundle(trust_version(doctor->view.trust), doctor->now, finding);
}

void doctor_host_tokens(const struct doctor *doctor, struct finding *finding)
{
	size_t wanted = doctor->rules == NULL ? 1 : host_rules_minimum_tokens(doctor->rules);
	char person[ACCOUNT_NAME_MAXIMUM] = "";
	struct error err = ERROR_EMPTY;
	uint64_t num = 0;

	if (wanted <= 1 || doctor->view_error.code != ERROR_NONE)
		return;
	if (doctor->view.snapshot == NULL)
		doctor_find(finding, HEALTH_PROBLEM,
		    N_("bring a snapshot: keyenroll snapshot; or take minimum-tokens out"),
		    "host.conf asks for %zu tokens a person, and nobody gets in: there is no snapshot to count them in",
		    wanted);
	else if (!snapshot_count_short(doctor->view.snapshot, wanted,
	             doctor->now - host_rules_replace_within(doctor->rules), &num, person, &err))
		doctor_find(finding, HEALTH_PROBLEM, N_("bring a new one: keyenroll snapshot"), "%s", err.text);
	else if (num > 0)
		doctor_find(finding, HEALTH_WARNING,
		    N_("enroll their spare tokens; \"keyenroll why\" has the reason of each"),
		    "host.conf asks for %zu tokens a person, and %" PRIu64 " with fewer stay out: %s is one of them",
		    wanted, num, person);
}

void doctor_host_clock(const struct doctor *doctor, struct finding *finding)
{
	struct timex state = {.modes = 0};

	if (doctor->view.snapshot != NULL && doctor->now + CLOCK_TOLERANCE < snapshot_made_at(doctor->view.snapshot))
		doctor_find(finding, HEALTH_PROBLEM, N_("set the clock: enrollments begin and end by it"),
		    "the clock is behind the making of the snapshot");
	else if (adjtimex(&state) == TIME_ERROR && (state.status & STA_UNSYNC) != 0)
		doctor_find(finding, HEALTH_WARNING, N_("let chrony, ntpd or systemd-timesyncd run"),
		    "nothing keeps the clock right");
}

void doctor_host_break_glass(const struct doctor *doctor, struct finding *finding)
{
	const char *account;

	for (size_t i = 0; doctor->rules != NULL && (account = host_rules_break_glass_at(doctor->rules, i)) != NULL;
	     i++)
		if (getpwnam(account) == NULL)
			doctor_find(finding, HEALTH_PROBLEM, N_("make the account, or take it out of host.conf"),
			    "the break-glass account %s does not exist", account);
}

static void check_owners(const char *folder, const char *const *names, struct finding *finding)
{
	char path[512];

	for (size_t i = 0; names[i] != NULL; i++) {
		(void)snprintf(path, sizeof(path), "%s%s", folder, names[i]);
		if (file_exists(path))
			(void)doctor_file_is_roots(path, finding);
	}
}

void doctor_host_owners(const struct doctor *doctor, struct finding *finding)
{
	static const char *const config[] = {"", "/host.conf", "/registrars", "/policy.conf", "/trust.d", NULL};
	static const char *const data[] = {"", "/trust.json", NULL};
	static const char *const state[] = {"", "/snapshot", "/trust", NULL};

	check_owners(doctor->folders.config, config, finding);
	check_owners(doctor->folders.data, data, finding);
	check_owners(doctor->folders.state, state, finding);
}

/* Whether SELinux enforces, and a policy knows the command. */
void doctor_host_selinux(const struct doctor *doctor, struct finding *finding)
{
	struct buffer enforce = BUFFER_EMPTY;
	char type[256] = "";

	(void)doctor;
	if (file_exists("/sys/fs/selinux/enforce") && file_load("/sys/fs/selinux/enforce", 16, &enforce, NULL) &&
	    bytes_start_with(buffer_bytes(&enforce), "1") &&
	    (getxattr(KEYENROLL_SBIN_DIR "/keyenroll-sshd", "security.selinux", type, sizeof(type) - 1) < 0 ||
	        strstr(type, "keyenroll") == NULL))
		doctor_find(finding, HEALTH_WARNING, N_("look for denials: ausearch -m avc -c sshd"),
		    "SELinux enforces and has no type for keyenroll-sshd: sshd may not be allowed to ask the verifier");
	buffer_free(&enforce);
}

#include <arpa/inet.h>
#include <unistd.h>

#include "enroll/doctor.h"
#include "enroll/report.h"
#include "enroll/terminal.h"
#include "enroll/verb.h"

enum { OPTION_SSHD_CONFIG, OPTION_FROM, OPTION_ALL };

static const struct option_row options[] = {
    [OPTION_SSHD_CONFIG] = {"sshd-config", "FILE", N_("sshd's configuration, in place of the usual one")},
    [OPTION_FROM] = {"from", "ADDRESS", N_("judge logins from there (127.0.0.1)")},
    [OPTION_ALL] = {"all", NULL, N_("show also what is good")},
    OPTION_ROW_JSON,
    OPTION_ROWS_END,
};

static void show_text(const struct finding *finding, bool all)
{
	if (finding->health == HEALTH_GOOD && !all)
		return;
	report_line("%-8s %-18s %s", health_name(finding->health), finding->id,
	    finding->sentence[0] != '\0' ? finding->sentence : finding->question);
	if (finding->next_step[0] != '\0')
		report_line("%-27s next: %s", "", finding->next_step);
}

static json_t *finding_json(const struct finding *finding)
{
	return json_pack("{s:s, s:s, s:s, s:s, s:s}", "id", finding->id, "question", finding->question, "health",
	    health_name(finding->health), "sentence", finding->sentence, "next_step", finding->next_step);
}

/* How bad the worst finding is. */
static enum health check_all(const struct doctor *doctor, const struct invocation *invocation, json_t *findings)
{
	bool all = options_given(&invocation->options, OPTION_ALL);
	enum health worst = HEALTH_GOOD;
	struct finding finding;

	for (size_t i = 0; doctor_check_at(doctor, i, &finding); i++) {
		worst = finding.health > worst ? finding.health : worst;
		if (invocation->json)
			(void)json_array_append_new(findings, finding_json(&finding));
		else
			show_text(&finding, all);
	}
	return worst;
}

static bool show(const struct doctor *doctor, struct invocation *invocation, struct error *err)
{
	json_t *findings = json_array();
	enum health worst = check_all(doctor, invocation, findings);
	bool done = true;

	invocation->status = worst == HEALTH_PROBLEM ? 1 : 0;
	if (invocation->json)
		done = report_take_json(
		    "doctor", json_pack("{s:s, s:O}", "health", health_name(worst), "findings", findings), err);
	else if (worst == HEALTH_GOOD)
		report_line("%zu accounts looked at: this host is in good health", doctor->num_logins);
	json_decref(findings);
	return done && report_end(err);
}

/* To sshd whatever is no address matches no block, and nobody would notice. */
static bool address_check(const char *address, struct error *err)
{
	uint8_t number[sizeof(struct in6_addr)];

	return inet_pton(AF_INET, address, number) == 1 || inet_pton(AF_INET6, address, number) == 1 ||
	       error_set(err, ERROR_USAGE, "--from wants an IP address such as 192.0.2.7, not \"%s\"", address);
}

/* sshd and what only root reads would be complained of as if they were broken. */
static void warn_who_is_not_root(void)
{
	if (geteuid() != 0)
		terminal_warn("only root sees all of this host; as somebody else, what cannot be read looks broken");
}

static bool run(struct invocation *invocation, struct error *err)
{
	const struct options *given = &invocation->options;
	struct doctor doctor = {
	    .sshd_file = options_text(given, OPTION_SSHD_CONFIG, NULL),
	    .address = options_text(given, OPTION_FROM, "127.0.0.1"),
	    .folders = {KEYENROLL_CONFIG_DIR, KEYENROLL_DATA_DIR, KEYENROLL_STATE_DIR},
	    .now = invocation->now,
	};
	bool done;

	warn_who_is_not_root();
	done = address_check(doctor.address, err) &&
	       doctor_look(&doctor, (const char *const *)given->arguments, given->num_arguments, err) &&
	       show(&doctor, invocation, err);

	doctor_clear(&doctor);
	return done;
}

const struct verb verb_doctor = {
    .name = "doctor",
    .summary = N_("find every way past the gate of this host, and every trap"),
    .synopsis = "[OPTION]... [ACCOUNT]...",
    .description = N_("Looks at what sshd, PAM and the verifier's files of this host mean for logins to\n"
                      "ACCOUNT, or to root and every local account with a shell, and says what to do.\n"
                      "Changes nothing. Match blocks for other addresses are seen by --from only.\n"
                      "Exits with 1 when there is a problem; a warning is none. Run it as root.\n"),
    .options = options,
    .max_arguments = DOCTOR_ACCOUNTS_MAXIMUM,
    .run = run,
};

#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "enroll/audit.h"
#include "enroll/audit_logins.h"
#include "enroll/desk.h"
#include "enroll/report.h"
#include "enroll/subcommand.h"
#include "enroll/terminal.h"
#include "enroll/verb.h"
#include "policy/advisory.h"
#include "policy/policy.h"
#include "policy/trust.h"
#include "registry/registrars.h"
#include "registry/registrars_file.h"
#include "registry/store.h"

#define PROGRESS_STEP 10000U

enum {
	OPTION_ALL,
	OPTION_ADVISORY,
	OPTION_SINCE,
	OPTION_THREADS,
};

static const struct option_row options[] = {
    [OPTION_ALL] = {"all", NULL, N_("list those too who would be accepted")},
    [OPTION_ADVISORY] = {"advisory", "ID", N_("only keys that this known vulnerability concerns")},
    [OPTION_SINCE] = {"since", "DATE", N_("only what was enrolled on DATE (2026-11-24) or later")},
    [OPTION_THREADS] = {"threads", "NUMBER", N_("how many at a time (one a processor)")},
    OPTION_ROWS_APPRAISAL,
    OPTION_ROW_REGISTRY,
    OPTION_ROW_JSON,
    OPTION_ROWS_END,
};

struct auditing {
	bool json, all;
	uint64_t accepted, refused;
};

static json_t *finding_json(const struct audit_finding *finding)
{
	const struct error *reason = &finding->reason;
	char time[REPORT_TIME_SIZE];

	return json_pack("{s:s, s:I, s:s, s:s, s:s?, s:s, s:s, s:s, s:s?, s:s?}", "kind", "finding", "serial",
	    (json_int_t)finding->serial, "person", finding->person, "fingerprint", finding->fingerprint, "device",
	    finding->device[0] != '\0' ? finding->device : NULL, "enrolled_at", report_time(finding->enrolled_at, time),
	    "verdict", verdict_name(finding->result.verdict), "rule", finding->result.rule, "code",
	    reason->code == ERROR_NONE ? NULL : error_word(reason->code), "sentence",
	    reason->code == ERROR_NONE ? NULL : reason->text);
}

static bool visit(const struct audit_finding *finding, void *context, struct error *err)
{
	struct auditing *auditing = context;
	bool accepted = finding->reason.code == ERROR_NONE;

	*(accepted ? &auditing->accepted : &auditing->refused) += 1;
	if ((auditing->accepted + auditing->refused) % PROGRESS_STEP == 0)
		terminal_progress("%" PRIu64 " appraised, %" PRIu64 " refused", auditing->accepted + auditing->refused,
		    auditing->refused);
	if (accepted && !auditing->all)
		return true;
	if (auditing->json)
		return report_take_json_line("audit", finding_json(finding), err);
	report_line("%-16s %-8s %-14s %s  %s", finding->person, accepted ? "accepted" : "refused",
	    finding->device[0] != '\0' ? finding->device : "-", finding->fingerprint,
	    accepted ? finding->result.rule : finding->reason.text);
	return true;
}

static bool put_sum(const struct auditing *auditing, struct error *err)
{
	if (auditing->json)
		return report_take_json_line("audit",
		    json_pack("{s:s, s:I, s:I}", "kind", "sum", "accepted", (json_int_t)auditing->accepted, "refused",
		        (json_int_t)auditing->refused),
		    err);
	report_line("%" PRIu64 " would be accepted, %" PRIu64 " refused", auditing->accepted, auditing->refused);
	return report_end(err);
}

static bool read_threads(const struct options *given, unsigned *threads, struct error *err)
{
	long processors = sysconf(_SC_NPROCESSORS_ONLN), number;

	if (processors < 1 || processors > AUDIT_THREADS_MAXIMUM)
		processors = processors < 1 ? 1 : AUDIT_THREADS_MAXIMUM;
	if (!options_number(given, OPTION_THREADS, 1, AUDIT_THREADS_MAXIMUM, processors, &number, err))
		return false;
	*threads = (unsigned)number;
	return true;
}

/* A mistyped one would concern no key, which sounds like good news. */
static bool advisory_check(const char *id, const struct trust *trust, struct error *err)
{
	const struct advisory *advisory;

	for (size_t i = 0; id && (advisory = trust_advisory(trust, i)); i++)
		if (strcmp(advisory->id, id) == 0)
			return true;
	return !id || error_set(err, ERROR_USAGE,
	                  "the trust bundle knows no advisory \"%s\"; \"keyenroll advisories\" lists them", id);
}

static bool audit(struct invocation *invocation, struct auditing *auditing, struct error *err)
{
	const struct places *places = &invocation->configuration;
	const struct options *given = &invocation->options;
	struct audit_question question = {
	    .now = invocation->now, .advisory = options_text(given, OPTION_ADVISORY, NULL)};
	struct registrars registrars = REGISTRARS_EMPTY;
	struct trust *trust = NULL;
	struct policy *policy = NULL;
	struct store *store = NULL;
	bool done = options_date(given, OPTION_SINCE, INT64_MIN, &question.since, err) &&
	            read_threads(given, &question.threads, err) && configuration_trust(places, &trust, err) &&
	            advisory_check(question.advisory, trust, err) && configuration_policy(places, &policy, err) &&
	            registrars_file_load(buffer_text(&places->registrars), &registrars, err) &&
	            desk_open_store(buffer_text(&places->registry), &store, err);

	question.registrars = &registrars;
	question.trust = trust;
	question.policy = policy;
	done = done && audit_run(store, &question, visit, auditing, err);
	store_close(store);
	registrars_clear(&registrars);
	policy_free(policy);
	trust_free(trust);
	return done;
}

static bool audit_registry(struct invocation *invocation, struct error *err)
{
	struct auditing auditing = {.json = invocation->json, .all = options_given(&invocation->options, OPTION_ALL)};

	if (!audit(invocation, &auditing, err) || !put_sum(&auditing, err))
		return false;
	invocation->status = auditing.refused > 0 ? 1 : 0;
	return true;
}

static bool run(struct invocation *invocation, struct error *err)
{
	static const struct subcommand table[] = {
	    {"logins", "[FILE]...", 0, SIZE_MAX, audit_logins},
	    SUBCOMMANDS_END,
	};

	return invocation->options.num_arguments == 0 ? audit_registry(invocation, err)
	                                              : subcommand_run("audit", table, invocation, err);
}

const struct verb verb_audit = {
    .name = "audit",
    .summary = N_("appraise the whole registry anew: who would be refused, and why"),
    .synopsis = "[OPTION]... [logins [FILE]...]",
    .description = N_("Appraises each active enrollment as a host would today, under the usual rules or\n"
                      "those of --policy, and lists who would be refused, and why. Changes nothing.\n"
                      "With --json each line is an object; the last one is the sum. Exits with 1 when\n"
                      "somebody would be refused.\n"
                      "On a host, \"audit logins\" asks who of those that really logged in by sshd's log\n"
                      "(FILE, - or the journal of three days) would be locked out by its rules.\n"
                      "Example: keyenroll audit --policy new.conf --advisory YSA-2024-03\n"),
    .options = options,
    .max_arguments = SIZE_MAX,
    .run = run,
};

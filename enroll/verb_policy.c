#include <string.h>

#include "common/file.h"
#include "common/language.h"
#include "enroll/appraising.h"
#include "enroll/configuration.h"
#include "enroll/input.h"
#include "enroll/options.h"
#include "enroll/report.h"
#include "enroll/subcommand.h"
#include "enroll/terminal.h"
#include "enroll/verb.h"
#include "policy/appraise.h"
#include "policy/policy.h"
#include "policy/policy_cases.h"
#include "policy/result.h"
#include "policy/trust.h"
#include "policy/trust_store.h"
#include "registry/policy_files.h"

enum {
	OPTION_USER,
	OPTION_GROUP,
	OPTION_HOST_CLASS,
};

static const struct option_row options[] = {
    [OPTION_USER] = {"user", "USER", N_("for whom the rules are tried")},
    [OPTION_GROUP] = {"group", "GROUP", N_("a group that this user is in")},
    [OPTION_HOST_CLASS] = {"host-class", "CLASS", N_("the class of the host")},
    OPTION_ROW_POLICY,
    OPTION_ROW_TRUST,
    OPTION_ROW_BUNDLE,
    OPTION_ROW_JSON,
    OPTION_ROWS_END,
};

/* Ids that this machine's trust does not know: it may be older than the hosts', or the id is misspelt.
 *   unknown  NULL: they are told */
static bool put_unknown(
    const struct invocation *invocation, const struct policy *policy, json_t *unknown, struct error *err)
{
	struct trust *trust = NULL;
	bool done = true;
	const char *word;

	if (policy_unknown_advisory(policy, NULL, 0) != NULL)
		done = configuration_trust(&invocation->configuration, &trust, err);
	for (size_t i = 0; done && (word = policy_unknown_advisory(policy, trust, i)) != NULL; i++)
		if (unknown == NULL)
			terminal_warn("%s: no advisory that is known here: neither an id nor a severity", word);
		else if (json_array_append_new(unknown, json_string(word)) != 0)
			done = error_set(err, ERROR_MEMORY, "no memory for the report");
	trust_free(trust);
	return done;
}

static bool check(struct invocation *invocation, struct error *err)
{
	const char *path = invocation->options.arguments[0];
	struct policy *policy = NULL;
	json_t *unknown;
	bool done;

	if (file_is_absent(path))
		return error_set(err, ERROR_FILE, "%s: there is no such file", path);
	if (!policy_files_load(path, &policy, err))
		return false;
	unknown = invocation->json ? json_array() : NULL;
	done = put_unknown(invocation, policy, unknown, err);
	if (!policy_accepts(policy))
		terminal_warn("no rule accepts anything: under this policy nobody gets in");
	policy_free(policy);
	if (done && invocation->json)
		return report_take_json("policy",
		    json_pack("{s:s, s:b, s:o}", "path", path, "good", true, "unknown_advisories", unknown), err);
	json_decref(unknown);
	if (!done)
		return false;
	report_line("%s: good", path);
	return report_end(err);
}

/* Evidence in files, appraised without rules: the rules are then tried on what was found. */
static bool find_claims(const struct trust *trust, const char *const *paths, size_t num, int64_t now,
    struct result *result, struct error *err)
{
	struct exhibit exhibit = EXHIBIT_EMPTY;
	struct buffer content = BUFFER_UP_TO(INPUT_MAXIMUM);
	struct policy *none = NULL;
	bool done = policy_new_evidence_only(&none, err);

	for (size_t i = 0; done && i < num; i++)
		done = input_load(paths[i], &content, err) && buffer_put_text(&content, "\n", err);
	done = done && exhibit_read(buffer_bytes(&content), &exhibit, err);
	if (done)
		exhibit_appraise(
		    &exhibit, NULL, &(struct appraisal){.trust = trust, .policy = none, .now = now}, result);
	policy_free(none);
	exhibit_clear(&exhibit);
	buffer_free(&content);
	return done;
}

/* What the evidence-only rules noted of advisories is the policy's to say again. */
static void start_over(struct result *result)
{
	result->num_reasons = 0;
	result->rule[0] = '\0';
}

struct explaining {
	json_t *steps; /* NULL: lines are printed */
};

static bool explain_step(const struct policy_step *step, void *context, struct error *err)
{
	const struct explaining *explaining = context;
	const char *became = !step->tried ? N_("not reached") : step->matched ? N_("decides") : N_("does not match");

	if (explaining->steps) {
		json_t *row = json_pack("{s:s, s:i, s:s, s:s, s:s, s:s, s:s}", "rule", step->rule, "line", step->line,
		    "effect", step->accepts ? "accept" : "refuse", "became", became, "condition", step->condition,
		    "wanted", step->wanted, "found", step->found);

		return json_array_append_new(explaining->steps, row) == 0 ||
		       error_set(err, ERROR_MEMORY, "no memory for the report");
	}
	report_line("rule \"%s\" (line %d, %s): %s", step->rule, step->line, step->accepts ? "accept" : "refuse",
	    translated(became));
	if (step->tried && !step->matched)
		report_line("    %s: wants %s, found %s", step->condition, step->wanted, step->found);
	return true;
}

static bool put_outcome(
    struct invocation *invocation, const struct result *result, struct explaining *explaining, struct error *err)
{
	struct buffer text = BUFFER_EMPTY;
	bool done = explaining->steps ? result_put_json(result, &text, err) : result_put_text(result, &text, err);

	if (done && explaining->steps)
		done = report_take_json("policy",
		    json_pack("{s:O, s:o}", "rules", explaining->steps, "result",
		        json_loadb(buffer_text(&text), text.len, JSON_REJECT_DUPLICATES, NULL)),
		    err);
	else if (done)
		report_text(buffer_text(&text));
	buffer_free(&text);
	invocation->status = result->verdict == VERDICT_ACCEPTED ? 0 : result->verdict == VERDICT_REFUSED ? 1 : 2;
	return done && report_end(err);
}

static bool try_rules(
    struct invocation *invocation, const struct policy *policy, struct result *result, struct error *err)
{
	const struct options *given = &invocation->options;
	const char *group = options_text(given, OPTION_GROUP, NULL);
	const struct policy_subject subject = {.person = options_text(given, OPTION_USER, NULL),
	    .groups = &group,
	    .num_groups = group ? 1 : 0,
	    .host_class = options_text(given, OPTION_HOST_CLASS, NULL)};
	struct explaining explaining = {.steps = invocation->json ? json_array() : NULL};
	bool done = true;

	if (result->verdict == VERDICT_ACCEPTED) {
		start_over(result);
		done = policy_explain(policy, &subject, result, explain_step, &explaining, err);
		policy_decide(policy, &subject, result);
	}
	done = done && put_outcome(invocation, result, &explaining, err);
	json_decref(explaining.steps);
	return done;
}

static bool explain(struct invocation *invocation, struct error *err)
{
	const struct options *given = &invocation->options;
	struct trust *trust = NULL;
	struct policy *policy = NULL;
	struct result result = {.verdict = VERDICT_REFUSED};
	bool done = configuration_trust(&invocation->configuration, &trust, err) &&
	            configuration_policy(&invocation->configuration, &policy, err) &&
	            find_claims(trust, (const char *const *)given->arguments, given->num_arguments, invocation->now,
	                &result, err) &&
	            try_rules(invocation, policy, &result, err);

	policy_free(policy);
	trust_free(trust);
	return done;
}

struct testing {
	const struct trust *trust;
	const struct policy *policy;
	int64_t now;
	unsigned good, bad;
	json_t *cases; /* NULL: lines are printed */
};

static bool put_case(const struct testing *testing, const struct policy_case *one, const struct result *result,
    bool good, struct error *err)
{
	const char *found = result->verdict == VERDICT_ACCEPTED ? "accept" : "refuse";

	if (testing->cases)
		return json_array_append_new(
		           testing->cases, json_pack("{s:s, s:i, s:b, s:s, s:s}", "case", one->name, "line", one->line,
		                               "good", good, "found", found, "rule", result->rule)) == 0 ||
		       error_set(err, ERROR_MEMORY, "no memory for the report");
	report_line("%s - %s: %s by rule \"%s\"", good ? "ok" : "not ok", one->name, found, result->rule);
	return true;
}

static bool try_case(const struct policy_case *one, void *context, struct error *err)
{
	struct testing *testing = context;
	struct result result = {.verdict = VERDICT_REFUSED};
	const struct policy_subject subject = {
	    .person = one->person, .groups = one->groups, .num_groups = one->num_groups, .host_class = one->host_class};
	bool good;

	if (!find_claims(testing->trust, one->evidence, one->num_evidence, testing->now, &result, err))
		return error_prefix(err, "case \"%s\"", one->name);
	if (result.verdict == VERDICT_ACCEPTED) {
		start_over(&result);
		policy_decide(testing->policy, &subject, &result);
	}
	good = (result.verdict == VERDICT_ACCEPTED) == one->accepted &&
	       (one->rule == NULL || strcmp(one->rule, result.rule) == 0);
	*(good ? &testing->good : &testing->bad) += 1;
	return put_case(testing, one, &result, good, err);
}

static bool put_sum(struct invocation *invocation, const struct testing *testing, struct error *err)
{
	invocation->status = testing->bad > 0 ? 1 : 0;
	if (testing->cases)
		return report_take_json("policy",
		    json_pack("{s:O, s:i, s:i}", "cases", testing->cases, "passed", (int)testing->good, "failed",
		        (int)testing->bad),
		    err);
	report_line("%u passed, %u failed", testing->good, testing->bad);
	return report_end(err);
}

static bool test(struct invocation *invocation, struct error *err)
{
	const char *path = invocation->options.arguments[0];
	struct buffer text = BUFFER_UP_TO(INPUT_MAXIMUM);
	struct trust *trust = NULL;
	struct policy *policy = NULL;
	struct testing testing = {.now = invocation->now, .cases = invocation->json ? json_array() : NULL};
	bool done = configuration_trust(&invocation->configuration, &trust, err) &&
	            configuration_policy(&invocation->configuration, &policy, err) && input_load(path, &text, err);

	testing.trust = trust;
	testing.policy = policy;
	done = done && policy_cases_each(buffer_bytes(&text), path, try_case, &testing, err) &&
	       put_sum(invocation, &testing, err);
	json_decref(testing.cases);
	buffer_free(&text);
	policy_free(policy);
	trust_free(trust);
	return done;
}

static const struct subcommand subcommands[] = {
    {"check", "FILE", 1, 1, check},
    {"explain", "EVIDENCE...", 1, SIZE_MAX, explain},
    {"test", "FILE", 1, 1, test},
    SUBCOMMANDS_END,
};

static bool run(struct invocation *invocation, struct error *err)
{
	return subcommand_run("policy", subcommands, invocation, err);
}

const struct verb verb_policy = {
    .name = "policy",
    .summary = N_("check a policy, explain what it says of a key, run its cases"),
    .synopsis = "check|explain|test [OPTION]... FILE...",
    .description = N_("check     reads FILE as a host would; names file and line of what is wrong\n"
                      "explain   tries the rules on evidence (files as \"verify\" takes them) and shows\n"
                      "          for each the first condition that failed\n"
                      "test      runs the cases in FILE: evidence, for whom, and what must come out;\n"
                      "          names of evidence files are as from here\n"
                      "Example: keyenroll policy explain --policy new.conf --user alice leaf.pem f9.pem\n"),
    .options = options,
    .min_arguments = 1,
    .max_arguments = SIZE_MAX,
    .run = run,
};

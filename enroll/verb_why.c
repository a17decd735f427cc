#include "common/language.h"
#include "enroll/report.h"
#include "enroll/verb.h"
#include "enroll/why.h"
#include "registry/registrars.h"
#include "verifier/configuration.h"
#include "verifier/decision.h"
#include "verifier/host_rules.h"
#include "verifier/names.h"

enum { OPTION_ACCOUNT };

static const struct option_row options[] = {
    [OPTION_ACCOUNT] = {"account", "NAME", N_("into this account (the person's own)")},
    OPTION_ROW_JSON,
    OPTION_ROWS_END,
};

struct telling {
	json_t *keys;  /* NULL: text is printed */
	json_t *rules; /* of the key at hand; NULL as above */
	bool enters;   /* by one key or another */
};

static bool tell_rule(const struct policy_step *step, void *context, struct error *err)
{
	struct telling *telling = context;
	const char *fate = !step->tried ? N_("not asked") : step->matched ? N_("decides") : N_("does not match");

	if (telling->keys != NULL)
		return json_array_append_new(telling->rules,
		           json_pack("{s:s, s:i, s:s, s:s, s:s, s:s, s:s}", "rule", step->rule, "line", step->line,
		               "then", step->accepts ? "accept" : "refuse", "fate", fate, "condition", step->condition,
		               "wanted", step->wanted, "found", step->found)) == 0 ||
		       error_set(err, ERROR_MEMORY, "no memory for the report");
	if (step->condition[0] != '\0')
		report_line("  rule \"%s\" (line %d) does not match: %s is %s, wanted %s", step->rule, step->line,
		    step->condition, step->found, step->wanted);
	else
		report_line("  rule \"%s\" (line %d) %s%s", step->rule, step->line, translated(fate),
		    !step->matched  ? ""
		    : step->accepts ? translated(": accepted")
		                    : translated(": refused"));
	return true;
}

/* What a refusal is worth where the host does not enforce. */
static void tell_pass(const struct why *why)
{
	static const char *const remarks[] = {
	    [PASS_NONE] = NULL,
	    [PASS_BREAK_GLASS] = N_("a break-glass account: it opens without a key, from where host.conf says"),
	    [PASS_AUDIT] = N_("but the mode is audit: a login that sshd accepts by other files is let in, and logged"),
	    [PASS_OFF] = N_("but the mode is off: a login that sshd accepts by other files is let in"),
	};

	if (why->decision->verdict != REQUEST_ACCEPTED && remarks[why->pass] != NULL)
		report_line("  %s: %s", why->account, translated(remarks[why->pass]));
}

static void tell_text(const struct host_view *view, const struct why *why)
{
	const struct decision *decision = why->decision;
	const struct admission *key = &decision->key;
	const struct registrar *registrar;
	char from[REPORT_TIME_SIZE], to[REPORT_TIME_SIZE];

	report_line(
	    decision->verdict == REQUEST_ACCEPTED ? N_("%s: gets in") : N_("%s: does not get in"), why->fingerprint);
	if (decision->error.code != ERROR_NONE)
		report_line("  because %s [%s]", decision->error.text, error_word(decision->error.code));
	tell_pass(why);
	if (key->person[0] == '\0')
		return;
	registrar = registrars_find(view->registrars, &key->enrollment.certificate.authority);
	report_line("  enrolled for %s by %s, number %llu, from %s to %s", key->person,
	    registrar == NULL ? translated("nobody who is a registrar here") : registrar->name,
	    (unsigned long long)key->serial, report_time((int64_t)key->enrollment.certificate.valid_after, from),
	    report_time((int64_t)key->valid_before, to));
	if (key->device[0] != '\0')
		report_line("  in %s", key->device);
	if (decision->output.len > 0)
		report_line("  sshd is told: %.60s…", buffer_text(&decision->output));
}

/* NULL where no account is known that would have one. */
static const char *mode_word(const struct why *why)
{
	if (why->account[0] == '\0')
		return NULL;
	return why->pass == PASS_NONE ? host_mode_name(HOST_MODE_ENFORCE) : pass_name(why->pass);
}

static json_t *key_json(const struct why *why, json_t *rules)
{
	const struct decision *decision = why->decision;
	const struct admission *key = &decision->key;

	return json_pack("{s:s, s:s, s:s, s:s, s:s?, s:s?, s:I, s:s?, s:s?, s:O}", "fingerprint", why->fingerprint,
	    "verdict", decision->verdict == REQUEST_ACCEPTED ? "accepted" : "refused", "code",
	    error_word(decision->error.code), "sentence", decision->error.text, "mode", mode_word(why), "person",
	    key->person[0] != '\0' ? key->person : NULL, "serial", (json_int_t)key->serial, "device",
	    key->device[0] != '\0' ? key->device : NULL, "rule", key->result.rule[0] != '\0' ? key->result.rule : NULL,
	    "rules", rules);
}

static bool tell(const struct host_view *view, const struct why *why, void *context, struct error *err)
{
	struct telling *telling = context;
	bool done;

	telling->enters = telling->enters || why->decision->verdict == REQUEST_ACCEPTED;
	if (telling->keys == NULL) {
		tell_text(view, why);
		return why_explain_rules(view, why, tell_rule, telling, err);
	}
	telling->rules = json_array();
	done = why_explain_rules(view, why, tell_rule, telling, err) &&
	       (json_array_append_new(telling->keys, key_json(why, telling->rules)) == 0 ||
	           error_set(err, ERROR_MEMORY, "no memory for the report"));
	json_decref(telling->rules);
	return done;
}

static bool run(struct invocation *invocation, struct error *err)
{
	const struct configuration_folders folders = {KEYENROLL_CONFIG_DIR, KEYENROLL_DATA_DIR, KEYENROLL_STATE_DIR};
	struct telling telling = {.keys = invocation->json ? json_array() : NULL};
	struct configuration *configuration = NULL;
	struct names names = NAMES_EMPTY;
	struct host_view view;
	bool done = configuration_new(&folders, &configuration, err) &&
	            configuration_refresh(configuration, &names, &view, err) &&
	            why_each(&view, invocation->options.arguments[0],
	                options_text(&invocation->options, OPTION_ACCOUNT, NULL), invocation->now, tell, &telling, err);

	if (done && telling.keys != NULL)
		done = report_take_json("why", json_pack("{s:O}", "keys", telling.keys), err);
	invocation->status = telling.enters ? 0 : 1;
	json_decref(telling.keys);
	names_clear(&names);
	configuration_free(configuration);
	return done && report_end(err);
}

const struct verb verb_why = {
    .name = "why",
    .summary = N_("say why a key gets into this host, or does not"),
    .synopsis = "[OPTION]... USER|FINGERPRINT",
    .description = N_("Decides about each key of a user, or about one key, as this host's verifier does\n"
                      "when sshd asks it, and shows policy.conf rule by rule. Where host.conf only logs\n"
                      "a refusal of the account, it says so. Exits with 0 when one of the keys gets in,\n"
                      "and with 1 when none does.\n"),
    .options = options,
    .min_arguments = 1,
    .max_arguments = 1,
    .run = run,
};

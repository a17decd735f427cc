#include <stdlib.h>
#include <string.h>

#include "policy/advisory.h"
#include "policy/policy.h"
#include "policy/policy_condition.h"
#include "policy/policy_options.h"
#include "policy/policy_rule.h"
#include "policy/strict_conf.h"

#define CONDITIONS_MAXIMUM CONDITION_ROWS_MAXIMUM
#define RULES_MAXIMUM 256U

/* What reading needs beside the text. */
struct reading {
	const char *origin;
	struct error *err;
	policy_file_loader *load;
	void *context;
};

static bool fail_at(struct reading *reading, long line)
{
	return error_prefix(reading->err, "%s:%ld", reading->origin, line);
}

static bool set_text(char **text, const char *value, struct error *err)
{
	if (value == NULL)
		return true;
	*text = strdup(value);
	return *text != NULL || error_set(err, ERROR_MEMORY, "no memory for a policy");
}

/* A list of serial numbers: one a line, # begins a comment. */
static bool read_serials(struct reading *reading, const char *path, struct condition *condition, struct error *err)
{
	struct buffer content = BUFFER_UP_TO(POLICY_FILE_MAXIMUM);
	struct bytes rest, line, word;
	char text[80];
	bool done = false;

	if (reading->load == NULL) {
		(void)error_set(err, ERROR_POLICY_FILE, "serial-file '%s': files cannot be read here", path);
		goto out;
	}
	if (!reading->load(reading->context, path, &content, err))
		goto out;
	for (rest = buffer_bytes(&content); bytes_take_until(&rest, '\n', &line);) {
		if (line.len == 0 || !bytes_take_until(&line, '#', &word) || word.len == 0)
			continue;
		while (word.len > 0 && (word.data[word.len - 1] == ' ' || word.data[word.len - 1] == '\t'))
			word.len--;
		if (word.len == 0)
			continue;
		if (!bytes_to_text(word, text, sizeof(text))) {
			(void)error_set(err, ERROR_POLICY_FILE, "serial-file '%s': a line is no serial number", path);
			goto out;
		}
		if (!condition_add_word(condition, text, err)) {
			(void)error_prefix(err, "serial-file '%s'", path);
			goto out;
		}
	}
	done = true;
out:
	buffer_free(&content);
	return done;
}

static bool read_condition(struct reading *reading, cfg_t *section, const struct condition_row *row, struct rule *rule)
{
	bool from_file = row->kind == CONDITION_SERIAL && cfg_size(section, "serial-file") > 0;
	struct condition *condition = &rule->conditions[rule->num_conditions];

	if (cfg_size(section, row->keyword) == 0 && !from_file)
		return true;
	condition->row = row;
	rule->num_conditions++;
	for (unsigned i = 0; i < cfg_size(section, row->keyword); i++)
		if (!condition_add_word(condition, cfg_getnstr(section, row->keyword, i), reading->err))
			return false;
	if (from_file && !read_serials(reading, cfg_getstr(section, "serial-file"), condition, reading->err))
		return false;
	/* these lists may be long, and are compared with those of each earlier rule */
	if (row->kind == CONDITION_SERIAL)
		word_list_sort(&condition->words);
	return true;
}

static bool read_effect(struct reading *reading, cfg_t *section, struct rule *rule)
{
	const char *then = cfg_getstr(section, "then"), *life = cfg_getstr(section, "maximum-life");
	struct error *err = reading->err;

	if (then != NULL && strcmp(then, "accept") != 0 && strcmp(then, "refuse") != 0)
		return error_set(err, ERROR_POLICY_FILE, "then is accept or refuse, not '%s'", then);
	if (then == NULL)
		return error_set(err, ERROR_POLICY_FILE, "each rule needs then = accept or then = refuse");
	rule->accepts = strcmp(then, "accept") == 0;
	if (!rule->accepts && (life != NULL || cfg_size(section, "key-options") > 0))
		return error_set(err, ERROR_POLICY_FILE, "key-options and maximum-life belong to rules that accept");
	if (rule->accepts && cfg_getstr(section, "text") != NULL)
		return error_set(err, ERROR_POLICY_FILE, "text belongs to rules that refuse");
	if (life != NULL && !strict_conf_duration(life, ERROR_POLICY_FILE, &rule->maximum_life, err))
		return false;
	/* zero would say that there is no limit */
	if (life != NULL && rule->maximum_life == 0)
		return error_set(err, ERROR_POLICY_FILE, "a maximum-life of nothing accepts nobody: refuse instead");
	for (unsigned i = 0; i < cfg_size(section, "key-options"); i++)
		if (!policy_option_add(
		        cfg_getnstr(section, "key-options", i), rule->key_options, sizeof(rule->key_options), err))
			return false;
	return set_text(&rule->text, cfg_getstr(section, "text"), err);
}

/* Who accepts wants proof. Who refuses does not: else a word of which there never is proof, such as a model's status in the FIDO
 * metadata, would refuse nobody. */
static bool read_grade(cfg_t *section, struct rule *rule, struct error *err)
{
	static const enum claim_grade grades[] = {CLAIM_PROVEN, CLAIM_IMPLIED, CLAIM_CLAIMED};
	const char *word = cfg_getstr(section, "least-grade"), *then = cfg_getstr(section, "then");

	rule->least_grade = then != NULL && strcmp(then, "refuse") == 0 ? CLAIM_CLAIMED : CLAIM_PROVEN;
	rule->grade_given = word != NULL;
	if (word == NULL)
		return true;
	for (size_t i = 0; i < sizeof(grades) / sizeof(grades[0]); i++) {
		rule->least_grade = grades[i];
		if (strcmp(word, claim_grade_name(grades[i])) == 0)
			return true;
	}
	return error_set(err, ERROR_POLICY_FILE, "'%s' is no least-grade: one of proven, implied, claimed", word);
}

static bool read_rule(struct reading *reading, cfg_t *section, struct rule *rule)
{
	const struct condition_row *row;

	rule->line = (int)strict_conf_line(section);
	rule->conditions = calloc(CONDITIONS_MAXIMUM, sizeof(*rule->conditions));
	if (rule->conditions == NULL)
		return error_set(reading->err, ERROR_MEMORY, "no memory for a policy");
	if (!set_text(&rule->name, cfg_title(section), reading->err) || !read_grade(section, rule, reading->err))
		return false;
	for (size_t i = 0; (row = condition_row_at(i)) != NULL; i++)
		if (!read_condition(reading, section, row, rule))
			return error_prefix(reading->err, "%s", row->keyword);
	return read_effect(reading, section, rule);
}

static bool check_reach(struct reading *reading, const struct policy *policy, size_t at)
{
	for (size_t i = 0; i < at; i++)
		if (rule_covers(&policy->rules[i], &policy->rules[at]))
			return error_set(reading->err, ERROR_POLICY_FILE,
			    "this rule is never reached: rule \"%s\" above matches all that it matches",
			    policy->rules[i].name);
	return true;
}

static bool read_rules(struct reading *reading, cfg_t *cfg, struct policy *policy)
{
	unsigned num = cfg_size(cfg, "rule");

	if (num == 0 || num > RULES_MAXIMUM)
		return error_set(reading->err, ERROR_POLICY_FILE,
		    "%s: %u rules: 1 to %u are possible, and without any "
		    "nothing is accepted",
		    reading->origin, num, RULES_MAXIMUM);
	policy->rules = calloc(num, sizeof(*policy->rules));
	if (policy->rules == NULL)
		return error_set(reading->err, ERROR_MEMORY, "no memory for a policy");
	for (unsigned i = 0; i < num; i++) {
		cfg_t *section = cfg_getnsec(cfg, "rule", i);

		policy->num_rules = i + 1;
		if (!read_rule(reading, section, &policy->rules[i]) || !check_reach(reading, policy, i)) {
			(void)error_prefix(reading->err, "rule \"%s\"", cfg_title(section));
			return fail_at(reading, strict_conf_line(section));
		}
	}
	return true;
}

static const char *const action_words[ADVISORY_ACTION_COUNT] = {"ignore", "warn", "refuse"};

static bool add_advisory(struct policy *policy, enum advisory_action action, const char *word, struct error *err)
{
	for (enum advisory_action other = ADVISORY_IGNORE; other < action; other++)
		if (word_list_has(&policy->advisories[other], word))
			return error_set(err, ERROR_POLICY_FILE, "'%s' stands under %s and under %s", word,
			    action_words[other], action_words[action]);
	return advisory_word_check(word, err) && word_list_add(&policy->advisories[action], bytes_of_text(word), err);
}

static bool read_advisories(struct reading *reading, cfg_t *cfg, struct policy *policy)
{
	cfg_t *section = cfg_getsec(cfg, "advisories");

	for (enum advisory_action action = ADVISORY_IGNORE; action <= ADVISORY_REFUSE; action++)
		for (unsigned i = 0; i < cfg_size(section, action_words[action]); i++)
			if (!add_advisory(
			        policy, action, cfg_getnstr(section, action_words[action], i), reading->err)) {
				(void)error_prefix(reading->err, "%s", "advisories");
				return fail_at(reading, strict_conf_line(section));
			}
	return true;
}

static void make_rule_options(cfg_opt_t options[CONDITIONS_MAXIMUM + 9])
{
	const struct condition_row *row;
	size_t num = 0;

	for (size_t i = 0; (row = condition_row_at(i)) != NULL; i++)
		options[num++] = STRICT_CONF_LIST(row->keyword);
	options[num++] = STRICT_CONF_TEXT("serial-file");
	options[num++] = STRICT_CONF_TEXT("least-grade");
	options[num++] = STRICT_CONF_TEXT("then");
	options[num++] = STRICT_CONF_TEXT("text");
	options[num++] = STRICT_CONF_TEXT("maximum-life");
	options[num++] = STRICT_CONF_LIST("key-options");
	options[num++] = STRICT_CONF_LINE;
	options[num] = (cfg_opt_t)CFG_END();
}

static bool read_text(struct reading *reading, struct bytes text, struct policy *policy)
{
	cfg_opt_t rule_options[CONDITIONS_MAXIMUM + 9];
	cfg_opt_t advisory_options[] = {STRICT_CONF_LIST("ignore"), STRICT_CONF_LIST("warn"),
	    STRICT_CONF_LIST("refuse"), STRICT_CONF_LINE, CFG_END()};
	cfg_opt_t options[] = {STRICT_CONF_TEXT("version"), CFG_SEC("advisories", advisory_options, CFGF_NONE),
	    STRICT_CONF_SECTIONS("rule", rule_options), STRICT_CONF_END};
	cfg_t *cfg = NULL;
	bool done;

	make_rule_options(rule_options);
	if (!strict_conf_read(text, reading->origin, ERROR_POLICY_FILE, options, &cfg, reading->err))
		return false;
	done = set_text(&policy->version, cfg_getstr(cfg, "version"), reading->err) &&
	       read_advisories(reading, cfg, policy) && read_rules(reading, cfg, policy);
	(void)cfg_free(cfg);
	return done;
}

bool policy_parse(struct bytes text, const char *origin, policy_file_loader *load, void *context,
    struct policy **policy, struct error *err)
{
	struct reading reading = {.origin = origin, .err = err, .load = load, .context = context};
	struct policy *made = calloc(1, sizeof(*made));

	if (made == NULL)
		return error_set(err, ERROR_MEMORY, "no memory for a policy");
	if (!read_text(&reading, text, made)) {
		policy_free(made);
		return false;
	}
	*policy = made;
	return true;
}

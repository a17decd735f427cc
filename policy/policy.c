#include "policy/policy.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/language.h"
#include "policy/policy_condition.h"
#include "policy/policy_rule.h"

/* policies/baseline.conf as text: one source for the file that is shipped and for hosts without one. */
static const char baseline[] =
#include "policy/baseline.inc"
    ;

bool policy_new_default(struct policy **policy, struct error *err)
{
	return policy_parse(bytes_of_text(baseline), "built-in baseline", NULL, NULL, policy, err);
}

bool policy_new_evidence_only(struct policy **policy, struct error *err)
{
	*policy = calloc(1, sizeof(**policy));
	if (*policy == NULL)
		return error_set(err, ERROR_MEMORY, "no memory for a policy");
	(*policy)->evidence_only = true;
	return true;
}

void policy_free(struct policy *policy)
{
	if (policy == NULL)
		return;
	for (size_t i = 0; i < policy->num_rules; i++)
		rule_clear(&policy->rules[i]);
	for (size_t i = 0; i < ADVISORY_ACTION_COUNT; i++)
		word_list_clear(&policy->advisories[i]);
	free(policy->rules);
	free(policy->version);
	free(policy);
}

/* An id says more than a severity. Without a word in the policy a critical one refuses and the others are told. */
static enum advisory_action action_for(const struct policy *policy, const struct advisory_hit *hit)
{
	const char *const words[] = {hit->id, severity_name(hit->severity)};

	if (policy->evidence_only)
		return ADVISORY_WARN;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		for (enum advisory_action action = ADVISORY_IGNORE; action <= ADVISORY_REFUSE; action++)
			if (word_list_has(&policy->advisories[action], words[i]))
				return action;
	return hit->severity == SEVERITY_CRITICAL ? ADVISORY_REFUSE : ADVISORY_WARN;
}

static void apply_advisories(const struct policy *policy, struct result *result)
{
	for (size_t i = 0; i < result->num_advisories; i++) {
		const struct advisory_hit *hit = &result->advisories[i];
		enum advisory_action action = action_for(policy, hit);
		struct error err = ERROR_EMPTY;

		(void)error_set(&err, ERROR_ADVISORY, "%s: %s", hit->id, hit->text);
		if (action == ADVISORY_REFUSE)
			result_refuse(result, &err, NULL);
		else if (action == ADVISORY_WARN)
			result_warn(result, &err, NULL);
	}
}

static bool rule_matches(const struct rule *rule, const struct policy_subject *subject, const struct result *result)
{
	for (size_t i = 0; i < rule->num_conditions; i++)
		if (!condition_holds(&rule->conditions[i], rule->least_grade, subject, result, NULL, 0))
			return false;
	return true;
}

bool policy_names_groups(const struct policy *policy)
{
	for (size_t i = 0; i < policy->num_rules; i++)
		for (size_t k = 0; k < policy->rules[i].num_conditions; k++)
			if (policy->rules[i].conditions[k].row->kind == CONDITION_GROUP)
				return true;
	return false;
}

bool policy_accepts(const struct policy *policy)
{
	for (size_t i = 0; i < policy->num_rules; i++)
		if (policy->rules[i].accepts)
			return true;
	return false;
}

static void apply_rule(const struct rule *rule, struct result *result)
{
	struct error err = ERROR_EMPTY;

	(void)snprintf(result->rule, sizeof(result->rule), "%s", rule->name);
	if (rule->accepts) {
		(void)snprintf(result->key_options, sizeof(result->key_options), "%s", rule->key_options);
		result->maximum_life = rule->maximum_life;
		return;
	}
	(void)error_set(&err, ERROR_POLICY, "%s",
	    rule->text != NULL ? rule->text : translated("the administrator's policy refuses this key"));
	result_refuse(result, &err, NULL);
}

void policy_decide(const struct policy *policy, const struct policy_subject *subject, struct result *result)
{
	struct error err = ERROR_EMPTY;

	(void)snprintf(result->policy_version, sizeof(result->policy_version), "%s",
	    policy->evidence_only     ? "none"
	    : policy->version != NULL ? policy->version
	                              : "unnamed");
	apply_advisories(policy, result);
	if (policy->evidence_only) {
		(void)snprintf(result->rule, sizeof(result->rule), "evidence-only");
		return;
	}
	for (size_t i = 0; i < policy->num_rules; i++) {
		if (!rule_matches(&policy->rules[i], subject, result))
			continue;
		apply_rule(&policy->rules[i], result);
		return;
	}
	(void)error_set(
	    &err, ERROR_POLICY_NO_RULE, "no rule of the policy matches this key, and what no rule names is refused");
	result_refuse(result, &err, NULL);
}

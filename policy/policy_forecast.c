#include <stdio.h>
#include <string.h>

#include "policy/policy.h"
#include "policy/policy_condition.h"
#include "policy/policy_rule.h"

/* Whether a condition holds of a key that is not made yet. */
enum outcome {
	OUTCOME_NO,
	OUTCOME_OPEN, /* it asks for what only the attestation can tell */
	OUTCOME_YES,
};

static bool is_open(const struct condition *condition, const struct result *known)
{
	switch (condition->row->kind) {
	case CONDITION_CLAIM:
	case CONDITION_CERTIFICATE:
	case CONDITION_LIST:
	case CONDITION_FIRMWARE:
	case CONDITION_SERIAL:
		return result_find_claim(known, condition->row->claim) == NULL;
	case CONDITION_ASSURANCE:
	case CONDITION_PROVEN:
	case CONDITION_IMPLIED:
	case CONDITION_ADVISORY:
		return true;
	case CONDITION_FORMAT:
	case CONDITION_PERSON:
	case CONDITION_GROUP:
	case CONDITION_HOST_CLASS:
	case CONDITION_AGE_BELOW:
	case CONDITION_AGE_ABOVE:
		return false;
	}
	return true;
}

static enum outcome outcome_of(
    const struct rule *rule, const struct policy_subject *subject, const struct result *known)
{
	enum outcome outcome = OUTCOME_YES;

	for (size_t i = 0; i < rule->num_conditions; i++) {
		if (is_open(&rule->conditions[i], known))
			outcome = OUTCOME_OPEN;
		else if (!condition_holds(&rule->conditions[i], rule->least_grade, subject, known, NULL, 0))
			return OUTCOME_NO;
	}
	return outcome;
}

bool policy_may_accept(const struct policy *policy, const struct policy_subject *subject, const struct result *known,
    char key_options[RESULT_OPTIONS_SIZE])
{
	key_options[0] = '\0';
	if (policy->evidence_only)
		return true;
	for (size_t i = 0; i < policy->num_rules; i++) {
		const struct rule *rule = &policy->rules[i];
		enum outcome outcome = outcome_of(rule, subject, known);

		if (rule->accepts && outcome != OUTCOME_NO) {
			(void)snprintf(key_options, RESULT_OPTIONS_SIZE, "%s", rule->key_options);
			return true;
		}
		if (!rule->accepts && outcome == OUTCOME_YES)
			return false;
	}
	return false;
}

const char *policy_find_wish(const struct policy *policy, enum claim_name claim, size_t index)
{
	for (size_t i = 0; i < policy->num_rules; i++) {
		const struct rule *rule = &policy->rules[i];

		for (size_t j = 0; rule->accepts && j < rule->num_conditions; j++) {
			const struct condition *condition = &rule->conditions[j];

			if (condition->row->kind != CONDITION_CLAIM || condition->row->claim != claim)
				continue;
			if (index < condition->words.num)
				return condition->words.words[index];
			index -= condition->words.num;
		}
	}
	return NULL;
}

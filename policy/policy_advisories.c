#include <string.h>

#include "policy/advisory.h"
#include "policy/fido_metadata.h"
#include "policy/policy.h"
#include "policy/policy_rule.h"
#include "policy/trust.h"

static bool is_known(const struct trust *trust, const char *word)
{
	const struct advisory *advisory;
	enum severity severity;

	if (severity_find(bytes_of_text(word), &severity) || fido_metadata_is_advisory(word))
		return true;
	for (size_t i = 0; trust != NULL && (advisory = trust_advisory(trust, i)) != NULL; i++)
		if (strcmp(advisory->id, word) == 0)
			return true;
	return false;
}

/* The index-th unknown word of a list, counting down; NULL: it is none of these. */
static const char *find_unknown(const struct word_list *list, const struct trust *trust, size_t *index)
{
	for (size_t i = 0; i < list->num; i++)
		if (!is_known(trust, list->words[i]) && (*index)-- == 0)
			return list->words[i];
	return NULL;
}

static const char *find_unknown_of_rule(const struct rule *rule, const struct trust *trust, size_t *index)
{
	const char *found = NULL;

	for (size_t i = 0; found == NULL && i < rule->num_conditions; i++)
		if (rule->conditions[i].row->kind == CONDITION_ADVISORY)
			found = find_unknown(&rule->conditions[i].words, trust, index);
	return found;
}

const char *policy_unknown_advisory(const struct policy *policy, const struct trust *trust, size_t index)
{
	const char *found = NULL;

	for (enum advisory_action action = ADVISORY_IGNORE; found == NULL && action <= ADVISORY_REFUSE; action++)
		found = find_unknown(&policy->advisories[action], trust, &index);
	for (size_t i = 0; found == NULL && i < policy->num_rules; i++)
		found = find_unknown_of_rule(&policy->rules[i], trust, &index);
	return found;
}

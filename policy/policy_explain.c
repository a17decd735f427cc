#include <stdio.h>

#include "policy/policy.h"
#include "policy/policy_condition.h"
#include "policy/policy_rule.h"

/* The first condition that fails, with what it wanted and what stood there. */
static bool try_rule(const struct rule *rule, const struct policy_subject *subject, const struct result *result,
    struct policy_step *step)
{
	for (size_t i = 0; i < rule->num_conditions; i++) {
		const struct condition *condition = &rule->conditions[i];

		if (condition_holds(condition, rule->least_grade, subject, result, step->found, sizeof(step->found)))
			continue;
		(void)snprintf(step->condition, sizeof(step->condition), "%s", condition->row->keyword);
		condition_put_wanted(condition, step->wanted, sizeof(step->wanted));
		return false;
	}
	step->found[0] = '\0';
	return true;
}

bool policy_explain(const struct policy *policy, const struct policy_subject *subject, const struct result *result,
    policy_explain_visitor *visit, void *context, struct error *err)
{
	bool decided = false;

	for (size_t i = 0; i < policy->num_rules; i++) {
		const struct rule *rule = &policy->rules[i];
		struct policy_step step = {
		    .rule = rule->name, .line = rule->line, .accepts = rule->accepts, .tried = !decided};

		if (step.tried)
			step.matched = try_rule(rule, subject, result, &step);
		decided = decided || step.matched;
		if (!visit(&step, context, err))
			return false;
	}
	return true;
}

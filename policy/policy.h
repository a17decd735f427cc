/* policy.h: the administrator's rules over claims.
 * Immutable after loading, so threads may share it. Knows nothing of where files lie. */
#ifndef POLICY_POLICY_H
#define POLICY_POLICY_H

#include "common/buffer.h"
#include "policy/result.h"

struct policy;

/* policy_new_default: the built-in rules: what a host does that has no policy file: vendor-attested keys, a PIN demanded,
 * no known vulnerability, organisation-attested keys only as far as the site's own trust file says. */
bool policy_new_default(struct policy **policy, struct error *err) MUST_CHECK;

/* policy_new_evidence_only: accepts whatever evidence is genuine. */
bool policy_new_evidence_only(struct policy **policy, struct error *err) MUST_CHECK;

void policy_free(struct policy *policy);

/* policy_decide: applies the rules to a result whose evidence was found genuine; may add reasons and refuse, never the
 * opposite. Names the deciding rule in result->rule. */
void policy_decide(const struct policy *policy, const char *person, struct result *result);

#endif

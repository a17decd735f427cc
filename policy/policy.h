/* policy.h: the administrator's rules over claims: policy.conf, or the built-in rules of a host without one.
 *
 * Named rules are tried in order, the first one whose conditions all hold decides, and nothing matching is a refusal. Conditions
 * rest on claims that are proven, unless the rule says that less is enough. policy/POLICY-FORMAT.md describes the language.
 * Immutable after loading, so threads may share it; loading itself is for one thread at a time, since libconfuse's
 * scanner is. Knows nothing of where files lie: the caller loads them.
 * Files: policy_file.c reads, policy_rule.c holds and compares rules, policy_condition.c tests them, policy_explain.c says why,
 * policy_forecast.c what may become of a key that is not made yet, policy_advisories.c which advisories it names. */
#ifndef POLICY_POLICY_H
#define POLICY_POLICY_H

#include "common/buffer.h"
#include "policy/result.h"

struct policy;
struct trust;

/* For whom and where: what a rule may ask beside the claims. */
struct policy_subject {
	const char *person;        /* NULL: nobody in particular */
	const char *const *groups; /* the person's groups, borrowed */
	size_t num_groups;
	const char *host_class; /* NULL: none */
	int64_t enrolled_at;    /* seconds since 1970; 0: not enrolled yet */
};

/* The longest policy, or list named in one, that is read. */
#define POLICY_FILE_MAXIMUM ((size_t)1024 * 1024)

/* policy_file_loader: gives the content of a file that a policy names (serial lists), appended to `content`. */
typedef bool policy_file_loader(void *context, const char *path, struct buffer *content, struct error *err);

/* policy_parse: reads a policy.
 *   text    the whole file
 *   origin  its name, for errors ("FILE:LINE: …") and results
 *   load    for files named in it, called with `context`; NULL refuses such rules
 *   policy  out: the caller's, to policy_free(); owns copies of all
 * Errors: ERROR_POLICY_FILE: syntax, unknown word, wrong type, rule or condition given twice, unreachable rule; those of `load`. */
bool policy_parse(struct bytes text, const char *origin, policy_file_loader *load, void *context,
    struct policy **policy, struct error *err) MUST_CHECK;

/* policy_new_default: the built-in rules, the text of policies/baseline.conf. *policy is the caller's, to policy_free().
 * Errors: ERROR_MEMORY. */
bool policy_new_default(struct policy **policy, struct error *err) MUST_CHECK;

/* policy_new_evidence_only: accepts whatever evidence is genuine; advisories are told, none refuses.
 * Errors: ERROR_MEMORY. */
bool policy_new_evidence_only(struct policy **policy, struct error *err) MUST_CHECK;

/* policy_free: NULL does nothing. */
void policy_free(struct policy *policy);

/* policy_names_groups: whether a rule asks for the person's groups: else they need not be known. */
bool policy_names_groups(const struct policy *policy);

/* policy_accepts: whether any rule accepts; else it admits nobody. */
bool policy_accepts(const struct policy *policy);

/* policy_unknown_advisory: the words that mean advisories and are neither a severity nor the id of one that the trust or FIDO's
 * metadata can bring, one after the other; NULL behind the last. Borrowed from the policy.
 *   trust  NULL: knows none */
const char *policy_unknown_advisory(const struct policy *policy, const struct trust *trust, size_t index);

/* policy_decide: applies the rules to a result whose evidence was found genuine (verdict accepted); may add reasons and
 * refuse, never the opposite. Names the deciding rule in result->rule, fills key_options and maximum_life. */
void policy_decide(const struct policy *policy, const struct policy_subject *subject, struct result *result);

/* policy_may_accept: whether a key that is not made yet can be accepted; an acceptance is only likely.
 *   known        format and the claims that are known beforehand; a claim that is not there may come out either way
 *   key_options  out: those of the first rule that may accept it */
bool policy_may_accept(const struct policy *policy, const struct policy_subject *subject, const struct result *known,
    char key_options[RESULT_OPTIONS_SIZE]);

/* policy_find_wish: the values of a claim that rules which accept ask for, one after the other; NULL behind the last. Borrowed. */
const char *policy_find_wish(const struct policy *policy, enum claim_name claim, size_t index);

/* What became of one rule, for `policy explain`. */
struct policy_step {
	const char *rule; /* borrowed from the policy */
	int line;         /* in its file */
	bool accepts;     /* what the rule does when it matches */
	bool tried;       /* false behind the rule that decided */
	bool matched;
	char condition[64]; /* the first condition that failed; "" when it matched or was not tried */
	char wanted[192], found[192];
};

/* policy_explain_visitor: called for each rule in order; false stops. */
typedef bool policy_explain_visitor(const struct policy_step *step, void *context, struct error *err);

/* policy_explain: says for each rule whether it matches and which condition fails first; changes nothing.
 *   visit  called for each in order, with `context`
 * Errors: what the visitor says. */
bool policy_explain(const struct policy *policy, const struct policy_subject *subject, const struct result *result,
    policy_explain_visitor *visit, void *context, struct error *err) MUST_CHECK;

#endif

/* why.h: why a key gets into an account of this host, or does not: the verifier's own decision, and what stood behind it.
 * Knows nothing of how it is shown. */
#ifndef ENROLL_WHY_H
#define ENROLL_WHY_H

#include "common/account_name.h"
#include "common/ssh_key.h"
#include "policy/policy.h"
#include "verifier/host_rules.h"

struct decision;
struct host_view;

/* One key and the verdict about it. */
struct why {
	char fingerprint[SSH_KEY_FINGERPRINT_SIZE];
	const struct decision *decision;    /* borrowed for the time of the call */
	char account[ACCOUNT_NAME_MAXIMUM]; /* to be entered; "": none was said, and whose key it is is not known */
	enum pass pass;                     /* how its sessions open all the same */
};

/* why_visitor: called for each key; false stops with what it put into err. */
typedef bool why_visitor(const struct host_view *view, const struct why *why, void *context, struct error *err);

/* why_each: decides about each key that a word means, as the verifier would if sshd asked.
 *   word     a key's fingerprint ("SHA256:…") or a person
 *   account  to be entered; NULL: the one of the person's own name
 * Errors: ERROR_ENROLLMENT_ABSENT (the snapshot has no such key or person), ERROR_SNAPSHOT_ABSENT, ERROR_USAGE, those of the visitor. */
bool why_each(const struct host_view *view, const char *word, const char *account, int64_t now, why_visitor *visit,
    void *context, struct error *err) MUST_CHECK;

/* why_explain_rules: policy.conf rule by rule for a key whose evidence is genuine; calls nobody where it is not, since no rule
 * was asked then.
 * Errors: those of the visitor, ERROR_MEMORY. */
bool why_explain_rules(const struct host_view *view, const struct why *why, policy_explain_visitor *visit,
    void *context, struct error *err) MUST_CHECK;

#endif

/* host_rules.h: what this host's administrator says of people, accounts and doors: CONFIG/host.conf. verifier/HOST-FORMAT.md
 * describes the file; without it the defaults hold: a person enters the account of the same name, and all is enforced.
 *
 * Immutable after loading. Knows nothing of keys and evidence: policy.conf says which of those are good enough. */
#ifndef VERIFIER_HOST_RULES_H
#define VERIFIER_HOST_RULES_H

#include "common/bytes.h"
#include "common/error.h"

#define HOST_RULES_FILE "host.conf"
#define HOST_RULES_TOKENS_MAXIMUM 9

enum host_mode {
	HOST_MODE_ENFORCE, /* a refusal refuses */
	HOST_MODE_AUDIT,   /* a session that would be refused opens, and the log says why it would not */
	HOST_MODE_OFF,     /* every session opens */
};

/* How a session opens although something stands against it. */
enum pass {
	PASS_NONE,
	PASS_BREAK_GLASS,
	PASS_AUDIT,
	PASS_OFF,
};

/* Somebody with the groups that he has on this host; all borrowed. */
struct host_person {
	const char *name;
	const char *const *groups;
	size_t num_groups;
};

struct host_rules;

/* host_rules_parse: reads a file's text.
 *   origin  its name, for errors ("FILE:LINE: …")
 * Errors: ERROR_HOST_FILE: syntax, unknown word, anything given twice, no name, no address, no time; ERROR_MEMORY. */
bool host_rules_parse(struct bytes text, const char *origin, struct host_rules **rules, struct error *err) MUST_CHECK;

/* host_rules_load: reads the file at `path`, which must be the administrator's alone to write; absent: the defaults.
 * Errors: those of host_rules_parse and file_load_trusted. */
bool host_rules_load(const char *path, struct host_rules **rules, struct error *err) MUST_CHECK;

/* host_rules_free: NULL does nothing. */
void host_rules_free(struct host_rules *rules);

/* host_rules_class: what policy.conf's host-class conditions ask; NULL: none. */
const char *host_rules_class(const struct host_rules *rules);

/* host_rules_warn_age: how old the snapshot may get, in seconds, before doctor warns; 0: any age. */
int64_t host_rules_warn_age(const struct host_rules *rules);

/* host_rules_refuse_age: how old it may get before keys are refused, likewise. */
int64_t host_rules_refuse_age(const struct host_rules *rules);

/* host_rules_minimum_tokens: how many tokens a person must have enrolled; 1 unless the file asks for more. */
size_t host_rules_minimum_tokens(const struct host_rules *rules);

/* host_rules_replace_within: how long, in seconds, a revoked token counts on as one of them. */
int64_t host_rules_replace_within(const struct host_rules *rules);

/* host_rules_may_enter: whether a person may enter an account with a key of his: by the account's section or, where it has none, the
 * account of his own name.
 * Errors: ERROR_ENROLLMENT_PERSON. */
bool host_rules_may_enter(const struct host_rules *rules, const struct host_person *person, const char *account,
    struct error *err) MUST_CHECK;

/* host_rules_allows_method: whether a login method of sshd's that proves no hardware may stand beside an attested key. Those that ask a
 * person for something always may, hostbased and GSSAPI only where the file says so. */
bool host_rules_allows_method(const struct host_rules *rules, struct bytes method);

/* host_rules_name_groups: whether any rule asks for somebody's groups: else they need not be known. */
bool host_rules_name_groups(const struct host_rules *rules);

/* host_rules_mode: what a refusal means for the sessions of an account.
 *   account  with the groups of the account itself: who is behind a key that is refused may not be known */
enum host_mode host_rules_mode(const struct host_rules *rules, const struct host_person *account);

/* host_rules_is_break_glass: whether an account opens without any key, from where host_rules_break_glass_check says. */
bool host_rules_is_break_glass(const struct host_rules *rules, const char *account);

/* host_rules_break_glass_check: whether a break-glass account may be entered from there.
 *   remote  an IP address as text; empty: the console
 * Errors: ERROR_BREAK_GLASS. */
bool host_rules_break_glass_check(
    const struct host_rules *rules, const char *account, struct bytes remote, struct error *err) MUST_CHECK;

/* host_rules_break_glass_at: the break-glass accounts in their order; NULL behind the last. */
const char *host_rules_break_glass_at(const struct host_rules *rules, size_t index);

/* host_mode_name: "enforce", "audit", "off"; static storage. */
const char *host_mode_name(enum host_mode mode);

/* pass_name: "break-glass", "audit", "off"; NULL for PASS_NONE; static storage. */
const char *pass_name(enum pass pass);

#endif

/* verb.h: what a verb of the command is: a row of verbs.c's table. A verb parses, calls and prints; no rule lives in it.
 * Help, completion and the check of the man page come from this table. */
#ifndef ENROLL_VERB_H
#define ENROLL_VERB_H

#include <stdint.h>

#include "enroll/configuration.h"
#include "enroll/options.h"

struct token_session;

/* One call of the command. */
struct invocation {
	const char *verb; /* its name; NULL for the guided desk */
	struct options options;
	struct places configuration;
	bool json;   /* --json is there */
	int status;  /* what to exit with when `run` is done: 0, unless the verb knows better (verify) */
	int64_t now; /* seconds since 1970: one moment for the whole call */
};

struct verb {
	const char *name;        /* one word, or two: "token pin" */
	const char *summary;     /* one line, without full stop */
	const char *synopsis;    /* what stands behind the name, "[OPTION]... USER" */
	const char *description; /* lines of up to 80 columns, each ended by \n */
	const struct option_row *options;
	size_t min_arguments, max_arguments; /* how many that are no options; SIZE_MAX: any number */

	/* run: the work. Errors: any; the frame prints them and exits with their status. NULL: it is on_token's. */
	bool (*run)(struct invocation *invocation, struct error *err) MUST_CHECK;

	/* on_token: the work of a verb about one token, which token_session_run opens for it. Errors: any. */
	bool (*on_token)(struct token_session *session, struct error *err) MUST_CHECK;
};

extern const struct verb verb_abandon, verb_advisories, verb_attest, verb_audit, verb_certificate, verb_challenge,
    verb_csr, verb_delete, verb_doctor, verb_enroll, verb_grace, verb_help, verb_host, verb_import, verb_init,
    verb_list, verb_mds, verb_move, verb_policy, verb_resume, verb_revoke, verb_show, verb_slots, verb_snapshot,
    verb_sync, verb_token_info, verb_token_management_key, verb_token_pin, verb_token_puk, verb_token_reset,
    verb_token_retries, verb_token_unblock, verb_tokens, verb_trust, verb_verify, verb_why;

/* verb_at: the verbs in the order of the help; NULL behind the last. */
const struct verb *verb_at(size_t index);

/* verb_find: NULL when there is no verb of that name. */
const struct verb *verb_find(const char *name);

/* verb_find_words: the verb that the first one or two of these words name ("token pin").
 *   num_words  out: how many of them
 * NULL when there is none. */
const struct verb *verb_find_words(char *const words[], size_t num, size_t *num_words);

/* verb_refuse: says that a word is no verb; of one that verbs of two words begin with, these are named. Returns false.
 * Errors: ERROR_USAGE, those of buffer_put. */
bool verb_refuse(const char *word, struct error *err);

#endif

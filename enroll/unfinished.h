/* unfinished.h: an enrollment that was broken off, as `resume` and `abandon` find it: its journal, its token.
 * Knows nothing of what either does with it. */
#ifndef ENROLL_UNFINISHED_H
#define ENROLL_UNFINISHED_H

#include "enroll/journal_record.h"

struct desk;
struct invocation;
struct journal;
struct piv_identity;
struct reader_context;
struct token;

struct unfinished {
	struct journal_record record; /* owned */
	struct journal *journal;      /* owned */
};

#define UNFINISHED_EMPTY ((struct unfinished){.record = JOURNAL_RECORD_EMPTY})

/* unfinished_find: the only one there is, or that of --serial.
 *   unfinished  out: the caller's, to unfinished_clear()
 * Errors: ERROR_JOURNAL_ABSENT (none), ERROR_USAGE (several: says which), those of journal_open. */
bool unfinished_find(const struct invocation *invocation, const char *registry, struct unfinished *unfinished,
    struct error *err) MUST_CHECK;

/* unfinished_clear: lets the journal go, which stays on disk unless it was ended; UNFINISHED_EMPTY afterwards. */
void unfinished_clear(struct unfinished *unfinished);

/* unfinished_find_token: that of a token that tells its serial.
 * Errors: as unfinished_find. */
bool unfinished_find_token(const char *registry, const struct piv_identity *identity, struct unfinished *unfinished,
    struct error *err) MUST_CHECK;

/* unfinished_is_recorded: whether the registry has its key, so that only the journal's end is missing.
 * Errors: those of store_each. */
bool unfinished_is_recorded(
    const struct unfinished *unfinished, const struct desk *desk, bool *recorded, struct error *err) MUST_CHECK;

/* unfinished_open_token: the token that the journal is about; no other will do.
 *   token  out: the caller's, to token_close()
 * Errors: those of token_open. */
bool unfinished_open_token(const struct unfinished *unfinished, const struct invocation *invocation,
    struct reader_context *context, struct token *token, struct error *err) MUST_CHECK;

/* unfinished_end_all: ends all journals of a token, because nothing of what they did is left in it.
 * Errors: ERROR_JOURNAL. */
bool unfinished_end_all(const char *registry, const struct piv_identity *identity, const char *how, int64_t now,
    struct error *err) MUST_CHECK;

/* unfinished_end: ends the journal; `how` as in journal_end. Errors: ERROR_JOURNAL. */
bool unfinished_end(struct unfinished *unfinished, const char *how, int64_t now, struct error *err) MUST_CHECK;

#endif

/* names.h: what is known of the names that one request asks about, so that the decision itself waits for no name service.
 *
 * A name service may be slow, or hang, and the verifier's loop is one thread. So there a name that is not known yet is only noted, a
 * worker looks it up (names_look_up), and the decision is made again from the beginning with what it found; a decision that misses a
 * name is none. Who serves one request only (`--once`, `keyenroll why`) looks names up where they are asked for.
 * Knows nothing of what names are good for. */
#ifndef VERIFIER_NAMES_H
#define VERIFIER_NAMES_H

#include "common/account_name.h"
#include "verifier/name_entry.h"

struct known_name;

struct names {
	struct known_name *known; /* owned */
	size_t num_known;
	bool waits_not;                    /* a name that is not known is noted, and not looked up here */
	char wanted[ACCOUNT_NAME_MAXIMUM]; /* the first such name; "" for none */
};

#define NAMES_EMPTY ((struct names){.known = NULL})
#define NAMES_EMPTY_WAITS_NOT ((struct names){.waits_not = true})

/* names_clear: forgets all; it still waits, or does not, as before. */
void names_clear(struct names *names);

/* names_find: what the name services say of a name.
 *   name   a checked one
 *   entry  out: borrowed until the next name becomes known
 * Errors: ERROR_NAME_SERVICE (also: it is noted in `wanted`), what stood against it when it was looked up, ERROR_MEMORY. */
bool names_find(struct names *names, const char *name, const struct name_entry **entry, struct error *err) MUST_CHECK;

/* names_take: notes what is to be known of the wanted name: what a worker reported, or why there is nothing; nothing is wanted then.
 *   report  NULL: nothing, because of `why`
 * Errors: ERROR_MEMORY. */
bool names_take(struct names *names, const struct bytes *report, const struct error *why, struct error *err) MUST_CHECK;

/* names_look_up: a worker's job (worker.h): reports on a name.
 *   name          text
 *   conversation  none: it has nothing to say
 * Errors: those of name_entry_load; ERROR_LIMIT (too many groups for a report). */
bool names_look_up(const void *name, int conversation, struct buffer *report, struct error *err) MUST_CHECK;

#endif

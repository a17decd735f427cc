/* journal.h: what an enrollment has done so far, on disk, so that after a pulled token, a crash or a power cut somebody can
 * finish it or put the token back. No secret ever stands in it.
 *
 * One file a course, REGISTRY/journal/NAME, lines "TIME WORD REST". It is only ever appended to, each line is fsynced before the
 * token is touched, and its holder locks it. A last line without its end was cut off by a power failure and does not count.
 * When the course has ended the file moves to REGISTRY/journal/ended/.
 *
 *   keyenroll-journal 1       the first line, without time
 *   person NAME · device SERIAL|- · slot 9a · algorithm ecdsa-p256 · pin-policy once · touch-policy never · days 365
 *   factory yes|no            whether the operator said that the codes are the factory's (where the token cannot)
 *   begin STEP · done STEP
 *   key SHA256:…              the key that was made
 *   sealed FILE               codes were sealed there, before the token had them
 *   shown puk                 the operator has read the PUK, before the token had it
 *   end enrolled|abandoned|refused
 * Knows nothing of what the steps do. */
#ifndef ENROLL_JOURNAL_H
#define ENROLL_JOURNAL_H

#include <stdint.h>

#include "common/account_name.h"
#include "common/buffer.h"
#include "common/ssh_key.h"
#include "piv/slot.h"

#define JOURNAL_STEP_SIZE 32

/* What a journal says, read from its file or about to be written. */
struct journal_record {
	char person[ACCOUNT_NAME_MAXIMUM];
	bool has_serial;
	uint32_t serial;
	const struct piv_slot *slot;
	const struct piv_algorithm_row *algorithm;
	enum piv_pin_policy pin_policy;
	enum piv_touch_policy touch_policy;
	long days;
	bool factory_codes;
	int64_t begun_at;
	char begun[JOURNAL_STEP_SIZE], done[JOURNAL_STEP_SIZE]; /* the latest of each; "" for none */
	bool pin_begun;                                         /* the PIN may be the new one */
	bool puk_begun;                                         /* the PUK may be the new one */
	bool generate_begun;                                    /* what was in the slot may be gone */
	bool ended;                                             /* only its move among the ended ones is missing */
	char key[SSH_KEY_FINGERPRINT_SIZE];                     /* "" before there is one */
};

struct journal;

/* journal_begin: makes a journal for a course that is about to change something.
 *   registry  the folder
 *   journal   out: the caller's, to journal_close(); it stays on disk until journal_end
 * Errors: ERROR_JOURNAL when it cannot be written. */
bool journal_begin(const char *registry, const struct journal_record *record, int64_t now, struct journal **journal,
    struct error *err) MUST_CHECK;

/* journal_note: appends one line, on disk when this returns.
 *   rest  without control characters
 * Errors: ERROR_JOURNAL. */
bool journal_note(
    struct journal *journal, const char *word, const char *rest, int64_t now, struct error *err) MUST_CHECK;

/* journal_end: the last line, and the file moves among the ended ones. Errors: ERROR_JOURNAL. */
bool journal_end(struct journal *journal, const char *how, int64_t now, struct error *err) MUST_CHECK;

/* journal_close: lets it go, for somebody to resume; NULL does nothing. */
void journal_close(struct journal *journal);

/* journal_parse: a journal's text.
 * Errors: ERROR_JOURNAL with the line's number. */
bool journal_parse(struct bytes text, struct journal_record *record, struct error *err) MUST_CHECK;

/* journal_visitor: called for each open journal; a false stops the walk. */
typedef bool journal_visitor(const char *name, const struct journal_record *record, void *context, struct error *err);

/* journal_each: walks the open journals, the oldest first. Errors: ERROR_JOURNAL, what the visitor says. */
bool journal_each(const char *registry, journal_visitor *visit, void *context, struct error *err) MUST_CHECK;

/* journal_open: takes an open journal up again.
 *   record   out
 *   journal  out: the caller's, to journal_close()
 * Errors: ERROR_JOURNAL (not there, not readable, or another process is at it). */
bool journal_open(const char *registry, const char *name, struct journal_record *record, struct journal **journal,
    struct error *err) MUST_CHECK;

#endif

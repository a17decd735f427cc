/* journal.h: what an enrollment, or a change of codes that must not be left half done, has done so far, on disk, so that after a
 * pulled token, a crash or a power cut somebody can finish it or put the token back. No secret ever stands in it.
 *
 * One file a course, REGISTRY/journal/NAME, as journal_record.h has it. It is only ever appended to, each line about what changes
 * something is fsynced before the token is touched, and its holder locks it. When the course has ended the file moves to
 * REGISTRY/journal/ended/.
 * Knows nothing of what the steps do. */
#ifndef ENROLL_JOURNAL_H
#define ENROLL_JOURNAL_H

#include <stdint.h>

#include "common/error.h"

struct journal_record;

struct journal;

/* journal_begin: makes a journal for a course that is about to change something.
 *   registry  the folder
 *   journal   out: the caller's, to journal_close(); it stays on disk until journal_end
 * Errors: ERROR_JOURNAL when it cannot be written. */
bool journal_begin(const char *registry, const struct journal_record *record, int64_t now, struct journal **journal,
    struct error *err) MUST_CHECK;

/* journal_note: appends one line, on disk when this returns.
 *   word  one of journal_record.h's
 *   rest  without control characters
 * Errors: ERROR_JOURNAL. */
bool journal_note(
    struct journal *journal, const char *word, const char *rest, int64_t now, struct error *err) MUST_CHECK;

/* journal_mention: appends one line that is good to know and that nothing rests on: it is on disk with the next journal_note.
 * Errors: ERROR_JOURNAL. */
bool journal_mention(
    struct journal *journal, const char *word, const char *rest, int64_t now, struct error *err) MUST_CHECK;

/* journal_check: whether a journal could be kept there: there is room, and the right to write. Leaves nothing behind.
 * Errors: ERROR_JOURNAL. */
bool journal_check(const char *registry, struct error *err) MUST_CHECK;

/* journal_end: the last line, and the file moves among the ended ones; the journal is to be closed all the same.
 *   how  "enrolled", "done", "refused", "abandoned"
 * Errors: ERROR_JOURNAL. */
bool journal_end(struct journal *journal, const char *how, int64_t now, struct error *err) MUST_CHECK;

/* journal_close: lets it go, for somebody to resume; NULL does nothing. */
void journal_close(struct journal *journal);

/* journal_visitor: called for each open journal; a false stops the walk with what it put into err.
 *   name    what journal_open takes
 *   record  borrowed for the time of the call */
typedef bool journal_visitor(const char *name, const struct journal_record *record, void *context, struct error *err);

/* journal_each: walks the open journals, the oldest first. Errors: ERROR_JOURNAL, what the visitor says. */
bool journal_each(const char *registry, journal_visitor *visit, void *context, struct error *err) MUST_CHECK;

/* journal_open: takes an open journal up again.
 *   record   out: the caller's, to journal_record_clear()
 *   journal  out: the caller's, to journal_close()
 * Errors: ERROR_JOURNAL (not there, not readable, or another process is at it). */
bool journal_open(const char *registry, const char *name, struct journal_record *record, struct journal **journal,
    struct error *err) MUST_CHECK;

#endif

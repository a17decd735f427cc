/* reader.h: the smart card service and its readers: which there are, which hold a card, and waiting for a change.
 * Knows nothing of what the cards are. Never judges a reader by its name.
 * Source: PC/SC workgroup part 5, as pcsc-lite has it. */
#ifndef PIV_READER_H
#define PIV_READER_H

#include <stddef.h>

#include "common/error.h"
#include "piv/trace.h"

#define READER_NAME_SIZE 128 /* bytes with the NUL, pcsc-lite's maximum */

/* The connection to the service (pcscd). Everything that was opened through it must be closed before it is freed. */
struct reader_context;

struct reader {
	char name[READER_NAME_SIZE];
	bool card_present;
	unsigned long state; /* what the service said last; reader_list_wait compares with it */
};

struct reader_list {
	struct reader *readers; /* owned, to reader_list_clear() */
	size_t count;
};

#define READER_LIST_EMPTY ((struct reader_list){NULL, 0})

/* reader_context_new: connects to the service.
 *   context  out: the caller's, to reader_context_free()
 * Errors: ERROR_PCSC (with what to do when the service does not run), ERROR_MEMORY. */
bool reader_context_new(struct reader_context **context, struct error *err) MUST_CHECK;

/* reader_context_trace: from now on every token that is opened through it tells its commands to this sink, which must live as
 * long as the tokens do. */
void reader_context_trace(struct reader_context *context, struct trace_sink sink);

/* reader_context_free: NULL does nothing. */
void reader_context_free(struct reader_context *context);

/* reader_list_load: the readers there are now; none is no error.
 *   list  out: replaced; left as it was on error
 * Errors: ERROR_PCSC, ERROR_MEMORY. */
bool reader_list_load(struct reader_context *context, struct reader_list *list, struct error *err) MUST_CHECK;

/* reader_list_clear: frees the list and leaves it empty. */
void reader_list_clear(struct reader_list *list);

/* reader_list_find: the reader of that name; NULL when there is none. */
const struct reader *reader_list_find(const struct reader_list *list, const char *name);

/* reader_list_wait: blocks until a reader or a card comes or goes, seen from what `list` says, then loads the list again.
 *   timeout_ms  milliseconds; negative: without limit
 *   changed     out: false when the time passed without a change
 * Errors: ERROR_PCSC, ERROR_MEMORY. */
bool reader_list_wait(struct reader_context *context, struct reader_list *list, int timeout_ms, bool *changed,
    struct error *err) MUST_CHECK;

#endif

/* arrivals.h: which cards have come to the desk and not had their turn yet. A card has one turn until it goes: the one that was served
 * may still be in its reader, and a registrar's own may be in another one all day.
 * Knows nothing of what is done with a card. */
#ifndef ENROLL_ARRIVALS_H
#define ENROLL_ARRIVALS_H

#include "piv/reader.h"

#define ARRIVALS_MAXIMUM 16

struct arrivals {
	struct reader_list now; /* owned: what was there at the last look */
	struct reader served[ARRIVALS_MAXIMUM];
	size_t num_served;
};

#define ARRIVALS_EMPTY ((struct arrivals){.num_served = 0})

/* arrivals_clear: frees what it owns; ARRIVALS_EMPTY afterwards. */
void arrivals_clear(struct arrivals *arrivals);

/* arrivals_wait: until a card is there that had no turn; says once what is to be done where none is.
 *   reader  out: where it is; "" when there are several
 * Errors: those of reader_list_load and reader_list_wait. */
bool arrivals_wait(struct reader_context *context, struct arrivals *arrivals, char reader[READER_NAME_SIZE],
    struct error *err) MUST_CHECK;

/* arrivals_serve: the card of that reader has its turn; NULL: each that was there at the last look. */
void arrivals_serve(struct arrivals *arrivals, const char *reader);

#endif

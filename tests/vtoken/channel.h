/* channel.h: from messages of the reader to whole commands and back: chaining, extended length, 61xx and GET RESPONSE.
 * A reply that waits is handed out as the personality's wire has it.
 * Knows nothing of what a command does. Source: ISO/IEC 7816-4 5.1.1 and 7.6 (2005). */
#ifndef TESTS_VTOKEN_CHANNEL_H
#define TESTS_VTOKEN_CHANNEL_H

#include "tests/vtoken/card.h"

struct channel {
	struct buffer chain; /* data of the chained parts so far */
	bool chaining;
	uint8_t chain_ins, chain_p1, chain_p2;
	struct buffer waiting;   /* what GET RESPONSE still has to fetch */
	size_t fetched;          /* bytes of it that are gone */
	unsigned waiting_status; /* the status word behind the last of it */
	bool held;               /* it waits for its command to come again with the Le that 6Cxx named */
	uint8_t held_ins, held_p1, held_p2;
};

/* channel_clear: nothing half sent or half fetched, as after power off. */
void channel_clear(struct channel *channel);

/* channel_exchange: one message in, one reply out.
 *   reply  out: appended, the status word is its last two bytes
 * Errors: as buffer_put; a command that makes no sense is answered by a status word. */
bool channel_exchange(struct channel *channel, struct card *card, struct bytes message, struct buffer *reply,
    struct error *err) MUST_CHECK;

#endif

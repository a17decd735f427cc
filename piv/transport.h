/* transport.h: the way to a card, one command at a time: a small table of functions, so that the APDU engine runs over
 * pcscd (card.h), over a script in a unit test, and over anything that breaks on purpose.
 * Knows nothing of what a command means. */
#ifndef PIV_TRANSPORT_H
#define PIV_TRANSPORT_H

#include "common/buffer.h"

/* How a card is left when the way to it is closed. */
enum transport_leave {
	TRANSPORT_LEAVE_AS_IS,
	TRANSPORT_LEAVE_RESET, /* a code was verified: the next program must not find it so */
};

struct transport {
	void *state; /* owned, to close(); NULL: the way is closed */

	/* transmit: sends one command and puts the whole reply, status word included, behind what `reply` holds. May
	 * block for as long as the card works or waits for a touch.
	 * Errors: ERROR_CARD_RESET (another program reset the card; the way is open again, the card forgot everything,
	 * the command was not run), ERROR_CARD_REMOVED, ERROR_CARD_EXCHANGE (the reader or the card failed on this
	 * command), ERROR_PCSC. */
	bool (*transmit)(void *state, struct bytes command, struct buffer *reply, struct error *err);

	/* close: frees the state. */
	void (*close)(void *state, enum transport_leave leave);
};

#endif

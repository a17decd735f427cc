/* scripted_card.h: a transport whose card is a list of what it must be asked and what it answers. */
#ifndef TESTS_UNIT_SCRIPTED_CARD_H
#define TESTS_UNIT_SCRIPTED_CARD_H

#include "piv/transport.h"

struct scripted_exchange {
	const char *command;  /* hex with blanks; "*" at the end: whatever follows; NULL ends the list */
	const char *reply;    /* hex with blanks, or "FILL n hex": n bytes A5 before it */
	enum error_code code; /* instead of a reply: the transport fails with this */
};

struct scripted_card {
	const struct scripted_exchange *script;
	size_t next;
	bool closed;
	enum transport_leave left;
};

/* scripted_card_transport: fails the test at the first command that is not the next of the script.
 *   card  lives as long as the transport */
struct transport scripted_card_transport(struct scripted_card *card);

/* scripted_card_check_end: fails the test unless the whole script was played. */
void scripted_card_check_end(const struct scripted_card *card);

/* put_hex: appends the bytes of hex digits with blanks. */
void put_hex(struct buffer *out, const char *hex);

#endif

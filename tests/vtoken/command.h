/* command.h: one command APDU, taken apart. Source: ISO/IEC 7816-4 5.1 (2005), cases 1 to 4, short and extended. */
#ifndef TESTS_VTOKEN_COMMAND_H
#define TESTS_VTOKEN_COMMAND_H

#include "common/buffer.h"

struct command {
	uint8_t cla, ins, p1, p2;
	struct bytes data; /* borrowed from the message */
	size_t le;         /* how many bytes the host takes, 0: none asked */
	bool extended;
};

/* command_parse: Errors: ERROR_CARD_REPLY for lengths that contradict each other. */
bool command_parse(struct bytes message, struct command *command, struct error *err) MUST_CHECK;

#endif

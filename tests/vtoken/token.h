/* token.h: the card in its plug: what the reader's messages do to it, with faults, trace and state file around them.
 * Knows nothing of sockets. */
#ifndef TESTS_VTOKEN_TOKEN_H
#define TESTS_VTOKEN_TOKEN_H

#include <stdio.h>

#include "tests/vtoken/card.h"
#include "tests/vtoken/channel.h"
#include "tests/vtoken/faults.h"

struct token {
	struct card card;
	struct channel channel;
	struct faults faults;
	const char *state_file; /* borrowed, NULL: the card ends with the process */
	FILE *trace;            /* borrowed, NULL: none */
	bool inserted;
};

/* token_clear: frees the card and what is half sent; the files are the caller's. */
void token_clear(struct token *token);

/* token_power: power on, off or reset: the session is lost in each case. */
void token_power(struct token *token, const char *what);

/* token_exchange: one APDU. The state is on disk before the answer is known.
 *   reply  out: appended; nothing of it counts when token->inserted has become false
 * Errors: ERROR_FILE of the state file, ERROR_MEMORY. */
bool token_exchange(struct token *token, struct bytes message, struct buffer *reply, struct error *err) MUST_CHECK;

#endif

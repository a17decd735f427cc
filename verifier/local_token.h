/* local_token.h: what the ways to a person's token at this machine have in common: the token that was found, and asking for its PIN.
 *
 * A token is looked at first (whose is it, how many tries has its PIN) and let go of while the person types. One PIN an
 * authentication: the application decides whether there is another. A PIN of which one try is left, or of which the token does not
 * say how many are, is asked for only after the person has agreed in so many words.
 * Knows nothing of evidence and of whether the signature will do. */
#ifndef VERIFIER_LOCAL_TOKEN_H
#define VERIFIER_LOCAL_TOKEN_H

#include "fido/authenticator.h"
#include "piv/reader.h"

struct authentication;
struct candidate;

/* Longer than any token's PIN. */
#define LOCAL_PIN_MAXIMUM 256

struct local_token {
	const struct candidate *candidate; /* whose key it has */
	unsigned tries_left;
	bool tries_known;
	struct reader reader;             /* PIV: as it was when the token was looked at */
	struct authenticator_place place; /* FIDO */
	bool hides; /* FIDO: it shows no key before its PIN: `candidate` is but the first that it may have */
};

/* One authentication with what it needs; all borrowed. */
struct local_login {
	const struct authentication *authentication;
	int conversation;               /* conversation.h: this process' end */
	struct reader_context *context; /* NULL: no smart card service runs here */
};

/* local_token_name: what a token is called in front of its person; borrowed from the candidate, or static. */
const char *local_token_name(const struct local_token *token);

/* local_token_ask_pin: a warning where it is the last try, then the question.
 *   pin  out: LOCAL_PIN_MAXIMUM of room
 * Errors: ERROR_PIN_BLOCKED, ERROR_DECLINED, those of asking.h. */
bool local_token_ask_pin(
    const struct local_login *login, const struct local_token *token, struct secret *pin, struct error *err) MUST_CHECK;

/* local_token_ask_touch: says to touch it. Errors: as asking_tell. */
bool local_token_ask_touch(
    const struct local_login *login, const struct local_token *token, struct error *err) MUST_CHECK;

#endif

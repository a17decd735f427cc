/* token.h: which token is meant. With one plugged in it is that one; with several the operator says which, and never is the
 * first one taken. Waits for a token where somebody can plug one in.
 * Knows nothing of what is done with it. */
#ifndef ENROLL_TOKEN_H
#define ENROLL_TOKEN_H
#include "piv/application.h"
#include "piv/reader.h"

struct authenticator;

/* How an operator names a token. */
struct token_choice {
	const char *serial; /* decimal; NULL: any */
	const char *reader; /* name as `tokens` shows it; NULL: any */
	bool at_once;       /* what is not there is an error also where somebody could plug it in */
};

/* An open token. */
struct token {
	struct piv *piv; /* owned */
	struct piv_identity identity;
	char reader[READER_NAME_SIZE];
};

#define TOKEN_EMPTY ((struct token){.piv = NULL})

/* token_open: finds the token that is meant and opens it.
 *   token  out: the caller's, to token_close(), before `context` is freed
 * Errors: ERROR_READER_ABSENT, ERROR_CARD_ABSENT (none there, or none of that serial), ERROR_CARD_SEVERAL, ERROR_DECLINED (also
 * by interrupt_check), ERROR_CARD_BUSY (also where one opens and nobody can say whether it is meant, or the one that another
 * program has), ERROR_CARD_CHANGED (another one came while the operator chose), those of piv_open and piv_identify. */
bool token_open(struct reader_context *context, const struct token_choice *choice, struct token *token,
    struct error *err) MUST_CHECK;

/* token_open_fido: the same for a FIDO2 token, on USB or in a reader. A serial cannot choose one: none of them tells it.
 *   authenticator  out: the caller's, to authenticator_close()
 * Errors: ERROR_USAGE, ERROR_CARD_ABSENT, ERROR_CARD_SEVERAL, ERROR_DECLINED, those of authenticator_open. */
bool token_open_fido(
    const struct token_choice *choice, struct authenticator *authenticator, struct error *err) MUST_CHECK;

/* token_await: blocks until a reader or a card comes or goes, as reader_list_wait without limit.
 * Errors: those of reader_list_wait and interrupt_check. */
bool token_await(struct reader_context *context, struct reader_list *list, struct error *err) MUST_CHECK;

/* token_close: ends the transaction; an empty token is no trouble. */
void token_close(struct token *token);

#define TOKEN_NAME_SIZE (READER_NAME_SIZE + 32)

/* token_name: "token 12345678", or by its reader where it tells no serial; for sentences, in the operator's language. Returns `text`.
 *   text  of at least TOKEN_NAME_SIZE bytes */
const char *token_name(const struct token *token, char text[TOKEN_NAME_SIZE]);

#endif

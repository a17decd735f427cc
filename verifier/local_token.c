#include "verifier/local_token.h"

#include <stdio.h>

#include "common/secret.h"
#include "verifier/asking.h"
#include "verifier/authentication.h"

#define TEXT_SIZE 400

const char *local_token_name(const struct local_token *token)
{
	if (token->candidate->device[0] != '\0')
		return token->candidate->device;
	return token->candidate->slot == NULL ? "your security key" : "your token";
}

static bool is_yes(struct bytes typed)
{
	return bytes_equal_text(typed, "yes") || bytes_equal_text(typed, "YES") || bytes_equal_text(typed, "Yes");
}

/* The last try blocks the token if it is wrong: nobody may lose it by habit. */
static bool last_try_check(const struct local_login *login, const struct local_token *token, struct error *err)
{
	struct secret *typed = NULL;
	char text[TEXT_SIZE];
	bool done;

	if (token->tries_known && token->tries_left > 1)
		return true;
	(void)snprintf(text, sizeof(text),
	    token->tries_known ? "%s: only ONE try is left, and a wrong PIN blocks it. Go on (yes/no)? "
	                       : "%s does not say how many tries are left: a wrong PIN may block it. Go on (yes/no)? ",
	    local_token_name(token));
	if (!secret_new(LOCAL_PIN_MAXIMUM, &typed, err))
		return false;
	done = asking_ask(login->client, QUESTION_CONSENT, text, typed, err) &&
	       (is_yes(secret_bytes(typed)) || error_set(err, ERROR_DECLINED, "the last try was not agreed to"));
	secret_free(typed);
	return done;
}

static bool blocked_check(const struct local_token *token, struct error *err)
{
	if (!token->tries_known || token->tries_left > 0)
		return true;
	if (token->candidate->slot == NULL)
		return error_set(err, ERROR_PIN_BLOCKED,
		    "the PIN of %s is blocked: only a reset helps, which erases all keys", local_token_name(token));
	return error_set(err, ERROR_PIN_BLOCKED, "the PIN of %s is blocked: the helpdesk unblocks it with the PUK",
	    local_token_name(token));
}

bool local_token_ask_pin(
    const struct local_login *login, const struct local_token *token, struct secret *pin, struct error *err)
{
	char text[TEXT_SIZE];

	if (!blocked_check(token, err) || !last_try_check(login, token, err))
		return false;
	if (token->tries_known)
		(void)snprintf(text, sizeof(text), "PIN for %s (%u %s left): ", local_token_name(token),
		    token->tries_left, token->tries_left == 1 ? "try" : "tries");
	else
		(void)snprintf(text, sizeof(text), "PIN for %s: ", local_token_name(token));
	return asking_ask(login->client, QUESTION_PIN, text, pin, err);
}

bool local_token_ask_touch(const struct local_login *login, const struct local_token *token, struct error *err)
{
	char text[TEXT_SIZE];

	(void)snprintf(text, sizeof(text), "Touch %s", local_token_name(token));
	return asking_tell(login->client, QUESTION_TELL, text, err);
}

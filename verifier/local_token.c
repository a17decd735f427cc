#include "verifier/local_token.h"

#include <stdio.h>

#include "common/language.h"
#include "common/secret.h"
#include "verifier/asking.h"
#include "verifier/authentication.h"

const char *local_token_name(const struct local_token *token)
{
	if (token->candidate->device[0] != '\0')
		return token->candidate->device;
	return token->candidate->slot == NULL ? N_("your security key") : N_("your token");
}

/* What the sentence below asks for in each language of po/: which one the person has read is known to the PAM module alone. */
static bool is_yes(struct bytes typed)
{
	static const char *const words[] = {"yes", "Yes", "YES", "ja", "Ja", "JA", "oui", "Oui", "OUI"};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (bytes_equal_text(typed, words[i]))
			return true;
	return false;
}

/* The last try blocks the token if it is wrong: nobody may lose it by habit. */
static bool last_try_check(const struct local_login *login, const struct local_token *token, struct error *err)
{
	struct secret *typed = NULL;
	struct message message;
	bool done;

	if (token->tries_known && token->tries_left > 1)
		return true;
	message =
	    message_of(token->tries_known
	                   ? N_("%s: only ONE try is left, and a wrong PIN blocks it. Go on (yes/no)? ")
	                   : N_("%s does not say how many tries are left: a wrong PIN may block it. Go on (yes/no)? "),
	        local_token_name(token), NULL);
	if (!secret_new(LOCAL_PIN_MAXIMUM, &typed, err))
		return false;
	done = asking_ask(login->conversation, QUESTION_CONSENT, &message, typed, err) &&
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
	const char *name = local_token_name(token);
	char tries[sizeof("4294967295")];
	struct message message;

	if (!blocked_check(token, err) || !last_try_check(login, token, err))
		return false;
	(void)snprintf(tries, sizeof(tries), "%u", token->tries_left);
	if (!token->tries_known)
		message = message_of(N_("PIN for %s: "), name, NULL);
	else if (token->tries_left == 1)
		message = message_of(N_("PIN for %s (1 try left): "), name, NULL);
	else
		message = message_of(N_("PIN for %s (%s tries left): "), name, tries);
	return asking_ask(login->conversation, QUESTION_PIN, &message, pin, err);
}

bool local_token_ask_touch(const struct local_login *login, const struct local_token *token, struct error *err)
{
	const struct message message = message_of(N_("Touch %s"), local_token_name(token), NULL);

	return asking_tell(login->conversation, QUESTION_TELL, &message, err);
}

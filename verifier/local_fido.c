#include "verifier/local_fido.h"

#include "common/secret.h"
#include "fido/assertion.h"
#include "fido/authenticator.h"
#include "verifier/authentication.h"
#include "verifier/local_token.h"

static bool is_fido(const struct candidate *candidate)
{
	return candidate->credential.len > 0;
}

/* What is asked of the token for a candidate's key. */
static struct assertion_request request_for(const struct candidate *candidate, const struct secret *pin)
{
	return (struct assertion_request){
	    .type = candidate->key.type,
	    .application = buffer_text(&candidate->key.application),
	    .key_handle = buffer_bytes(&candidate->credential),
	    .presence = true,
	    .verification = candidate->wants_verification,
	    .pin = pin,
	};
}

static struct bytes to_sign(const struct local_login *login)
{
	return buffer_bytes(&login->authentication->to_sign);
}

/* ---- whose it is ---- */

/* The first candidate whose key it shows, or may hide. */
static enum assertion_holder find_candidate(
    const struct local_login *login, struct authenticator *authenticator, const struct candidate **candidate)
{
	enum assertion_holder best = ASSERTION_HOLDS_NOT;

	for (size_t i = 0; i < login->authentication->num_candidates && best != ASSERTION_HOLDS; i++) {
		const struct candidate *one = &login->authentication->candidates[i];
		struct assertion_request request = request_for(one, NULL);
		enum assertion_holder holder =
		    is_fido(one) ? assertion_find_holder(authenticator, &request, to_sign(login)) : ASSERTION_HOLDS_NOT;

		if (holder > best) {
			best = holder;
			*candidate = one;
		}
	}
	return best;
}

static enum assertion_holder look_at(
    const struct local_login *login, const struct authenticator_place *place, struct local_token *token)
{
	struct authenticator authenticator = AUTHENTICATOR_EMPTY;
	enum assertion_holder holder;

	*token = (struct local_token){.place = *place};
	if (!authenticator_open(place, &authenticator, NULL))
		return ASSERTION_HOLDS_NOT;
	holder = find_candidate(login, &authenticator, &token->candidate);
	token->hides = holder == ASSERTION_MAY_HIDE;
	token->tries_known = authenticator.facts.says_tries;
	token->tries_left = authenticator.facts.tries_left;
	authenticator_close(&authenticator);
	return holder;
}

bool local_fido_look(const struct local_login *login, const struct authenticator_list *list, struct local_token *token,
    struct error *err)
{
	size_t hiding = 0;

	for (size_t i = 0; i < list->count; i++) {
		struct local_token found;
		enum assertion_holder holder = look_at(login, &list->places[i], &found);

		if (holder == ASSERTION_HOLDS_NOT)
			continue;
		if (holder == ASSERTION_HOLDS || hiding++ == 0)
			*token = found;
		if (holder == ASSERTION_HOLDS)
			return true;
	}
	if (hiding > 1)
		return error_set(err, ERROR_CARD_SEVERAL,
		    "several security keys are plugged in, and which one is this person's does not show: unplug the "
		    "others");
	return hiding == 1 ||
	       error_set(err, ERROR_TOKEN_ABSENT, "the security key that is plugged in is none of this person's");
}

/* ---- the signature ---- */

static bool put_proof(const struct local_login *login, const struct candidate *candidate,
    struct authenticator *authenticator, const struct secret *pin, struct buffer *proof, struct error *err)
{
	const struct assertion_request request = request_for(candidate, pin);
	struct assertion assertion = ASSERTION_EMPTY;
	struct buffer signature = BUFFER_EMPTY;
	bool done = assertion_make(authenticator, &request, to_sign(login), &assertion, err) &&
	            assertion_put_signature(candidate->key.type, &assertion, &signature, err) &&
	            authentication_put_proof(candidate, buffer_bytes(&signature), proof, err);

	assertion_clear(&assertion);
	buffer_free(&signature);
	return done;
}

/* Which of the person's keys a token has that hid them. The first trouble ends it: a wrong PIN must cost one try. */
static bool find_hidden(const struct local_login *login, struct authenticator *authenticator, const struct secret *pin,
    const struct candidate **candidate, struct error *err)
{
	for (size_t i = 0; i < login->authentication->num_candidates; i++) {
		const struct candidate *one = &login->authentication->candidates[i];
		struct bytes id = buffer_bytes(&one->credential);
		size_t place = 0;

		if (!is_fido(one))
			continue;
		if (!assertion_find(authenticator, buffer_text(&one->key.application), &id, 1, pin, &place, err))
			return false;
		if (place == 0) {
			*candidate = one;
			return true;
		}
	}
	return error_set(err, ERROR_CREDENTIAL_ABSENT, "the security key that is plugged in is none of this person's");
}

static bool sign_with(const struct local_login *login, const struct local_token *token, const struct secret *pin,
    struct buffer *proof, struct error *err)
{
	struct authenticator authenticator = AUTHENTICATOR_EMPTY;
	struct local_token shown = *token;
	bool done = authenticator_open(&token->place, &authenticator, err) &&
	            (!token->hides || pin == NULL || find_hidden(login, &authenticator, pin, &shown.candidate, err)) &&
	            local_token_ask_touch(login, &shown, err) &&
	            put_proof(login, shown.candidate, &authenticator, pin, proof, err);

	authenticator_close(&authenticator);
	return done;
}

static bool sign_with_pin(
    const struct local_login *login, const struct local_token *token, struct buffer *proof, struct error *err)
{
	struct secret *pin = NULL;
	bool done = secret_new(LOCAL_PIN_MAXIMUM, &pin, err) && local_token_ask_pin(login, token, pin, err) &&
	            sign_with(login, token, pin, proof, err);

	secret_free(pin);
	return done;
}

/* Whether the person has to type: by the token's own means is less trouble. */
static bool wants_pin(
    const struct local_token *token, const struct authenticator_facts *facts, bool *wanted, struct error *err)
{
	*wanted = (token->candidate->wants_verification || token->hides) && !facts->verifies_itself;
	if (*wanted && !facts->has_pin)
		return error_set(err, ERROR_PIN_NEEDED, "%s has no PIN yet, and one is wanted: the helpdesk sets it",
		    local_token_name(token));
	if (*wanted && facts->must_change_pin)
		return error_set(err, ERROR_PIN_NEEDED, "%s wants its PIN changed first", local_token_name(token));
	return true;
}

bool local_fido_prove(
    const struct local_login *login, const struct local_token *token, struct buffer *proof, struct error *err)
{
	struct authenticator authenticator = AUTHENTICATOR_EMPTY;
	struct authenticator_facts facts;
	bool wanted;

	if (!authenticator_open(&token->place, &authenticator, err))
		return false;
	facts = authenticator.facts;
	authenticator_close(&authenticator);
	if (!wants_pin(token, &facts, &wanted, err))
		return false;
	if (wanted)
		return sign_with_pin(login, token, proof, err);
	if (sign_with(login, token, NULL, proof, err))
		return true;
	/* a finger that is not recognised any more leaves the PIN */
	if (err->code != ERROR_PIN_NEEDED || !facts.has_pin)
		return false;
	*err = ERROR_EMPTY;
	return sign_with_pin(login, token, proof, err);
}

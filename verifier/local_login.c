#include "verifier/local_login.h"

#include <stdio.h>

#include "common/deadline.h"
#include "piv/authenticate.h"
#include "piv/key.h"
#include "verifier/asking.h"

#define PIN_TYPED_MAXIMUM 256
#define TEXT_SIZE 400

/* One attempt: where the token is, whose key it has. */
struct login {
	const struct authentication *authentication;
	int client;
	struct reader_context *context;
	const struct candidate *candidate;
	struct reader reader; /* as it was when the token was looked at */
	unsigned tries_left;
	bool tries_known;
};

static const struct {
	enum ssh_key_type type;
	int bits; /* 0: any */
	enum piv_algorithm algorithm;
	enum piv_digest digest;
} algorithms[] = {
    {SSH_KEY_RSA, 1024, PIV_RSA1024, PIV_SHA512},
    {SSH_KEY_RSA, 2048, PIV_RSA2048, PIV_SHA512},
    {SSH_KEY_RSA, 3072, PIV_RSA3072, PIV_SHA512},
    {SSH_KEY_RSA, 4096, PIV_RSA4096, PIV_SHA512},
    {SSH_KEY_ECDSA_P256, 0, PIV_P256, PIV_SHA256},
    {SSH_KEY_ECDSA_P384, 0, PIV_P384, PIV_SHA384},
    {SSH_KEY_ED25519, 0, PIV_ED25519, PIV_SHA512},
};

static bool find_algorithm(
    const struct ssh_key *key, enum piv_algorithm *algorithm, enum piv_digest *digest, struct error *err)
{
	for (size_t i = 0; i < sizeof(algorithms) / sizeof(algorithms[0]); i++) {
		if (algorithms[i].type != key->type ||
		    (algorithms[i].bits != 0 && algorithms[i].bits != EVP_PKEY_get_bits(key->public_key)))
			continue;
		*algorithm = algorithms[i].algorithm;
		*digest = algorithms[i].digest;
		return true;
	}
	return error_set(
	    err, ERROR_CARD_UNSUPPORTED, "no PIV token signs with a key of type %s", ssh_key_type_name(key->type));
}

/* Where the evidence has no serial, the slot's key tells. */
static bool slot_has_key(struct piv *piv, const struct candidate *candidate)
{
	struct piv_metadata metadata = PIV_METADATA_EMPTY;
	struct ssh_key key = SSH_KEY_EMPTY;
	bool same = piv_metadata_read(piv, candidate->slot->id, &metadata, NULL) && metadata.public_key.len > 0 &&
	            ssh_key_of_spki(buffer_bytes(&metadata.public_key), &key, NULL) &&
	            ssh_key_equal(&key, &candidate->key);

	piv_metadata_clear(&metadata);
	ssh_key_clear(&key);
	return same;
}

static const struct candidate *find_candidate(
    const struct authentication *authentication, struct piv *piv, const struct piv_identity *identity)
{
	for (size_t i = 0; i < authentication->num_candidates; i++) {
		const struct candidate *candidate = &authentication->candidates[i];
		bool same = candidate->has_serial && identity->has_serial ? candidate->serial == identity->serial
		                                                          : slot_has_key(piv, candidate);

		if (same)
			return candidate;
	}
	return NULL;
}

/* A PIN that another program has verified hides the counter of an empty VERIFY, and on some firmware would be lost by it: so the
 * metadata come first, where the token has them. */
static bool read_tries(struct piv *piv, struct login *login, struct error *err)
{
	struct piv_metadata metadata = PIV_METADATA_EMPTY;

	login->tries_known = piv_metadata_read(piv, PIV_REFERENCE_PIN, &metadata, NULL) && metadata.says_tries;
	login->tries_left = metadata.tries_left;
	piv_metadata_clear(&metadata);
	return login->tries_known || piv_pin_tries(piv, &login->tries_left, &login->tries_known, err);
}

/* Whether the card in this reader is one of the person's. */
static bool look_at(struct login *login, const struct reader *reader, struct error *err)
{
	struct piv_identity identity;
	struct piv *piv = NULL;
	bool done = false;

	if (!piv_open(login->context, reader->name, &piv, err))
		return false;
	if (!piv_identify(piv, &identity, err))
		goto out;
	login->candidate = find_candidate(login->authentication, piv, &identity);
	if (login->candidate == NULL)
		error_set(err, ERROR_TOKEN_ABSENT, "the token that is plugged in is none of this person's");
	else
		done = read_tries(piv, login, err);
	login->reader = *reader;
out:
	piv_close(piv);
	return done;
}

/* What went wrong with a card stays in *err, for the case that no other one will do. */
static bool look_at_all(struct login *login, const struct reader_list *list, struct error *err)
{
	for (size_t i = 0; i < list->count; i++)
		if (list->readers[i].card_present && look_at(login, &list->readers[i], err))
			return true;
	return false;
}

static bool ask_for_token(const struct login *login, struct error *err)
{
	const struct authentication *authentication = login->authentication;
	char text[TEXT_SIZE];
	const char *device = authentication->candidates[0].device;

	if (authentication->num_candidates > 1 || device[0] == '\0')
		(void)snprintf(text, sizeof(text), "Plug in your token");
	else
		(void)snprintf(text, sizeof(text), "Plug in your token (%s)", device);
	return asking_tell(login->client, QUESTION_TELL, text, err);
}

/* Tries each card that is there, and each that comes, until one is the person's. */
static bool find_token(struct login *login, struct error *err)
{
	struct deadline deadline = deadline_in(1000 * login->authentication->request.wait_seconds);
	struct reader_list list = READER_LIST_EMPTY;
	struct error last = ERROR_EMPTY;
	bool found = false, changed = true, asked = false;

	if (!reader_list_load(login->context, &list, err))
		return false;
	while (!found && changed) {
		found = look_at_all(login, &list, &last);
		if (found || deadline_left_ms(deadline) == 0)
			break;
		if (!asked && !ask_for_token(login, err))
			goto out;
		asked = true;
		if (!reader_list_wait(login->context, &list, deadline_left_ms(deadline), &changed, err))
			goto out;
	}
	if (!found)
		error_set(err, ERROR_TOKEN_ABSENT, "no token of this person was plugged in within %u seconds%s%s",
		    login->authentication->request.wait_seconds, last.code == ERROR_NONE ? "" : "; ", last.text);
out:
	reader_list_clear(&list);
	return found;
}

/* What a token is called in front of its person. */
static const char *name_of(const struct candidate *candidate)
{
	return candidate->device[0] == '\0' ? "your token" : candidate->device;
}

static bool is_yes(struct bytes typed)
{
	return bytes_equal_text(typed, "yes") || bytes_equal_text(typed, "YES") || bytes_equal_text(typed, "Yes");
}

/* The last try blocks the token if it is wrong: nobody may lose it by habit. */
static bool last_try_check(const struct login *login, struct error *err)
{
	struct secret *typed = NULL;
	char text[TEXT_SIZE];
	bool done;

	if (login->tries_known && login->tries_left > 1)
		return true;
	(void)snprintf(text, sizeof(text),
	    login->tries_known ? "%s: only ONE try is left, and a wrong PIN blocks it. Go on (yes/no)? "
	                       : "%s does not say how many tries are left: a wrong PIN may block it. Go on (yes/no)? ",
	    name_of(login->candidate));
	if (!secret_new(PIN_TYPED_MAXIMUM, &typed, err))
		return false;
	done = asking_ask(login->client, QUESTION_CONSENT, text, typed, err) &&
	       (is_yes(secret_bytes(typed)) || error_set(err, ERROR_DECLINED, "the last try was not agreed to"));
	secret_free(typed);
	return done;
}

static bool ask_pin(const struct login *login, struct secret *pin, struct error *err)
{
	char text[TEXT_SIZE];

	if (login->tries_known && login->tries_left == 0)
		return error_set(err, ERROR_PIN_BLOCKED,
		    "the PIN of %s is blocked: the helpdesk unblocks it with the PUK", name_of(login->candidate));
	if (!last_try_check(login, err))
		return false;
	if (login->tries_known)
		(void)snprintf(text, sizeof(text), "PIN for %s (%u %s left): ", name_of(login->candidate),
		    login->tries_left, login->tries_left == 1 ? "try" : "tries");
	else
		(void)snprintf(text, sizeof(text), "PIN for %s: ", name_of(login->candidate));
	return asking_ask(login->client, QUESTION_PIN, text, pin, err);
}

/* The upper half of a reader's state counts the cards that came and went: a PIN must not go to another token than the one named. */
static bool same_card_check(const struct login *login, struct error *err)
{
	struct reader_list list = READER_LIST_EMPTY;
	const struct reader *now;
	bool same;

	if (!reader_list_load(login->context, &list, err))
		return false;
	now = reader_list_find(&list, login->reader.name);
	same = now != NULL && now->card_present && now->state >> 16 == login->reader.state >> 16;
	reader_list_clear(&list);
	return same || error_set(err, ERROR_CARD_CHANGED, "the token was pulled out meanwhile");
}

static bool ask_for_touch(const struct login *login, struct error *err)
{
	char text[TEXT_SIZE];

	if (!login->candidate->wants_touch)
		return true;
	(void)snprintf(text, sizeof(text), "Touch %s", name_of(login->candidate));
	return asking_tell(login->client, QUESTION_TELL, text, err);
}

static bool put_signature(const struct login *login, struct bytes bare, struct buffer *proof, struct error *err)
{
	struct buffer signature = BUFFER_EMPTY;
	bool done = ssh_key_put_signature(&login->candidate->key, bare, &signature, err) &&
	            authentication_put_proof(login->candidate, buffer_bytes(&signature), proof, err);

	buffer_free(&signature);
	return done;
}

/* SELECT, VERIFY, the signature: nothing else may come between, or a PIN policy of "always" loses it. */
static bool sign_with(const struct login *login, const struct secret *pin, struct buffer *proof, struct error *err)
{
	const struct candidate *candidate = login->candidate;
	struct buffer bare = BUFFER_EMPTY;
	enum piv_algorithm algorithm;
	enum piv_digest digest;
	struct piv *piv = NULL;
	bool done = find_algorithm(&candidate->key, &algorithm, &digest, err) && same_card_check(login, err) &&
	            piv_open(login->context, login->reader.name, &piv, err) && piv_pin_verify(piv, pin, NULL, err) &&
	            ask_for_touch(login, err) &&
	            piv_sign(piv, candidate->slot, algorithm, digest, buffer_bytes(&login->authentication->to_sign),
	                &bare, err);

	piv_close(piv);
	done = done && put_signature(login, buffer_bytes(&bare), proof, err);
	buffer_free(&bare);
	return done;
}

static bool unlock_and_sign(struct login *login, struct buffer *proof, struct error *err)
{
	struct secret *pin = NULL;
	bool done;

	if (!secret_new(PIN_TYPED_MAXIMUM, &pin, err))
		return false;
	done = ask_pin(login, pin, err) && sign_with(login, pin, proof, err);
	secret_free(pin);
	return done;
}

bool local_login(const struct authentication *authentication, int client, struct buffer *proof, struct error *err)
{
	struct login login = {.authentication = authentication, .client = client};
	bool done;

	if (!reader_context_new(&login.context, err))
		return false;
	done = find_token(&login, err) && unlock_and_sign(&login, proof, err);
	reader_context_free(login.context);
	return done;
}

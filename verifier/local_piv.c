#include "verifier/local_piv.h"

#include "common/secret.h"
#include "common/ssh_key.h"
#include "piv/application.h"
#include "piv/authenticate.h"
#include "piv/key.h"
#include "piv/metadata.h"
#include "piv/reader.h"
#include "verifier/authentication.h"
#include "verifier/local_token.h"

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

		if (candidate->slot == NULL)
			continue;
		if (candidate->has_serial && identity->has_serial ? candidate->serial == identity->serial
		                                                  : slot_has_key(piv, candidate))
			return candidate;
	}
	return NULL;
}

/* A PIN that another program has verified hides the counter of an empty VERIFY, and on some firmware would be lost by it: so the
 * metadata come first, where the token has them. */
static bool read_tries(struct piv *piv, struct local_token *token, struct error *err)
{
	struct piv_metadata metadata = PIV_METADATA_EMPTY;

	token->tries_known = piv_metadata_read(piv, PIV_REFERENCE_PIN, &metadata, NULL) && metadata.says_tries;
	token->tries_left = metadata.tries_left;
	piv_metadata_clear(&metadata);
	return token->tries_known || piv_pin_tries(piv, &token->tries_left, &token->tries_known, err);
}

bool local_piv_look(
    const struct local_login *login, const struct reader *reader, struct local_token *token, struct error *err)
{
	struct local_token found = {.reader = *reader};
	struct piv_identity identity;
	struct piv *piv = NULL;
	bool done = piv_open(login->context, reader->name, &piv, err) && piv_identify(piv, &identity, err);

	if (done) {
		found.candidate = find_candidate(login->authentication, piv, &identity);
		done = found.candidate != NULL ||
		       error_set(err, ERROR_TOKEN_ABSENT, "the token that is plugged in is none of this person's");
	}
	done = done && read_tries(piv, &found, err);
	piv_close(piv);
	if (done)
		*token = found;
	return done;
}

/* The upper half of a reader's state counts the cards that came and went: a PIN must not go to another token than the one named. */
static bool same_card_check(const struct local_login *login, const struct reader *reader, struct error *err)
{
	struct reader_list list = READER_LIST_EMPTY;
	const struct reader *now;
	bool same;

	if (!reader_list_load(login->context, &list, err))
		return false;
	now = reader_list_find(&list, reader->name);
	same = now != NULL && now->card_present && now->state >> 16 == reader->state >> 16;
	reader_list_clear(&list);
	return same || error_set(err, ERROR_CARD_CHANGED, "the token was pulled out meanwhile");
}

static bool put_signature(const struct candidate *candidate, struct bytes bare, struct buffer *proof, struct error *err)
{
	struct buffer signature = BUFFER_EMPTY;
	bool done = ssh_key_put_signature(&candidate->key, bare, &signature, err) &&
	            authentication_put_proof(candidate, buffer_bytes(&signature), proof, err);

	buffer_free(&signature);
	return done;
}

/* SELECT, VERIFY, the signature: nothing else may come between, or a PIN policy of "always" loses it. */
static bool sign_with(const struct local_login *login, const struct local_token *token, const struct secret *pin,
    struct buffer *proof, struct error *err)
{
	const struct candidate *candidate = token->candidate;
	struct buffer bare = BUFFER_EMPTY;
	enum piv_algorithm algorithm;
	enum piv_digest digest;
	struct piv *piv = NULL;
	bool done = find_algorithm(&candidate->key, &algorithm, &digest, err) &&
	            same_card_check(login, &token->reader, err) &&
	            piv_open(login->context, token->reader.name, &piv, err) && piv_pin_verify(piv, pin, NULL, err) &&
	            (!candidate->wants_touch || local_token_ask_touch(login, token, err)) &&
	            piv_sign(piv, candidate->slot, algorithm, digest, buffer_bytes(&login->authentication->to_sign),
	                &bare, err);

	piv_close(piv);
	done = done && put_signature(candidate, buffer_bytes(&bare), proof, err);
	buffer_free(&bare);
	return done;
}

bool local_piv_prove(
    const struct local_login *login, const struct local_token *token, struct buffer *proof, struct error *err)
{
	struct secret *pin = NULL;
	bool done;

	if (!secret_new(LOCAL_PIN_MAXIMUM, &pin, err))
		return false;
	done = local_token_ask_pin(login, token, pin, err) && sign_with(login, token, pin, proof, err);
	secret_free(pin);
	return done;
}

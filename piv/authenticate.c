#include "piv/authenticate.h"

#include <openssl/rand.h>

#include "common/bytes.h"
#include "common/secret.h"
#include "piv/application.h"
#include "piv/codes.h"
#include "piv/dynamic_authentication.h"
#include "piv/instruction.h"
#include "piv/management_cipher.h"
#include "piv/metadata.h"
#include "piv/status.h"

#define PADDED_LENGTH 8U
#define RESETS_MAXIMUM 8U

bool piv_default_management_key(struct secret **key, struct error *err)
{
	static const uint8_t eight[] = {1, 2, 3, 4, 5, 6, 7, 8};
	struct secret *made = NULL;

	if (!secret_new(3 * sizeof(eight), &made, err))
		return false;
	if (!secret_put(made, BYTES_OF(eight), err) || !secret_put(made, BYTES_OF(eight), err) ||
	    !secret_put(made, BYTES_OF(eight), err)) {
		secret_free(made);
		return false;
	}
	*key = made;
	return true;
}

/* What came out of one attempt with one algorithm. */
enum attempt {
	ATTEMPT_DONE,
	ATTEMPT_FAILED,          /* *err says why */
	ATTEMPT_OTHER_ALGORITHM, /* the token's key is not of this one; nothing was tried yet */
};

/* First half: the token draws a witness and sends it encrypted. */
static enum attempt ask_witness(
    struct piv *piv, enum piv_algorithm algorithm, struct buffer *witness, struct error *err)
{
	static const struct dynamic_field ask = {DYNAMIC_WITNESS, {NULL, 0}};
	struct buffer template = BUFFER_EMPTY, reply = BUFFER_EMPTY;
	enum attempt attempt = ATTEMPT_FAILED;
	uint16_t status;

	if (!dynamic_encode(&ask, 1, &template, err) ||
	    !dynamic_exchange(piv, algorithm, PIV_REFERENCE_MANAGEMENT, buffer_bytes(&template), APDU_REPLY_SHORT,
	        &reply, &status, err))
		goto out;
	if (!status_check(status, "asking for the management key's challenge", err))
		attempt = ATTEMPT_OTHER_ALGORITHM;
	else if (dynamic_parse(buffer_bytes(&reply), DYNAMIC_WITNESS, witness, err))
		attempt = ATTEMPT_DONE;
out:
	buffer_free(&reply);
	buffer_free(&template);
	return attempt;
}

/* Second half: the witness goes back in clear, with a challenge of ours, which the token encrypts. */
static bool send_proof(struct piv *piv, enum piv_algorithm algorithm, struct bytes witness, struct bytes challenge,
    struct buffer *response, struct error *err)
{
	const struct dynamic_field fields[] = {
	    {DYNAMIC_WITNESS, witness}, {DYNAMIC_CHALLENGE, challenge}, {DYNAMIC_RESPONSE, {NULL, 0}}};
	struct buffer template = BUFFER_EMPTY, reply = BUFFER_EMPTY;
	uint16_t status;
	bool exchanged, done = false;

	if (!dynamic_encode(fields, 3, &template, err))
		goto out;
	exchanged = dynamic_exchange(
	    piv, algorithm, PIV_REFERENCE_MANAGEMENT, buffer_bytes(&template), APDU_REPLY_SHORT, &reply, &status, err);
	if (!exchanged || status == STATUS_DONE)
		piv_note_may_be_unlocked(piv);
	if (!exchanged)
		goto out;
	if (status != STATUS_DONE)
		error_set(err, ERROR_MANAGEMENT_KEY,
		    "the token does not accept this management key (status %04x); give the one that it was set to",
		    (unsigned)status);
	else
		done = dynamic_parse(buffer_bytes(&reply), DYNAMIC_RESPONSE, response, err);
out:
	buffer_free(&reply);
	buffer_free(&template);
	return done;
}

static bool draw(size_t len, struct buffer *out, struct error *err)
{
	uint8_t *room;

	if (!buffer_extend(out, len, &room, err))
		return false;
	if (RAND_bytes(room, (int)len) != 1)
		return error_set(err, ERROR_CRYPTO, "the crypto library has no random numbers");
	return true;
}

static bool prove(
    struct piv *piv, enum piv_algorithm algorithm, const struct secret *key, struct bytes encrypted, struct error *err)
{
	struct buffer witness = BUFFER_EMPTY, challenge = BUFFER_EMPTY, wanted = BUFFER_EMPTY, got = BUFFER_EMPTY;
	bool done = false;

	if (!management_cipher_decrypt(algorithm, key, encrypted, &witness, err) ||
	    !draw(management_cipher_block(algorithm), &challenge, err) ||
	    !management_cipher_encrypt(algorithm, key, buffer_bytes(&challenge), &wanted, err) ||
	    !send_proof(piv, algorithm, buffer_bytes(&witness), buffer_bytes(&challenge), &got, err))
		goto out;
	done = secret_equal(buffer_bytes(&got), buffer_bytes(&wanted)) ||
	       error_set(err, ERROR_CARD_REPLY, "the token cannot prove that it knows its own management key");
out:
	buffer_free(&got);
	buffer_free(&wanted);
	buffer_free(&challenge);
	buffer_free(&witness);
	return done;
}

static enum attempt attempt_with(
    struct piv *piv, enum piv_algorithm algorithm, const struct secret *key, struct error *err)
{
	struct buffer encrypted = BUFFER_EMPTY;
	enum attempt attempt;
	unsigned resets;

	do {
		buffer_free(&encrypted);
		attempt = ask_witness(piv, algorithm, &encrypted, err);
		resets = piv_resets(piv);
		if (attempt == ATTEMPT_DONE && !prove(piv, algorithm, key, buffer_bytes(&encrypted), err))
			attempt = ATTEMPT_FAILED;
		/* A reset between the halves makes the token forget its witness, and it refuses the right key. */
	} while (attempt == ATTEMPT_FAILED && piv_resets(piv) != resets && resets < RESETS_MAXIMUM);
	buffer_free(&encrypted);
	return attempt;
}

/* Without metadata the key's length tells what it can be; 24 bytes may be either, and older tokens come first. */
static bool authenticate_by_length(struct piv *piv, const struct secret *key, struct error *err)
{
	static const enum piv_algorithm candidates[] = {PIV_3DES, PIV_AES192, PIV_AES128, PIV_AES256};
	size_t len = secret_bytes(key).len;

	error_set(err, ERROR_MANAGEMENT_KEY, "a management key has 16, 24 or 32 bytes, not %zu", len);
	for (size_t i = 0; i < sizeof(candidates) / sizeof(candidates[0]); i++) {
		if (management_cipher_key(candidates[i]) != len)
			continue;
		switch (attempt_with(piv, candidates[i], key, err)) {
		case ATTEMPT_DONE:
			return true;
		case ATTEMPT_FAILED:
			return false;
		case ATTEMPT_OTHER_ALGORITHM:
			break;
		}
	}
	return false;
}

bool piv_authenticate(
    struct piv *piv, const struct piv_metadata *management, const struct secret *key, struct error *err)
{
	size_t len = secret_bytes(key).len;

	if (management == NULL) {
		if (!authenticate_by_length(piv, key, err))
			return false;
	} else if (management->algorithm == NULL || management_cipher_key(management->algorithm->algorithm) == 0) {
		return error_set(err, ERROR_CARD_UNSUPPORTED, "the token's management key is of an unknown kind");
	} else if (management_cipher_key(management->algorithm->algorithm) != len) {
		return error_set(err, ERROR_MANAGEMENT_KEY,
		    "the management key has %zu bytes; the token's is %s with %zu", len, management->algorithm->title,
		    management_cipher_key(management->algorithm->algorithm));
	} else if (attempt_with(piv, management->algorithm->algorithm, key, err) != ATTEMPT_DONE) {
		return false;
	}
	piv_note_unlocked(piv);
	return true;
}

bool piv_pin_verify(struct piv *piv, const struct secret *pin, unsigned *tries_left, struct error *err)
{
	struct apdu_command command = {.ins = INS_VERIFY, .p2 = PIV_REFERENCE_PIN, .reply = APDU_REPLY_NONE};
	struct buffer reply = BUFFER_EMPTY;
	struct secret *padded = NULL;
	uint16_t status;
	bool done = false;

	if (!secret_new(PADDED_LENGTH, &padded, err) || !piv_code_put(pin, padded, err))
		goto out;
	command.data = secret_bytes(padded);
	if (!piv_exchange(piv, &command, &reply, &status, err))
		piv_note_may_be_unlocked(piv);
	else
		done = piv_code_judge(PIV_CODE_PIN, status, tries_left, err);
	if (done)
		piv_note_pin_verified(piv);
out:
	secret_free(padded);
	buffer_free(&reply);
	return done;
}

bool piv_pin_tries(struct piv *piv, unsigned *tries_left, bool *known, struct error *err)
{
	static const struct apdu_command command = {
	    .ins = INS_VERIFY, .p2 = PIV_REFERENCE_PIN, .reply = APDU_REPLY_NONE};
	struct buffer reply = BUFFER_EMPTY;
	uint16_t status = 0;
	bool done = piv_exchange(piv, &command, &reply, &status, err);

	*known = done && status_tries_left(status, tries_left);
	buffer_free(&reply);
	return done;
}

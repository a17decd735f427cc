#include <string.h>

#include <openssl/rand.h>

#include "tests/vtoken/fido_instructions.h"

enum { PROTOCOL = 1, SUBCOMMAND = 2, AGREEMENT = 3, MAC = 4, NEW_PIN = 5, PIN_HASH = 6, PERMISSIONS = 9, PARTY = 10 };
enum { ANSWER_AGREEMENT = 1, ANSWER_TOKEN = 2, ANSWER_TRIES = 3, ANSWER_POWER_CYCLE = 4 };
enum { ALGORITHM_P256 = 0x11, COSE_AGREEMENT = -25, COORDINATE = 32, PADDED_PIN = 64, UNCOMPRESSED = 4 };

static enum fido_status put_tries(struct card *card, const struct cbor_item *map, struct buffer *reply)
{
	const struct fido *fido = &card->fido;

	(void)map;
	return cbor_put_map(reply, 2, NULL) && cbor_put_number(reply, ANSWER_TRIES, NULL) &&
	               cbor_put_number(reply, fido->pin_tries, NULL) &&
	               cbor_put_number(reply, ANSWER_POWER_CYCLE, NULL) &&
	               cbor_put_boolean(reply, fido->wrong_pins >= FIDO_PIN_TRIES_AT_ONCE, NULL)
	           ? FIDO_OK
	           : FIDO_OTHER;
}

static bool renew_agreement(struct fido *fido)
{
	EVP_PKEY_free(fido->session.agreement);
	fido->session.agreement = NULL;
	return algorithm_generate(algorithm_find(ALGORITHM_P256), &fido->session.agreement, NULL);
}

static bool put_agreement(EVP_PKEY *key, struct buffer *out)
{
	uint8_t *point = NULL, form;
	size_t len = EVP_PKEY_get1_encoded_public_key(key, &point);
	struct bytes in = bytes_of(point, len), x, y;
	bool done = bytes_take_u8(&in, &form) && bytes_take(&in, COORDINATE, &x) && bytes_take(&in, COORDINATE, &y) &&
	            cbor_put_map(out, 5, NULL) && cbor_put_number(out, 1, NULL) && cbor_put_number(out, 2, NULL) &&
	            cbor_put_number(out, 3, NULL) && cbor_put_number(out, COSE_AGREEMENT, NULL) &&
	            cbor_put_number(out, -1, NULL) && cbor_put_number(out, 1, NULL) && cbor_put_number(out, -2, NULL) &&
	            cbor_put_bytes(out, x, NULL) && cbor_put_number(out, -3, NULL) && cbor_put_bytes(out, y, NULL);

	OPENSSL_free(point);
	return done;
}

static enum fido_status give_agreement(struct card *card, const struct cbor_item *map, struct buffer *reply)
{
	struct fido *fido = &card->fido;

	(void)map;
	if (fido->session.agreement == NULL && !renew_agreement(fido))
		return FIDO_OTHER;
	return cbor_put_map(reply, 1, NULL) && cbor_put_number(reply, ANSWER_AGREEMENT, NULL) &&
	               put_agreement(fido->session.agreement, reply)
	           ? FIDO_OK
	           : FIDO_OTHER;
}

static bool take_coordinate(const struct cbor_item *map, int64_t key, struct buffer *point)
{
	struct cbor_item value;

	return cbor_find_number(map, key, &value) && value.kind == CBOR_BYTES && value.content.len == COORDINATE &&
	       buffer_put(point, value.content, NULL);
}

static enum fido_status agree(const struct fido *fido, const struct cbor_item *map, struct fido_shared *shared)
{
	struct buffer point = BUFFER_EMPTY;
	struct cbor_item peer;
	int64_t protocol = 0;
	enum fido_status status = fido_need_number(map, PROTOCOL, &protocol);

	if (status == FIDO_OK)
		status = fido_need(map, AGREEMENT, CBOR_MAP, &peer);
	if (status == FIDO_OK &&
	    (protocol < 1 || protocol > UINT8_MAX || fido->session.agreement == NULL ||
	        !personality_has(fido->shape->protocols, (uint8_t)protocol) ||
	        !buffer_put_u8(&point, UNCOMPRESSED, NULL) || !take_coordinate(&peer, -2, &point) ||
	        !take_coordinate(&peer, -3, &point) ||
	        !fido_agree(fido->session.agreement, buffer_bytes(&point), (unsigned)protocol, shared)))
		status = FIDO_INVALID_PARAMETER;
	buffer_free(&point);
	return status;
}

/* newPinEnc and, for a change, pinHashEnc, under one MAC. */
static enum fido_status check_mac(
    const struct cbor_item *map, const struct fido_shared *shared, struct bytes one, struct bytes other)
{
	struct buffer message = BUFFER_EMPTY;
	struct cbor_item mac;
	enum fido_status status = fido_need(map, MAC, CBOR_BYTES, &mac);

	if (status == FIDO_OK &&
	    (!buffer_put(&message, one, NULL) || !buffer_put(&message, other, NULL) ||
	        !fido_authentic(shared->protocol, BYTES_OF(shared->mac_key), buffer_bytes(&message), mac.content)))
		status = FIDO_PIN_AUTH_INVALID;
	buffer_free(&message);
	return status;
}

/* UTF-8: bytes that begin a character. */
static unsigned characters(struct bytes pin)
{
	unsigned count = 0;
	uint8_t byte;

	while (bytes_take_u8(&pin, &byte))
		count += (byte & 0xc0U) != 0x80;
	return count;
}

static enum fido_status store_pin(struct card *card, const struct fido_shared *shared, struct bytes encrypted)
{
	struct fido *fido = &card->fido;
	struct buffer padded = BUFFER_EMPTY;
	uint8_t hash[FIDO_HASH_SIZE];
	struct bytes in, pin;
	enum fido_status status = FIDO_OK;

	if (!fido_decrypt(shared, encrypted, &padded) || padded.len != PADDED_PIN) {
		buffer_free(&padded);
		return FIDO_INVALID_PARAMETER;
	}
	in = buffer_bytes(&padded);
	if (!bytes_take_until(&in, 0, &pin) || pin.len > FIDO_PIN_LONGEST || characters(pin) < fido->pin_shortest)
		status = FIDO_PIN_POLICY;
	else {
		fido_hash(pin, hash);
		if (fido->must_change_pin && memcmp(hash, fido->pin_hash, FIDO_PIN_HASH_SIZE) == 0)
			status = FIDO_PIN_POLICY;
	}
	if (status == FIDO_OK) {
		memcpy(fido->pin_hash, hash, FIDO_PIN_HASH_SIZE);
		fido->pin_length = characters(pin);
		fido->has_pin = true;
		fido->must_change_pin = false;
		fido->pin_tries = FIDO_PIN_TRIES;
		fido->session.token_protocol = 0;
		card->changed = true;
	}
	buffer_free(&padded);
	return status;
}

static enum fido_status set_pin(struct card *card, const struct cbor_item *map, struct buffer *reply)
{
	struct fido_shared shared;
	struct cbor_item new_pin;
	enum fido_status status = agree(&card->fido, map, &shared);

	(void)reply;
	if (status == FIDO_OK)
		status = fido_need(map, NEW_PIN, CBOR_BYTES, &new_pin);
	if (status == FIDO_OK && card->fido.has_pin)
		status = FIDO_PIN_AUTH_INVALID;
	if (status == FIDO_OK)
		status = check_mac(map, &shared, new_pin.content, BYTES_EMPTY);
	return status == FIDO_OK ? store_pin(card, &shared, new_pin.content) : status;
}

static enum fido_status count_wrong_pin(struct fido *fido)
{
	fido->wrong_pins++;
	if (!renew_agreement(fido))
		return FIDO_OTHER;
	if (fido->pin_tries == 0)
		return FIDO_PIN_BLOCKED;
	return fido->wrong_pins >= FIDO_PIN_TRIES_AT_ONCE ? FIDO_PIN_AUTH_BLOCKED : FIDO_PIN_INVALID;
}

/* The try is counted before the comparison, so that pulling the card in between gains nothing. */
static enum fido_status try_pin(struct card *card, const struct fido_shared *shared, struct bytes encrypted)
{
	struct fido *fido = &card->fido;
	struct buffer hash = BUFFER_EMPTY;
	bool right;

	if (!fido->has_pin)
		return FIDO_PIN_NOT_SET;
	if (fido->pin_tries == 0)
		return FIDO_PIN_BLOCKED;
	if (fido->wrong_pins >= FIDO_PIN_TRIES_AT_ONCE)
		return FIDO_PIN_AUTH_BLOCKED;
	fido->pin_tries--;
	card->changed = true;
	right = fido_decrypt(shared, encrypted, &hash) && bytes_equal(buffer_bytes(&hash), BYTES_OF(fido->pin_hash));
	buffer_free(&hash);
	if (!right)
		return count_wrong_pin(fido);
	fido->pin_tries = FIDO_PIN_TRIES;
	fido->wrong_pins = 0;
	return FIDO_OK;
}

static enum fido_status change_pin(struct card *card, const struct cbor_item *map, struct buffer *reply)
{
	struct fido_shared shared;
	struct cbor_item new_pin, old_hash;
	enum fido_status status = agree(&card->fido, map, &shared);

	(void)reply;
	if (status == FIDO_OK)
		status = fido_need(map, NEW_PIN, CBOR_BYTES, &new_pin);
	if (status == FIDO_OK)
		status = fido_need(map, PIN_HASH, CBOR_BYTES, &old_hash);
	if (status == FIDO_OK)
		status = check_mac(map, &shared, new_pin.content, old_hash.content);
	if (status == FIDO_OK)
		status = try_pin(card, &shared, old_hash.content);
	return status == FIDO_OK ? store_pin(card, &shared, new_pin.content) : status;
}

static enum fido_status put_token(struct fido *fido, const struct fido_shared *shared, struct buffer *reply)
{
	struct fido_session *session = &fido->session;
	struct buffer encrypted = BUFFER_EMPTY;
	bool done = RAND_bytes(session->token, sizeof(session->token)) == 1 &&
	            fido_encrypt(shared, BYTES_OF(session->token), &encrypted) && cbor_put_map(reply, 1, NULL) &&
	            cbor_put_number(reply, ANSWER_TOKEN, NULL) && cbor_put_bytes(reply, buffer_bytes(&encrypted), NULL);

	session->token_protocol = shared->protocol;
	buffer_free(&encrypted);
	return done ? FIDO_OK : FIDO_OTHER;
}

static enum fido_status give_token(
    struct card *card, const struct cbor_item *map, unsigned permissions, struct buffer *reply)
{
	struct fido_session *session = &card->fido.session;
	struct fido_shared shared;
	struct cbor_item hash, party;
	enum fido_status status = agree(&card->fido, map, &shared);

	if (status == FIDO_OK)
		status = fido_need(map, PIN_HASH, CBOR_BYTES, &hash);
	if (status == FIDO_OK)
		status = try_pin(card, &shared, hash.content);
	if (status != FIDO_OK)
		return status;
	if (card->fido.must_change_pin)
		return FIDO_PIN_INVALID;
	session->permissions = permissions;
	session->bound = cbor_find_number(map, PARTY, &party) && party.kind == CBOR_TEXT;
	if (session->bound)
		fido_hash(party.content, session->rp_hash);
	return put_token(&card->fido, &shared, reply);
}

/* Before 2.1 a token could do everything that there was. */
static enum fido_status give_old_token(struct card *card, const struct cbor_item *map, struct buffer *reply)
{
	unsigned permissions = FIDO_PERMISSION_MAKE | FIDO_PERMISSION_ASSERT;

	return give_token(
	    card, map, card->fido.shape->ctap21 ? permissions : permissions | FIDO_PERMISSION_MANAGE, reply);
}

static enum fido_status give_new_token(struct card *card, const struct cbor_item *map, struct buffer *reply)
{
	int64_t permissions;
	enum fido_status status = fido_need_number(map, PERMISSIONS, &permissions);
	struct cbor_item party;

	if (!card->fido.shape->ctap21)
		return FIDO_INVALID_SUBCOMMAND;
	if (status != FIDO_OK)
		return status;
	if (permissions <= 0 || permissions > UINT8_MAX)
		return FIDO_INVALID_PARAMETER;
	if ((permissions & (FIDO_PERMISSION_MAKE | FIDO_PERMISSION_ASSERT)) != 0 &&
	    !cbor_find_number(map, PARTY, &party))
		return FIDO_MISSING_PARAMETER;
	return give_token(card, map, (unsigned)permissions, reply);
}

enum fido_status fido_client_pin(struct card *card, const struct cbor_item *map, struct buffer *reply)
{
	static enum fido_status (*const rows[])(
	    struct card * card, const struct cbor_item *map, struct buffer *reply) = {
	    [1] = put_tries,
	    [2] = give_agreement,
	    [3] = set_pin,
	    [4] = change_pin,
	    [5] = give_old_token,
	    [9] = give_new_token,
	};
	int64_t subcommand = 0;
	enum fido_status status = fido_need_number(map, SUBCOMMAND, &subcommand);

	if (status != FIDO_OK)
		return status;
	if (subcommand < 1 || subcommand >= (int64_t)(sizeof(rows) / sizeof(rows[0])) || rows[subcommand] == NULL)
		return FIDO_INVALID_SUBCOMMAND;
	return rows[subcommand](card, map, reply);
}

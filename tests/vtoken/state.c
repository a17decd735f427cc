#include "tests/vtoken/state.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <openssl/x509.h>

#include "tests/vtoken/fido_state.h"
#include "tests/vtoken/hex.h"

static json_t *json_hex(struct bytes bytes)
{
	struct buffer text = BUFFER_EMPTY;
	json_t *value = hex_append(&text, bytes, NULL) ? json_string(buffer_text(&text)) : NULL;

	buffer_free(&text);
	return value;
}

static json_t *encode_code(const struct code *code)
{
	return json_pack(
	    "{s:o, s:i, s:i}", "value", json_hex(BYTES_OF(code->value)), "total", code->total, "left", code->left);
}

static json_t *encode_management(const struct management_key *management)
{
	return json_pack("{s:i, s:o, s:i}", "cipher", management->cipher->id, "key",
	    json_hex(bytes_of(management->key, management->cipher->key_len)), "touch", management->touch_policy);
}

static json_t *encode_slot(const struct slot *slot)
{
	uint8_t *der = NULL;
	int len = i2d_PrivateKey(slot->key, &der);
	json_t *value;

	if (len <= 0)
		return NULL;
	value = json_pack("{s:i, s:i, s:i, s:i, s:i, s:o}", "slot", slot->reference, "algorithm", slot->algorithm->id,
	    "origin", (int)slot->origin, "pin", slot->pin_policy, "touch", slot->touch_policy, "key",
	    json_hex(bytes_of(der, (size_t)len)));
	OPENSSL_free(der);
	return value;
}

static json_t *encode_slots(const struct card *card)
{
	json_t *list = json_array();

	for (size_t i = 0; i < SLOT_COUNT; i++)
		if (card->slots[i].key != NULL)
			(void)json_array_append_new(list, encode_slot(&card->slots[i]));
	return list;
}

static json_t *encode_objects(const struct card *card)
{
	json_t *list = json_array();

	for (size_t i = 0; i < card->object_count; i++)
		(void)json_array_append_new(list, json_pack("{s:I, s:o}", "tag", (json_int_t)card->objects[i].tag,
		                                      "content", json_hex(buffer_bytes(&card->objects[i].content))));
	return list;
}

static json_t *encode(const struct card *card)
{
	return json_pack("{s:s, s:I, s:o, s:o, s:o, s:o, s:o, s:o}", "personality", card->personality->name, "serial",
	    (json_int_t)card->serial, "pin", encode_code(&card->pin), "puk", encode_code(&card->puk), "management",
	    encode_management(&card->management), "slots", encode_slots(card), "objects", encode_objects(card), "fido",
	    fido_state_encode(&card->fido));
}

bool state_store(const struct card *card, const char *path, struct error *err)
{
	struct buffer beside = BUFFER_EMPTY;
	json_t *state = encode(card);
	bool done = false;

	if (state == NULL) {
		error_set(err, ERROR_MEMORY, "no memory for the state");
		goto out;
	}
	if (!buffer_put_format(&beside, err, "%s.new", path))
		goto out;
	if (json_dump_file(state, buffer_text(&beside), JSON_INDENT(1)) != 0 ||
	    rename(buffer_text(&beside), path) != 0) {
		error_set_errno(err, ERROR_FILE, "%s cannot be written", path);
		goto out;
	}
	done = true;
out:
	json_decref(state);
	buffer_free(&beside);
	return done;
}

/* A member that holds hexadecimal text of exactly `len` bytes, copied to `out`. */
static bool decode_bytes(json_t *value, const char *member, uint8_t *out, size_t len, struct error *err)
{
	struct buffer plain = BUFFER_EMPTY;
	struct bytes in;
	bool done = hex_take(bytes_of_text(json_string_value(json_object_get(value, member))), &plain, err);

	in = buffer_bytes(&plain);
	if (done && (in.len != len || !bytes_take_to(&in, out, len)))
		done = error_set(err, ERROR_TEXT, "%s does not have %zu bytes", member, len);
	buffer_free(&plain);
	return done;
}

static bool decode_byte(json_t *value, const char *member, uint8_t *out, struct error *err)
{
	json_t *found = json_object_get(value, member);
	json_int_t number = json_integer_value(found);

	if (!json_is_integer(found) || number < 0 || number > UINT8_MAX)
		return error_set(err, ERROR_TEXT, "%s is not a number up to 255", member);
	*out = (uint8_t)number;
	return true;
}

static bool decode_code(json_t *value, struct code *code, struct error *err)
{
	return decode_bytes(value, "value", code->value, CODE_LENGTH, err) &&
	       decode_byte(value, "total", &code->total, err) && decode_byte(value, "left", &code->left, err);
}

static bool decode_management(json_t *value, struct management_key *management, struct error *err)
{
	uint8_t id;

	if (!decode_byte(value, "cipher", &id, err))
		return false;
	management->cipher = cipher_find(id);
	if (management->cipher == NULL)
		return error_set(err, ERROR_TEXT, "cipher %u is unknown", id);
	return decode_bytes(value, "key", management->key, management->cipher->key_len, err) &&
	       decode_byte(value, "touch", &management->touch_policy, err);
}

static EVP_PKEY *decode_key(json_t *value, struct error *err)
{
	struct buffer der = BUFFER_EMPTY;
	EVP_PKEY *key = NULL;
	struct bytes in;

	if (hex_take(bytes_of_text(json_string_value(json_object_get(value, "key"))), &der, err)) {
		in = buffer_bytes(&der);
		key = d2i_AutoPrivateKey(NULL, &in.data, (long)in.len);
		if (key == NULL)
			error_set(err, ERROR_CRYPTO, "a slot's key cannot be read");
	}
	buffer_free(&der);
	return key;
}

static bool decode_slot(json_t *value, struct card *card, struct error *err)
{
	uint8_t reference, algorithm, origin, pin, touch;
	struct slot *slot;
	EVP_PKEY *key;

	if (!decode_byte(value, "slot", &reference, err) || !decode_byte(value, "algorithm", &algorithm, err) ||
	    !decode_byte(value, "origin", &origin, err) || !decode_byte(value, "pin", &pin, err) ||
	    !decode_byte(value, "touch", &touch, err))
		return false;
	slot = card_slot(card, reference);
	if (slot == NULL || algorithm_find(algorithm) == NULL)
		return error_set(err, ERROR_TEXT, "slot %02x or algorithm %02x is unknown", reference, algorithm);
	key = decode_key(value, err);
	if (key == NULL)
		return false;
	slot_set(slot, algorithm_find(algorithm), key, (enum origin)origin);
	slot->pin_policy = pin;
	slot->touch_policy = touch;
	return true;
}

static bool decode_object(json_t *value, struct card *card, struct error *err)
{
	json_int_t tag = json_integer_value(json_object_get(value, "tag"));
	struct buffer content = BUFFER_EMPTY;
	bool done = hex_take(bytes_of_text(json_string_value(json_object_get(value, "content"))), &content, err) &&
	            card_put_object(card, (uint32_t)tag, buffer_bytes(&content), err);

	buffer_free(&content);
	return done;
}

static bool decode_list(json_t *list, bool (*decode_one)(json_t *value, struct card *card, struct error *err),
    struct card *card, struct error *err)
{
	for (size_t i = 0; i < json_array_size(list); i++)
		if (!decode_one(json_array_get(list, i), card, err))
			return false;
	return true;
}

static bool decode(json_t *state, struct card *card, struct error *err)
{
	const char *name = json_string_value(json_object_get(state, "personality"));
	const struct personality *personality = name == NULL ? NULL : personality_find(name);

	if (personality == NULL)
		return error_set(err, ERROR_TEXT, "personality %s is unknown", name == NULL ? "(none)" : name);
	card_init(card, personality, (uint32_t)json_integer_value(json_object_get(state, "serial")));
	if (decode_code(json_object_get(state, "pin"), &card->pin, err) &&
	    decode_code(json_object_get(state, "puk"), &card->puk, err) &&
	    decode_management(json_object_get(state, "management"), &card->management, err) &&
	    decode_list(json_object_get(state, "slots"), decode_slot, card, err) &&
	    decode_list(json_object_get(state, "objects"), decode_object, card, err) &&
	    fido_state_decode(json_object_get(state, "fido"), &card->fido, err)) {
		card->changed = false;
		return true;
	}
	card_clear(card);
	return false;
}

bool state_load(const char *path, struct card *card, bool *found, struct error *err)
{
	json_error_t reason;
	json_t *state;
	bool done;

	*found = access(path, F_OK) == 0;
	if (!*found)
		return errno == ENOENT || error_set_errno(err, ERROR_FILE, "%s", path);
	state = json_load_file(path, JSON_REJECT_DUPLICATES, &reason);
	if (state == NULL)
		return error_set(err, ERROR_TEXT, "%s:%d: %s", path, reason.line, reason.text);
	done = decode(state, card, err) || error_prefix(err, "%s", path);
	json_decref(state);
	return done;
}

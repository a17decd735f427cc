#include "tests/vtoken/card.h"

#include <stdlib.h>
#include <string.h>

static const uint8_t default_pin[CODE_LENGTH] = {'1', '2', '3', '4', '5', '6', 0xff, 0xff};
static const uint8_t default_puk[CODE_LENGTH] = {'1', '2', '3', '4', '5', '6', '7', '8'};

enum { DEFAULT_TRIES = 3 };

/* 0102030405060708 again and again, as long as the cipher wants it. */
static uint8_t default_management_byte(size_t place)
{
	return (uint8_t)(place % 8 + 1);
}

static void set_code(struct code *code, const uint8_t *value, uint8_t tries)
{
	memcpy(code->value, value, CODE_LENGTH);
	code->total = code->left = tries;
}

void card_reset_codes(struct card *card, uint8_t pin_tries, uint8_t puk_tries)
{
	set_code(&card->pin, default_pin, pin_tries);
	set_code(&card->puk, default_puk, puk_tries);
	card->session.pin_verified = card->session.pin_fresh = false;
	card->changed = true;
}

static void reset_management(struct card *card)
{
	card->management =
	    (struct management_key){.cipher = cipher_find(card->personality->firmware->management_ciphers.data[0]),
	        .touch_policy = TOUCH_NEVER};
	for (size_t i = 0; i < card->management.cipher->key_len; i++)
		card->management.key[i] = default_management_byte(i);
}

static uint8_t slot_reference(size_t place)
{
	static const uint8_t first[] = {0x9a, 0x9c, 0x9d, 0x9e, 0xf9};

	return place < sizeof(first) ? first[place] : (uint8_t)(SLOT_RETIRED_FIRST + place - sizeof(first));
}

void card_init(struct card *card, const struct personality *personality, uint32_t serial)
{
	*card = (struct card){.personality = personality, .serial = serial, .touch = {.comes = true}};
	for (size_t i = 0; i < SLOT_COUNT; i++)
		card->slots[i].reference = slot_reference(i);
	fido_applet_init(&card->fido, personality->fido);
	card_reset_codes(card, DEFAULT_TRIES, DEFAULT_TRIES);
	reset_management(card);
}

void card_clear(struct card *card)
{
	for (size_t i = 0; i < SLOT_COUNT; i++)
		slot_clear(&card->slots[i]);
	for (size_t i = 0; i < card->object_count; i++)
		buffer_free(&card->objects[i].content);
	free(card->objects);
	fido_clear(&card->fido);
	*card = (struct card){.personality = NULL};
}

void card_power_off(struct card *card)
{
	card->session = (struct session){.application = APPLICATION_NONE};
	fido_power(&card->fido);
}

void card_deselect(struct card *card)
{
	card->session = (struct session){.application = APPLICATION_NONE};
	fido_session_clear(&card->fido);
}

void card_reset(struct card *card)
{
	for (size_t i = 0; i < SLOT_COUNT; i++)
		if (card->slots[i].reference != SLOT_ATTESTATION)
			slot_clear(&card->slots[i]);
	for (size_t i = card->object_count; i-- > 0;)
		if (card->objects[i].tag != OBJECT_ATTESTATION)
			card_remove_object(card, card->objects[i].tag);
	card_reset_codes(card, DEFAULT_TRIES, DEFAULT_TRIES);
	reset_management(card);
	card->session = (struct session){.application = APPLICATION_PIV};
}

bool card_code_is_default(const struct card *card, uint8_t reference)
{
	if (reference == REFERENCE_PIN)
		return memcmp(card->pin.value, default_pin, CODE_LENGTH) == 0;
	return memcmp(card->puk.value, default_puk, CODE_LENGTH) == 0;
}

bool card_management_is_default(const struct card *card)
{
	if (card->management.cipher->id != card->personality->firmware->management_ciphers.data[0])
		return false;
	for (size_t i = 0; i < card->management.cipher->key_len; i++)
		if (card->management.key[i] != default_management_byte(i))
			return false;
	return true;
}

uint32_t card_decimal_serial(const struct card *card)
{
	uint32_t number = card->serial, digits = 0;

	for (unsigned shift = 0; shift < 32; shift += 4, number /= 10)
		digits |= number % 10 << shift;
	return digits;
}

struct slot *card_slot(struct card *card, uint8_t reference)
{
	for (size_t i = 0; i < SLOT_COUNT; i++)
		if (card->slots[i].reference == reference)
			return &card->slots[i];
	return NULL;
}

void slot_clear(struct slot *slot)
{
	EVP_PKEY_free(slot->key);
	*slot = (struct slot){.reference = slot->reference};
}

void slot_set(struct slot *slot, const struct algorithm *algorithm, EVP_PKEY *key, enum origin origin)
{
	slot_clear(slot);
	slot->algorithm = algorithm;
	slot->key = key;
	slot->origin = origin;
}

struct object *card_object(struct card *card, uint32_t tag)
{
	for (size_t i = 0; i < card->object_count; i++)
		if (card->objects[i].tag == tag)
			return &card->objects[i];
	return NULL;
}

bool card_put_object(struct card *card, uint32_t tag, struct bytes content, struct error *err)
{
	struct buffer copy = BUFFER_EMPTY;
	struct object *found = card_object(card, tag), *more;

	if (!buffer_put(&copy, content, err))
		return false;
	if (found == NULL) {
		more = reallocarray(card->objects, card->object_count + 1, sizeof(*more));
		if (more == NULL) {
			buffer_free(&copy);
			return error_set(err, ERROR_MEMORY, "no memory for one more object");
		}
		card->objects = more;
		found = &more[card->object_count++];
		*found = (struct object){.tag = tag};
	}
	buffer_free(&found->content);
	found->content = copy;
	card->changed = true;
	return true;
}

void card_remove_object(struct card *card, uint32_t tag)
{
	struct object *found = card_object(card, tag);

	if (found == NULL)
		return;
	buffer_free(&found->content);
	*found = card->objects[--card->object_count];
	card->changed = true;
}

size_t card_objects_size(const struct card *card)
{
	size_t size = 0;

	for (size_t i = 0; i < card->object_count; i++)
		size += card->objects[i].content.len;
	return size;
}

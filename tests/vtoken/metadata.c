#include "common/tlv.h"
#include "tests/vtoken/instructions.h"

enum {
	TAG_ALGORITHM = 0x01,
	TAG_POLICY = 0x02,
	TAG_ORIGIN = 0x03,
	TAG_PUBLIC = 0x04,
	TAG_DEFAULT = 0x05,
	TAG_TRIES = 0x06,
	TAG_FINGERS = 0x07,
	TAG_TEMPORARY_PIN = 0x08,
	FINGER_TRIES = 3,
	ALGORITHM_CODE = 0xff,
};

static bool put_one(struct buffer *reply, uint32_t tag, uint8_t value)
{
	return tlv_put(reply, tag, bytes_of(&value, 1), NULL);
}

static bool put_two(struct buffer *reply, uint32_t tag, uint8_t first, uint8_t second)
{
	const uint8_t values[] = {first, second};

	return tlv_put(reply, tag, BYTES_OF(values), NULL);
}

static bool put_code(const struct card *card, uint8_t reference, struct buffer *reply)
{
	const struct code *code = reference == REFERENCE_PIN ? &card->pin : &card->puk;

	return put_one(reply, TAG_ALGORITHM, ALGORITHM_CODE) &&
	       put_one(reply, TAG_DEFAULT, card_code_is_default(card, reference)) &&
	       put_two(reply, TAG_TRIES, code->total, code->left);
}

static bool put_management(const struct card *card, struct buffer *reply)
{
	return put_one(reply, TAG_ALGORITHM, card->management.cipher->id) &&
	       put_two(reply, TAG_POLICY, 0, card->management.touch_policy) &&
	       put_one(reply, TAG_DEFAULT, card_management_is_default(card));
}

/* A finger is enrolled, and no temporary PIN is out. */
static bool put_fingers(struct buffer *reply)
{
	return put_one(reply, TAG_FINGERS, 1) && put_one(reply, TAG_TRIES, FINGER_TRIES) &&
	       put_one(reply, TAG_TEMPORARY_PIN, 0);
}

static uint8_t told_origin(const struct card *card, const struct slot *slot)
{
	if (card->personality->firmware->metadata == METADATA_ORIGIN_SWAPPED)
		return slot->origin == ORIGIN_GENERATED ? 0 : 1;
	return (uint8_t)slot->origin;
}

/* An origin without its length, of a key of P-384, whatever is there. */
static bool put_one_for_all(struct buffer *reply)
{
	static const uint8_t fixed[] = {0x01, 0x01, 0x14, 0x02, 0x02, 0x00, 0x01, 0x03, 0x01, 0x14};

	return buffer_put(reply, BYTES_OF(fixed), NULL);
}

static bool put_slot(const struct card *card, const struct slot *slot, struct buffer *reply)
{
	struct buffer numbers = BUFFER_EMPTY;
	bool done = put_one(reply, TAG_ALGORITHM, slot->algorithm->id) &&
	            put_two(reply, TAG_POLICY, slot->pin_policy, slot->touch_policy) &&
	            put_one(reply, TAG_ORIGIN, told_origin(card, slot)) &&
	            algorithm_put_public(slot->algorithm, slot->key, &numbers, NULL) &&
	            tlv_put(reply, TAG_PUBLIC, buffer_bytes(&numbers), NULL);

	buffer_free(&numbers);
	return done;
}

unsigned instruction_metadata(struct card *card, const struct command *command, struct buffer *reply)
{
	const struct slot *slot = card_slot(card, command->p2);
	bool done;

	if (command->p1 != 0)
		return STATUS_PARAMETERS;
	if (card->personality->firmware->metadata == METADATA_ONE_FOR_ALL)
		return put_one_for_all(reply) ? STATUS_DONE : STATUS_FAILURE;
	if (command->p2 == REFERENCE_FINGER && card->personality->firmware->fingers)
		done = put_fingers(reply);
	else if (command->p2 == REFERENCE_PIN || command->p2 == REFERENCE_PUK)
		done = put_code(card, command->p2, reply);
	else if (command->p2 == REFERENCE_MANAGEMENT)
		done = put_management(card, reply);
	else if (slot == NULL || slot->key == NULL)
		return STATUS_NO_REFERENCE;
	else
		done = put_slot(card, slot, reply);
	return done ? STATUS_DONE : STATUS_FAILURE;
}

static uint32_t told_serial(const struct card *card)
{
	return card->personality->firmware->decimal_serial ? card_decimal_serial(card) : card->serial;
}

unsigned instruction_serial(struct card *card, const struct command *command, struct buffer *reply)
{
	if (command->p1 != 0 || command->p2 != 0)
		return STATUS_PARAMETERS;
	return buffer_put_u32(reply, told_serial(card), NULL) ? STATUS_DONE : STATUS_FAILURE;
}

unsigned instruction_version(struct card *card, const struct command *command, struct buffer *reply)
{
	if (command->p1 != 0 || command->p2 != 0)
		return STATUS_PARAMETERS;
	return buffer_put(reply, BYTES_OF(card->personality->firmware->version), NULL) ? STATUS_DONE : STATUS_FAILURE;
}

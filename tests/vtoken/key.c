#include "common/tlv.h"
#include "tests/vtoken/instructions.h"

enum { TAG_GENERATE = 0xac, TAG_ALGORITHM = 0x80, TAG_PIN_POLICY = 0xaa, TAG_TOUCH_POLICY = 0xab, TAG_PUBLIC = 0x7f49 };
enum { DESTINATION_NONE = 0xff };

static uint8_t default_pin_policy(uint8_t reference)
{
	if (reference == SLOT_SIGNATURE)
		return PIN_ALWAYS;
	return reference == SLOT_CARD_AUTHENTICATION ? PIN_NEVER : PIN_ONCE;
}

/* A policy element holds one byte; an absent one means the default. */
static bool find_policy(struct bytes elements, uint32_t tag, uint8_t last, uint8_t *policy)
{
	struct bytes value;

	*policy = 0;
	if (!tlv_find(elements, tag, &value, NULL))
		return false;
	if (value.data == NULL)
		return true;
	return bytes_take_u8(&value, policy) && value.len == 0 && *policy <= last;
}

static bool find_policies(
    const struct card *card, uint8_t reference, struct bytes elements, uint8_t *pin, uint8_t *touch)
{
	uint8_t last = card->personality->firmware->fingers ? PIN_MATCH_ALWAYS : PIN_ALWAYS;

	if (!find_policy(elements, TAG_PIN_POLICY, last, pin) ||
	    !find_policy(elements, TAG_TOUCH_POLICY, TOUCH_CACHED, touch))
		return false;
	if (*pin == PIN_NEVER && card->personality->firmware->never_refused)
		return false;
	if (*pin == PIN_DEFAULT)
		*pin = default_pin_policy(reference);
	if (*touch == TOUCH_DEFAULT)
		*touch = TOUCH_NEVER;
	return true;
}

static const struct algorithm *usable_algorithm(const struct card *card, uint8_t id)
{
	return personality_has(card->personality->firmware->algorithms, id) ? algorithm_find(id) : NULL;
}

static void fill_slot(struct card *card, struct slot *slot, const struct algorithm *algorithm, EVP_PKEY *key,
    enum origin origin, const uint8_t policies[2])
{
	slot_set(slot, algorithm, key, origin);
	slot->pin_policy = policies[0];
	slot->touch_policy = policies[1];
	card->changed = true;
}

static unsigned reply_public(const struct slot *slot, struct buffer *reply)
{
	struct buffer numbers = BUFFER_EMPTY;
	bool done = algorithm_put_public(slot->algorithm, slot->key, &numbers, NULL) &&
	            tlv_put(reply, TAG_PUBLIC, buffer_bytes(&numbers), NULL);

	buffer_free(&numbers);
	return done ? STATUS_DONE : STATUS_FAILURE;
}

unsigned instruction_generate(struct card *card, const struct command *command, struct buffer *reply)
{
	struct slot *slot = card_slot(card, command->p2);
	struct bytes data = command->data, elements, id;
	const struct algorithm *algorithm;
	uint8_t byte, policies[2];
	EVP_PKEY *key;

	if (!card->session.managed)
		return STATUS_NOT_AUTHORISED;
	if (command->p1 != 0 || slot == NULL)
		return STATUS_PARAMETERS;
	if (!tlv_take(&data, TAG_GENERATE, &elements, NULL) || data.len > 0 ||
	    !tlv_find(elements, TAG_ALGORITHM, &id, NULL) || !bytes_take_u8(&id, &byte) || id.len > 0)
		return STATUS_DATA;
	algorithm = usable_algorithm(card, byte);
	if (algorithm == NULL || !find_policies(card, slot->reference, elements, &policies[0], &policies[1]))
		return STATUS_DATA;
	if (!algorithm_generate(algorithm, &key, NULL))
		return STATUS_FAILURE;
	fill_slot(card, slot, algorithm, key, ORIGIN_GENERATED, policies);
	return reply_public(slot, reply);
}

unsigned instruction_import(struct card *card, const struct command *command, struct buffer *reply)
{
	struct slot *slot = card_slot(card, command->p2);
	const struct algorithm *algorithm = usable_algorithm(card, command->p1);
	uint8_t policies[2];
	EVP_PKEY *key;

	(void)reply;
	if (!card->session.managed)
		return STATUS_NOT_AUTHORISED;
	if (slot == NULL || algorithm == NULL)
		return STATUS_PARAMETERS;
	if (!find_policies(card, slot->reference, command->data, &policies[0], &policies[1]) ||
	    !algorithm_import(algorithm, command->data, &key, NULL))
		return STATUS_DATA;
	fill_slot(card, slot, algorithm, key, ORIGIN_IMPORTED, policies);
	return STATUS_DONE;
}

/* The attestation key may be deleted, but neither moved nor replaced by moving. */
unsigned instruction_move(struct card *card, const struct command *command, struct buffer *reply)
{
	struct slot *from = card_slot(card, command->p2), *to = card_slot(card, command->p1);
	struct slot moved;

	(void)reply;
	if (!card->session.managed)
		return STATUS_NOT_AUTHORISED;
	if (from == NULL || (to == NULL && command->p1 != DESTINATION_NONE) || from == to)
		return STATUS_PARAMETERS;
	if (to != NULL && (from->reference == SLOT_ATTESTATION || to->reference == SLOT_ATTESTATION))
		return STATUS_PARAMETERS;
	if (from->key == NULL)
		return STATUS_NO_REFERENCE;
	card->changed = true;
	if (to == NULL) {
		slot_clear(from);
		return STATUS_DONE;
	}
	moved = *from;
	from->key = NULL; /* it lives on in `to` */
	slot_clear(from);
	slot_set(to, moved.algorithm, moved.key, moved.origin);
	to->pin_policy = moved.pin_policy;
	to->touch_policy = moved.touch_policy;
	return STATUS_DONE;
}

#include "common/tlv.h"
#include "tests/vtoken/instructions.h"

enum { TAG_AUTHENTICATE = 0x7c, TAG_RESPONSE = 0x82, TAG_CHALLENGE = 0x81, TAG_PEER = 0x85 };

/* The PIN first, then the finger: a card does not ask for a touch that could not help. */
static bool may_use(struct card *card, const struct slot *slot)
{
	if ((slot->pin_policy == PIN_ONCE || slot->pin_policy == PIN_MATCH_ONCE) && !card->session.pin_verified)
		return false;
	if ((slot->pin_policy == PIN_ALWAYS || slot->pin_policy == PIN_MATCH_ALWAYS) && !card->session.pin_fresh)
		return false;
	return touch_given(card, slot->touch_policy);
}

static unsigned reply_response(struct buffer *value, struct buffer *reply)
{
	struct buffer inner = BUFFER_EMPTY;
	bool done = tlv_put(&inner, TAG_RESPONSE, buffer_bytes(value), NULL) &&
	            tlv_put(reply, TAG_AUTHENTICATE, buffer_bytes(&inner), NULL);

	buffer_free(&inner);
	return done ? STATUS_DONE : STATUS_FAILURE;
}

/* 7C { 82 empty, 81 input } signs, 7C { 82 empty, 85 point } agrees on a secret. */
static unsigned use_key(struct card *card, const struct slot *slot, struct bytes elements, struct buffer *reply)
{
	struct bytes response, input, peer;
	struct buffer value = BUFFER_EMPTY;
	unsigned status = STATUS_DATA;

	if (!tlv_find(elements, TAG_RESPONSE, &response, NULL) || !tlv_find(elements, TAG_CHALLENGE, &input, NULL) ||
	    !tlv_find(elements, TAG_PEER, &peer, NULL))
		return STATUS_DATA;
	if (response.data == NULL || (input.data == NULL) == (peer.data == NULL))
		return STATUS_DATA;
	if (!may_use(card, slot))
		return STATUS_NOT_AUTHORISED;
	if (peer.data != NULL ? algorithm_agree(slot->algorithm, slot->key, peer, &value, NULL)
	                      : algorithm_sign(slot->algorithm, slot->key, input, &value, NULL))
		status = reply_response(&value, reply);
	buffer_free(&value);
	return status;
}

unsigned instruction_authenticate(struct card *card, const struct command *command, struct buffer *reply)
{
	const struct slot *slot = card_slot(card, command->p2);
	struct bytes data = command->data, elements;

	if (!tlv_take(&data, TAG_AUTHENTICATE, &elements, NULL) || data.len > 0)
		return STATUS_DATA;
	if (command->p2 == REFERENCE_MANAGEMENT)
		return authenticate_management(card, command, elements, reply);
	if (slot == NULL || slot->reference == SLOT_ATTESTATION)
		return STATUS_PARAMETERS;
	if (slot->key == NULL || slot->algorithm->id != command->p1)
		return STATUS_DATA;
	return use_key(card, slot, elements, reply);
}

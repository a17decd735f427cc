#include "common/tlv.h"
#include "tests/vtoken/instructions.h"

enum {
	TAG_LIST = 0x5c,
	TAG_CONTENT = 0x53,
	TAG_DISCOVERY = 0x7e,
	TAG_VENDOR_FIRST = 0x5f0000,
	TAG_VENDOR_LAST = 0x5fffff,
	CONTAINER_CURRENT = 0x3fff,
};

/* 7E { 4F AID, 5F2F: only the application's own PIN } */
static const uint8_t discovery[] = {0x7e, 0x12, 0x4f, 0x0b, 0xa0, 0x00, 0x00, 0x03, 0x08, 0x00, 0x00, 0x10, 0x00, 0x01,
    0x00, 0x5f, 0x2f, 0x02, 0x40, 0x00};

static bool readable_with_pin_only(uint32_t tag)
{
	return tag == 0x5fc103 || tag == 0x5fc108 || tag == 0x5fc109 || tag == 0x5fc121;
}

static bool take_tag(struct bytes *data, uint32_t *tag)
{
	struct bytes list;
	uint8_t byte;

	*tag = 0;
	if (!tlv_take(data, TAG_LIST, &list, NULL) || list.len == 0 || list.len > 3)
		return false;
	while (bytes_take_u8(&list, &byte))
		*tag = *tag << 8 | byte;
	return true;
}

static bool addresses_objects(const struct command *command)
{
	return (command->p1 << 8 | command->p2) == CONTAINER_CURRENT;
}

unsigned instruction_get_data(struct card *card, const struct command *command, struct buffer *reply)
{
	struct bytes data = command->data;
	const struct object *object;
	uint32_t tag;

	if (!addresses_objects(command))
		return STATUS_PARAMETERS;
	if (!take_tag(&data, &tag) || data.len > 0)
		return STATUS_DATA;
	if (tag == TAG_DISCOVERY && card->personality->firmware->discovery)
		return buffer_put(reply, BYTES_OF(discovery), NULL) ? STATUS_DONE : STATUS_FAILURE;
	if (readable_with_pin_only(tag) && !card->session.pin_verified)
		return STATUS_NOT_AUTHORISED;
	object = card_object(card, tag);
	if (object == NULL)
		return STATUS_NOT_FOUND;
	return tlv_put(reply, TAG_CONTENT, buffer_bytes(&object->content), NULL) ? STATUS_DONE : STATUS_FAILURE;
}

unsigned instruction_put_data(struct card *card, const struct command *command, struct buffer *reply)
{
	struct bytes data = command->data, content;
	const struct object *old;
	uint32_t tag;
	size_t replaced;

	(void)reply;
	if (!addresses_objects(command))
		return STATUS_PARAMETERS;
	if (!card->session.managed)
		return STATUS_NOT_AUTHORISED;
	if (!take_tag(&data, &tag) || !tlv_take(&data, TAG_CONTENT, &content, NULL) || data.len > 0)
		return STATUS_DATA;
	if (tag < TAG_VENDOR_FIRST || tag > TAG_VENDOR_LAST)
		return STATUS_DATA;
	if (content.len == 0) {
		card_remove_object(card, tag);
		return STATUS_DONE;
	}
	old = card_object(card, tag);
	replaced = old == NULL ? 0 : old->content.len;
	if (card_objects_size(card) - replaced + content.len > card->personality->objects_maximum)
		return STATUS_FULL;
	return card_put_object(card, tag, content, NULL) ? STATUS_DONE : STATUS_FAILURE;
}

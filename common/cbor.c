#include "common/cbor.h"

#define ADDITIONAL_ONE_BYTE 24U
#define ADDITIONAL_EIGHT_BYTES 27U
#define SIMPLE_FALSE 20U
#define SIMPLE_TRUE 21U
#define SIMPLE_NULL 22U

/* The number in an item's head. The shortest form is the only one. */
static bool take_head(struct bytes *in, unsigned *major, uint64_t *number)
{
	uint8_t first, byte;
	unsigned additional, left;

	if (!bytes_take_u8(in, &first))
		return false;
	*major = first >> 5;
	additional = first & 31U;
	*number = additional;
	if (additional < ADDITIONAL_ONE_BYTE)
		return true;
	if (additional > ADDITIONAL_EIGHT_BYTES)
		return false;
	*number = 0;
	for (left = 1U << (additional - ADDITIONAL_ONE_BYTE); left > 0; left--) {
		if (!bytes_take_u8(in, &byte))
			return false;
		*number = *number << 8 | byte;
	}
	if (additional == ADDITIONAL_ONE_BYTE)
		return *number >= ADDITIONAL_ONE_BYTE;
	return *number >> (4U << (additional - ADDITIONAL_ONE_BYTE)) != 0;
}

static bool take_nested(struct bytes *in, unsigned depth, struct cbor_item *item);

static bool take_string(struct bytes *in, struct cbor_item *item)
{
	return item->number <= in->len && bytes_take(in, (size_t)item->number, &item->content);
}

/* CTAP2's order: the kind, then the length of the encoded key, then its bytes. */
static int compare_keys(struct bytes one, struct bytes other)
{
	struct bytes one_rest = one, other_rest = other;
	uint8_t one_byte = 0, other_byte = 0;

	if (bytes_take_u8(&one_rest, &one_byte) && bytes_take_u8(&other_rest, &other_byte) &&
	    one_byte >> 5 != other_byte >> 5)
		return (one_byte >> 5) - (other_byte >> 5);
	if (one.len != other.len)
		return one.len < other.len ? -1 : 1;
	while (one_byte == other_byte && bytes_take_u8(&one_rest, &one_byte) && bytes_take_u8(&other_rest, &other_byte))
		;
	return one_byte - other_byte;
}

static bool take_array(struct bytes *in, unsigned depth, struct cbor_item *item)
{
	struct bytes start = *in;
	struct cbor_item member;

	for (uint64_t i = 0; i < item->number; i++) {
		if (!take_nested(in, depth + 1, &member))
			return false;
		item->sorted = item->sorted && member.sorted;
	}
	return bytes_take(&start, start.len - in->len, &item->content);
}

static bool take_key(struct bytes *in, unsigned depth, struct bytes *key)
{
	struct bytes start = *in;
	struct cbor_item item;

	return take_nested(in, depth, &item) && item.kind <= CBOR_TEXT && bytes_take(&start, start.len - in->len, key);
}

static bool take_map(struct bytes *in, unsigned depth, struct cbor_item *item)
{
	struct bytes start = *in, keys[CBOR_MEMBERS_MAXIMUM];
	struct cbor_item value;

	for (size_t i = 0; i < item->number; i++) {
		if (!take_key(in, depth + 1, &keys[i]) || !take_nested(in, depth + 1, &value))
			return false;
		item->sorted = item->sorted && value.sorted && (i == 0 || compare_keys(keys[i - 1], keys[i]) < 0);
		/* As long as the order holds there is nothing twice. */
		for (size_t j = 0; !item->sorted && j < i; j++) {
			if (bytes_equal(keys[j], keys[i]))
				return false;
		}
	}
	return bytes_take(&start, start.len - in->len, &item->content);
}

static bool take_simple(struct cbor_item *item)
{
	item->kind = item->number == SIMPLE_NULL ? CBOR_NULL : CBOR_BOOLEAN;
	if (item->number != SIMPLE_FALSE && item->number != SIMPLE_TRUE && item->number != SIMPLE_NULL)
		return false;
	item->number = item->number == SIMPLE_TRUE;
	return true;
}

static bool take_nested(struct bytes *in, unsigned depth, struct cbor_item *item)
{
	unsigned major;

	*item = (struct cbor_item){.sorted = true};
	if (!take_head(in, &major, &item->number))
		return false;
	if (major == 7)
		return take_simple(item);
	if (major > 5)
		return false;
	item->kind = (enum cbor_kind)major;
	if (item->kind <= CBOR_NEGATIVE)
		return true;
	if (item->kind <= CBOR_TEXT)
		return take_string(in, item);
	if (depth == CBOR_DEPTH_MAXIMUM || item->number > CBOR_MEMBERS_MAXIMUM)
		return false;
	return item->kind == CBOR_ARRAY ? take_array(in, depth, item) : take_map(in, depth, item);
}

bool cbor_take(struct bytes *in, struct cbor_item *item)
{
	struct bytes rest = *in;

	if (!take_nested(&rest, 0, item))
		return false;
	*in = rest;
	return true;
}

bool cbor_take_kind(struct bytes *in, enum cbor_kind kind, struct cbor_item *item)
{
	struct bytes rest = *in;

	if (!cbor_take(&rest, item) || item->kind != kind)
		return false;
	*in = rest;
	return true;
}

bool cbor_find_text(const struct cbor_item *map, const char *key, struct cbor_item *value)
{
	struct bytes pairs = map->content;
	struct cbor_item name;

	while (map->kind == CBOR_MAP && cbor_take(&pairs, &name) && cbor_take(&pairs, value)) {
		if (name.kind == CBOR_TEXT && bytes_equal_text(name.content, key))
			return true;
	}
	return false;
}

bool cbor_find_number(const struct cbor_item *map, int64_t key, struct cbor_item *value)
{
	struct bytes pairs = map->content;
	struct cbor_item name;
	int64_t number;

	while (map->kind == CBOR_MAP && cbor_take(&pairs, &name) && cbor_take(&pairs, value)) {
		if (cbor_number(&name, &number) && number == key)
			return true;
	}
	return false;
}

bool cbor_number(const struct cbor_item *item, int64_t *value)
{
	if ((item->kind != CBOR_UNSIGNED && item->kind != CBOR_NEGATIVE) || item->number > INT64_MAX)
		return false;
	*value = item->kind == CBOR_UNSIGNED ? (int64_t)item->number : -1 - (int64_t)item->number;
	return true;
}

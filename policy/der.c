#include "policy/der.h"

/* The shortest form is the only one. Three length bytes are more than any input that passes here has. */
static bool take_length(struct bytes *in, size_t *len)
{
	uint8_t first, byte;

	if (!bytes_take_u8(in, &first))
		return false;
	*len = first;
	if (first < 0x80)
		return true;
	if (first == 0x80 || first > 0x83)
		return false;
	*len = 0;
	for (unsigned left = first & 0x7fU; left > 0; left--) {
		if (!bytes_take_u8(in, &byte) || (byte == 0 && *len == 0))
			return false;
		*len = *len << 8 | byte;
	}
	return *len >= 0x80;
}

bool der_take_any(struct bytes *in, uint8_t *tag, struct bytes *content)
{
	struct bytes rest = *in;
	size_t len;

	if (!bytes_take_u8(&rest, tag) || (*tag & 0x1fU) == 0x1fU || !take_length(&rest, &len) ||
	    !bytes_take(&rest, len, content))
		return false;
	*in = rest;
	return true;
}

bool der_take(struct bytes *in, uint8_t tag, struct bytes *content)
{
	struct bytes rest = *in;
	uint8_t found;

	if (!der_take_any(&rest, &found, content) || found != tag)
		return false;
	*in = rest;
	return true;
}

bool der_take_whole(struct bytes *in, uint8_t tag, struct bytes *whole)
{
	struct bytes rest = *in, content;

	return der_take(&rest, tag, &content) && bytes_take(in, in->len - rest.len, whole);
}

/* Numbers from 31 on stand in bytes of seven bits behind the first one, the last of them below 0x80. */
bool der_take_context(struct bytes *in, uint32_t *number, struct bytes *content)
{
	struct bytes rest = *in;
	uint8_t byte;
	size_t len;

	if (!bytes_take_u8(&rest, &byte) || byte >> 5 != 5)
		return false;
	*number = byte & 0x1fU;
	if (*number == 0x1f) {
		*number = 0;
		do {
			if (!bytes_take_u8(&rest, &byte) || *number >> 14 != 0)
				return false;
			*number = *number << 7 | (byte & 0x7fU);
		} while (byte >= 0x80);
		if (*number < 0x1f)
			return false;
	}
	if (!take_length(&rest, &len) || !bytes_take(&rest, len, content))
		return false;
	*in = rest;
	return true;
}

bool der_take_unsigned(struct bytes *in, struct bytes *magnitude)
{
	struct bytes rest = *in, content, after_zero;
	uint8_t first, second;

	if (!der_take(&rest, DER_INTEGER, &content))
		return false;
	after_zero = content;
	if (!bytes_take_u8(&after_zero, &first) || first >= 0x80)
		return false;
	*magnitude = content;
	if (first == 0) {
		*magnitude = after_zero;
		if (bytes_take_u8(&after_zero, &second) && second < 0x80)
			return false;
	}
	*in = rest;
	return true;
}

bool der_take_number(struct bytes *in, uint32_t *value)
{
	struct bytes rest = *in, magnitude;
	uint8_t byte;

	if (!der_take_unsigned(&rest, &magnitude) || magnitude.len > sizeof(*value))
		return false;
	*value = 0;
	while (bytes_take_u8(&magnitude, &byte))
		*value = *value << 8 | byte;
	*in = rest;
	return true;
}

bool der_take_bit_string(struct bytes *in, struct bytes *content)
{
	struct bytes rest = *in;
	uint8_t unused;

	if (!der_take(&rest, DER_BIT_STRING, content) || !bytes_take_u8(content, &unused) || unused != 0)
		return false;
	*in = rest;
	return true;
}

bool der_take_boolean(struct bytes *in, bool *value)
{
	struct bytes rest = *in, content;
	uint8_t byte;

	if (!der_take(&rest, DER_BOOLEAN, &content) || !bytes_take_u8(&content, &byte) || content.len > 0 ||
	    (byte != 0 && byte != 0xff))
		return false;
	*value = byte != 0;
	*in = rest;
	return true;
}

bool der_take_oid(struct bytes *in, struct bytes *content)
{
	struct bytes rest = *in, parts;
	uint8_t byte = 0x80;
	bool first = true;

	if (!der_take(&rest, DER_OBJECT, content))
		return false;
	for (parts = *content; bytes_take_u8(&parts, &byte); first = byte < 0x80)
		if (first && byte == 0x80)
			return false;
	if (!first || content->len == 0)
		return false;
	*in = rest;
	return true;
}

bool der_next_is(struct bytes in, uint8_t tag)
{
	uint8_t found;

	return bytes_take_u8(&in, &found) && found == tag;
}

#include "common/bytes.h"

#include <string.h>

struct bytes bytes_of(const void *data, size_t len)
{
	return (struct bytes){data, len};
}

struct bytes bytes_of_text(const char *text)
{
	return text == NULL ? BYTES_EMPTY : bytes_of(text, strlen(text));
}

bool bytes_take(struct bytes *in, size_t len, struct bytes *part)
{
	if (len > in->len)
		return false;
	*part = (struct bytes){in->data, len};
	/* of no bytes the pointer may be NULL, and NULL + 0 is undefined in C */
	if (len > 0)
		in->data += len;
	in->len -= len;
	return true;
}

static bool take_number(struct bytes *in, size_t len, uint64_t *value)
{
	struct bytes part;

	if (!bytes_take(in, len, &part))
		return false;
	*value = 0;
	for (size_t i = 0; i < len; i++)
		*value = *value << 8 | part.data[i];
	return true;
}

bool bytes_take_u8(struct bytes *in, uint8_t *value)
{
	uint64_t number;

	if (!take_number(in, sizeof(*value), &number))
		return false;
	*value = (uint8_t)number;
	return true;
}

bool bytes_take_u16(struct bytes *in, uint16_t *value)
{
	uint64_t number;

	if (!take_number(in, sizeof(*value), &number))
		return false;
	*value = (uint16_t)number;
	return true;
}

bool bytes_take_u32(struct bytes *in, uint32_t *value)
{
	uint64_t number;

	if (!take_number(in, sizeof(*value), &number))
		return false;
	*value = (uint32_t)number;
	return true;
}

bool bytes_take_u64(struct bytes *in, uint64_t *value)
{
	return take_number(in, sizeof(*value), value);
}

bool bytes_take_ssh_string(struct bytes *in, struct bytes *content)
{
	struct bytes rest = *in;
	uint32_t len;

	if (!bytes_take_u32(&rest, &len) || !bytes_take(&rest, len, content))
		return false;
	*in = rest;
	return true;
}

bool bytes_take_ssh_number(struct bytes *in, struct bytes *number)
{
	struct bytes rest = *in, content;

	if (!bytes_take_ssh_string(&rest, &content) || content.len == 0 || content.data[0] >= 0x80)
		return false;
	/* a zero in front keeps the next byte from being a sign, and else is another form of the same number: a key would have two
	 * hashes */
	if (content.data[0] == 0) {
		if (content.len == 1 || content.data[1] < 0x80)
			return false;
		content.data++;
		content.len--;
	}
	*in = rest;
	*number = content;
	return true;
}

bool bytes_take_ber_length(struct bytes *in, size_t *len)
{
	struct bytes rest = *in;
	uint64_t number;
	uint8_t first;

	if (!bytes_take_u8(&rest, &first))
		return false;
	number = first;
	/* 0x80 announces an end that stands behind the content; more than four bytes of length no input has */
	if (first >= 0x80 && (first == 0x80 || first > 0x84 || !take_number(&rest, first & 0x7fU, &number)))
		return false;
	*in = rest;
	*len = (size_t)number;
	return true;
}

bool bytes_take_until(struct bytes *in, uint8_t end, struct bytes *part)
{
	const uint8_t *found;

	if (in->len == 0)
		return false;
	found = memchr(in->data, end, in->len);
	if (found == NULL)
		return bytes_take(in, in->len, part);
	*part = (struct bytes){in->data, (size_t)(found - in->data)};
	in->data += part->len + 1;
	in->len -= part->len + 1;
	return true;
}

bool bytes_take_to(struct bytes *in, void *out, size_t len)
{
	struct bytes part;

	if (!bytes_take(in, len, &part))
		return false;
	if (len > 0)
		memcpy(out, part.data, len);
	return true;
}

bool bytes_equal(struct bytes one, struct bytes other)
{
	return one.len == other.len && (one.len == 0 || memcmp(one.data, other.data, one.len) == 0);
}

bool bytes_equal_text(struct bytes in, const char *text)
{
	return bytes_equal(in, bytes_of_text(text));
}

bool bytes_start_with(struct bytes in, const char *text)
{
	struct bytes front;

	return bytes_take(&in, strlen(text), &front) && bytes_equal_text(front, text);
}

bool bytes_to_text(struct bytes in, char *text, size_t size)
{
	if (in.len >= size || (in.len > 0 && memchr(in.data, 0, in.len) != NULL))
		return false;
	if (in.len > 0)
		memcpy(text, in.data, in.len);
	text[in.len] = '\0';
	return true;
}

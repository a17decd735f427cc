#include "policy/hex.h"

static bool take_digit(struct bytes *text, uint8_t *byte)
{
	uint8_t sign;

	if (!bytes_take_u8(text, &sign))
		return false;
	if (sign >= '0' && sign <= '9')
		*byte = (uint8_t)(*byte << 4 | (sign - '0'));
	else if (sign >= 'a' && sign <= 'f')
		*byte = (uint8_t)(*byte << 4 | (sign - 'a' + 10));
	else
		return false;
	return true;
}

bool hex_parse(struct bytes text, uint8_t *out, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		out[i] = 0;
		if (!take_digit(&text, &out[i]) || !take_digit(&text, &out[i]))
			return false;
	}
	return text.len == 0;
}

void hex_put(struct bytes bytes, char *text)
{
	static const char digits[] = "0123456789abcdef";
	uint8_t byte;

	for (; bytes_take_u8(&bytes, &byte); text += 2) {
		text[0] = digits[byte >> 4];
		text[1] = digits[byte & 15U];
	}
	*text = '\0';
}

static bool take_digit_of_either_case(struct bytes *text, uint8_t *byte)
{
	struct bytes rest = *text;
	uint8_t sign;

	if (!bytes_take_u8(&rest, &sign) || sign < 'A' || sign > 'F')
		return take_digit(text, byte);
	*byte = (uint8_t)(*byte << 4 | (sign - 'A' + 10));
	*text = rest;
	return true;
}

bool hex_take_byte(struct bytes *text, uint8_t *byte)
{
	struct bytes rest = *text;
	uint8_t value = 0;

	if (!take_digit_of_either_case(&rest, &value) || !take_digit_of_either_case(&rest, &value))
		return false;
	*text = rest;
	*byte = value;
	return true;
}

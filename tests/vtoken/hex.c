#include "tests/vtoken/hex.h"

#include <string.h>

static const char digits[] = "0123456789abcdef";

bool hex_append(struct buffer *out, struct bytes bytes, struct error *err)
{
	uint8_t byte;

	while (bytes_take_u8(&bytes, &byte))
		if (!buffer_put_u8(out, (uint8_t)digits[byte >> 4], err) ||
		    !buffer_put_u8(out, (uint8_t)digits[byte & 15U], err))
			return false;
	return true;
}

static bool take_digit(struct bytes *text, uint8_t *value)
{
	uint8_t byte;
	const char *at;

	if (!bytes_take_u8(text, &byte))
		return false;
	at = byte == 0 ? NULL : strchr(digits, byte >= 'A' && byte <= 'F' ? byte + ('a' - 'A') : byte);
	if (at == NULL)
		return false;
	*value = (uint8_t)(at - digits);
	return true;
}

bool hex_take(struct bytes text, struct buffer *out, struct error *err)
{
	uint8_t high, low;

	while (text.len > 0) {
		if (!take_digit(&text, &high) || !take_digit(&text, &low))
			return error_set(err, ERROR_TEXT, "this is not a whole number of hexadecimal bytes");
		if (!buffer_put_u8(out, (uint8_t)(high << 4 | low), err))
			return false;
	}
	return true;
}

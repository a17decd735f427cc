#include "common/base64.h"

#define PAD '='
#define NOT_A_DIGIT 0xffU

static const char digits[64] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static uint8_t value_of(uint8_t digit)
{
	if (digit >= 'A' && digit <= 'Z')
		return (uint8_t)(digit - 'A');
	if (digit >= 'a' && digit <= 'z')
		return (uint8_t)(digit - 'a' + 26);
	if (digit >= '0' && digit <= '9')
		return (uint8_t)(digit - '0' + 52);
	return digit == '+' ? 62 : digit == '/' ? 63 : NOT_A_DIGIT;
}

bool base64_put(struct bytes bytes, struct buffer *out, struct error *err)
{
	size_t len = bytes.len / 3 * 4 + (bytes.len % 3 == 0 ? 0 : 4);
	uint8_t *room;

	if (!buffer_extend(out, len, &room, err))
		return false;
	for (size_t group = 0; group < len; group += 4) {
		uint32_t bits = 0;
		size_t count = 0;
		uint8_t byte;

		for (; count < 3 && bytes_take_u8(&bytes, &byte); count++)
			bits |= (uint32_t)byte << (16 - 8 * count);
		for (size_t i = 0; i < 4; i++)
			room[group + i] = (uint8_t)(i <= count ? digits[bits >> (18 - 6 * i) & 63] : PAD);
	}
	return true;
}

/* Reads one group of four: `count` bytes (1 to 3) in `bytes`. Pads are seen only where the caller allows them. */
static bool take_group(struct bytes *text, bool last, uint8_t bytes[3], size_t *count)
{
	uint32_t bits = 0;
	size_t num_digits = 0;

	for (size_t i = 0; i < 4; i++) {
		uint8_t digit, value;

		if (!bytes_take_u8(text, &digit))
			return false;
		value = value_of(digit);
		if (value == NOT_A_DIGIT && (digit != PAD || !last || i < 2))
			return false;
		if (value != NOT_A_DIGIT && num_digits != i)
			return false; /* a digit behind a pad */
		if (value != NOT_A_DIGIT)
			num_digits++;
		bits = bits << 6 | (value == NOT_A_DIGIT ? 0 : value);
	}
	*count = num_digits - 1;
	for (size_t i = 0; i < 3; i++)
		bytes[i] = (uint8_t)(bits >> (16 - 8 * i));
	/* the bits behind the last byte */
	return (*count == 3) || (*count == 2 ? bytes[2] == 0 : bytes[1] == 0 && bytes[2] == 0);
}

bool base64_parse(struct bytes text, struct buffer *out, struct error *err)
{
	size_t before = out->len, total = text.len, kept = 0;
	uint8_t *room;

	if (text.len % 4 != 0)
		return error_set(err, ERROR_BASE64, "%zu characters are no whole base64 text", text.len);
	if (!buffer_extend(out, text.len / 4 * 3, &room, err))
		return false;
	while (text.len > 0) {
		size_t at = total - text.len, count;
		uint8_t bytes[3];

		if (!take_group(&text, text.len == 4, bytes, &count)) {
			buffer_cut(out, before);
			return error_set(err, ERROR_BASE64, "no base64 at characters %zu to %zu", at + 1, at + 4);
		}
		for (size_t i = 0; i < count; i++)
			room[kept++] = bytes[i];
	}
	buffer_cut(out, before + kept);
	return true;
}

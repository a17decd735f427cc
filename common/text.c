#include "common/text.h"

/* How a character of more than one byte begins: the row with the first byte in its range says how many bytes follow and
 * what the smallest character of that length is. */
static const struct {
	uint8_t from, to;
	unsigned following;
	uint32_t smallest;
} leads[] = {
    {0xc0, 0xdf, 1, 0xa0}, /* U+0080 to U+009F are control characters */
    {0xe0, 0xef, 2, 0x800},
    {0xf0, 0xf7, 3, 0x10000},
};

static bool take_following(struct bytes *text, uint32_t *character)
{
	uint8_t byte;

	if (!bytes_take_u8(text, &byte) || (byte & 0xc0U) != 0x80U)
		return false;
	*character = *character << 6 | (byte & 0x3fU);
	return true;
}

static bool take_wide(struct bytes *text, uint8_t first)
{
	for (size_t i = 0; i < sizeof(leads) / sizeof(leads[0]); i++) {
		uint32_t character = first - leads[i].from;

		if (first < leads[i].from || first > leads[i].to)
			continue;
		for (unsigned j = 0; j < leads[i].following; j++)
			if (!take_following(text, &character))
				return false;
		return character >= leads[i].smallest && character <= 0x10ffff &&
		       (character < 0xd800 || character > 0xdfff);
	}
	return false;
}

/* One character off the front; false where none stands there, and then `text` is as it was. */
static bool take_printable(struct bytes *text)
{
	struct bytes rest = *text;
	uint8_t first;

	if (!bytes_take_u8(&rest, &first))
		return false;
	if (first < 0x80 ? first < 0x20 || first == 0x7f : !take_wide(&rest, first))
		return false;
	*text = rest;
	return true;
}

bool text_is_printable(struct bytes text)
{
	while (take_printable(&text))
		continue;
	return text.len == 0;
}

void text_make_printable(char *text)
{
	struct bytes rest = bytes_of_text(text);
	size_t len = rest.len;
	uint8_t foreign;

	while (rest.len > 0)
		if (!take_printable(&rest)) {
			text[len - rest.len] = '?';
			(void)!bytes_take_u8(&rest, &foreign);
		}
}

#include "common/format.h"

/* None begins with another one. */
static const struct {
	const char *text;
	enum format_conversion conversion;
} rows[] = {
    {"s", FORMAT_STRING},
    {".*s", FORMAT_STRING_UP_TO},
    {".40s", FORMAT_STRING_UP_TO_40},
    {".60s", FORMAT_STRING_UP_TO_60},
    {".64s", FORMAT_STRING_UP_TO_64},
    {"c", FORMAT_CHARACTER},
    {"d", FORMAT_INT},
    {"u", FORMAT_UNSIGNED},
    {"ld", FORMAT_LONG},
    {"lu", FORMAT_UNSIGNED_LONG},
    {"lld", FORMAT_LONG_LONG},
    {"llu", FORMAT_UNSIGNED_LONG_LONG},
    {"zu", FORMAT_SIZE},
    {"02x", FORMAT_HEX_2},
    {"04x", FORMAT_HEX_4},
    {"06lx", FORMAT_HEX_LONG_6},
};

/* "2$" in front of a conversion; 0 where there is none. */
static size_t take_position(struct bytes *in)
{
	struct bytes rest = *in;
	uint8_t digit, dollar;

	if (!bytes_take_u8(&rest, &digit) || !bytes_take_u8(&rest, &dollar) || digit < '1' || digit > '9' ||
	    dollar != '$')
		return 0;
	*in = rest;
	return digit - (size_t)'0';
}

static bool take_conversion(struct bytes *in, struct format_part *part)
{
	struct bytes taken;

	if (bytes_start_with(*in, "%"))
		return bytes_take(in, 1, &part->text);
	part->position = take_position(in);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (!bytes_start_with(*in, rows[i].text))
			continue;
		part->conversion = rows[i].conversion;
		return bytes_take(in, bytes_of_text(rows[i].text).len, &taken);
	}
	return false;
}

bool format_take(struct bytes *format, struct format_part *part)
{
	struct bytes rest = *format, text;

	*part = (struct format_part){.conversion = FORMAT_TEXT};
	if (!bytes_take_until(&rest, '%', &text))
		return false;
	if (text.len > 0)
		return bytes_take(format, text.len, &part->text);
	if (!take_conversion(&rest, part))
		return false;
	*format = rest;
	return true;
}

bool format_count(struct bytes format, size_t *num)
{
	size_t num_in_order = 0, highest = 0;
	struct format_part part;

	while (format.len > 0) {
		if (!format_take(&format, &part))
			return false;
		if (part.position > highest)
			highest = part.position;
		num_in_order += part.conversion != FORMAT_TEXT && part.position == 0;
	}
	*num = num_in_order + highest;
	return num_in_order == 0 || highest == 0;
}

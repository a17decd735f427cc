#include "policy/firmware.h"

int firmware_compare(const unsigned one[3], const unsigned other[3])
{
	for (size_t i = 0; i < 3; i++)
		if (one[i] != other[i])
			return one[i] < other[i] ? -1 : 1;
	return 0;
}

/* All of `digits`. */
static bool read_part(struct bytes digits, unsigned *part)
{
	uint8_t digit;

	if (digits.len == 0 || digits.len > 5)
		return false;
	for (*part = 0; bytes_take_u8(&digits, &digit); *part = *part * 10 + (unsigned)(digit - '0'))
		if (digit < '0' || digit > '9')
			return false;
	return *part <= FIRMWARE_PART_MAXIMUM;
}

bool firmware_parse(struct bytes text, unsigned parts[3])
{
	struct bytes part;

	/* the third part is all that is left, so that a point behind it is one too many */
	for (size_t i = 0; i < 2; i++)
		if (!bytes_take_until(&text, '.', &part) || !read_part(part, &parts[i]))
			return false;
	return read_part(text, &parts[2]);
}

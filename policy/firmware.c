#include "policy/firmware.h"

int firmware_compare(const unsigned one[3], const unsigned other[3])
{
	for (size_t i = 0; i < 3; i++)
		if (one[i] != other[i])
			return one[i] < other[i] ? -1 : 1;
	return 0;
}

bool firmware_parse(struct bytes text, unsigned parts[3])
{
	for (size_t i = 0; i < 3; i++) {
		struct bytes part;
		uint8_t digit;

		if (!bytes_take_until(&text, '.', &part) || part.len == 0 || part.len > 5)
			return false;
		parts[i] = 0;
		while (bytes_take_u8(&part, &digit)) {
			if (digit < '0' || digit > '9')
				return false;
			parts[i] = parts[i] * 10 + (unsigned)(digit - '0');
		}
		if (parts[i] > FIRMWARE_PART_MAXIMUM)
			return false;
	}
	return text.len == 0;
}

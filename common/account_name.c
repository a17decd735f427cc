#include "common/account_name.h"

static bool is_plain(uint8_t byte)
{
	return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || (byte >= '0' && byte <= '9') ||
	       byte == '.' || byte == '_' || byte == '-' || byte == '@' || byte == '+';
}

bool account_name_check(struct bytes name, struct error *err)
{
	struct bytes rest = name;
	uint8_t byte;

	if (name.len == 0 || name.len >= ACCOUNT_NAME_MAXIMUM)
		return error_set(
		    err, ERROR_PERSON_NAME, "a name has 1 to %d bytes, not %zu", ACCOUNT_NAME_MAXIMUM - 1, name.len);
	while (bytes_take_u8(&rest, &byte)) {
		bool first = rest.len + 1 == name.len, last = rest.len == 0;

		if ((is_plain(byte) && !(first && (byte == '-' || byte == '.'))) || (byte == '$' && last && !first))
			continue;
		if (byte > 0x20 && byte < 0x7f)
			return error_set(
			    err, ERROR_PERSON_NAME, "a name with '%c' at character %zu", byte, name.len - rest.len);
		return error_set(
		    err, ERROR_PERSON_NAME, "a name with byte 0x%02x at character %zu", byte, name.len - rest.len);
	}
	return true;
}

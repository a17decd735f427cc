#include "tests/vtoken/command.h"

enum { SHORT_LE_MAXIMUM = 256, EXTENDED_LE_MAXIMUM = 65536 };

static size_t le_or_all(size_t le, size_t all)
{
	return le == 0 ? all : le;
}

/* Behind the header stands nothing, Le, Lc data, or Lc data Le, with lengths of one byte. */
static bool take_short(struct bytes *in, struct command *command)
{
	uint8_t number;

	if (!bytes_take_u8(in, &number))
		return true;
	if (in->len == 0) {
		command->le = le_or_all(number, SHORT_LE_MAXIMUM);
		return true;
	}
	if (number == 0 || !bytes_take(in, number, &command->data))
		return false;
	if (in->len == 0)
		return true;
	if (!bytes_take_u8(in, &number))
		return false;
	command->le = le_or_all(number, SHORT_LE_MAXIMUM);
	return true;
}

/* The same with a leading 00 and lengths of two bytes. */
static bool take_extended(struct bytes *in, struct command *command)
{
	uint8_t zero;
	uint16_t number;

	command->extended = true;
	if (!bytes_take_u8(in, &zero) || !bytes_take_u16(in, &number))
		return false;
	if (in->len == 0) {
		command->le = le_or_all(number, EXTENDED_LE_MAXIMUM);
		return true;
	}
	if (number == 0 || !bytes_take(in, number, &command->data))
		return false;
	if (in->len == 0)
		return true;
	if (!bytes_take_u16(in, &number))
		return false;
	command->le = le_or_all(number, EXTENDED_LE_MAXIMUM);
	return true;
}

bool command_parse(struct bytes message, struct command *command, struct error *err)
{
	struct bytes look;
	uint8_t first;

	*command = (struct command){.le = 0};
	if (!bytes_take_u8(&message, &command->cla) || !bytes_take_u8(&message, &command->ins) ||
	    !bytes_take_u8(&message, &command->p1) || !bytes_take_u8(&message, &command->p2))
		return error_set(err, ERROR_CARD_REPLY, "a command has less than four bytes");
	look = message;
	if (message.len > 2 && bytes_take_u8(&look, &first) && first == 0) {
		if (!take_extended(&message, command))
			return error_set(err, ERROR_CARD_REPLY, "the extended lengths of a command are wrong");
	} else if (!take_short(&message, command)) {
		return error_set(err, ERROR_CARD_REPLY, "the lengths of a command are wrong");
	}
	if (message.len > 0)
		return error_set(err, ERROR_CARD_REPLY, "%zu bytes stand behind a command", message.len);
	return true;
}

#include "piv/status.h"

#include <stddef.h>

#include "common/language.h"

struct status_row {
	uint16_t status, mask;
	enum error_code code;
	const char *sentence;
};

static const struct status_row rows[] = {
    {0x6282, 0xffff, ERROR_CARD_REPLY, N_("the token's data ended too early")},
    {STATUS_NOT_AUTHORISED, 0xffff, ERROR_PIN_NEEDED, N_("the token wants to be unlocked first")},
    {STATUS_BLOCKED, 0xffff, ERROR_PIN_BLOCKED, N_("the code is blocked; the PUK unblocks a PIN")},
    {STATUS_CONDITIONS, 0xffff, ERROR_CARD_STATUS, N_("the token's conditions for this are not met")},
    {STATUS_DATA, 0xffff, ERROR_CARD_STATUS, N_("the token does not take this data")},
    {0x6a81, 0xffff, ERROR_CARD_UNSUPPORTED, N_("the token cannot do this")},
    {STATUS_OBJECT_ABSENT, 0xffff, ERROR_CARD_OBJECT_ABSENT, N_("the token has no such object")},
    {0x6a84, 0xffff, ERROR_CARD_FULL, N_("the token is full; delete certificates that are no longer needed")},
    {0x6a86, 0xffff, ERROR_CARD_UNSUPPORTED, N_("the token does not know these parameters")},
    {STATUS_REFERENCE_ABSENT, 0xffff, ERROR_CARD_SLOT_EMPTY, N_("nothing is in this slot")},
    {STATUS_LENGTH, 0xffff, ERROR_CARD_STATUS, N_("the token does not take data of this length")},
    {0x6800, 0xff00, ERROR_CARD_UNSUPPORTED, N_("the token does not take commands in pieces")},
    {0x6b00, 0xffff, ERROR_CARD_UNSUPPORTED, N_("the token does not know these parameters")},
    {STATUS_INSTRUCTION, 0xffff, ERROR_CARD_UNSUPPORTED, N_("the token does not know this command")},
    {0x6e00, 0xffff, ERROR_CARD_UNSUPPORTED, N_("the token does not know this class of commands")},
    {0x63c0, 0xfff0, ERROR_PIN_WRONG, N_("the code is wrong")},
    {0x6300, 0xfff0, ERROR_PIN_WRONG, N_("the code is wrong")},
};

bool status_check(uint16_t status, const char *doing, struct error *err)
{
	if (status == STATUS_DONE)
		return true;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if ((status & rows[i].mask) == rows[i].status)
			return error_set(err, rows[i].code, "%s: %s (status %04x)", translated(doing),
			    translated(rows[i].sentence), (unsigned)status);
	return error_set(
	    err, ERROR_CARD_STATUS, "%s: the token refuses with status %04x", translated(doing), (unsigned)status);
}

bool status_tries_left(uint16_t status, unsigned *tries)
{
	bool wrong = (status & 0xfff0U) == 0x63c0U || (status & 0xfff0U) == 0x6300U;

	if (!wrong && status != STATUS_BLOCKED)
		return false;
	*tries = wrong ? status & 0xfU : 0;
	return true;
}

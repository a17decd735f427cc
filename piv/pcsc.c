#include "piv/pcsc.h"

#include "common/language.h"
#include "piv/holder.h"

struct result_row {
	LONG result;
	enum error_code code;
	const char *sentence;
};

static const struct result_row rows[] = {
    {SCARD_E_NO_SERVICE, ERROR_PCSC,
        N_("the smart card service does not answer; start it with \"systemctl start pcscd.socket\" and try again")},
    {SCARD_E_SERVICE_STOPPED, ERROR_PCSC,
        N_("the smart card service was stopped; start it with \"systemctl start pcscd.socket\" and try again")},
    {SCARD_W_SECURITY_VIOLATION, ERROR_PCSC,
        N_("the smart card service refuses this account; its polkit rules decide who may use a token from this "
           "session")},
    {SCARD_E_NO_READERS_AVAILABLE, ERROR_READER_ABSENT, N_("no token and no reader is plugged in")},
    {SCARD_E_UNKNOWN_READER, ERROR_READER_ABSENT, N_("no such reader is plugged in")},
    {SCARD_E_READER_UNAVAILABLE, ERROR_CARD_REMOVED, N_("the token or its reader was unplugged; plug it in again")},
    {SCARD_E_NO_SMARTCARD, ERROR_CARD_ABSENT, N_("no card is in the reader")},
    {SCARD_W_REMOVED_CARD, ERROR_CARD_REMOVED, N_("the token was unplugged; plug it in again")},
    {SCARD_W_RESET_CARD, ERROR_CARD_RESET, N_("another program reset the token")},
    {SCARD_E_SHARING_VIOLATION, ERROR_CARD_BUSY,
        N_("another program keeps the token for itself; which one it is cannot be seen from this account")},
    {SCARD_E_NOT_TRANSACTED, ERROR_CARD_EXCHANGE, N_("the token did not answer; plug it out and in again")},
    {SCARD_F_COMM_ERROR, ERROR_CARD_EXCHANGE, N_("the reader lost the token for a moment; plug it out and in again")},
    {SCARD_E_INSUFFICIENT_BUFFER, ERROR_CARD_EXCHANGE, N_("the reader cannot pass so much at once")},
    {SCARD_E_INVALID_PARAMETER, ERROR_CARD_EXCHANGE, N_("the reader does not take this command")},
    {SCARD_E_INVALID_VALUE, ERROR_CARD_EXCHANGE, N_("the reader does not take this command")},
    {SCARD_E_PROTO_MISMATCH, ERROR_CARD_EXCHANGE, N_("the card speaks none of the protocols that the reader does")},
    {SCARD_W_UNPOWERED_CARD, ERROR_CARD_EXCHANGE, N_("the token has no power; plug it out and in again")},
    {SCARD_W_UNRESPONSIVE_CARD, ERROR_CARD_EXCHANGE, N_("the token does not respond; plug it out and in again")},
    {SCARD_W_UNSUPPORTED_CARD, ERROR_CARD_EXCHANGE, N_("the reader cannot talk to this card")},
    {SCARD_E_NO_MEMORY, ERROR_MEMORY, N_("no memory")},
};

/* Names who it may be, where that can be seen. */
static void name_holder(const char *doing, struct error *err)
{
	struct buffer names = BUFFER_EMPTY;
	unsigned num;

	if (holder_put_names(&names, &num, NULL) && num > 0)
		(void)error_set(err, ERROR_CARD_BUSY,
		    num == 1 ? N_("%s: another program keeps the token for itself: %s")
		             : N_("%s: one of these programs keeps the token for itself: %s"),
		    translated(doing), buffer_text(&names));
	buffer_free(&names);
}

bool pcsc_check(LONG result, const char *doing, struct error *err)
{
	if (result == SCARD_S_SUCCESS)
		return true;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].result == result) {
			(void)error_set(err, rows[i].code, "%s: %s", translated(doing), translated(rows[i].sentence));
			if (result == SCARD_E_SHARING_VIOLATION)
				name_holder(doing, err);
			return error_false();
		}
	return error_set(
	    err, ERROR_PCSC, "%s: the smart card service says \"%s\"", translated(doing), pcsc_stringify_error(result));
}

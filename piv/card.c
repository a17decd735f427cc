#include "piv/card.h"

#include <stdlib.h>
#include <string.h>

#include "piv/pcsc.h"

#define REPLY_SIZE 65538U /* the longest data and a status word */

struct card {
	SCARDHANDLE handle;
	DWORD protocol;
	uint8_t reply[REPLY_SIZE];
};

/* A reset by another program shows as an error of the next call; connecting again is what clears it. */
static bool connect_again(struct card *card, struct error *err)
{
	return pcsc_check(SCardReconnect(card->handle, SCARD_SHARE_SHARED, SCARD_PROTOCOL_T0 | SCARD_PROTOCOL_T1,
	                      SCARD_LEAVE_CARD, &card->protocol),
	           "connecting to the token again", err) &&
	       pcsc_check(SCardBeginTransaction(card->handle), "taking the token again", err);
}

static bool transmit(void *state, struct bytes command, struct buffer *reply, struct error *err)
{
	struct card *card = state;
	const SCARD_IO_REQUEST *pci = card->protocol == SCARD_PROTOCOL_T0 ? SCARD_PCI_T0 : SCARD_PCI_T1;
	DWORD len = sizeof(card->reply);
	LONG result = SCardTransmit(card->handle, pci, command.data, command.len, NULL, card->reply, &len);
	bool done;

	if (result == SCARD_W_RESET_CARD && !connect_again(card, err))
		return false;
	if (!pcsc_check(result, "talking to the token", err))
		return false;
	done = buffer_put(reply, bytes_of(card->reply, len), err);
	explicit_bzero(card->reply, len);
	return done;
}

static void close_card(void *state, enum transport_leave leave)
{
	static const DWORD dispositions[] = {
	    [TRANSPORT_LEAVE_AS_IS] = SCARD_LEAVE_CARD,
	    [TRANSPORT_LEAVE_RESET] = SCARD_RESET_CARD,
	};
	struct card *card = state;

	(void)SCardEndTransaction(card->handle, dispositions[leave]);
	(void)SCardDisconnect(card->handle, SCARD_LEAVE_CARD);
	free(card);
}

/* Whoever reset the card a moment ago must not keep us from taking it now. */
static bool begin(struct card *card, struct error *err)
{
	LONG result = SCardBeginTransaction(card->handle);

	if (result == SCARD_W_RESET_CARD)
		return connect_again(card, err);
	return pcsc_check(result, "taking the token", err);
}

bool card_open(struct reader_context *context, const char *reader_name, struct transport *transport, struct error *err)
{
	struct card *card = calloc(1, sizeof(*card));

	if (card == NULL)
		return error_set(err, ERROR_MEMORY, "no memory for a card");
	if (!pcsc_check(SCardConnect(pcsc_context(context), reader_name, SCARD_SHARE_SHARED,
	                    SCARD_PROTOCOL_T0 | SCARD_PROTOCOL_T1, &card->handle, &card->protocol),
	        "connecting to the token", err)) {
		free(card);
		return false;
	}
	if (!begin(card, err)) {
		(void)SCardDisconnect(card->handle, SCARD_LEAVE_CARD);
		free(card);
		return false;
	}
	*transport = (struct transport){.state = card, .transmit = transmit, .close = close_card};
	return true;
}

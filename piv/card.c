#include "piv/card.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/buffer.h"
#include "common/bytes.h"
#include "piv/pcsc.h"
#include "piv/reader.h"
#include "piv/transport.h"

#define REPLY_SIZE 65538U /* the longest data and a status word */

/* The service looks for the card from time to time; so long it may take until it knows that one was pulled out. */
#define REMOVAL_MS 800

#define RESETS_MAXIMUM 8

struct card {
	SCARDCONTEXT context;
	char reader_name[READER_NAME_SIZE];
	SCARDHANDLE handle;
	DWORD protocol;
	uint8_t reply[REPLY_SIZE];
};

/* A command that fails may be too much for the reader, or the card may be gone: then nothing need be tried again. */
static bool explain_failure(const struct card *card, LONG result, struct error *err)
{
	SCARD_READERSTATE state = {.szReader = card->reader_name, .dwCurrentState = SCARD_STATE_PRESENT};
	LONG waited = SCardGetStatusChange(card->context, REMOVAL_MS, &state, 1);

	if (waited == SCARD_E_UNKNOWN_READER || waited == SCARD_E_READER_UNAVAILABLE ||
	    (waited == SCARD_S_SUCCESS && (state.dwEventState & SCARD_STATE_PRESENT) == 0))
		result = SCARD_W_REMOVED_CARD;
	return pcsc_check(result, "talking to the token", err);
}

/* A reset at the wrong moment leaves the service without a protocol, and it complains of that instead. */
static bool was_reset(LONG result)
{
	return result == SCARD_W_RESET_CARD || result == SCARD_E_PROTO_MISMATCH;
}

/* A reset by another program shows as an error of the next call; connecting again is what clears it. Who resets once may do it
 * again before the card is taken. */
static bool connect_again(struct card *card, struct error *err)
{
	LONG result = SCARD_W_RESET_CARD;

	for (int attempt = 0; attempt < RESETS_MAXIMUM && was_reset(result); attempt++) {
		if (!pcsc_check(SCardReconnect(card->handle, SCARD_SHARE_SHARED, SCARD_PROTOCOL_T0 | SCARD_PROTOCOL_T1,
		                    SCARD_LEAVE_CARD, &card->protocol),
		        "connecting to the token again", err))
			return false;
		result = SCardBeginTransaction(card->handle);
	}
	return pcsc_check(result, "taking the token again", err);
}

static bool transmit(void *state, struct bytes command, struct buffer *reply, struct error *err)
{
	struct card *card = state;
	const SCARD_IO_REQUEST *pci = card->protocol == SCARD_PROTOCOL_T0 ? SCARD_PCI_T0 : SCARD_PCI_T1;
	DWORD len = sizeof(card->reply);
	LONG result = SCardTransmit(card->handle, pci, command.data, command.len, NULL, card->reply, &len);
	bool done;

	if (was_reset(result))
		return connect_again(card, err) && pcsc_check(SCARD_W_RESET_CARD, "talking to the token", err);
	if (result == SCARD_S_SUCCESS && len == 0)
		result = SCARD_E_NOT_TRANSACTED;
	if (result != SCARD_S_SUCCESS)
		return explain_failure(card, result, err);
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

/* Connects and begins; on error nothing stays open. */
static bool open_card(struct card *card, const char *reader_name, struct error *err)
{
	if (!bytes_to_text(bytes_of_text(reader_name), card->reader_name, sizeof(card->reader_name)))
		return error_set(err, ERROR_READER_ABSENT, "no reader has so long a name");
	if (!pcsc_check(SCardConnect(card->context, card->reader_name, SCARD_SHARE_SHARED,
	                    SCARD_PROTOCOL_T0 | SCARD_PROTOCOL_T1, &card->handle, &card->protocol),
	        "connecting to the token", err))
		return false;
	if (begin(card, err))
		return true;
	(void)SCardDisconnect(card->handle, SCARD_LEAVE_CARD);
	return false;
}

bool card_open(struct reader_context *context, const char *reader_name, struct transport *transport, struct error *err)
{
	struct card *card = calloc(1, sizeof(*card));

	if (card == NULL)
		return error_set(err, ERROR_MEMORY, "no memory for a card");
	card->context = pcsc_context(context);
	if (!open_card(card, reader_name, err)) {
		free(card);
		return false;
	}
	*transport = (struct transport){.state = card, .transmit = transmit, .close = close_card};
	return trace_wrap(transport, reader_context_sink(context), err);
}

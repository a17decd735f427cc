/* A FIDO2 card that answers whatever the input says: pieces of two length bytes (big-endian) and that many bytes, status word
 * included. When the input ends, the card is gone. */
#include "fido/card_transport.h"
#include "piv/transport.h"
#include "tests/fuzz/fuzz.h"

static bool transmit(void *state, struct bytes command, struct buffer *reply, struct error *err)
{
	struct bytes *tape = state, answer;
	uint16_t len;

	demand(command.len >= 4 && command.len <= 261);
	if (!bytes_take_u16(tape, &len) || !bytes_take(tape, len, &answer))
		return error_set(err, ERROR_CARD_REMOVED, "the input ends");
	return buffer_put(reply, answer, err);
}

static void close_tape(void *state, enum transport_leave leave)
{
	(void)state;
	(void)leave;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint8_t request[] = {0x04}, version[] = {0x00, 0x03, 0x00, 0x00, 0x00, 0x00, 0x00};
	struct bytes tape = bytes_of(data, size);
	struct transport transport = {.state = &tape, .transmit = transmit, .close = close_tape};
	struct buffer answer = BUFFER_EMPTY;
	struct error err = ERROR_EMPTY;
	struct card_link *link = NULL;

	if (!card_link_new(&transport, &link, &err))
		return 0;
	if (card_link_cbor(link, BYTES_OF(request), 0, &answer, &err))
		demand(answer.len > 0);
	if (card_link_u2f(link, BYTES_OF(version), &answer, &err))
		demand(answer.len >= 2);
	buffer_free(&answer);
	card_link_free(link);
	return 0;
}

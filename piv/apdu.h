/* apdu.h: commands and replies of any length over a transport that carries short pieces: extended length with a fallback
 * to command chaining, GET RESPONSE, a second try with the length that a card asks for.
 * Knows nothing of the PIV application; a status word is handed on, status.h says what it means.
 * A command may carry a code: what is encoded from it lives in a buffer, which wipes, for the time of one exchange.
 * Source: ISO/IEC 7816-4 5.1 and 5.3. */
#ifndef PIV_APDU_H
#define PIV_APDU_H

#include "piv/transport.h"

/* The longest reply that is put together from pieces. */
#define APDU_REPLY_MAXIMUM ((size_t)65536)

/* What a command wants back. Only long replies and long data need extended length. */
enum apdu_reply {
	APDU_REPLY_NONE,  /* a status word */
	APDU_REPLY_SHORT, /* up to 256 bytes */
	APDU_REPLY_LONG,  /* more may come */
};

struct apdu_command {
	uint8_t class; /* 00, or that of an application of its own; the chaining bit comes by itself */
	uint8_t ins, p1, p2;
	enum apdu_reply reply;
	struct bytes data; /* up to 65535 bytes, borrowed */
};

struct apdu_channel {
	struct transport transport;
	bool short_only; /* extended length has failed on this card: chaining from now on */
};

/* apdu_encode_short: one command in short form; the caller keeps data to 255 bytes.
 *   chaining  0x00, or 0x10 for a piece that more follows
 *   length_expected  Le: 1 to 256, 0 for none
 * Errors: ERROR_BUG above 255 bytes, those of buffer_put. */
bool apdu_encode_short(const struct apdu_command *command, uint8_t chaining, unsigned length_expected,
    struct buffer *out, struct error *err) MUST_CHECK;

/* apdu_encode_extended: one command with three-byte lengths, Le at its maximum unless no reply is wanted.
 * Errors: ERROR_LIMIT above 65,535 bytes, those of buffer_put. */
bool apdu_encode_extended(const struct apdu_command *command, struct buffer *out, struct error *err) MUST_CHECK;

/* apdu_exchange: runs one command whole, whatever number of pieces that takes.
 *   reply   what the card answered, without the status word, behind what it holds already
 *   status  out: the last status word; any of them is an answer, not an error here
 * Errors: what the transport says; ERROR_CARD_REPLY for a reply without status word, without end, or over the maximum. */
bool apdu_exchange(struct apdu_channel *channel, const struct apdu_command *command, struct buffer *reply,
    uint16_t *status, struct error *err) MUST_CHECK;

#endif

#include "piv/apdu.h"

#include "piv/instruction.h"
#include "piv/status.h"

#define CLASS_LAST 0x00U
#define SHORT_DATA_MAXIMUM ((size_t)255)
#define SHORT_REPLY_MAXIMUM 256U
#define STATUS_FAMILY 0xff00U
#define STATUS_MORE 0x6100U
#define STATUS_OTHER_LENGTH 0x6c00U

static bool put_header(const struct apdu_command *command, uint8_t chaining, struct buffer *out, struct error *err)
{
	return buffer_put_u8(out, command->class | chaining, err) && buffer_put_u8(out, command->ins, err) &&
	       buffer_put_u8(out, command->p1, err) && buffer_put_u8(out, command->p2, err);
}

bool apdu_encode_short(const struct apdu_command *command, uint8_t chaining, unsigned length_expected,
    struct buffer *out, struct error *err)
{
	if (command->data.len > SHORT_DATA_MAXIMUM || length_expected > SHORT_REPLY_MAXIMUM)
		return error_set(err, ERROR_BUG, "a short command cannot carry %zu bytes", command->data.len);
	if (!put_header(command, chaining, out, err))
		return false;
	if (command->data.len > 0 &&
	    (!buffer_put_u8(out, (uint8_t)command->data.len, err) || !buffer_put(out, command->data, err)))
		return false;
	return length_expected == 0 || buffer_put_u8(out, (uint8_t)(length_expected & 0xffU), err);
}

bool apdu_encode_extended(const struct apdu_command *command, struct buffer *out, struct error *err)
{
	size_t len = command->data.len;

	if (len > UINT16_MAX)
		return error_set(err, ERROR_LIMIT, "a command cannot carry %zu bytes", len);
	if (!put_header(command, CLASS_LAST, out, err) || !buffer_put_u8(out, 0, err))
		return false;
	if (len > 0 && (!buffer_put_u16(out, (uint16_t)len, err) || !buffer_put(out, command->data, err)))
		return false;
	return command->reply == APDU_REPLY_NONE || buffer_put_u16(out, 0, err);
}

/* One piece there and back. All that is ever sent and received passes here. */
static bool transmit(struct apdu_channel *channel, const struct buffer *encoded, struct buffer *reply, uint16_t *status,
    struct error *err)
{
	size_t before = reply->len;
	struct bytes answer, data;

	if (!channel->transport.transmit(channel->transport.state, buffer_bytes(encoded), reply, err))
		return false;
	answer = buffer_bytes(reply);
	if (!bytes_take(&answer, before, &data) || answer.len < 2 || !bytes_take(&answer, answer.len - 2, &data) ||
	    !bytes_take_u16(&answer, status))
		return error_set(err, ERROR_CARD_REPLY, "the token answered without a status word");
	buffer_cut(reply, reply->len - 2);
	return true;
}

static bool send_short(struct apdu_channel *channel, const struct apdu_command *command, uint8_t chaining,
    unsigned length_expected, struct buffer *reply, uint16_t *status, struct error *err)
{
	struct buffer encoded = BUFFER_EMPTY;
	bool done = apdu_encode_short(command, chaining, length_expected, &encoded, err) &&
	            transmit(channel, &encoded, reply, status, err);

	buffer_free(&encoded);
	return done;
}

/* As send_short, and once more when the card names the length that it wants to be asked for. */
static bool run_short(struct apdu_channel *channel, const struct apdu_command *command, uint8_t chaining,
    unsigned length_expected, struct buffer *reply, uint16_t *status, struct error *err)
{
	size_t before = reply->len;
	unsigned wanted;

	if (!send_short(channel, command, chaining, length_expected, reply, status, err))
		return false;
	if ((*status & STATUS_FAMILY) != STATUS_OTHER_LENGTH)
		return true;
	wanted = *status & 0xffU;
	buffer_cut(reply, before);
	return send_short(channel, command, chaining, wanted == 0 ? SHORT_REPLY_MAXIMUM : wanted, reply, status, err);
}

static bool get_response(
    struct apdu_channel *channel, uint16_t status, struct buffer *reply, uint16_t *next, struct error *err)
{
	static const struct apdu_command command = {.ins = INS_GET_RESPONSE, .reply = APDU_REPLY_SHORT};
	unsigned waiting = (status & STATUS_FAMILY) == STATUS_MORE ? status & 0xffU : 0;

	return run_short(channel, &command, CLASS_LAST, waiting == 0 ? SHORT_REPLY_MAXIMUM : waiting, reply, next, err);
}

/* Fetches what the card still holds. Some cards fill the reply, say 9000 and hold more: then one question tells.
 *   piece  bytes of the first reply where more than 256 could not come, else 0 */
static bool take_rest(
    struct apdu_channel *channel, size_t piece, struct buffer *reply, uint16_t *status, struct error *err)
{
	for (;;) {
		bool announced = (*status & STATUS_FAMILY) == STATUS_MORE;
		size_t before = reply->len;
		uint16_t next;

		if (!announced && (*status != STATUS_DONE || piece != SHORT_REPLY_MAXIMUM))
			return true;
		if (!get_response(channel, *status, reply, &next, err))
			return false;
		if (!announced && next != STATUS_DONE && (next & STATUS_FAMILY) != STATUS_MORE) {
			buffer_cut(reply, before);
			return true;
		}
		piece = reply->len - before;
		*status = next;
		if (piece == 0 && (next & STATUS_FAMILY) == STATUS_MORE)
			return error_set(err, ERROR_CARD_REPLY, "the token announces more and sends nothing");
		if (reply->len > APDU_REPLY_MAXIMUM)
			return error_set(err, ERROR_CARD_REPLY, "the token's answer has no end");
	}
}

static bool exchange_extended(struct apdu_channel *channel, const struct apdu_command *command, struct buffer *reply,
    uint16_t *status, struct error *err)
{
	struct buffer encoded = BUFFER_EMPTY;
	bool done = apdu_encode_extended(command, &encoded, err) && transmit(channel, &encoded, reply, status, err) &&
	            take_rest(channel, 0, reply, status, err);

	buffer_free(&encoded);
	return done;
}

/* All pieces but the last go with the chaining class; a card that refuses one has answered the whole. */
static bool exchange_short(struct apdu_channel *channel, const struct apdu_command *command, struct buffer *reply,
    uint16_t *status, struct error *err)
{
	struct apdu_command piece = *command;
	struct bytes rest = command->data;
	size_t before = reply->len;

	while (rest.len > SHORT_DATA_MAXIMUM) {
		if (!bytes_take(&rest, SHORT_DATA_MAXIMUM, &piece.data))
			return error_set(err, ERROR_BUG, "a piece is longer than the whole");
		if (!run_short(channel, &piece, CLASS_CHAINED, 0, reply, status, err))
			return false;
		if (*status != STATUS_DONE)
			return true;
		buffer_cut(reply, before);
	}
	piece.data = rest;
	return run_short(channel, &piece, CLASS_LAST, command->reply == APDU_REPLY_NONE ? 0 : SHORT_REPLY_MAXIMUM,
	           reply, status, err) &&
	       take_rest(channel, reply->len - before, reply, status, err);
}

static bool needs_extended(const struct apdu_command *command)
{
	return command->data.len > SHORT_DATA_MAXIMUM || command->reply == APDU_REPLY_LONG;
}

bool apdu_exchange(struct apdu_channel *channel, const struct apdu_command *command, struct buffer *reply,
    uint16_t *status, struct error *err)
{
	size_t before = reply->len;
	struct error first = ERROR_EMPTY;
	bool answered;

	if (!needs_extended(command) || channel->short_only)
		return exchange_short(channel, command, reply, status, err);
	answered = exchange_extended(channel, command, reply, status, &first);
	if (answered && *status != STATUS_LENGTH)
		return true;
	if (!answered && first.code != ERROR_CARD_EXCHANGE) {
		if (err != NULL)
			*err = first;
		return false;
	}
	/* Only commands that may be repeated without harm are that long: reading, writing, signing, making a key. */
	buffer_cut(reply, before);
	if (!exchange_short(channel, command, reply, status, err))
		return false;
	channel->short_only = *status != STATUS_LENGTH;
	return true;
}

#include "piv/trace.h"

#include <stdlib.h>

#include "common/buffer.h"
#include "common/bytes.h"
#include "piv/instruction.h"
#include "piv/slot.h"
#include "piv/transport.h"

/* Instructions whose data is always a secret. */
static const uint8_t secret_instructions[] = {
    INS_VERIFY, INS_CHANGE_REFERENCE, INS_RESET_RETRY, INS_IMPORT, INS_SET_MANAGEMENT_KEY};

struct tracer {
	struct transport inner;
	struct trace_sink sink;
	bool masks;   /* the command that is being sent in pieces, or answered in pieces, is a secret one */
	bool chained; /* a piece of a command went out and more follow */
};

/* The object's tag stands in the front of the data: 5C 03 5F C1 09, behind a length of one or three bytes. */
static bool names_printed(struct bytes data)
{
	static const uint8_t printed[] = {0x5c, 0x03, 0x5f, 0xc1, 0x09};
	struct bytes front, rest = data, skipped;

	for (size_t skip = 1; skip <= 3; skip += 2) {
		rest = data;
		if (bytes_take(&rest, skip, &skipped) && bytes_take(&rest, sizeof(printed), &front) &&
		    bytes_equal(front, BYTES_OF(printed)))
			return true;
	}
	return false;
}

static bool is_secret(uint8_t ins, uint8_t p2, struct bytes data)
{
	for (size_t i = 0; i < sizeof(secret_instructions); i++)
		if (secret_instructions[i] == ins)
			return true;
	if (ins == INS_GENERAL_AUTHENTICATE)
		return p2 == PIV_REFERENCE_MANAGEMENT;
	return (ins == INS_GET_DATA || ins == INS_PUT_DATA) && names_printed(data);
}

static bool put_hex(struct bytes bytes, struct buffer *line, struct error *err)
{
	uint8_t byte;

	while (bytes_take_u8(&bytes, &byte))
		if (!buffer_put_format(line, err, " %02x", byte))
			return false;
	return true;
}

/* Header and status words are shown; what lies between may be masked. */
static bool put_line(
    const char *sign, struct bytes before, struct bytes middle, struct bytes behind, bool mask, struct buffer *line)
{
	return buffer_put_text(line, sign, NULL) && put_hex(before, line, NULL) &&
	       (mask && middle.len > 0 ? buffer_put_format(line, NULL, " [%zu bytes masked]", middle.len)
	                               : put_hex(middle, line, NULL)) &&
	       put_hex(behind, line, NULL);
}

static void say(const struct tracer *tracer, const char *sign, struct bytes before, struct bytes middle,
    struct bytes behind, bool mask)
{
	struct buffer line = BUFFER_EMPTY;

	if (put_line(sign, before, middle, behind, mask, &line))
		tracer->sink.line(tracer->sink.state, buffer_text(&line));
	buffer_free(&line);
}

/* A later piece of a chained command is as secret as its first one, and so is what GET RESPONSE fetches of an answer. A card may have
 * ended the chain before its last piece, so that what follows is another command, with a code in it. */
static void say_command(struct tracer *tracer, struct bytes command)
{
	struct bytes rest = command, header = BYTES_EMPTY, peek;
	uint8_t class = 0, ins = 0, p1, p2 = 0;

	peek = command;
	(void)!(bytes_take_u8(&peek, &class) && bytes_take_u8(&peek, &ins) && bytes_take_u8(&peek, &p1) &&
	        bytes_take_u8(&peek, &p2));
	if (ins != INS_GET_RESPONSE)
		tracer->masks = (tracer->chained && tracer->masks) || is_secret(ins, p2, peek);
	tracer->chained = (class & CLASS_CHAINED) != 0;
	(void)!bytes_take(&rest, 4, &header);
	say(tracer, ">", header, rest, BYTES_EMPTY, tracer->masks);
}

static void say_answer(struct tracer *tracer, struct bytes answer)
{
	struct bytes data = BYTES_EMPTY;

	if (answer.len >= 2)
		(void)!bytes_take(&answer, answer.len - 2, &data);
	say(tracer, "<", BYTES_EMPTY, data, answer, tracer->masks);
}

static bool transmit(void *state, struct bytes command, struct buffer *reply, struct error *err)
{
	struct tracer *tracer = state;
	size_t before = reply->len;
	struct bytes answer, ignored;

	say_command(tracer, command);
	if (!tracer->inner.transmit(tracer->inner.state, command, reply, err)) {
		tracer->sink.line(tracer->sink.state, "< no answer");
		return false;
	}
	answer = buffer_bytes(reply);
	if (bytes_take(&answer, before, &ignored))
		say_answer(tracer, answer);
	return true;
}

static void close_tracer(void *state, enum transport_leave leave)
{
	struct tracer *tracer = state;

	tracer->inner.close(tracer->inner.state, leave);
	free(tracer);
}

bool trace_wrap(struct transport *transport, struct trace_sink sink, struct error *err)
{
	struct tracer *tracer;

	if (sink.line == NULL)
		return true;
	tracer = calloc(1, sizeof(*tracer));
	if (tracer == NULL) {
		transport->close(transport->state, TRANSPORT_LEAVE_AS_IS);
		transport->state = NULL;
		return error_set(err, ERROR_MEMORY, "no memory for a trace");
	}
	tracer->inner = *transport;
	tracer->sink = sink;
	*transport = (struct transport){.state = tracer, .transmit = transmit, .close = close_tracer};
	return true;
}

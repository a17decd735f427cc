#include "fido/card_transport.h"

#include <stdlib.h>
#include <time.h>

#include "common/cbor.h"
#include "common/deadline.h"
#include "piv/apdu.h"
#include "piv/card.h"
#include "piv/reader.h"

/* libfido2's commands. */
enum { COMMAND_MESSAGE = 0x03, COMMAND_INIT = 0x06, COMMAND_CBOR = 0x10, COMMAND_CANCEL = 0x11 };

enum { CLASS_FIDO = 0x80, INS_SELECT = 0xa4, INS_MESSAGE = 0x10, INS_GET_RESPONSE = 0x11 };
enum { SELECT_BY_NAME = 0x04, HOST_POLLS = 0x80, CANCEL = 0x11, GET_INFO = 0x04 };
enum { STATUS_OK = 0x9000, STATUS_KEEP_ALIVE = 0x9100 };
enum { NONCE_SIZE = 8, FLAG_CBOR = 0x04, FLAG_NO_U2F = 0x08, POLL_MS = 50 };

/* CTAP2's commands whose answers hold authenticator data, under this key, and what that begins with. */
enum { MAKE_CREDENTIAL = 0x01, GET_ASSERTION = 0x02, GET_NEXT_ASSERTION = 0x08, DATA_KEY = 2 };
enum { HASH_SIZE = 32, COUNTER_SIZE = 4, AAGUID_SIZE = 16, FLAG_ATTESTED = 0x40 };

/* No person has a part in getInfo, so a card that says for so long that it is at work is none. */
#define GET_INFO_MS 3000

/* The longest answer that CTAP2 knows, with room. */
#define ANSWER_MAXIMUM ((size_t)8192)

struct card_link {
	struct reader_context *context; /* owned; NULL where the transport is the caller's own */
	struct apdu_channel channel;
	bool u2f, ctap2;
	uint8_t nonce[NONCE_SIZE];
	uint8_t command;      /* what was sent and waits to be fetched */
	struct buffer answer; /* to it */
	/* a CTAP2 request; it runs when its answer is fetched, because only then a time limit is known */
	struct buffer request;
	bool waits; /* the card has it, and keeps the answer back: a time limit was over before */
	struct error failure;
};

static bool exchange(struct card_link *link, const struct apdu_command *command, struct buffer *reply, uint16_t *status,
    struct error *err)
{
	return apdu_exchange(&link->channel, command, reply, status, err);
}

static bool select_application(struct card_link *link, struct error *err)
{
	static const uint8_t name[] = {0xa0, 0x00, 0x00, 0x06, 0x47, 0x2f, 0x00, 0x01};
	const struct apdu_command command = {
	    .ins = INS_SELECT, .p1 = SELECT_BY_NAME, .reply = APDU_REPLY_SHORT, .data = BYTES_OF(name)};
	struct buffer reply = BUFFER_EMPTY;
	uint16_t status;
	bool done = exchange(link, &command, &reply, &status, err);

	if (done && status != STATUS_OK)
		done = error_set(err, ERROR_CARD_APPLICATION, "the card has no FIDO application");
	link->u2f = done && bytes_equal_text(buffer_bytes(&reply), "U2F_V2");
	buffer_free(&reply);
	return done;
}

static void pause_between_polls(void)
{
	const struct timespec pause = {.tv_nsec = POLL_MS * 1000000L};

	(void)clock_nanosleep(CLOCK_MONOTONIC, 0, &pause, NULL);
}

static bool poll_once(struct card_link *link, struct buffer *answer, uint16_t *status, struct error *err)
{
	static const struct apdu_command command = {
	    .class = CLASS_FIDO, .ins = INS_GET_RESPONSE, .reply = APDU_REPLY_SHORT};

	pause_between_polls();
	return exchange(link, &command, answer, status, err);
}

/* A request whose answer the card keeps back is not sent again: that would begin the wait anew. */
static bool begin(
    struct card_link *link, struct bytes request, struct buffer *answer, uint16_t *status, struct error *err)
{
	const struct apdu_command command = {
	    .class = CLASS_FIDO, .ins = INS_MESSAGE, .p1 = HOST_POLLS, .reply = APDU_REPLY_SHORT, .data = request};
	bool waits = link->waits;

	link->waits = false;
	return waits ? poll_once(link, answer, status, err) : exchange(link, &command, answer, status, err);
}

bool card_link_cbor(
    struct card_link *link, struct bytes request, int timeout_ms, struct buffer *answer, struct error *err)
{
	struct deadline deadline = deadline_in(timeout_ms < 0 ? 0U : (unsigned)timeout_ms);
	size_t before = answer->len;
	uint16_t status;

	if (!begin(link, request, answer, &status, err))
		return false;
	while (status == STATUS_KEEP_ALIVE) {
		buffer_cut(answer, before);
		if (timeout_ms >= 0 && deadline_left_ms(deadline) == 0) {
			link->waits = true;
			return error_set(err, ERROR_TOUCH, "the token was not touched in time");
		}
		if (!poll_once(link, answer, &status, err))
			return false;
	}
	if (status != STATUS_OK)
		return error_set(err, ERROR_CARD_STATUS, "the token refuses a FIDO2 command with status %04x", status);
	if (answer->len == before || answer->len > ANSWER_MAXIMUM)
		return error_set(err, ERROR_CARD_REPLY, "the token answers %zu bytes to a FIDO2 command", answer->len);
	return true;
}

bool card_link_cancel(struct card_link *link, struct error *err)
{
	static const struct apdu_command command = {
	    .class = CLASS_FIDO, .ins = INS_GET_RESPONSE, .p1 = CANCEL, .reply = APDU_REPLY_SHORT};
	struct buffer reply = BUFFER_EMPTY;
	uint16_t status;
	bool done = !link->waits || exchange(link, &command, &reply, &status, err);

	link->waits = false;
	buffer_free(&reply);
	return done;
}

bool card_link_u2f(struct card_link *link, struct bytes command, struct buffer *answer, struct error *err)
{
	struct apdu_command plain = {.reply = APDU_REPLY_SHORT};
	uint8_t zero;
	uint16_t len, status;

	if (!bytes_take_u8(&command, &plain.class) || !bytes_take_u8(&command, &plain.ins) ||
	    !bytes_take_u8(&command, &plain.p1) || !bytes_take_u8(&command, &plain.p2) ||
	    !bytes_take_u8(&command, &zero) || zero != 0 || !bytes_take_u16(&command, &len) ||
	    !bytes_take(&command, len, &plain.data) || (command.len != 0 && command.len != 2))
		return error_set(err, ERROR_BUG, "this is no U2F command");
	return exchange(link, &plain, answer, &status, err) && buffer_put_u16(answer, status, err);
}

/* Whatever SELECT says, a card that answers getInfo speaks CTAP2. */
static bool find_out(struct card_link *link, struct error *err)
{
	static const uint8_t request[] = {GET_INFO};
	struct buffer answer = BUFFER_EMPTY;
	struct error reason = ERROR_EMPTY;
	bool answered = card_link_cbor(link, BYTES_OF(request), GET_INFO_MS, &answer, &reason);
	struct bytes in = buffer_bytes(&answer);
	uint8_t status;

	link->ctap2 = answered && bytes_take_u8(&in, &status) && status == 0;
	buffer_free(&answer);
	if (answered || reason.code == ERROR_CARD_STATUS)
		return true;
	if (reason.code == ERROR_TOUCH)
		return error_set(err, ERROR_CARD_REPLY, "the token does not come to say what it is");
	if (err != NULL)
		*err = reason;
	return false;
}

void card_link_free(struct card_link *link)
{
	if (link == NULL)
		return;
	/* nobody is going to fetch the answer, and the card need not blink for it */
	(void)!card_link_cancel(link, NULL);
	if (link->channel.transport.state != NULL)
		link->channel.transport.close(link->channel.transport.state, TRANSPORT_LEAVE_AS_IS);
	reader_context_free(link->context);
	buffer_free(&link->answer);
	buffer_free(&link->request);
	free(link);
}

bool card_link_new(struct transport *transport, struct card_link **link, struct error *err)
{
	struct card_link *made = calloc(1, sizeof(*made));

	if (made == NULL) {
		transport->close(transport->state, TRANSPORT_LEAVE_AS_IS);
		*transport = (struct transport){.state = NULL};
		return error_set(err, ERROR_MEMORY, "no memory for a token");
	}
	/* NFC cards are made for pieces, and not each of them takes an extended command. */
	made->channel = (struct apdu_channel){.transport = *transport, .short_only = true};
	*transport = (struct transport){.state = NULL};
	if (!select_application(made, err) || !find_out(made, err)) {
		card_link_free(made);
		return false;
	}
	*link = made;
	return true;
}

static bool open_reader(const char *reader_name, struct card_link **link, struct error *err)
{
	struct reader_context *context = NULL;
	struct transport transport = {.state = NULL};

	if (!reader_context_new(&context, err))
		return false;
	if (!card_open(context, reader_name, &transport, err) || !card_link_new(&transport, link, err)) {
		reader_context_free(context);
		return false;
	}
	(*link)->context = context;
	return true;
}

bool card_transport_probe(const char *reader_name, struct error *err)
{
	struct card_link *link = NULL;
	bool done = open_reader(reader_name, &link, err);

	card_link_free(link);
	return done;
}

/* ---- libfido2's hooks ---- */

static void *hook_open(const char *path)
{
	struct card_link *link = NULL;

	return open_reader(path, &link, NULL) ? link : NULL;
}

static void hook_close(void *handle)
{
	card_link_free(handle);
}

/* With a transport of its own libfido2 never calls these two, and yet wants them. */
static int hook_read(void *handle, unsigned char *data, size_t len, int timeout_ms)
{
	(void)handle;
	(void)data;
	(void)len;
	(void)timeout_ms;
	return -1;
}

static int hook_write(void *handle, const unsigned char *data, size_t len)
{
	(void)handle;
	(void)data;
	(void)len;
	return -1;
}

static bool send(struct card_link *link, uint8_t command, struct bytes data, struct error *err)
{
	if (command == COMMAND_CANCEL)
		return card_link_cancel(link, err);
	link->command = command;
	link->waits = false;
	buffer_free(&link->answer);
	buffer_free(&link->request);
	if (command == COMMAND_INIT)
		return bytes_take_to(&data, link->nonce, NONCE_SIZE) ||
		       error_set(err, ERROR_BUG, "a nonce is too short");
	if (command == COMMAND_CBOR)
		return buffer_put(&link->request, data, err);
	if (command == COMMAND_MESSAGE)
		return card_link_u2f(link, data, &link->answer, err);
	return error_set(err, ERROR_CARD_UNSUPPORTED, "a card knows no command %02x", command);
}

/* Authenticator data: what stands in it before its own CBOR. One that is cut short libfido2 refuses without reading that far. */
static bool data_check(struct bytes data)
{
	struct bytes part;
	struct cbor_item item;
	uint8_t flags;
	uint16_t len;

	if (!bytes_take(&data, HASH_SIZE, &part) || !bytes_take_u8(&data, &flags) ||
	    !bytes_take(&data, COUNTER_SIZE, &part))
		return true;
	if ((flags & FLAG_ATTESTED) != 0 &&
	    (!bytes_take(&data, AAGUID_SIZE, &part) || !bytes_take_u16(&data, &len) || !bytes_take(&data, len, &part)))
		return true;
	while (data.len > 0)
		if (!cbor_take(&data, &item))
			return false;
	return true;
}

static bool has_data(struct bytes request)
{
	uint8_t command;

	return bytes_take_u8(&request, &command) &&
	       (command == MAKE_CREDENTIAL || command == GET_ASSERTION || command == GET_NEXT_ASSERTION);
}

bool card_answer_check(struct bytes request, struct bytes answer, struct error *err)
{
	struct cbor_item map = {.kind = CBOR_NULL}, data;
	uint8_t status;

	if (!bytes_take_u8(&answer, &status))
		return error_set(err, ERROR_CARD_REPLY, "the token answers a FIDO2 command with nothing");
	/* what a card may have put behind the item, libfido2 does not read */
	if (answer.len > 0 && !cbor_take(&answer, &map))
		return error_set(err, ERROR_CARD_REPLY, "the token's answer to a FIDO2 command is no CBOR");
	if (!has_data(request) || status != 0 || map.kind != CBOR_MAP || !cbor_find_number(&map, DATA_KEY, &data))
		return true;
	return data.kind != CBOR_BYTES || data_check(data.content) ||
	       error_set(err, ERROR_CARD_REPLY, "the token's authenticator data is no CBOR at its end");
}

static int hook_tx(fido_dev_t *device, uint8_t command, const unsigned char *data, size_t len)
{
	struct card_link *link = fido_dev_io_handle(device);

	link->failure = ERROR_EMPTY;
	return send(link, command, bytes_of(data, len), &link->failure) ? 0 : -1;
}

/* nonce, channel, then protocol, three version bytes and what the card can do. */
static bool put_handshake(struct card_link *link, struct error *err)
{
	static const uint8_t middle[] = {0, 0, 0, 0, 2, 0, 0, 0};
	unsigned flags = (link->ctap2 ? FLAG_CBOR : 0U) | (link->u2f ? 0U : FLAG_NO_U2F);

	return buffer_put(&link->answer, BYTES_OF(link->nonce), err) &&
	       buffer_put(&link->answer, BYTES_OF(middle), err) && buffer_put_u8(&link->answer, (uint8_t)flags, err);
}

static bool fetch(struct card_link *link, uint8_t command, int timeout_ms, struct bytes *answer, struct error *err)
{
	if (command != link->command)
		return error_set(err, ERROR_BUG, "an answer to another command is asked for");
	if (command == COMMAND_INIT && !put_handshake(link, err))
		return false;
	if (command == COMMAND_CBOR &&
	    (!card_link_cbor(link, buffer_bytes(&link->request), timeout_ms, &link->answer, err) ||
	        !card_answer_check(buffer_bytes(&link->request), buffer_bytes(&link->answer), err)))
		return false;
	*answer = buffer_bytes(&link->answer);
	return true;
}

static int hook_rx(fido_dev_t *device, uint8_t command, unsigned char *data, size_t len, int timeout_ms)
{
	struct card_link *link = fido_dev_io_handle(device);
	struct bytes answer = BYTES_EMPTY;

	if (!fetch(link, command, timeout_ms, &answer, &link->failure))
		return -1;
	if (answer.len > len) {
		(void)error_set(
		    &link->failure, ERROR_CARD_REPLY, "the token's answer of %zu bytes is too long", answer.len);
		return -1;
	}
	len = answer.len;
	return bytes_take_to(&answer, data, len) ? (int)len : -1;
}

int card_transport_use(fido_dev_t *device)
{
	static const fido_dev_io_t io = {hook_open, hook_close, hook_read, hook_write};
	static const fido_dev_transport_t transport = {hook_rx, hook_tx};
	int result = fido_dev_set_io_functions(device, &io);

	return result == FIDO_OK ? fido_dev_set_transport_functions(device, &transport) : result;
}

const struct error *card_transport_failure(const fido_dev_t *device)
{
	const struct card_link *link = fido_dev_io_handle(device);

	return link != NULL && link->failure.code != ERROR_NONE ? &link->failure : NULL;
}

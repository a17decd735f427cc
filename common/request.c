#include "common/request.h"

#include "common/framing.h"
#include "common/text.h"

static const struct code_row {
	const char *name;
	size_t methods_minimum, methods_maximum;
	enum request_code code;
	bool proves; /* a person is to be proven: the fields on who asks and how long to wait are there */
} codes[] = {
    {"authorized-keys", 1, 1, REQUEST_AUTHORIZED_KEYS, false},
    {"session", 1, AUTH_INFO_METHODS_MAXIMUM, REQUEST_SESSION, false},
    {"principals", 1, 1, REQUEST_PRINCIPALS, false},
    {"authenticate", 0, 0, REQUEST_AUTHENTICATE, true},
    {"agent", 1, AUTH_INFO_METHODS_MAXIMUM, REQUEST_AGENT, true},
};

static const struct code_row *find_row(unsigned code)
{
	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
		if (code == codes[i].code)
			return &codes[i];
	return NULL;
}

const char *request_name(enum request_code code)
{
	const struct code_row *row = find_row(code);

	return row == NULL ? "unknown" : row->name;
}

static bool put_fields(const struct request *request, struct buffer *out, struct error *err)
{
	const struct code_row *row = find_row(request->code);

	if (!buffer_put_ssh_string(out, request->account, err) || !buffer_put_ssh_string(out, request->service, err) ||
	    !buffer_put_u32(out, (uint32_t)request->num_methods, err))
		return false;
	for (size_t i = 0; i < request->num_methods; i++)
		if (!buffer_put_ssh_string(out, request->methods[i].name, err) ||
		    !buffer_put_ssh_string(out, request->methods[i].blob, err))
			return false;
	return buffer_put_ssh_string(out, request->remote, err) &&
	       (row == NULL || !row->proves ||
	           (buffer_put_ssh_string(out, request->caller, err) &&
	               buffer_put_ssh_string(out, request->command, err) &&
	               buffer_put_u32(out, request->wait_seconds, err)));
}

bool request_encode(const struct request *request, struct buffer *out, struct error *err)
{
	size_t mark;

	if (request->num_methods > AUTH_INFO_METHODS_MAXIMUM)
		return error_set(err, ERROR_LIMIT, "more than %d methods", AUTH_INFO_METHODS_MAXIMUM);
	return framing_open(out, REQUEST_VERSION, (uint8_t)request->code, &mark, err) &&
	       framing_close(out, mark, REQUEST_MAXIMUM, put_fields(request, out, err), err);
}

bool reply_encode(const struct reply *reply, struct buffer *out, struct error *err)
{
	size_t mark;
	bool complete;

	if (!framing_open(out, REQUEST_VERSION, (uint8_t)reply->verdict, &mark, err))
		return false;
	complete = buffer_put_ssh_string(out, reply->reason, err) && buffer_put_ssh_string(out, reply->sentence, err) &&
	           buffer_put_ssh_string(out, reply->output, err);
	return framing_close(out, mark, REPLY_MAXIMUM, complete, err);
}

/* Text that will be compared and logged. */
static bool take_word(struct bytes *message, struct bytes *word)
{
	return bytes_take_ssh_string(message, word) && word->len > 0 && text_is_printable(*word);
}

static bool take_code(struct bytes *message, const struct code_row **row, struct error *err)
{
	uint8_t number;

	if (!bytes_take_u8(message, &number))
		return error_set(err, ERROR_PROTOCOL, "a request without code");
	*row = find_row(number);
	return *row != NULL || error_set(err, ERROR_PROTOCOL, "a request of unknown code %u", number);
}

static bool take_methods(struct bytes *message, const struct code_row *row, struct request *request, struct error *err)
{
	uint32_t count;

	if (!bytes_take_u32(message, &count) || count < row->methods_minimum || count > row->methods_maximum)
		return error_set(err, ERROR_PROTOCOL, "%s: not %zu to %zu methods", row->name, row->methods_minimum,
		    row->methods_maximum);
	for (size_t i = 0; i < count; i++)
		if (!take_word(message, &request->methods[i].name) ||
		    !bytes_take_ssh_string(message, &request->methods[i].blob))
			return error_set(err, ERROR_PROTOCOL, "method %zu is cut short or has no sane name", i + 1);
	request->num_methods = count;
	return true;
}

/* Text that may be empty. */
static bool take_text(struct bytes *message, struct bytes *text)
{
	return bytes_take_ssh_string(message, text) && text_is_printable(*text);
}

static bool take_proof_fields(struct bytes *message, struct request *request)
{
	return take_text(message, &request->caller) && take_text(message, &request->command) &&
	       bytes_take_u32(message, &request->wait_seconds) && request->wait_seconds > 0 &&
	       request->wait_seconds <= REQUEST_WAIT_MAXIMUM;
}

bool request_parse(struct bytes message, struct request *request, struct error *err)
{
	struct request fresh = {.num_methods = 0};
	const struct code_row *row;

	if (!framing_take_version(&message, REQUEST_MAXIMUM, REQUEST_VERSION, err) || !take_code(&message, &row, err))
		return false;
	fresh.code = row->code;
	if (!take_word(&message, &fresh.account) || !take_word(&message, &fresh.service))
		return error_set(err, ERROR_PROTOCOL, "an account or a service without sane name");
	if (!take_methods(&message, row, &fresh, err))
		return false;
	if (!take_text(&message, &fresh.remote))
		return error_set(err, ERROR_PROTOCOL, "no sane word on where the person sits");
	if (row->proves && !take_proof_fields(&message, &fresh))
		return error_set(
		    err, ERROR_PROTOCOL, "no sane word on who asks, by which command, or how long to wait");
	if (message.len > 0)
		return error_set(err, ERROR_PROTOCOL, "%zu bytes stand behind the request", message.len);
	*request = fresh;
	return true;
}

bool reply_parse(struct bytes message, struct reply *reply, struct error *err)
{
	struct reply fresh;
	uint8_t verdict;

	if (!framing_take_version(&message, REPLY_MAXIMUM, REQUEST_VERSION, err))
		return false;
	if (!bytes_take_u8(&message, &verdict) || (verdict != REQUEST_REFUSED && verdict != REQUEST_ACCEPTED))
		return error_set(err, ERROR_PROTOCOL, "a reply without verdict");
	fresh.verdict = verdict == REQUEST_ACCEPTED ? REQUEST_ACCEPTED : REQUEST_REFUSED;
	if (!take_word(&message, &fresh.reason) || !bytes_take_ssh_string(&message, &fresh.sentence) ||
	    !text_is_printable(fresh.sentence) || !bytes_take_ssh_string(&message, &fresh.output) || message.len > 0)
		return error_set(err, ERROR_PROTOCOL, "a reply that is cut short, too long or no text");
	if (fresh.verdict == REQUEST_REFUSED && fresh.output.len > 0)
		return error_set(err, ERROR_PROTOCOL, "a refusal with output");
	*reply = fresh;
	return true;
}

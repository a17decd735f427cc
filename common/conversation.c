#include "common/conversation.h"

#define ANSWER_KIND 64

/* Which fields a kind of question has, and whether it wants an answer. */
static const struct kind_row {
	enum question_kind kind;
	bool message, key, answer;
} rows[] = {
    {QUESTION_UNDER_WAY, .message = false},
    {QUESTION_TELL, .message = true},
    {QUESTION_WARN, .message = true},
    {QUESTION_PIN, .message = true, .answer = true},
    {QUESTION_CONSENT, .message = true, .answer = true},
    {QUESTION_SIGN, .key = true, .answer = true},
};

static const struct kind_row *find_row(unsigned kind)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].kind == kind)
			return &rows[i];
	return NULL;
}

bool question_wants_answer(enum question_kind kind)
{
	const struct kind_row *row = find_row(kind);

	return row != NULL && row->answer;
}

bool question_is(struct bytes message)
{
	uint8_t version, kind;

	return bytes_take_u8(&message, &version) && bytes_take_u8(&message, &kind) && find_row(kind) != NULL;
}

static bool finish(struct buffer *out, size_t mark, size_t maximum, bool complete, struct error *err)
{
	if (complete && out->len - mark - REQUEST_LENGTH_SIZE > maximum)
		complete = error_set(err, ERROR_LIMIT, "a message of more than %zu bytes", maximum);
	if (complete)
		buffer_close_u32(out, mark);
	else
		buffer_cut(out, mark);
	return complete;
}

bool question_encode(const struct question *question, struct buffer *out, struct error *err)
{
	size_t mark;
	bool complete;

	if (!buffer_open_u32(out, &mark, err))
		return false;
	complete = buffer_put_u8(out, CONVERSATION_VERSION, err) && buffer_put_u8(out, (uint8_t)question->kind, err) &&
	           message_put(&question->message, out, err) && buffer_put_ssh_string(out, question->key, err) &&
	           buffer_put_ssh_string(out, question->data, err);
	return finish(out, mark, QUESTION_MAXIMUM, complete, err);
}

bool answer_encode(struct bytes content, struct buffer *out, struct error *err)
{
	size_t mark;
	bool complete;

	if (!buffer_open_u32(out, &mark, err))
		return false;
	complete = buffer_put_u8(out, CONVERSATION_VERSION, err) && buffer_put_u8(out, ANSWER_KIND, err) &&
	           buffer_put_ssh_string(out, content, err);
	return finish(out, mark, ANSWER_MAXIMUM, complete, err);
}

/* Version and kind, the two bytes in front of both forms. */
static bool take_head(struct bytes *message, size_t maximum, uint8_t *kind, struct error *err)
{
	uint8_t version;

	if (message->len > maximum || !bytes_take_u8(message, &version))
		return error_set(err, ERROR_PROTOCOL, "a message of %zu bytes", message->len);
	if (version != CONVERSATION_VERSION)
		return error_set(err, ERROR_PROTOCOL_VERSION,
		    "the peer speaks version %u of the protocol, not %d: install the same release for both", version,
		    CONVERSATION_VERSION);
	return bytes_take_u8(message, kind) || error_set(err, ERROR_PROTOCOL, "a message without kind");
}

bool question_parse(struct bytes message, struct question *question, struct error *err)
{
	struct question fresh;
	const struct kind_row *row;
	uint8_t kind;

	if (!take_head(&message, QUESTION_MAXIMUM, &kind, err))
		return false;
	row = find_row(kind);
	if (row == NULL)
		return error_set(err, ERROR_PROTOCOL, "a question of unknown kind %u", kind);
	fresh.kind = row->kind;
	if (!message_take(&message, &fresh.message) || !bytes_take_ssh_string(&message, &fresh.key) ||
	    !bytes_take_ssh_string(&message, &fresh.data) || message.len > 0)
		return error_set(err, ERROR_PROTOCOL, "a question that is cut short, too long or no message");
	if (row->message != (fresh.message.num_sentences > 0) || row->key != (fresh.key.len > 0) ||
	    row->key != (fresh.data.len > 0))
		return error_set(err, ERROR_PROTOCOL, "a question whose fields are not those of its kind %u", kind);
	*question = fresh;
	return true;
}

bool answer_parse(struct bytes message, struct bytes *content, struct error *err)
{
	struct bytes fresh;
	uint8_t kind;

	if (!take_head(&message, ANSWER_MAXIMUM, &kind, err))
		return false;
	if (kind != ANSWER_KIND || !bytes_take_ssh_string(&message, &fresh) || message.len > 0)
		return error_set(err, ERROR_PROTOCOL, "an answer that is none, cut short or too long");
	*content = fresh;
	return true;
}

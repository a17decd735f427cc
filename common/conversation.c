#include "common/conversation.h"

#include "common/framing.h"

#define ANSWER_KIND 64

/* Which fields a kind of question has. */
static const struct kind_row {
	enum question_kind kind;
	bool message, key;
} rows[] = {
    {QUESTION_UNDER_WAY, .message = false},
    {QUESTION_TELL, .message = true},
    {QUESTION_WARN, .message = true},
    {QUESTION_PIN, .message = true},
    {QUESTION_CONSENT, .message = true},
    {QUESTION_SIGN, .key = true},
};

static const struct kind_row *find_row(unsigned kind)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].kind == kind)
			return &rows[i];
	return NULL;
}

bool question_is(struct bytes message)
{
	uint8_t version, kind;

	return bytes_take_u8(&message, &version) && bytes_take_u8(&message, &kind) && find_row(kind) != NULL;
}

bool question_encode(const struct question *question, struct buffer *out, struct error *err)
{
	size_t mark;
	bool complete;

	if (!framing_open(out, CONVERSATION_VERSION, (uint8_t)question->kind, &mark, err))
		return false;
	complete = message_put(&question->message, out, err) && buffer_put_ssh_string(out, question->key, err) &&
	           buffer_put_ssh_string(out, question->data, err);
	return framing_close(out, mark, QUESTION_MAXIMUM, complete, err);
}

bool answer_encode(struct bytes content, struct buffer *out, struct error *err)
{
	size_t mark;

	return framing_open(out, CONVERSATION_VERSION, ANSWER_KIND, &mark, err) &&
	       framing_close(out, mark, ANSWER_MAXIMUM, buffer_put_ssh_string(out, content, err), err);
}

static bool take_head(struct bytes *message, size_t maximum, uint8_t *kind, struct error *err)
{
	return framing_take_version(message, maximum, CONVERSATION_VERSION, err) &&
	       (bytes_take_u8(message, kind) || error_set(err, ERROR_PROTOCOL, "a message without kind"));
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

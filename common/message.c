#include "common/message.h"

#include "common/format.h"
#include "common/text.h"

struct message message_of(const char *sentence, const char *first, const char *second)
{
	return (struct message){.sentences = {bytes_of_text(sentence)},
	    .num_sentences = 1,
	    .values = {bytes_of_text(first), bytes_of_text(second)},
	    .num_values = first == NULL    ? 0
	                  : second == NULL ? 1
	                                   : 2};
}

static struct bytes printable_or_mark(struct bytes value)
{
	return text_is_printable(value) ? value : bytes_of_text("?");
}

/* What was cut off at the end of an error's text is missing in its values. */
static struct bytes value_of_error(const struct error *err, size_t at, size_t len)
{
	struct bytes rest = bytes_of_text(err->text), front, value = BYTES_EMPTY;

	if (!bytes_take(&rest, at, &front) || !bytes_take(&rest, len < rest.len ? len : rest.len, &value))
		return BYTES_EMPTY;
	return printable_or_mark(value);
}

struct message message_of_error(const struct error *err)
{
	const struct wording *wording = &err->wording;
	struct message message = MESSAGE_EMPTY;

	if (wording->lost || wording->num_formats == 0) {
		message = message_of("%s", err->text, NULL);
		message.values[0] = printable_or_mark(message.values[0]);
		return message;
	}
	message.num_sentences = wording->num_formats;
	for (size_t i = 0; i < wording->num_formats; i++)
		message.sentences[i] = bytes_of_text(wording->formats[i]);
	message.num_values = wording->num_values;
	for (size_t i = 0; i < wording->num_values; i++)
		message.values[i] = value_of_error(err, wording->values[i].at, wording->values[i].len);
	return message;
}

static bool is_sentence(struct bytes sentence, size_t *num)
{
	return sentence.len > 0 && sentence.len < MESSAGE_TEXT_SIZE && text_is_printable(sentence) &&
	       format_count(sentence, num);
}

static bool is_sound(const struct message *message)
{
	size_t wanted = 0, num;

	for (size_t i = 0; i < message->num_sentences; i++) {
		if (!is_sentence(message->sentences[i], &num))
			return false;
		wanted += num;
	}
	for (size_t i = 0; i < message->num_values; i++)
		if (!text_is_printable(message->values[i]))
			return false;
	return wanted == message->num_values;
}

static bool put_strings(const struct bytes *strings, size_t num, struct buffer *out, struct error *err)
{
	bool done = buffer_put_u8(out, (uint8_t)num, err);

	for (size_t i = 0; done && i < num; i++)
		done = buffer_put_ssh_string(out, strings[i], err);
	return done;
}

bool message_put(const struct message *message, struct buffer *out, struct error *err)
{
	if (!is_sound(message))
		return error_set(err, ERROR_BUG, "a message whose values do not fit its sentences");
	return put_strings(message->sentences, message->num_sentences, out, err) &&
	       put_strings(message->values, message->num_values, out, err);
}

static bool take_strings(struct bytes *in, struct bytes *strings, size_t maximum, size_t *num)
{
	uint8_t count;

	if (!bytes_take_u8(in, &count) || count > maximum)
		return false;
	for (size_t i = 0; i < count; i++)
		if (!bytes_take_ssh_string(in, &strings[i]))
			return false;
	*num = count;
	return true;
}

bool message_take(struct bytes *in, struct message *message)
{
	struct message fresh = MESSAGE_EMPTY;
	struct bytes rest = *in;

	if (!take_strings(&rest, fresh.sentences, MESSAGE_SENTENCES_MAXIMUM, &fresh.num_sentences) ||
	    !take_strings(&rest, fresh.values, MESSAGE_VALUES_MAXIMUM, &fresh.num_values) || !is_sound(&fresh))
		return false;
	*in = rest;
	*message = fresh;
	return true;
}

/* A name, a number and a device are one word or two that no catalogue has. */
static bool put_value(struct bytes value, message_translator *translate, struct buffer *out)
{
	char text[MESSAGE_TEXT_SIZE];
	struct bytes rest = value, word;

	if (translate != NULL && bytes_take_until(&rest, ' ', &word) && rest.len > 0 &&
	    bytes_to_text(value, text, sizeof(text)))
		return buffer_put_text(out, translate(text), NULL);
	return buffer_put(out, value, NULL);
}

/* Appends a format with its values in it; false also for one that does not fit them, and then a part of it may be there. */
static bool put_sentence(struct bytes format, const struct bytes *values, size_t num_values,
    message_translator *translate, struct buffer *out)
{
	size_t next = 0, at;

	while (format.len > 0) {
		struct format_part part;

		if (!format_take(&format, &part))
			return false;
		if (part.conversion == FORMAT_TEXT) {
			if (!buffer_put(out, part.text, NULL))
				return false;
			continue;
		}
		at = part.position == 0 ? next++ : part.position - 1;
		if (at >= num_values || !put_value(values[at], translate, out))
			return false;
	}
	return true;
}

static bool put_translated(struct bytes sentence, const struct bytes *values, size_t num_values,
    message_translator *translate, struct buffer *out)
{
	char key[MESSAGE_TEXT_SIZE];
	size_t before = out->len, num_wanted;
	struct bytes said;

	if (translate == NULL || !bytes_to_text(sentence, key, sizeof(key)))
		return put_sentence(sentence, values, num_values, NULL, out);
	said = bytes_of_text(translate(key));
	if (format_count(said, &num_wanted) && num_wanted == num_values &&
	    put_sentence(said, values, num_values, translate, out))
		return true;
	buffer_cut(out, before);
	return put_sentence(sentence, values, num_values, translate, out);
}

static bool render(const struct message *message, message_translator *translate, char *text, size_t size)
{
	struct buffer out = BUFFER_UP_TO(size - 1);
	const struct bytes *values = message->values;
	bool done = true;

	for (size_t i = 0; done && i < message->num_sentences; i++) {
		size_t num = 0;

		done = (i == 0 || buffer_put_text(&out, ": ", NULL)) && format_count(message->sentences[i], &num) &&
		       put_translated(message->sentences[i], values, num, translate, &out);
		values += num;
	}
	done = done && bytes_to_text(buffer_bytes(&out), text, size);
	buffer_free(&out);
	return done;
}

bool message_render(const struct message *message, message_translator *translate, char *text, size_t size)
{
	return render(message, translate, text, size) || (translate != NULL && render(message, NULL, text, size));
}

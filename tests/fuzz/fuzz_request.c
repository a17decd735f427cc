/* Requests, replies, questions and answers: what is taken is written again byte for byte. What a question says is shown in a language
 * whose catalogue is as hostile: each sentence is translated into one of the question's own values. */
#include "common/conversation.h"
#include "common/request.h"
#include "common/text.h"
#include "tests/fuzz/fuzz.h"

#include <string.h>

static char translation[MESSAGE_TEXT_SIZE];

static const char *translate(const char *sentence)
{
	demand(sentence[0] != '\0');
	return translation;
}

static void check_shown(const struct message *message)
{
	char text[MESSAGE_TEXT_SIZE];

	for (size_t i = 0; i < message->num_values; i++)
		if (bytes_to_text(message->values[i], translation, sizeof(translation)) &&
		    message_render(message, translate, text, sizeof(text)))
			demand(strlen(text) < sizeof(text));
	if (message_render(message, NULL, text, sizeof(text)))
		demand(text_is_printable(bytes_of_text(text)));
}

static void check_written(const struct buffer *out, struct bytes in)
{
	struct bytes whole = buffer_bytes(out), message;

	demand(bytes_take_ssh_string(&whole, &message) && whole.len == 0 && bytes_equal(message, in));
}

/* What is not taken has a reason of the protocol. */
static void check_refused(struct error *err)
{
	demand(err->code == ERROR_PROTOCOL || err->code == ERROR_PROTOCOL_VERSION);
	*err = ERROR_EMPTY;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes in = bytes_of(data, size);
	struct buffer out = BUFFER_EMPTY;
	struct error err = ERROR_EMPTY;
	struct request request;
	struct question question;
	struct bytes content;
	struct reply reply;

	if (request_parse(in, &request, &err)) {
		demand(request.account.len > 0 && (request.num_methods > 0 || request.code == REQUEST_AUTHENTICATE));
		demand(request_encode(&request, &out, &err));
		check_written(&out, in);
	} else {
		check_refused(&err);
	}
	buffer_free(&out);
	if (reply_parse(in, &reply, &err)) {
		demand(reply.verdict == REQUEST_ACCEPTED || reply.output.len == 0);
		demand(reply_encode(&reply, &out, &err));
		check_written(&out, in);
	} else {
		check_refused(&err);
	}
	buffer_free(&out);
	if (question_parse(in, &question, &err)) {
		demand(question_is(in) && !reply_parse(in, &reply, NULL));
		demand(question_encode(&question, &out, &err));
		check_written(&out, in);
		check_shown(&question.message);
	} else {
		check_refused(&err);
	}
	buffer_free(&out);
	if (answer_parse(in, &content, &err)) {
		demand(!question_is(in) && answer_encode(content, &out, &err));
		check_written(&out, in);
	} else {
		check_refused(&err);
	}
	buffer_free(&out);
	return 0;
}

#include "pam_module/dialogue.h"

#include <unistd.h>

#include "common/client.h"
#include "common/connection.h"
#include "common/conversation.h"
#include "common/deadline.h"
#include "common/framing.h"
#include "common/request.h"
#include "common/secret.h"
#include "pam_module/translation.h"

#define TYPED_MAXIMUM 256

/* In the person's language. */
static bool text_of(const struct question *question, char text[MESSAGE_TEXT_SIZE], struct error *err)
{
	return message_render(&question->message, translation_find, text, MESSAGE_TEXT_SIZE) ||
	       error_set(err, ERROR_PROTOCOL, "a question that is too long to be shown");
}

static bool tell(
    const struct dialogue_partner *partner, const struct question *question, struct buffer *answer, struct error *err)
{
	char text[MESSAGE_TEXT_SIZE];

	(void)answer;
	return text_of(question, text, err) &&
	       partner->tell(partner->state, question->kind == QUESTION_WARN, text, err);
}

static bool ask(
    const struct dialogue_partner *partner, const struct question *question, struct buffer *answer, struct error *err)
{
	struct secret *typed = NULL;
	char text[MESSAGE_TEXT_SIZE];
	bool done;

	if (!text_of(question, text, err) || !secret_new(TYPED_MAXIMUM, &typed, err))
		return false;
	done = partner->ask(partner->state, question->kind == QUESTION_PIN, text, typed, err) &&
	       answer_encode(secret_bytes(typed), answer, err);
	secret_free(typed);
	return done;
}

static bool sign(
    const struct dialogue_partner *partner, const struct question *question, struct buffer *answer, struct error *err)
{
	struct buffer signature = BUFFER_EMPTY;
	bool done = partner->sign(partner->state, question->key, question->data, &signature, err) &&
	            answer_encode(buffer_bytes(&signature), answer, err);

	buffer_free(&signature);
	return done;
}

/* Does what a question wants, and appends the message that answers it, if it wants one. */
static bool answer_question(
    const struct dialogue_partner *partner, const struct question *question, struct buffer *answer, struct error *err)
{
	static const struct {
		enum question_kind kind;
		bool (*handle)(const struct dialogue_partner *partner, const struct question *question,
		    struct buffer *answer, struct error *err);
	} rows[] = {
	    {QUESTION_TELL, tell},
	    {QUESTION_WARN, tell},
	    {QUESTION_PIN, ask},
	    {QUESTION_CONSENT, ask},
	    {QUESTION_SIGN, sign},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].kind == question->kind)
			return rows[i].handle(partner, question, answer, err);
	return error_set(err, ERROR_PROTOCOL, "a question of unknown kind");
}

static bool answer_message(
    int descriptor, const struct dialogue_partner *partner, struct bytes message, struct error *err)
{
	struct buffer answer = BUFFER_UP_TO(FRAMING_LENGTH_SIZE + ANSWER_MAXIMUM);
	struct question question;
	bool done;

	done = question_parse(message, &question, err) && answer_question(partner, &question, &answer, err) &&
	       connection_send(descriptor, buffer_bytes(&answer), deadline_in(CLIENT_TIMEOUT_MS), err);
	buffer_free(&answer);
	return done;
}

/* What is open while a dialogue is held. */
struct dialogue {
	const struct dialogue_partner *partner;
	int connection;
	int conversation; /* -1: not yet, or no more */
	bool is_under_way;
};

/* One question from the conversation. Its end is no news: what became of it, the reply says. */
static bool answer_next(struct dialogue *dialogue, struct buffer *message, struct deadline deadline, struct error *err)
{
	struct error why = ERROR_EMPTY;

	if (connection_receive_message(dialogue->conversation, QUESTION_MAXIMUM, message, deadline, &why))
		return answer_message(dialogue->conversation, dialogue->partner, buffer_bytes(message), err);
	if (why.code != ERROR_VERIFIER_UNREACHABLE) {
		*err = why;
		return false;
	}
	close(dialogue->conversation);
	dialogue->conversation = -1;
	return true;
}

/* What the deciding process says before its reply; it asks for nothing, least of all for a PIN. */
static bool heed(struct dialogue *dialogue, struct bytes message, struct deadline deadline, struct error *err)
{
	struct question question;

	if (!question_parse(message, &question, err))
		return false;
	if (question.kind == QUESTION_TELL || question.kind == QUESTION_WARN)
		return tell(dialogue->partner, &question, NULL, err);
	if (question.kind != QUESTION_UNDER_WAY || dialogue->is_under_way)
		return error_set(err, ERROR_PROTOCOL, "the verifier asks where it only tells");
	dialogue->is_under_way = true;
	return connection_receive_descriptor(dialogue->connection, &dialogue->conversation, deadline, err);
}

/* Question after question, until the reply comes.
 *   deadline  for the first word */
static bool converse(struct dialogue *dialogue, struct deadline deadline, unsigned wait_seconds, struct buffer *message,
    struct error *err)
{
	bool asked;

	for (int i = 0; i < CONVERSATION_QUESTIONS_MAXIMUM; i++) {
		if (!connection_wait_either(dialogue->connection, dialogue->conversation, &asked, deadline, err))
			return false;
		if (!asked && !connection_receive_message(dialogue->connection, REPLY_MAXIMUM, message, deadline, err))
			return false;
		if (!asked && !question_is(buffer_bytes(message)))
			return true;
		if (!(asked ? answer_next(dialogue, message, deadline, err)
		            : heed(dialogue, buffer_bytes(message), deadline, err)))
			return false;
		deadline = deadline_in(DIALOGUE_SILENCE_MS + 1000 * wait_seconds);
	}
	return error_set(err, ERROR_PROTOCOL, "the verifier asks without end");
}

bool dialogue_hold(const struct client *client, const struct request *request, const struct dialogue_partner *partner,
    struct buffer *message, struct reply *reply, struct error *err)
{
	struct deadline deadline = deadline_in(client->timeout_ms);
	struct buffer encoded = BUFFER_UP_TO(FRAMING_LENGTH_SIZE + REQUEST_MAXIMUM);
	struct dialogue dialogue = {.partner = partner, .connection = -1, .conversation = -1};
	bool done = false;

	*message = BUFFER_UP_TO(FRAMING_LENGTH_SIZE + REPLY_MAXIMUM);
	if (!request_encode(request, &encoded, err) ||
	    !connection_open(client->socket, deadline, &dialogue.connection, err) ||
	    !connection_send(dialogue.connection, buffer_bytes(&encoded), deadline, err) ||
	    !converse(&dialogue, deadline, request->wait_seconds, message, err))
		goto out;
	done = reply_parse(buffer_bytes(message), reply, err);
out:
	if (dialogue.connection >= 0)
		close(dialogue.connection);
	if (dialogue.conversation >= 0)
		close(dialogue.conversation);
	buffer_free(&encoded);
	if (!done)
		buffer_free(message);
	return done;
}

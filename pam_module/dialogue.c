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

static bool wait_on(
    const struct dialogue_partner *partner, const struct question *question, struct buffer *answer, struct error *err)
{
	(void)partner, (void)question, (void)answer, (void)err;
	return true;
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
	    {QUESTION_UNDER_WAY, wait_on},
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

/* Question after question, until what comes is none. */
static bool converse(int descriptor, const struct dialogue_partner *partner, struct deadline first,
    unsigned wait_seconds, struct buffer *message, struct error *err)
{
	struct deadline deadline = first;

	for (int i = 0; i < CONVERSATION_QUESTIONS_MAXIMUM; i++) {
		if (!connection_receive_message(descriptor, REPLY_MAXIMUM, message, deadline, err))
			return false;
		if (!question_is(buffer_bytes(message)))
			return true;
		if (!answer_message(descriptor, partner, buffer_bytes(message), err))
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
	int descriptor = -1;
	bool done = false;

	*message = BUFFER_UP_TO(FRAMING_LENGTH_SIZE + REPLY_MAXIMUM);
	if (!request_encode(request, &encoded, err) || !connection_open(client->socket, deadline, &descriptor, err) ||
	    !connection_send(descriptor, buffer_bytes(&encoded), deadline, err) ||
	    !converse(descriptor, partner, deadline, request->wait_seconds, message, err))
		goto out;
	done = reply_parse(buffer_bytes(message), reply, err);
out:
	if (descriptor >= 0)
		close(descriptor);
	buffer_free(&encoded);
	if (!done)
		buffer_free(message);
	return done;
}

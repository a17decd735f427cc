#include "verifier/asking.h"

#include "common/connection.h"
#include "common/deadline.h"
#include "common/framing.h"
#include "common/secret.h"

/* How long a client may take to take a question. */
#define SEND_TIMEOUT_MS 2000

/* A connection's errors, in the words of a worker. */
static bool fail(struct error *err)
{
	if (err->code == ERROR_VERIFIER_DEADLINE)
		return error_set(err, ERROR_DEADLINE, "nobody answered in time");
	if (err->code == ERROR_VERIFIER_UNREACHABLE)
		return error_set(err, ERROR_CONVERSATION, "the application has gone");
	return false;
}

static bool put_question(int conversation, const struct question *question, struct error *err)
{
	struct buffer message = BUFFER_UP_TO(FRAMING_LENGTH_SIZE + QUESTION_MAXIMUM);
	bool done =
	    question_encode(question, &message, err) &&
	    (connection_send(conversation, buffer_bytes(&message), deadline_in(SEND_TIMEOUT_MS), err) || fail(err));

	buffer_free(&message);
	return done;
}

/* The next answer, which is the only thing that a client may send.
 *   received  out: what `content` borrows from */
static bool take_answer(int conversation, struct buffer *received, struct bytes *content, struct error *err)
{
	struct deadline deadline = deadline_in(ASKING_ANSWER_TIMEOUT_MS);

	return (connection_receive_message(conversation, ANSWER_MAXIMUM, received, deadline, err) || fail(err)) &&
	       answer_parse(buffer_bytes(received), content, err);
}

bool asking_begin(int connection, int conversation, struct error *err)
{
	const struct question begin = {.kind = QUESTION_UNDER_WAY};

	return put_question(connection, &begin, err) &&
	       (connection_send_descriptor(connection, conversation, deadline_in(SEND_TIMEOUT_MS), err) || fail(err));
}

bool asking_tell(int conversation, enum question_kind kind, const struct message *message, struct error *err)
{
	return put_question(conversation, &(struct question){.kind = kind, .message = *message}, err);
}

bool asking_ask(
    int conversation, enum question_kind kind, const struct message *message, struct secret *answer, struct error *err)
{
	struct buffer received = BUFFER_EMPTY;
	struct bytes content;
	bool done = asking_tell(conversation, kind, message, err) &&
	            take_answer(conversation, &received, &content, err) && secret_put(answer, content, err);

	buffer_free(&received);
	return done;
}

bool asking_sign(int conversation, struct bytes key, struct bytes data, struct buffer *signature, struct error *err)
{
	const struct question question = {.kind = QUESTION_SIGN, .key = key, .data = data};
	struct buffer received = BUFFER_EMPTY;
	struct bytes content;
	bool done = put_question(conversation, &question, err) && take_answer(conversation, &received, &content, err) &&
	            buffer_put(signature, content, err);

	buffer_free(&received);
	return done;
}

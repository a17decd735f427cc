#include "verifier/asking.h"

#include <errno.h>
#include <poll.h>
#include <sys/socket.h>

#include "common/deadline.h"
#include "common/framing.h"
#include "common/secret.h"

/* How long a client may take to take a question. */
#define SEND_TIMEOUT_MS 2000
#define RECEIVE_SIZE ((size_t)1024)

static bool fail_gone(struct error *err)
{
	return error_set(err, ERROR_CONVERSATION, "the application has gone");
}

static bool wait_for(int client, short events, struct deadline deadline, struct error *err)
{
	struct pollfd polled = {.fd = client, .events = events};
	int num;

	do {
		int left = deadline_left_ms(deadline);

		num = left == 0 ? 0 : poll(&polled, 1, left);
	} while (num < 0 && errno == EINTR);
	return num > 0 || error_set(err, ERROR_DEADLINE, "nobody answered in time");
}

static bool send_all(int client, struct bytes rest, struct error *err)
{
	struct deadline deadline = deadline_in(SEND_TIMEOUT_MS);
	struct bytes sent;

	while (rest.len > 0) {
		ssize_t len;

		if (!wait_for(client, POLLOUT, deadline, err))
			return false;
		len = send(client, rest.data, rest.len, MSG_NOSIGNAL | MSG_DONTWAIT);
		if (len < 0 && (errno == EINTR || errno == EAGAIN))
			continue;
		if (len < 0 || !bytes_take(&rest, (size_t)len, &sent))
			return fail_gone(err);
	}
	return true;
}

static bool put_question(int client, const struct question *question, struct error *err)
{
	struct buffer message = BUFFER_UP_TO(FRAMING_LENGTH_SIZE + QUESTION_MAXIMUM);
	bool done = question_encode(question, &message, err) && send_all(client, buffer_bytes(&message), err);

	buffer_free(&message);
	return done;
}

static bool receive_exactly(
    int client, size_t len, struct deadline deadline, struct buffer *received, struct error *err)
{
	while (len > 0) {
		size_t before = received->len;
		uint8_t *room;
		ssize_t got;

		if (!wait_for(client, POLLIN, deadline, err) ||
		    !buffer_extend(received, len < RECEIVE_SIZE ? len : RECEIVE_SIZE, &room, err))
			return false;
		got = recv(client, room, received->len - before, MSG_DONTWAIT);
		buffer_cut(received, before + (got > 0 ? (size_t)got : 0));
		if (got == 0 || (got < 0 && errno != EINTR && errno != EAGAIN))
			return fail_gone(err);
		len -= got > 0 ? (size_t)got : 0;
	}
	return true;
}

/* The next answer, which is the only thing that a client may send.
 *   received  out: what `content` borrows from */
static bool take_answer(int client, struct buffer *received, struct bytes *content, struct error *err)
{
	struct deadline deadline = deadline_in(ASKING_ANSWER_TIMEOUT_MS);
	struct bytes front;
	uint32_t len = 0;

	if (!receive_exactly(client, FRAMING_LENGTH_SIZE, deadline, received, err))
		return false;
	front = buffer_bytes(received);
	if (!bytes_take_u32(&front, &len) || len > ANSWER_MAXIMUM)
		return error_set(err, ERROR_PROTOCOL, "an answer of %u bytes", len);
	buffer_cut(received, 0);
	return receive_exactly(client, len, deadline, received, err) &&
	       answer_parse(buffer_bytes(received), content, err);
}

bool asking_tell(int client, enum question_kind kind, const struct message *message, struct error *err)
{
	return put_question(client, &(struct question){.kind = kind, .message = *message}, err);
}

bool asking_ask(
    int client, enum question_kind kind, const struct message *message, struct secret *answer, struct error *err)
{
	struct buffer received = BUFFER_EMPTY;
	struct bytes content;
	bool done = asking_tell(client, kind, message, err) && take_answer(client, &received, &content, err) &&
	            secret_put(answer, content, err);

	buffer_free(&received);
	return done;
}

bool asking_sign(int client, struct bytes key, struct bytes data, struct buffer *signature, struct error *err)
{
	const struct question question = {.kind = QUESTION_SIGN, .key = key, .data = data};
	struct buffer received = BUFFER_EMPTY;
	struct bytes content;
	bool done = put_question(client, &question, err) && take_answer(client, &received, &content, err) &&
	            buffer_put(signature, content, err);

	buffer_free(&received);
	return done;
}

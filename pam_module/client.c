#include "pam_module/client.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "common/deadline.h"
#include "common/process.h"

#define RECEIVE_SIZE ((size_t)4096)

static bool fail_deadline(struct error *err)
{
	return error_set(err, ERROR_VERIFIER_DEADLINE, "the verifier did not answer in time");
}

static bool fill_address(const char *path, struct sockaddr_un *address, struct error *err)
{
	*address = (struct sockaddr_un){.sun_family = AF_UNIX};
	if (strlen(path) >= sizeof(address->sun_path))
		return error_set(err, ERROR_VERIFIER_UNREACHABLE, "%s: too long for a socket's path", path);
	(void)snprintf(address->sun_path, sizeof(address->sun_path), "%s", path);
	return true;
}

/* A connect that waits for room in the verifier's queue ends by the send timeout: poll cannot wait for that. */
static bool connect_to(int descriptor, const char *path, struct deadline deadline, struct error *err)
{
	struct sockaddr_un address;
	int result;

	if (!fill_address(path, &address, err))
		return false;
	do {
		int left = deadline_left_ms(deadline);
		struct timeval timeout = {.tv_sec = left / 1000, .tv_usec = 1000L * (left % 1000)};

		if (left == 0)
			return fail_deadline(err);
		if (setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof(timeout)) < 0)
			return error_set_errno(err, ERROR_VERIFIER_UNREACHABLE, "%s", path);
		result = connect(descriptor, (const struct sockaddr *)&address, sizeof(address));
	} while (result < 0 && errno == EINTR);
	if (result < 0 && errno == EAGAIN)
		return fail_deadline(err);
	return result == 0 || error_set_errno(err, ERROR_VERIFIER_UNREACHABLE, "%s", path);
}

static bool wait_for(int descriptor, short events, struct deadline deadline, struct error *err)
{
	struct pollfd polled = {.fd = descriptor, .events = events};
	int left, num;

	do {
		left = deadline_left_ms(deadline);
		num = left == 0 ? 0 : poll(&polled, 1, left);
	} while (num < 0 && errno == EINTR);
	if (num < 0)
		return error_set_errno(err, ERROR_VERIFIER_UNREACHABLE, "cannot wait for the verifier");
	return num > 0 || fail_deadline(err);
}

static bool send_all(int descriptor, struct bytes rest, struct deadline deadline, struct error *err)
{
	struct bytes sent;

	while (rest.len > 0) {
		ssize_t len;

		if (!wait_for(descriptor, POLLOUT, deadline, err))
			return false;
		len = send(descriptor, rest.data, rest.len, MSG_NOSIGNAL | MSG_DONTWAIT);
		if (len < 0 && (errno == EINTR || errno == EAGAIN))
			continue;
		if (len < 0 || !bytes_take(&rest, (size_t)len, &sent))
			return error_set_errno(err, ERROR_VERIFIER_UNREACHABLE, "the verifier hung up");
	}
	return true;
}

/* Reads until the verifier closes: a reply is the last thing that comes. */
static bool receive_all(int descriptor, struct buffer *message, struct deadline deadline, struct error *err)
{
	uint8_t part[RECEIVE_SIZE];
	ssize_t len;

	do {
		if (!wait_for(descriptor, POLLIN, deadline, err))
			return false;
		len = recv(descriptor, part, sizeof(part), MSG_DONTWAIT);
		if (len < 0 && errno != EINTR && errno != EAGAIN)
			return error_set_errno(err, ERROR_VERIFIER_UNREACHABLE, "the verifier hung up");
		if (len > 0 && !buffer_put(message, bytes_of(part, (size_t)len), err))
			return false;
	} while (len != 0);
	return message->len > 0 || error_set(err, ERROR_VERIFIER_UNREACHABLE, "the verifier gave no answer");
}

static bool ask_socket(
    const char *path, struct bytes request, struct deadline deadline, struct buffer *message, struct error *err)
{
	int descriptor = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool done;

	if (descriptor < 0)
		return error_set_errno(err, ERROR_VERIFIER_UNREACHABLE, "cannot make a socket");
	done = connect_to(descriptor, path, deadline, err) && send_all(descriptor, request, deadline, err) &&
	       receive_all(descriptor, message, deadline, err);
	close(descriptor);
	return done;
}

/* Nothing of a host's environment reaches the verifier: in sudo it is the user's. */
static bool ask_program(
    const char *program, struct bytes request, struct deadline deadline, struct buffer *message, struct error *err)
{
	static char name[] = "keyenrolld", flag[] = "--once";
	char *const argv[] = {name, flag, NULL}, *const environment[] = {NULL};
	int left = deadline_left_ms(deadline);

	if (left == 0)
		return fail_deadline(err);
	if (process_run(program, argv, environment, request, message, (unsigned)left, err))
		return true;
	if (err->code == ERROR_DEADLINE)
		return fail_deadline(err);
	if (err->code == ERROR_PROGRAM)
		err->code = ERROR_VERIFIER_UNREACHABLE;
	return false;
}

static bool exchange(const struct client *client, struct bytes request, struct buffer *message, struct error *err)
{
	struct deadline deadline = deadline_in(client->timeout_ms);

	if (ask_socket(client->socket, request, deadline, message, err))
		return true;
	if (err->code != ERROR_VERIFIER_UNREACHABLE || client->verifier == NULL)
		return false;
	buffer_cut(message, 0);
	return ask_program(client->verifier, request, deadline, message, err);
}

bool client_ask(const struct client *client, const struct request *request, struct buffer *message, struct reply *reply,
    struct error *err)
{
	struct buffer encoded = BUFFER_UP_TO(REQUEST_LENGTH_SIZE + REQUEST_MAXIMUM);
	struct bytes received, content;
	bool done = false;

	*message = BUFFER_UP_TO(REQUEST_LENGTH_SIZE + REPLY_MAXIMUM);
	if (!request_encode(request, &encoded, err) || !exchange(client, buffer_bytes(&encoded), message, err))
		goto out;
	received = buffer_bytes(message);
	if (!bytes_take_ssh_string(&received, &content) || received.len > 0) {
		error_set(err, ERROR_PROTOCOL, "the verifier's answer is not exactly one reply");
		goto out;
	}
	done = reply_parse(content, reply, err);
out:
	buffer_free(&encoded);
	if (!done)
		buffer_free(message);
	return done;
}

bool client_consent(const struct reply *reply, struct error *err)
{
	char word[64] = "", sentence[sizeof(err->text)] = "";
	enum error_code code;

	if (reply->verdict == REQUEST_ACCEPTED && bytes_equal_text(reply->reason, error_word(ERROR_NONE)))
		return true;
	if (!bytes_to_text(reply->reason, word, sizeof(word)) ||
	    !bytes_to_text(reply->sentence, sentence, sizeof(sentence)))
		return error_set(err, ERROR_PROTOCOL, "the verifier refused, with a reason that cannot be read");
	code = error_find(word);
	if (code == ERROR_NONE)
		return error_set(err, ERROR_PROTOCOL, "the verifier refused by \"%s\": %s", word, sentence);
	return error_set(err, code, "%s", sentence);
}

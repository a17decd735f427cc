#include "common/connection.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "common/framing.h"

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

static bool wait_for_any(struct pollfd *polled, nfds_t count, struct deadline deadline, struct error *err)
{
	int left, num;

	do {
		left = deadline_left_ms(deadline);
		num = left == 0 ? 0 : poll(polled, count, left);
	} while (num < 0 && errno == EINTR);
	if (num < 0)
		return error_set_errno(err, ERROR_VERIFIER_UNREACHABLE, "cannot wait for the verifier");
	return num > 0 || fail_deadline(err);
}

static bool wait_for(int descriptor, short events, struct deadline deadline, struct error *err)
{
	return wait_for_any(&(struct pollfd){.fd = descriptor, .events = events}, 1, deadline, err);
}

bool connection_wait_either(int first, int second, bool *second_ready, struct deadline deadline, struct error *err)
{
	struct pollfd polled[] = {{.fd = first, .events = POLLIN}, {.fd = second, .events = POLLIN}};

	if (!wait_for_any(polled, 2, deadline, err))
		return false;
	*second_ready = polled[1].revents != 0;
	return true;
}

bool connection_send(int descriptor, struct bytes rest, struct deadline deadline, struct error *err)
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

bool connection_receive(int descriptor, struct buffer *message, struct deadline deadline, struct error *err)
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

/* Up to exactly `len` bytes; straight into the buffer, which wipes, since they may be a PIN. */
static bool receive_exactly(
    int descriptor, size_t len, struct buffer *content, struct deadline deadline, struct error *err)
{
	while (content->len < len) {
		size_t before = content->len, wanted = len - before;
		uint8_t *room;
		ssize_t got;

		if (!wait_for(descriptor, POLLIN, deadline, err) ||
		    !buffer_extend(content, wanted < RECEIVE_SIZE ? wanted : RECEIVE_SIZE, &room, err))
			return false;
		got = recv(descriptor, room, content->len - before, MSG_DONTWAIT);
		buffer_cut(content, before + (got > 0 ? (size_t)got : 0));
		if (got < 0 && (errno == EINTR || errno == EAGAIN))
			continue;
		if (got == 0)
			return error_set(err, ERROR_VERIFIER_UNREACHABLE, "the verifier hung up");
		if (got < 0)
			return error_set_errno(err, ERROR_VERIFIER_UNREACHABLE, "the verifier hung up");
	}
	return true;
}

bool connection_receive_message(
    int descriptor, size_t maximum, struct buffer *content, struct deadline deadline, struct error *err)
{
	struct bytes front;
	uint32_t len = 0;

	buffer_cut(content, 0);
	if (!receive_exactly(descriptor, FRAMING_LENGTH_SIZE, content, deadline, err))
		return false;
	front = buffer_bytes(content);
	if (!bytes_take_u32(&front, &len) || len > maximum)
		return error_set(
		    err, ERROR_PROTOCOL, "a message of %u bytes is above the maximum of %zu", len, maximum);
	buffer_cut(content, 0);
	return receive_exactly(descriptor, len, content, deadline, err);
}

bool connection_open(const char *path, struct deadline deadline, int *descriptor, struct error *err)
{
	int made = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	*descriptor = -1;
	if (made < 0)
		return error_set_errno(err, ERROR_VERIFIER_UNREACHABLE, "cannot make a socket");
	if (!connect_to(made, path, deadline, err)) {
		close(made);
		return false;
	}
	*descriptor = made;
	return true;
}

/* One descriptor's control message, aligned as the kernel wants it. */
union passing {
	char space[CMSG_SPACE(sizeof(int))];
	struct cmsghdr header;
};

bool connection_send_descriptor(int descriptor, int passed, struct deadline deadline, struct error *err)
{
	char carrier = 0;
	struct iovec part = {.iov_base = &carrier, .iov_len = sizeof(carrier)};
	union passing passing = {.space = {0}};
	const struct msghdr message = {
	    .msg_iov = &part, .msg_iovlen = 1, .msg_control = passing.space, .msg_controllen = sizeof(passing.space)};
	ssize_t len;

	passing.header =
	    (struct cmsghdr){.cmsg_len = CMSG_LEN(sizeof(int)), .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS};
	memcpy(CMSG_DATA(&passing.header), &passed, sizeof(passed));
	do {
		if (!wait_for(descriptor, POLLOUT, deadline, err))
			return false;
		len = sendmsg(descriptor, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
	} while (len < 0 && (errno == EINTR || errno == EAGAIN));
	return len == sizeof(carrier) || error_set_errno(err, ERROR_VERIFIER_UNREACHABLE, "the verifier hung up");
}

/* There is room for one: what else came, the kernel has closed. */
static int passed_with(const struct msghdr *message)
{
	const struct cmsghdr *header = CMSG_FIRSTHDR(message);
	int passed;

	if (header == NULL || header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS ||
	    header->cmsg_len != CMSG_LEN(sizeof(passed)))
		return -1;
	memcpy(&passed, CMSG_DATA(header), sizeof(passed));
	return passed;
}

bool connection_receive_descriptor(int descriptor, int *taken, struct deadline deadline, struct error *err)
{
	char carrier;
	struct iovec part = {.iov_base = &carrier, .iov_len = sizeof(carrier)};
	union passing passing = {.space = {0}};
	struct msghdr message = {
	    .msg_iov = &part, .msg_iovlen = 1, .msg_control = passing.space, .msg_controllen = sizeof(passing.space)};
	ssize_t len;

	*taken = -1;
	do {
		if (!wait_for(descriptor, POLLIN, deadline, err))
			return false;
		len = recvmsg(descriptor, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
	} while (len < 0 && (errno == EINTR || errno == EAGAIN));
	if (len < 0)
		return error_set_errno(err, ERROR_VERIFIER_UNREACHABLE, "the verifier hung up");
	if (len == 0)
		return error_set(err, ERROR_VERIFIER_UNREACHABLE, "the verifier hung up");
	*taken = passed_with(&message);
	if (*taken >= 0 && (message.msg_flags & MSG_CTRUNC) == 0)
		return true;
	if (*taken >= 0)
		close(*taken);
	*taken = -1;
	return error_set(err, ERROR_PROTOCOL, "the verifier gave no way to converse");
}

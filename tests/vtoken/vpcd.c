#include "tests/vtoken/vpcd.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

bool vpcd_connect(uint16_t port, int *fd, struct error *err)
{
	const struct sockaddr_in address = {
	    .sin_family = AF_INET, .sin_port = htons(port), .sin_addr = {.s_addr = htonl(INADDR_LOOPBACK)}};
	const int yes = 1;
	int made = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	*fd = -1;
	if (made < 0)
		return error_set_errno(err, ERROR_SYSTEM, "no socket");
	(void)setsockopt(made, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes));
	if (connect(made, (const struct sockaddr *)&address, sizeof(address)) != 0) {
		(void)close(made);
		return true;
	}
	*fd = made;
	return true;
}

static bool receive_all(int fd, uint8_t *room, size_t len, struct error *err)
{
	while (len > 0) {
		ssize_t got = recv(fd, room, len, MSG_WAITALL);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return error_set(err, ERROR_CARD_REMOVED, "the reader has closed the connection");
		room += got;
		len -= (size_t)got;
	}
	return true;
}

/* The reader sends length and command apart, and holds the second back until it hears that the first has come; left to
 * itself the kernel says so 40 ms later. The option lasts for a moment only. */
static void acknowledge_at_once(int fd)
{
	const int yes = 1;

	(void)setsockopt(fd, IPPROTO_TCP, TCP_QUICKACK, &yes, sizeof(yes));
}

bool vpcd_receive(int fd, struct buffer *message, struct error *err)
{
	uint8_t header[2], *room;
	struct bytes in = BYTES_OF(header);
	uint16_t len;

	acknowledge_at_once(fd);
	if (!receive_all(fd, header, sizeof(header), err))
		return false;
	acknowledge_at_once(fd);
	if (!bytes_take_u16(&in, &len))
		return error_set(err, ERROR_BUG, "a header of two bytes has no number");
	return buffer_extend(message, len, &room, err) && receive_all(fd, room, len, err);
}

bool vpcd_send(int fd, struct bytes message, struct error *err)
{
	struct buffer out = BUFFER_EMPTY;
	struct bytes rest;
	bool done = false;

	if (message.len > UINT16_MAX) {
		error_set(err, ERROR_LIMIT, "an answer of %zu bytes does not fit the wire", message.len);
		goto out;
	}
	if (!buffer_put_u16(&out, (uint16_t)message.len, err) || !buffer_put(&out, message, err))
		goto out;
	rest = buffer_bytes(&out);
	while (rest.len > 0) {
		struct bytes sent;
		ssize_t count = send(fd, rest.data, rest.len, MSG_NOSIGNAL);

		if (count < 0 && errno == EINTR)
			continue;
		if (count <= 0 || !bytes_take(&rest, (size_t)count, &sent)) {
			error_set(err, ERROR_CARD_REMOVED, "the reader has closed the connection");
			goto out;
		}
	}
	done = true;
out:
	buffer_free(&out);
	return done;
}

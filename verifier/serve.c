#include "verifier/serve.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "common/deadline.h"

/* How long the listener rests when the machine has no descriptor or memory left for another client. */
#define ACCEPT_REST_MS 50
#define RECEIVE_SIZE ((size_t)16 * 1024)

struct client {
	int descriptor;
	struct peer peer;
	struct deadline deadline;
	struct buffer received;
	struct buffer reply; /* empty until it was made */
	size_t num_sent;
};

struct server {
	int listener, stop;
	struct configuration *configuration;
	struct client clients[SERVE_CLIENTS_MAXIMUM]; /* the first num_clients are alive */
	size_t num_clients;
	bool accept_rests;
};

static void client_clear(struct client *client)
{
	close(client->descriptor);
	buffer_free(&client->received);
	buffer_free(&client->reply);
	*client = (struct client){.descriptor = -1};
}

static void drop_client(struct server *server, size_t at)
{
	client_clear(&server->clients[at]);
	server->clients[at] = server->clients[--server->num_clients];
}

static bool user_has_room(const struct server *server, uid_t user)
{
	size_t num = 0;

	for (size_t i = 0; i < server->num_clients; i++)
		num += server->clients[i].peer.user == user ? 1 : 0;
	return peer_is_trusted(user) || num < SERVE_CLIENTS_OF_A_USER_MAXIMUM;
}

static void add_client(struct server *server, int descriptor)
{
	struct ucred credentials;
	socklen_t len = sizeof(credentials);

	if (getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &credentials, &len) < 0 ||
	    !user_has_room(server, credentials.uid)) {
		close(descriptor);
		return;
	}
	server->clients[server->num_clients++] = (struct client){
	    .descriptor = descriptor,
	    .peer = {.user = credentials.uid, .process = credentials.pid},
	    .deadline = deadline_in(SERVE_TIMEOUT_MS),
	    .received = BUFFER_UP_TO(REQUEST_LENGTH_SIZE + REQUEST_MAXIMUM),
	    .reply = BUFFER_UP_TO(REQUEST_LENGTH_SIZE + REPLY_MAXIMUM),
	};
}

static bool accept_clients(struct server *server, struct error *err)
{
	while (server->num_clients < SERVE_CLIENTS_MAXIMUM) {
		int descriptor = accept4(server->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

		if (descriptor >= 0) {
			add_client(server, descriptor);
			continue;
		}
		switch (errno) {
		case EINTR:
		case ECONNABORTED:
			continue;
		case EAGAIN:
			return true;
		case EMFILE:
		case ENFILE:
		case ENOBUFS:
		case ENOMEM:
			server->accept_rests = true;
			return true;
		default:
			return error_set_errno(err, ERROR_SYSTEM, "cannot accept connections");
		}
	}
	return true;
}

/* Where a request stands after what came so far. */
enum progress {
	PROGRESS_UNFINISHED,
	PROGRESS_WHOLE,
	PROGRESS_WRONG,
};

static enum progress find_message(const struct client *client, struct bytes *message, struct error *err)
{
	struct bytes rest = buffer_bytes(&client->received);
	uint32_t len;

	if (!bytes_take_u32(&rest, &len))
		return PROGRESS_UNFINISHED;
	if (len > REQUEST_MAXIMUM) {
		error_set(err, ERROR_LIMIT, "a request of %u bytes is above the maximum of %zu", len, REQUEST_MAXIMUM);
		return PROGRESS_WRONG;
	}
	if (!bytes_take(&rest, len, message))
		return PROGRESS_UNFINISHED;
	if (rest.len > 0) {
		error_set(err, ERROR_PROTOCOL, "%zu bytes stand behind the request", rest.len);
		return PROGRESS_WRONG;
	}
	return PROGRESS_WHOLE;
}

/* Makes the reply as soon as that is possible; false where there is none to send. */
static bool answer_client(struct server *server, struct client *client)
{
	struct error why = ERROR_EMPTY;
	struct bytes message;

	switch (find_message(client, &message, &why)) {
	case PROGRESS_UNFINISHED:
		return true;
	case PROGRESS_WHOLE:
		return answer(server->configuration, &client->peer, message, time(NULL), &client->reply, &why);
	case PROGRESS_WRONG:
		return answer_refusal(&client->peer, &why, &client->reply, NULL);
	}
	return false;
}

static bool receive_from_client(struct server *server, struct client *client)
{
	uint8_t part[RECEIVE_SIZE];
	ssize_t len = recv(client->descriptor, part, sizeof(part), 0);

	if (len < 0)
		return errno == EAGAIN || errno == EINTR;
	return len > 0 && buffer_put(&client->received, bytes_of(part, (size_t)len), NULL) &&
	       answer_client(server, client);
}

static struct bytes unsent(const struct client *client)
{
	struct bytes rest = buffer_bytes(&client->reply), sent;

	return bytes_take(&rest, client->num_sent, &sent) ? rest : BYTES_EMPTY;
}

static bool send_to_client(struct client *client)
{
	struct bytes rest = unsent(client);
	ssize_t len = send(client->descriptor, rest.data, rest.len, MSG_NOSIGNAL);

	if (len < 0)
		return errno == EAGAIN || errno == EINTR;
	client->num_sent += (size_t)len;
	return client->num_sent < client->reply.len;
}

/* Goes on with one client as far as it gets without waiting; false when it is done or lost. */
static bool advance_client(struct server *server, struct client *client)
{
	if (client->reply.len == 0 && !receive_from_client(server, client))
		return false;
	return client->reply.len == 0 || send_to_client(client);
}

static void advance_clients(struct server *server, const struct pollfd *polled)
{
	/* From the end, since dropping one moves the last into its place. */
	for (size_t i = server->num_clients; i-- > 0;)
		if (deadline_left_ms(server->clients[i].deadline) == 0 ||
		    (polled[i].revents != 0 && !advance_client(server, &server->clients[i])))
			drop_client(server, i);
}

static int poll_timeout(const struct server *server)
{
	int least = server->accept_rests ? ACCEPT_REST_MS : -1;

	for (size_t i = 0; i < server->num_clients; i++) {
		int left = deadline_left_ms(server->clients[i].deadline);

		least = least < 0 || left < least ? left : least;
	}
	return least;
}

static void fill_polled(const struct server *server, struct pollfd polled[SERVE_CLIENTS_MAXIMUM + 2])
{
	bool accepts = !server->accept_rests && server->num_clients < SERVE_CLIENTS_MAXIMUM;

	for (size_t i = 0; i < server->num_clients; i++)
		polled[i] = (struct pollfd){.fd = server->clients[i].descriptor,
		    .events = server->clients[i].reply.len == 0 ? POLLIN : POLLOUT};
	polled[server->num_clients] = (struct pollfd){.fd = server->stop, .events = POLLIN};
	polled[server->num_clients + 1] = (struct pollfd){.fd = accepts ? server->listener : -1, .events = POLLIN};
}

/* One turn of the loop.
 *   stopped  out: the stop descriptor spoke */
static bool turn(struct server *server, bool *stopped, struct error *err)
{
	struct pollfd polled[SERVE_CLIENTS_MAXIMUM + 2];
	size_t num = server->num_clients;

	fill_polled(server, polled);
	if (poll(polled, num + 2, poll_timeout(server)) < 0 && errno != EINTR)
		return error_set_errno(err, ERROR_SYSTEM, "cannot wait for clients");
	server->accept_rests = false;
	*stopped = polled[num].revents != 0;
	advance_clients(server, polled);
	return polled[num + 1].revents == 0 || accept_clients(server, err);
}

bool serve(int listener, int stop, struct configuration *configuration, struct error *err)
{
	struct server *server = calloc(1, sizeof(*server));
	bool stopped = false, done = true;

	if (server == NULL)
		return error_set(err, ERROR_MEMORY, "no memory for the clients");
	server->listener = listener;
	server->stop = stop;
	server->configuration = configuration;
	while (done && !stopped)
		done = turn(server, &stopped, err);
	while (server->num_clients > 0)
		drop_client(server, server->num_clients - 1);
	free(server);
	return done;
}

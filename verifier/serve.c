#include "verifier/serve.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "common/deadline.h"
#include "common/framing.h"
#include "verifier/answer.h"
#include "verifier/asking.h"
#include "verifier/authentication.h"
#include "verifier/names.h"
#include "verifier/proof.h"
#include "verifier/untaken.h"
#include "verifier/worker.h"

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
	struct authentication *authentication; /* one that is under way; else NULL */
	struct names names;
	bool has_passed;      /* a descriptor, for a conversation */
	struct worker worker; /* proves the person, or without an authentication looks the wanted name up */
	struct buffer report;
};

struct server {
	int listener, stop;
	struct configuration *configuration;
	struct client clients[SERVE_CLIENTS_MAXIMUM]; /* the first num_clients are alive */
	size_t num_clients;
	struct worker_remains remains;
	struct untaken untaken;
	bool accept_rests;
};

_Static_assert(SERVE_CLIENTS_MAXIMUM <= WORKER_REMAINS_MAXIMUM - WORKER_REMAINS_LIMIT, "each client may leave one");
_Static_assert(SERVE_CLIENTS_MAXIMUM <= UNTAKEN_MAXIMUM - UNTAKEN_LIMIT, "each client may leave one");

/* Root's clients take what is passed to them: they are keyenroll's own. */
static void close_connection(const struct client *client, struct untaken *untaken)
{
	if (client->has_passed && !peer_is_trusted(client->peer.user))
		untaken_keep(untaken, client->descriptor, client->peer.user);
	else
		close(client->descriptor);
}

static void client_clear(struct client *client, struct server *server)
{
	worker_end(&client->worker, &server->remains);
	authentication_free(client->authentication);
	names_clear(&client->names);
	close_connection(client, &server->untaken);
	buffer_free(&client->report);
	buffer_free(&client->received);
	buffer_free(&client->reply);
	*client = (struct client){.descriptor = -1, .worker = WORKER_NONE};
}

static void drop_client(struct server *server, size_t at)
{
	client_clear(&server->clients[at], server);
	server->clients[at] = server->clients[--server->num_clients];
}

/* One user may have many ids (user namespaces): all who are not trusted together leave room for those who are. */
static bool user_has_room(const struct server *server, uid_t user)
{
	size_t of_user = 0, of_others = 0;

	for (size_t i = 0; i < server->num_clients; i++) {
		of_user += server->clients[i].peer.user == user ? 1 : 0;
		of_others += peer_is_trusted(server->clients[i].peer.user) ? 0 : 1;
	}
	return peer_is_trusted(user) ||
	       (of_user < SERVE_CLIENTS_OF_A_USER_MAXIMUM && of_others < SERVE_CLIENTS_OF_OTHERS_MAXIMUM);
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
	    .received = BUFFER_UP_TO(FRAMING_LENGTH_SIZE + REQUEST_MAXIMUM),
	    .reply = BUFFER_UP_TO(FRAMING_LENGTH_SIZE + REPLY_MAXIMUM),
	    .names = NAMES_EMPTY_WAITS_NOT,
	    .worker = WORKER_NONE,
	    .report = BUFFER_UP_TO(FRAMING_LENGTH_SIZE + WORKER_REPORT_MAXIMUM),
	};
}

/* At most so many a turn: who connects faster than he is turned away must not keep the others from being answered. */
static bool accept_clients(struct server *server, struct error *err)
{
	for (size_t i = 0; i < SERVE_CLIENTS_MAXIMUM && server->num_clients < SERVE_CLIENTS_MAXIMUM; i++) {
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

static bool is_looking_up(const struct client *client)
{
	return client->worker.process > 0 && client->authentication == NULL;
}

static int client_left_ms(const struct client *client)
{
	int left = deadline_left_ms(client->deadline), reserve = is_looking_up(client) ? SERVE_REPLY_MS : 0;

	return left > reserve ? left - reserve : 0;
}

static bool is_proving(const struct client *client)
{
	return client->worker.process > 0 && client->authentication != NULL;
}

static bool worker_has_room(const struct server *server, const struct client *client, struct error *err)
{
	size_t num = 0, of_user = 0;

	for (size_t i = 0; i < server->num_clients; i++) {
		const struct client *other = &server->clients[i];

		num += is_proving(other) ? 1 : 0;
		of_user += is_proving(other) && other->peer.user == client->peer.user ? 1 : 0;
	}
	if (num < SERVE_WORKERS_MAXIMUM &&
	    (peer_is_trusted(client->peer.user) ||
	        (of_user < SERVE_WORKERS_OF_A_USER_MAXIMUM && untaken_has_room(&server->untaken, client->peer.user))))
		return true;
	return error_set(err, ERROR_VERIFIER_BUSY, "too many people prove themselves at once: try again in a moment");
}

/* Ends what is under way with a reply. */
static bool conclude_client(
    struct server *server, struct client *client, const struct bytes *proof, const struct error *why)
{
	bool done = answer_proof(server->configuration, &client->peer, client->authentication, proof, why, time(NULL),
	    &client->names, &client->reply, NULL);

	worker_end(&client->worker, &server->remains);
	authentication_free(client->authentication);
	client->authentication = NULL;
	client->deadline = deadline_in(SERVE_TIMEOUT_MS);
	return done;
}

/* The worker gets one end of a socket, the client the other one: what passes between them is no reply. */
static bool start_proof(const struct server *server, struct client *client, struct error *err)
{
	int conversation[2];
	bool done;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, conversation) < 0)
		return error_set_errno(err, ERROR_SYSTEM, "cannot make a socket for a conversation");
	client->has_passed = true;
	done =
	    asking_begin(client->descriptor, conversation[0], err) &&
	    worker_start(proof_make, client->authentication, conversation[1], &server->remains, &client->worker, err);
	close(conversation[0]);
	close(conversation[1]);
	return done;
}

/* The client hears at once that somebody is there: after that it waits longer than its deadline. */
static bool begin_client(struct server *server, struct client *client)
{
	struct error why = ERROR_EMPTY;

	if (!worker_has_room(server, client, &why) || !start_proof(server, client, &why))
		return conclude_client(server, client, NULL, &why);
	client->deadline = deadline_in(PROOF_TIMEOUT_MS + 1000 * client->authentication->request.wait_seconds);
	return true;
}

static bool start_look_up(const struct server *server, struct client *client, struct error *err)
{
	if (deadline_left_ms(client->deadline) <= SERVE_REPLY_MS)
		return error_set(err, ERROR_NAME_SERVICE, "no time was left to look %s up", client->names.wanted);
	return worker_start(names_look_up, client->names.wanted, -1, &server->remains, &client->worker, err);
}

/* From the beginning each time that a name has become known. */
static bool decide_client(struct server *server, struct client *client, struct bytes message)
{
	struct error why = ERROR_EMPTY;

	do {
		if (!answer(server->configuration, &client->peer, message, time(NULL), &client->names,
		        &client->authentication, &client->reply, NULL))
			return false;
		if (client->names.wanted[0] == '\0')
			return client->authentication == NULL || begin_client(server, client);
		if (start_look_up(server, client, &why))
			return true;
	} while (names_take(&client->names, NULL, &why, NULL));
	return false;
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
		return decide_client(server, client, message);
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

/* The look-up is over, one way or the other.
 *   report  NULL: without one, because of `why` */
static bool conclude_look_up(
    struct server *server, struct client *client, const struct bytes *report, const struct error *why)
{
	bool done = names_take(&client->names, report, why, NULL);

	worker_end(&client->worker, &server->remains);
	buffer_cut(&client->report, 0);
	return done && answer_client(server, client);
}

/* Reads on in a worker's report; at its end the client goes on. */
static bool advance_worker(struct server *server, struct client *client)
{
	uint8_t part[RECEIVE_SIZE];
	ssize_t len = recv(client->worker.report, part, sizeof(part), MSG_DONTWAIT);
	struct error why = ERROR_EMPTY;
	struct bytes output, *reported;

	if (len < 0)
		return errno == EAGAIN || errno == EINTR;
	if (len > 0)
		return buffer_put(&client->report, bytes_of(part, (size_t)len), NULL);
	reported = worker_parse_report(buffer_bytes(&client->report), &output, &why) ? &output : NULL;
	if (is_looking_up(client))
		return conclude_look_up(server, client, reported, &why);
	/* proof_make has told of what it reports */
	client->authentication->told = reported == NULL && client->report.len > 0;
	return conclude_client(server, client, reported, &why);
}

/* Goes on with one client as far as it gets without waiting; false when it is done or lost. What a client says while a worker talks
 * with it is the worker's to read; that it hangs up is ours to see. */
static bool advance_client(struct server *server, struct client *client)
{
	if (client->reply.len == 0 && !receive_from_client(server, client))
		return false;
	return client->reply.len == 0 || send_to_client(client);
}

/* A worker that ran out of time is a refusal, and not a closed door: with a code of its own. */
static bool end_late_client(struct server *server, struct client *client)
{
	struct error why = ERROR_EMPTY;

	if (client->worker.process <= 0)
		return false;
	if (is_looking_up(client)) {
		error_set(
		    &why, ERROR_NAME_SERVICE, "the name service did not say in time who %s is", client->names.wanted);
		return conclude_look_up(server, client, NULL, &why);
	}
	error_set(&why, ERROR_DEADLINE, "the token and its person took too long");
	return conclude_client(server, client, NULL, &why);
}

/* What poll said of one client: of its socket, and of its worker's report. */
static bool turn_client(struct server *server, struct client *client, short socket, short report)
{
	if (client_left_ms(client) == 0)
		return end_late_client(server, client);
	if (client->worker.process > 0)
		return (report == 0 || advance_worker(server, client)) && socket == 0;
	return socket == 0 || advance_client(server, client);
}

static void advance_clients(struct server *server, const struct pollfd *sockets, const struct pollfd *reports)
{
	/* From the end, since dropping one moves the last into its place. */
	for (size_t i = server->num_clients; i-- > 0;)
		if (!turn_client(server, &server->clients[i], sockets[i].revents, reports[i].revents))
			drop_client(server, i);
}

static int poll_timeout(const struct server *server)
{
	int least = server->accept_rests ? ACCEPT_REST_MS : -1;

	for (size_t i = 0; i < server->num_clients; i++) {
		int left = client_left_ms(&server->clients[i]);

		least = least < 0 || left < least ? left : least;
	}
	return least;
}

static short events_of(const struct client *client)
{
	if (client->worker.process > 0)
		return 0; /* poll tells of a hang-up in any case */
	return client->reply.len == 0 ? POLLIN : POLLOUT;
}

/* What the loop waits for: the stop, the listener, each client's socket, then each client's report. poll passes over
 * descriptor -1. */
enum { POLLED_STOP, POLLED_LISTENER, POLLED_CLIENTS, POLLED_MAXIMUM = POLLED_CLIENTS + 2 * SERVE_CLIENTS_MAXIMUM };

static void fill_polled(const struct server *server, struct pollfd polled[POLLED_MAXIMUM])
{
	bool accepts = !server->accept_rests && server->num_clients < SERVE_CLIENTS_MAXIMUM;
	struct pollfd *sockets = &polled[POLLED_CLIENTS], *reports = &sockets[server->num_clients];

	polled[POLLED_STOP] = (struct pollfd){.fd = server->stop, .events = POLLIN};
	polled[POLLED_LISTENER] = (struct pollfd){.fd = accepts ? server->listener : -1, .events = POLLIN};
	for (size_t i = 0; i < server->num_clients; i++) {
		const struct client *client = &server->clients[i];

		sockets[i] = (struct pollfd){.fd = client->descriptor, .events = events_of(client)};
		reports[i] = (struct pollfd){.fd = client->worker.report, .events = POLLIN};
	}
}

/* One turn of the loop.
 *   stopped  out: the stop descriptor spoke */
static bool turn(struct server *server, bool *stopped, struct error *err)
{
	struct pollfd polled[POLLED_MAXIMUM];
	size_t num = server->num_clients;

	fill_polled(server, polled);
	if (poll(polled, POLLED_CLIENTS + 2 * num, poll_timeout(server)) < 0 && errno != EINTR)
		return error_set_errno(err, ERROR_SYSTEM, "cannot wait for clients");
	server->accept_rests = false;
	worker_reap(&server->remains);
	untaken_reap(&server->untaken);
	*stopped = polled[POLLED_STOP].revents != 0;
	advance_clients(server, &polled[POLLED_CLIENTS], &polled[POLLED_CLIENTS + num]);
	return polled[POLLED_LISTENER].revents == 0 || accept_clients(server, err);
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
	untaken_clear(&server->untaken);
	free(server);
	return done;
}

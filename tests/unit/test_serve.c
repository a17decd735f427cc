/* The verifier's loop under clients that do as they like. */
#include "common/framing.h"
#include "tests/unit/unit.h"

#include <grp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "common/conversation.h"
#include "common/deadline.h"
#include "common/file.h"
#include "common/request.h"
#include "tests/unit/running_verifier.h"
#include "verifier/listen.h"
#include "verifier/once.h"
#include "verifier/privileges.h"
#include "verifier/serve.h"
#include "verifier/untaken.h"

#define NOBODY 65534
#define PARALLEL 200
/* What takes longer hangs. */
#define HANG_MS 60000
/* A machine under load may need longer for something than a client has: then nothing was shown, and it is tried again. */
#define TRIES 20

static struct enrolled_host host;
static struct running_verifier verifier;
static struct buffer alice_key, request;

static void encode_request(const char *account, struct buffer *out)
{
	const struct request asked = {.code = REQUEST_SESSION,
	    .account = bytes_of_text(account),
	    .service = bytes_of_text("sshd"),
	    .methods = {{bytes_of_text("publickey"), buffer_bytes(&alice_key)}},
	    .num_methods = 1};
	struct error err = ERROR_EMPTY;

	assert_done(request_encode(&asked, out, &err), err);
}

static int make_fixture(void **state)
{
	struct enrollment_order order = ENROLLMENT_ORDER_GOOD;
	struct error err = ERROR_EMPTY;

	(void)state;
	assert_done(enrolled_host_make(&host, &err), err);
	assert_done(enrolled_host_enroll(&host, &order, &alice_key, &err), err);
	assert_done(enrolled_host_publish(&host, time(NULL), &err), err);
	encode_request("alice", &request);
	assert_done(running_verifier_start(&verifier, &host, &err), err);
	return 0;
}

static int drop_fixture(void **state)
{
	(void)state;
	assert_true(running_verifier_stop(&verifier));
	enrolled_host_clear(&host);
	buffer_free(&alice_key);
	buffer_free(&request);
	return 0;
}

static int connect_client(void)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int descriptor = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	(void)snprintf(address.sun_path, sizeof(address.sun_path), "%s", verifier.socket);
	assert_true(descriptor >= 0);
	assert_int_equal(connect(descriptor, (const struct sockaddr *)&address, sizeof(address)), 0);
	return descriptor;
}

/* Sends what the verifier takes; a connection that it has closed is no failure of the sender. */
static void send_bytes(int descriptor, struct bytes bytes)
{
	(void)!send(descriptor, bytes.data, bytes.len, MSG_NOSIGNAL);
}

/* All that comes until the verifier hangs up; at most `timeout_ms`, and false when it takes longer. */
static bool receive_bytes(int descriptor, unsigned timeout_ms, struct buffer *received)
{
	struct deadline deadline = deadline_in(timeout_ms);
	struct pollfd polled = {.fd = descriptor, .events = POLLIN};
	uint8_t part[4096];
	ssize_t len = 1;

	while (len > 0) {
		if (poll(&polled, 1, deadline_left_ms(deadline)) != 1)
			return false;
		len = recv(descriptor, part, sizeof(part), 0);
		if (len > 0)
			assert_true(buffer_put(received, bytes_of(part, (size_t)len), NULL));
	}
	return true;
}

/* Reads one reply to its end and gives its reason, in static storage; "" for a connection without a reply. */
static const char *reason_of_reply(int descriptor, unsigned timeout_ms)
{
	static char reason[64];
	struct buffer received = BUFFER_EMPTY;
	struct bytes rest, message;
	struct error err = ERROR_EMPTY;
	struct reply reply;

	if (!receive_bytes(descriptor, timeout_ms, &received))
		fail_msg("no end of a reply after %u ms", timeout_ms);
	reason[0] = '\0';
	rest = buffer_bytes(&received);
	if (rest.len > 0) {
		assert_true(bytes_take_ssh_string(&rest, &message) && rest.len == 0);
		assert_done(reply_parse(message, &reply, &err), err);
		assert_true(bytes_to_text(reply.reason, reason, sizeof(reason)));
		assert_int_equal(reply.verdict == REQUEST_ACCEPTED, strcmp(reason, "none") == 0);
	}
	buffer_free(&received);
	close(descriptor);
	return reason;
}

/* Where the verifier had not got to it within a client's time, it is asked again; any sooner end counts. */
static const char *ask(struct bytes bytes)
{
	const char *reason = "";

	for (int i = 0; i < TRIES; i++) {
		struct deadline end = deadline_in(SERVE_TIMEOUT_MS);
		int descriptor = connect_client();

		send_bytes(descriptor, bytes);
		reason = reason_of_reply(descriptor, HANG_MS);
		if (reason[0] != '\0' || deadline_left_ms(end) > 0)
			break;
	}
	return reason;
}

/* How many of them the verifier has not ended: of these nobody who was answered meanwhile has awaited the end. */
static size_t count_open(const int *clients, size_t num)
{
	size_t open = 0;

	for (size_t i = 0; i < num; i++)
		open += poll(&(struct pollfd){.fd = clients[i], .events = POLLIN}, 1, 0) == 0 ? 1 : 0;
	return open;
}

static void close_all(const int *clients, size_t num)
{
	for (size_t i = 0; i < num; i++)
		close(clients[i]);
}

static size_t answer_many(size_t num)
{
	int clients[PARALLEL];
	size_t num_answered = 0;

	for (size_t i = 0; i < num; i++)
		clients[i] = connect_client();
	for (size_t i = 0; i < num; i++)
		send_bytes(clients[i], buffer_bytes(&request));
	for (size_t i = 0; i < num; i++) {
		const char *reason = reason_of_reply(clients[i], HANG_MS);

		if (reason[0] != '\0')
			assert_string_equal(reason, "none");
		num_answered += reason[0] != '\0' ? 1 : 0;
	}
	return num_answered;
}

static void two_hundred_at_once_are_all_answered(void **state)
{
	(void)state;
	/* Half of them, where this machine needs longer than a client's time for all. */
	for (size_t num = PARALLEL; num > 1; num /= 2) {
		struct deadline end = deadline_in(SERVE_TIMEOUT_MS);

		if (answer_many(num) == num)
			return;
		assert_int_equal(deadline_left_ms(end), 0);
	}
	fail_msg("not even two");
}

/* Every number of bytes short of a whole request. */
static void connect_halves(int *clients, size_t num)
{
	struct bytes front, half;

	for (size_t i = 0; i < num; i++) {
		clients[i] = connect_client();
		front = buffer_bytes(&request);
		assert_true(bytes_take(&front, i * (request.len - 1) / (num - 1), &half));
		send_bytes(clients[i], half);
	}
}

static void half_requests_cost_the_others_nothing(void **state)
{
	int clients[100];

	(void)state;
	for (int i = 0; i < TRIES; i++) {
		struct deadline end = deadline_in(SERVE_TIMEOUT_MS);
		size_t num_open;

		connect_halves(clients, 100);
		assert_string_equal(ask(buffer_bytes(&request)), "none");
		num_open = count_open(clients, 100);
		for (size_t k = 0; k < 100; k++)
			assert_string_equal(reason_of_reply(clients[k], HANG_MS), "");
		if (num_open == 100)
			return;
		assert_true(deadline_left_ms(end) == 0);
	}
	fail_msg("not in %d times", TRIES);
}

static void a_slow_client_has_its_end(void **state)
{
	struct bytes front = buffer_bytes(&request), byte;
	struct deadline hang = deadline_in(HANG_MS);
	int slow = connect_client();

	(void)state;
	while (count_open(&slow, 1) == 1) {
		assert_true(deadline_left_ms(hang) > 0);
		if (front.len > 1 && bytes_take(&front, 1, &byte))
			send_bytes(slow, byte);
		assert_string_equal(ask(buffer_bytes(&request)), "none");
		(void)poll(NULL, 0, 50);
	}
	assert_string_equal(reason_of_reply(slow, HANG_MS), "");
}

static void clients_that_never_read_cost_the_others_nothing(void **state)
{
	int clients[100];

	(void)state;
	for (int i = 0; i < 100; i++) {
		clients[i] = connect_client();
		send_bytes(clients[i], buffer_bytes(&request));
	}
	assert_string_equal(ask(buffer_bytes(&request)), "none");
	close_all(clients, 100);
	for (int i = 0; i < 100; i++)
		close(connect_client());
	assert_string_equal(ask(buffer_bytes(&request)), "none");
}

static void too_much_is_refused(void **state)
{
	struct buffer megabyte = BUFFER_UP_TO(2 * 1024 * 1024), twice = BUFFER_EMPTY;
	struct error err = ERROR_EMPTY;
	uint8_t *room;

	(void)state;
	assert_done(buffer_put_u32(&megabyte, 1024 * 1024, &err), err);
	assert_done(buffer_extend(&megabyte, 1024 * 1024, &room, &err), err);
	assert_done(buffer_put(&twice, buffer_bytes(&request), &err), err);
	assert_done(buffer_put(&twice, buffer_bytes(&request), &err), err);
	/* The reply may be lost with the connection, as the rest of the megabyte is not read. */
	(void)ask(buffer_bytes(&megabyte));
	buffer_cut(&megabyte, 4);
	assert_string_equal(ask(buffer_bytes(&megabyte)), "input.limit");
	assert_string_equal(ask(buffer_bytes(&twice)), "protocol.format");
	assert_string_equal(ask(buffer_bytes(&request)), "none");
	buffer_free(&megabyte);
	buffer_free(&twice);
}

/* Where one bit is another, the answer is whole, and a consent only where the bit was in the service's name, which decides nothing. */
static void a_damaged_request_gets_a_whole_answer(void **state)
{
	struct bytes service = bytes_of_text("sshd");
	size_t num_accepted = 0;

	(void)state;
	for (size_t i = FRAMING_LENGTH_SIZE; i < request.len; i++) {
		struct buffer damaged = BUFFER_EMPTY;
		struct error err = ERROR_EMPTY;

		assert_done(buffer_put(&damaged, buffer_bytes(&request), &err), err);
		damaged.data[i] ^= 1;
		num_accepted += strcmp(ask(buffer_bytes(&damaged)), "none") == 0 ? 1 : 0;
		buffer_free(&damaged);
	}
	assert_int_equal(num_accepted, service.len);
}

/* Of a user's connections: the others are still open when the one too many is not any more. */
static bool only_one_too_many_is_ended(void)
{
	const size_t maximum = SERVE_CLIENTS_OF_A_USER_MAXIMUM;
	int clients[SERVE_CLIENTS_OF_A_USER_MAXIMUM + 1];

	for (int i = 0; i < TRIES; i++) {
		struct deadline end = deadline_in(SERVE_TIMEOUT_MS);
		size_t num_open;

		for (size_t k = 0; k <= maximum; k++)
			clients[k] = connect_client();
		if (strcmp(reason_of_reply(clients[maximum], HANG_MS), "") != 0)
			return false;
		num_open = count_open(clients, maximum);
		for (size_t k = 0; k < maximum; k++)
			if (strcmp(reason_of_reply(clients[k], HANG_MS), "") != 0)
				return false;
		if (num_open == maximum)
			return true;
		if (deadline_left_ms(end) > 0)
			return false;
	}
	return false;
}

/* Exit status of a child that asks as another user; the reasons are checked there. */
static int ask_as_nobody(void)
{
	struct buffer own = BUFFER_EMPTY;

	if (setgid(NOBODY) < 0 || setuid(NOBODY) < 0)
		return 2;
	if (strcmp(ask(buffer_bytes(&request)), "protocol.peer") != 0)
		return 3;
	encode_request("nobody", &own);
	if (strcmp(ask(buffer_bytes(&own)), "enrollment.other-person") != 0)
		return 4;
	return only_one_too_many_is_ended() ? 0 : 5;
}

static void another_user_asks_about_himself_only(void **state)
{
	pid_t child;
	int status = -1;

	(void)state;
	if (getuid() != 0)
		skip(); /* only root can become somebody else */
	child = fork();
	if (child == 0)
		_exit(ask_as_nobody());
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
}

/* nobody's agent has alice's key, and nobody may be entered with it. */
static void encode_agent_request(struct buffer *out)
{
	const struct request asked = {.code = REQUEST_AGENT,
	    .account = bytes_of_text("nobody"),
	    .service = bytes_of_text("locker"),
	    .methods = {{bytes_of_text("publickey"), buffer_bytes(&alice_key)}},
	    .num_methods = 1,
	    .wait_seconds = 1};
	struct error err = ERROR_EMPTY;

	assert_done(request_encode(&asked, out, &err), err);
}

/* The front of the first message; a client that the machine was too slow for is followed by another.
 *   descriptor  out: stays open */
static void hear_first(struct bytes asked, int *descriptor, uint8_t front[16])
{
	ssize_t len;

	do {
		*descriptor = connect_client();
		send_bytes(*descriptor, asked);
		len = recv(*descriptor, front, 16, MSG_WAITALL);
	} while (len == 0 && close(*descriptor) == 0);
	assert_int_equal(len, 16);
}

/* Whether an authentication began. Then this client goes; what was passed to it stays unread at its end if it is not taken. */
static bool begins(struct bytes asked, bool takes)
{
	struct pollfd polled = {.events = POLLIN};
	uint8_t front[16], carrier;

	hear_first(asked, &polled.fd, front);
	if (front[5] != QUESTION_UNDER_WAY || poll(&polled, 1, HANG_MS) != 1 ||
	    (takes && recv(polled.fd, &carrier, 1, 0) != 1))
		return false;
	(void)shutdown(polled.fd, SHUT_RDWR);
	return true;
}

/* Exit status of a child that asks as another user. */
static int leave_descriptors(void)
{
	struct buffer asked = BUFFER_EMPTY;
	int first = dup(STDIN_FILENO);

	encode_agent_request(&asked);
	if (setgid(NOBODY) < 0 || setuid(NOBODY) < 0)
		return 2;
	for (int i = 0; i < 3 * UNTAKEN_OF_A_USER_LIMIT; i++)
		if (!begins(buffer_bytes(&asked), true))
			return 3;
	for (int i = 0; i < UNTAKEN_OF_A_USER_LIMIT; i++)
		if (!begins(buffer_bytes(&asked), false))
			return 4;
	if (begins(buffer_bytes(&asked), true))
		return 5;
	if (close_range((unsigned)first, ~0U, 0) < 0)
		return 6;
	return begins(buffer_bytes(&asked), true) ? 0 : 7;
}

/* Past the limit of its account the verifier could pass nothing to anybody, and nobody would get through sudo. */
static void what_nobody_takes_is_left_a_few_times(void **state)
{
	static const char rules[] = "account \"nobody\" {\nperson = alice\n}\n";
	struct error err = ERROR_EMPTY;
	int status = -1;
	char path[160];
	pid_t child;

	(void)state;
	if (getuid() != 0)
		skip(); /* only root can become somebody else */
	(void)snprintf(path, sizeof(path), "%s/host.conf", host.config);
	assert_done(file_store(path, bytes_of_text(rules), 0644, &err), err);
	child = fork();
	if (child == 0)
		_exit(leave_descriptors());
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(WEXITSTATUS(status), 0);
	assert_int_equal(unlink(path), 0);
}

/* Connections of an id that has no account, as many as there can be; they are held until the pipe closes. */
static void hold_clients(uid_t user, int held, int hold)
{
	uint8_t byte;

	if (setgid(user) < 0 || setuid(user) < 0)
		_exit(2);
	for (int i = 0; i < SERVE_CLIENTS_OF_A_USER_MAXIMUM; i++)
		(void)connect_client();
	(void)!write(held, "", 1);
	(void)!read(hold, &byte, 1);
	_exit(0);
}

/* Whether root was answered within the time of the first of them. */
static bool root_is_answered_beside_others(void)
{
	struct deadline end = deadline_in(SERVE_TIMEOUT_MS);
	int held[2], hold[2];
	pid_t children[20];
	uint8_t byte;
	bool beside;

	assert_int_equal(pipe(held), 0);
	assert_int_equal(pipe(hold), 0);
	for (size_t i = 0; i < 20; i++) {
		children[i] = fork();
		if (children[i] == 0) {
			close(hold[1]);
			hold_clients(200000 + (uid_t)i, held[1], hold[0]);
		}
		assert_int_equal(read(held[0], &byte, 1), 1);
	}
	assert_string_equal(ask(buffer_bytes(&request)), "none");
	beside = deadline_left_ms(end) > 0;
	close(hold[1]);
	for (size_t i = 0; i < 20; i++)
		assert_int_equal(waitpid(children[i], NULL, 0), children[i]);
	close(hold[0]);
	close(held[0]);
	close(held[1]);
	return beside;
}

/* A user of namespaces has thousands of ids. */
static void many_ids_leave_room_for_root(void **state)
{
	(void)state;
	if (getuid() != 0)
		skip(); /* only root can become somebody else */
	for (int i = 0; i < TRIES; i++)
		if (root_is_answered_beside_others())
			return;
	fail_msg("not in %d times", TRIES);
}

/* Each request sees the old snapshot or the new one, whole. */
static void the_snapshot_is_replaced_under_load(void **state)
{
	struct error err = ERROR_EMPTY;
	char fingerprint[SSH_KEY_FINGERPRINT_SIZE];
	struct ssh_key key = SSH_KEY_EMPTY;
	pid_t child;
	int status = -1;

	(void)state;
	assert_done(ssh_key_parse(buffer_bytes(&alice_key), &key, &err), err);
	assert_done(ssh_key_fingerprint(&key, fingerprint, &err), err);
	child = fork();
	if (child == 0) {
		for (int i = 0; i < 300; i++)
			if (strcmp(ask(buffer_bytes(&request)), "none") != 0)
				_exit(1);
		_exit(0);
	}
	while (waitpid(child, &status, WNOHANG) == 0)
		assert_done(enrolled_host_publish(&host, time(NULL), &err), err);
	assert_int_equal(status, 0);
	assert_done(store_revoke(host.store, fingerprint, "a test", time(NULL), &err), err);
	assert_string_equal(ask(buffer_bytes(&request)), "none");
	assert_done(enrolled_host_publish(&host, time(NULL), &err), err);
	assert_string_equal(ask(buffer_bytes(&request)), "enrollment.revoked");
	ssh_key_clear(&key);
}

/* Exit status of a child that is the verifier for one request. */
static int answer_once(int input, int output)
{
	struct configuration *configuration = NULL;
	unsigned left;

	if (!configuration_new(&host.folders, &configuration, NULL) ||
	    !once(input, output, getuid(), configuration, NULL))
		return 2;
	left = alarm(0);
	configuration_free(configuration);
	return left > 0 && left <= SERVE_TIMEOUT_MS / 1000 ? 0 : 3;
}

/* The status of a child that answers one request. */
static int status_of_answer(void)
{
	int input[2], output[2], status = -1;
	pid_t child;

	assert_int_equal(pipe(input), 0);
	assert_int_equal(pipe(output), 0);
	child = fork();
	if (child == 0) {
		close(input[1]);
		_exit(answer_once(input[0], output[1]));
	}
	assert_int_equal(write(input[1], request.data, request.len), request.len);
	close(input[0]);
	close(input[1]);
	close(output[1]);
	assert_int_equal(waitpid(child, &status, 0), child);
	close(output[0]);
	return status;
}

static void one_request_is_answered_under_an_alarm(void **state)
{
	int status = SIGALRM;

	(void)state;
	for (int i = 0; i < TRIES && WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM; i++)
		status = status_of_answer();
	assert_int_equal(status, 0);
}

/* Exit status of a child that was root with another group beside. */
static int become_nobody(void)
{
	const gid_t group = 4711;
	struct error err = ERROR_EMPTY;

	if (setgroups(1, &group) < 0)
		return 2;
	if (!privileges_drop("nobody", &err))
		return 3;
	return getuid() != 0 && getgroups(0, NULL) == 0 ? 0 : 4;
}

static void root_and_its_groups_are_given_up(void **state)
{
	int status = -1;
	pid_t child;

	(void)state;
	if (getuid() != 0)
		skip(); /* only root has something to give up */
	child = fork();
	if (child == 0)
		_exit(become_nobody());
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
}

/* A verifier that ends, however it does, leaves the place to the next. */
static void a_place_is_one_verifiers(void **state)
{
	char path[128], lock_path[160];
	struct error err = ERROR_EMPTY;
	int lock, other, status = -1;
	pid_t child;

	(void)state;
	(void)snprintf(path, sizeof(path), "%s/second.sock", host.folder);
	(void)snprintf(lock_path, sizeof(lock_path), "%s.lock", path);
	assert_done(listen_lock(path, &lock, &err), err);
	assert_refused(listen_lock(path, &other, &err), err, ERROR_SYSTEM);
	assert_int_equal(other, -1);
	assert_non_null(strstr(err.text, "another verifier listens there"));
	close(lock);
	child = fork();
	if (child == 0) {
		if (!listen_lock(path, &lock, &err))
			_exit(2);
		raise(SIGKILL);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status));
	assert_done(listen_lock(path, &lock, &err), err);
	close(lock);
	assert_int_equal(unlink(lock_path), 0);
	assert_int_equal(symlink("/nowhere", lock_path), 0);
	assert_refused(listen_lock(path, &lock, &err), err, ERROR_SYSTEM);
	assert_int_equal(unlink(lock_path), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(two_hundred_at_once_are_all_answered),
	    cmocka_unit_test(half_requests_cost_the_others_nothing),
	    cmocka_unit_test(a_slow_client_has_its_end),
	    cmocka_unit_test(clients_that_never_read_cost_the_others_nothing),
	    cmocka_unit_test(too_much_is_refused),
	    cmocka_unit_test(a_damaged_request_gets_a_whole_answer),
	    cmocka_unit_test(another_user_asks_about_himself_only),
	    cmocka_unit_test(many_ids_leave_room_for_root),
	    cmocka_unit_test(what_nobody_takes_is_left_a_few_times),
	    cmocka_unit_test(one_request_is_answered_under_an_alarm),
	    cmocka_unit_test(root_and_its_groups_are_given_up),
	    cmocka_unit_test(a_place_is_one_verifiers),
	    cmocka_unit_test(the_snapshot_is_replaced_under_load),
	};

	return cmocka_run_group_tests_name("serve", tests, make_fixture, drop_fixture);
}

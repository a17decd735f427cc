/* The thin client: against a real verifier, and against peers that hang, die, lie or are not there. */
#include "common/request.h"
#include "tests/unit/unit.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "common/client.h"
#include "common/deadline.h"
#include "common/file.h"
#include "tests/unit/running_verifier.h"
#include "verifier/listen.h"

/* What takes so long waits for something that does not come. */
#define LATE_MS 20000

static struct enrolled_host host;
static struct buffer alice_key;
static char fallback[128], absent_socket[128];

/* The real keyenrolld as `--once`, told where this host's files are. It is not started as root: the account that root would
 * become need not exist where tests run. */
static void write_fallback(void)
{
	struct buffer script = BUFFER_EMPTY;
	struct error err = ERROR_EMPTY;
	char folder[256];

	assert_non_null(getcwd(folder, sizeof(folder)));
	(void)snprintf(fallback, sizeof(fallback), "%s/fallback", host.folder);
	(void)snprintf(absent_socket, sizeof(absent_socket), "%s/absent", host.folder);
	assert_done(buffer_put_format(&script, &err,
	                "#!/bin/sh\n[ $# = 1 ] && [ \"$1\" = --once ] || exit 9\n[ -z \"$OF_THE_HOST\" ] || exit "
	                "8\nset -- --once --config-dir %s --data-dir %s "
	                "--state-dir %s\n[ $(/usr/bin/id -u) != 0 ] || exec /usr/bin/setpriv --reuid %d --regid %d "
	                "--clear-groups "
	                "%s/keyenrolld \"$@\"\nexec %s/keyenrolld \"$@\"\n",
	                host.config, host.data, host.state, 65534, 65534, folder, folder),
	    err);
	assert_done(file_store(fallback, buffer_bytes(&script), 0755, &err), err);
	assert_int_equal(chmod(fallback, 0755), 0);
	buffer_free(&script);
}

static int make_fixture(void **state)
{
	struct enrollment_order order = ENROLLMENT_ORDER_GOOD;
	struct error err = ERROR_EMPTY;

	(void)state;
	assert_done(enrolled_host_make(&host, &err), err);
	assert_done(enrolled_host_enroll(&host, &order, &alice_key, &err), err);
	assert_done(enrolled_host_publish(&host, time(NULL), &err), err);
	write_fallback();
	return 0;
}

static int drop_fixture(void **state)
{
	(void)state;
	enrolled_host_clear(&host);
	buffer_free(&alice_key);
	return 0;
}

/* One question about alice's key; what client_consent makes of the reply. */
static bool ask(const struct client *client, const char *account, struct error *err)
{
	const struct request request = {.code = REQUEST_AUTHORIZED_KEYS,
	    .account = bytes_of_text(account),
	    .service = bytes_of_text("sshd"),
	    .methods = {{bytes_of_text("publickey"), buffer_bytes(&alice_key)}},
	    .num_methods = 1};
	struct buffer message = BUFFER_EMPTY;
	struct reply reply;
	bool accepted = client_ask(client, &request, &message, &reply, err) && client_consent(&reply, err);

	if (accepted)
		assert_true(bytes_start_with(reply.output, "expiry-time="));
	buffer_free(&message);
	return accepted;
}

static void a_running_verifier_answers(void **state)
{
	struct running_verifier verifier;
	struct error err = ERROR_EMPTY;
	struct client client = {.timeout_ms = LATE_MS};

	(void)state;
	assert_done(running_verifier_start(&verifier, &host, &err), err);
	client.socket = verifier.socket;
	assert_done(ask(&client, "alice", &err), err);
	assert_refused(ask(&client, "bob", &err), err, ERROR_ENROLLMENT_PERSON);
	assert_true(running_verifier_stop(&verifier));
	/* The socket is still there, and nobody behind it. */
	assert_refused(ask(&client, "alice", &err), err, ERROR_VERIFIER_UNREACHABLE);
	client.verifier = fallback;
	assert_done(ask(&client, "alice", &err), err);
	unlink(verifier.socket);
}

static void an_absent_verifier_is_an_error_or_the_fallback(void **state)
{
	struct client client = {.socket = absent_socket, .timeout_ms = LATE_MS};
	struct error err = ERROR_EMPTY;

	(void)state;
	assert_refused(ask(&client, "alice", &err), err, ERROR_VERIFIER_UNREACHABLE);
	client.verifier = "/nonexistent/keyenrolld";
	assert_refused(ask(&client, "alice", &err), err, ERROR_VERIFIER_UNREACHABLE);
	client.verifier = "/bin/false";
	assert_refused(ask(&client, "alice", &err), err, ERROR_VERIFIER_UNREACHABLE);
	client.verifier = "/bin/true";
	assert_false(ask(&client, "alice", &err));
	client.verifier = fallback;
	assert_int_equal(setenv("OF_THE_HOST", "sudo's user says so", 1), 0);
	assert_done(ask(&client, "alice", &err), err);
	assert_refused(ask(&client, "bob", &err), err, ERROR_ENROLLMENT_PERSON);
	assert_int_equal(unsetenv("OF_THE_HOST"), 0);
}

/* What hosts do with SIGCHLD; and that it is as before afterwards, with no child left. */
static void count_child(int number)
{
	(void)number;
}

static void the_hosts_signals_are_left_alone(void **state)
{
	static void (*const dispositions[])(int) = {SIG_DFL, SIG_IGN, count_child};
	struct client client = {.socket = absent_socket, .verifier = fallback, .timeout_ms = LATE_MS};
	struct error err = ERROR_EMPTY;

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct sigaction wanted = {.sa_handler = dispositions[i]}, found;
		sigset_t mask;

		assert_int_equal(sigaction(SIGCHLD, &wanted, NULL), 0);
		assert_done(ask(&client, "alice", &err), err);
		assert_int_equal(sigaction(SIGCHLD, NULL, &found), 0);
		assert_ptr_equal(found.sa_handler, dispositions[i]);
		assert_int_equal(sigprocmask(SIG_BLOCK, NULL, &mask), 0);
		assert_int_equal(sigismember(&mask, SIGCHLD), 0);
		assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
		assert_int_equal(errno, ECHILD);
	}
	(void)signal(SIGCHLD, SIG_DFL);
}

/* A host such as sudo's front ends or a desktop's lock screen: threads that work, and a handler that takes every child that ends. */
static void reap_all(int number)
{
	int kept = errno;

	(void)number;
	while (waitpid(-1, NULL, WNOHANG) > 0)
		;
	errno = kept;
}

static atomic_bool threads_end;

static void *allocate_and_free(void *argument)
{
	(void)argument;
	while (!atomic_load(&threads_end)) {
		void *volatile memory = malloc(4096);

		free(memory);
		(void)poll(NULL, 0, 0);
	}
	return NULL;
}

static void a_host_with_threads_that_reaps_all_is_served(void **state)
{
	const struct sigaction reaping = {.sa_handler = reap_all, .sa_flags = SA_RESTART};
	struct client client = {.socket = absent_socket, .verifier = fallback, .timeout_ms = LATE_MS};
	struct sigaction found;
	struct error err = ERROR_EMPTY;
	pthread_t threads[2];

	(void)state;
	atomic_store(&threads_end, false);
	assert_int_equal(sigaction(SIGCHLD, &reaping, NULL), 0);
	for (size_t i = 0; i < 2; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, allocate_and_free, NULL), 0);
	for (size_t i = 0; i < 5; i++) {
		assert_done(ask(&client, "alice", &err), err);
		assert_refused(ask(&client, "bob", &err), err, ERROR_ENROLLMENT_PERSON);
		client.verifier = "/bin/false";
		assert_refused(ask(&client, "alice", &err), err, ERROR_VERIFIER_UNREACHABLE);
		client.verifier = fallback;
	}
	atomic_store(&threads_end, true);
	for (size_t i = 0; i < 2; i++)
		assert_int_equal(pthread_join(threads[i], NULL), 0);
	assert_int_equal(sigaction(SIGCHLD, NULL, &found), 0);
	assert_ptr_equal(found.sa_handler, reap_all);
	(void)signal(SIGCHLD, SIG_DFL);
}

/* A peer that listens, and does nothing else but what is in `reply`. */
static pid_t start_peer(const char *path, struct bytes reply, bool hangs)
{
	struct error err = ERROR_EMPTY;
	int listener;
	pid_t child;

	assert_done(listen_at(path, &listener, &err), err);
	child = fork();
	if (child == 0) {
		struct pollfd polled = {.fd = listener, .events = POLLIN};
		uint8_t request[1024];
		int descriptor = -1;

		if (poll(&polled, 1, 10000) == 1)
			descriptor = accept(listener, NULL, NULL);
		(void)!recv(descriptor, request, sizeof(request), 0);
		(void)!send(descriptor, reply.data, reply.len, MSG_NOSIGNAL);
		if (hangs)
			(void)poll(NULL, 0, 10000);
		_exit(0);
	}
	close(listener);
	return child;
}

static void a_lying_peer_is_no_consent(void **state)
{
	static const struct {
		const char *name;
		uint8_t data[64];
		size_t len;
		enum error_code code;
	} rows[] = {
	    {"hangs up", {0}, 0, ERROR_VERIFIER_UNREACHABLE},
	    {"half a length", {0, 0}, 2, ERROR_PROTOCOL},
	    {"nothing in it", {0, 0, 0, 0}, 4, ERROR_PROTOCOL},
	    {"cut", {0, 0, 0, 9, 1, 1}, 6, ERROR_PROTOCOL},
	    {"too much behind", {0, 0, 0, 1, 1, 1}, 6, ERROR_PROTOCOL},
	    {"another version", {0, 0, 0, 2, 9, 1}, 6, ERROR_PROTOCOL_VERSION},
	    {"accepted, no reason", {0, 0, 0, 14, 1, 1}, 18, ERROR_PROTOCOL},
	    {"accepted, for a reason", {0, 0, 0, 17, 1, 1, 0, 0, 0, 3, 'b', 'u', 'g'}, 21, ERROR_BUG},
	    {"another verdict", {0, 0, 0, 18, 1, 2, 0, 0, 0, 4, 'n', 'o', 'n', 'e'}, 22, ERROR_PROTOCOL},
	    {"refused, no reason", {0, 0, 0, 18, 1, 0, 0, 0, 0, 4, 'n', 'o', 'n', 'e'}, 22, ERROR_PROTOCOL},
	    {"refused, new word", {0, 0, 0, 17, 1, 0, 0, 0, 0, 3, 'n', 'e', 'w'}, 21, ERROR_PROTOCOL},
	};
	char path[128];

	(void)state;
	(void)snprintf(path, sizeof(path), "%s/peer", host.folder);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct client client = {.socket = path, .timeout_ms = LATE_MS};
		struct error err = ERROR_EMPTY;
		pid_t peer = start_peer(path, bytes_of(rows[i].data, rows[i].len), false);

		if (ask(&client, "alice", &err) || err.code != rows[i].code)
			fail_msg("%s: %s", rows[i].name, error_word(err.code));
		assert_int_equal(waitpid(peer, NULL, 0), peer);
		unlink(path);
	}
}

/* While packages are exchanged the verifier of before runs on, and the program that lies there is the one of after. */
static void a_peer_of_another_release_is_not_asked_for_a_verdict(void **state)
{
	static const uint8_t reply[] = {0, 0, 0, 2, 9, 1};
	struct client client = {.verifier = fallback, .timeout_ms = LATE_MS};
	struct error err = ERROR_EMPTY;
	char path[128];
	pid_t peer;

	(void)state;
	(void)snprintf(path, sizeof(path), "%s/peer", host.folder);
	client.socket = path;
	peer = start_peer(path, bytes_of(reply, sizeof(reply)), false);
	assert_done(ask(&client, "alice", &err), err);
	assert_int_equal(waitpid(peer, NULL, 0), peer);
	unlink(path);
	peer = start_peer(path, bytes_of(reply, sizeof(reply)), false);
	assert_refused(ask(&client, "bob", &err), err, ERROR_ENROLLMENT_PERSON);
	assert_int_equal(waitpid(peer, NULL, 0), peer);
	unlink(path);
}

static void a_hanging_peer_costs_no_more_than_the_deadline(void **state)
{
	static const uint8_t front[] = {0, 0, 0, 18, 1};
	static const struct bytes fronts[] = {{NULL, 0}, {front, sizeof(front)}};
	char path[128];

	(void)state;
	(void)snprintf(path, sizeof(path), "%s/peer", host.folder);
	for (size_t i = 0; i < 2; i++) {
		struct client client = {.socket = path, .verifier = fallback, .timeout_ms = 300};
		struct deadline late = deadline_in(LATE_MS);
		struct error err = ERROR_EMPTY;
		pid_t peer = start_peer(path, fronts[i], true);

		assert_refused(ask(&client, "alice", &err), err, ERROR_VERIFIER_DEADLINE);
		assert_true(deadline_left_ms(late) > 0);
		assert_int_equal(kill(peer, SIGKILL), 0);
		assert_int_equal(waitpid(peer, NULL, 0), peer);
		unlink(path);
	}
}

/* A verifier that is stopped and whose queue is full: connect itself waits. */
static void a_full_queue_costs_no_more_than_the_deadline(void **state)
{
	struct client client = {.timeout_ms = 300};
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), first, second;
	struct deadline late = deadline_in(LATE_MS);
	struct error err = ERROR_EMPTY;

	(void)state;
	(void)snprintf(address.sun_path, sizeof(address.sun_path), "%s/full", host.folder);
	client.socket = address.sun_path;
	assert_int_equal(bind(listener, (const struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(listen(listener, 0), 0);
	first = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	second = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	assert_int_equal(connect(first, (const struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(connect(second, (const struct sockaddr *)&address, sizeof(address)), -1);
	assert_refused(ask(&client, "alice", &err), err, ERROR_VERIFIER_DEADLINE);
	assert_true(deadline_left_ms(late) > 0);
	close(first);
	close(second);
	close(listener);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_running_verifier_answers),
	    cmocka_unit_test(an_absent_verifier_is_an_error_or_the_fallback),
	    cmocka_unit_test(the_hosts_signals_are_left_alone),
	    cmocka_unit_test(a_host_with_threads_that_reaps_all_is_served),
	    cmocka_unit_test(a_lying_peer_is_no_consent),
	    cmocka_unit_test(a_peer_of_another_release_is_not_asked_for_a_verdict),
	    cmocka_unit_test(a_hanging_peer_costs_no_more_than_the_deadline),
	    cmocka_unit_test(a_full_queue_costs_no_more_than_the_deadline),
	};

	return cmocka_run_group_tests_name("client", tests, make_fixture, drop_fixture);
}

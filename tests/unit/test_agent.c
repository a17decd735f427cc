/* Whose agent is asked: the path and the process behind it must be the person's. */
#include "tests/unit/unit.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/bytes.h"
#include "pam_module/agent.h"

#define NOBODY 65534

/* An agent without keys, which listens for whoever runs the test. */
static struct fixture {
	char folder[64], socket[96], link[96];
	pid_t process;
} fixture;

/* Source: draft-ietf-sshm-ssh-agent, SSH_AGENT_IDENTITIES_ANSWER. */
static void answer_all(int listener)
{
	static const uint8_t no_keys[] = {0, 0, 0, 5, 12, 0, 0, 0, 0};
	uint8_t question[64];

	for (;;) {
		int client = accept(listener, NULL, NULL);

		if (recv(client, question, sizeof(question), 0) > 0)
			(void)!send(client, no_keys, sizeof(no_keys), MSG_NOSIGNAL);
		close(client);
	}
}

static int make_fixture(void **state)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	(void)state;
	(void)snprintf(fixture.folder, sizeof(fixture.folder), "/tmp/keyenroll-agent.XXXXXX");
	assert_non_null(mkdtemp(fixture.folder));
	(void)snprintf(fixture.socket, sizeof(fixture.socket), "%s/agent", fixture.folder);
	(void)snprintf(fixture.link, sizeof(fixture.link), "%s/link", fixture.folder);
	(void)snprintf(address.sun_path, sizeof(address.sun_path), "%s", fixture.socket);
	assert_int_equal(bind(listener, (const struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(listen(listener, 4), 0);
	assert_int_equal(symlink(fixture.socket, fixture.link), 0);
	fixture.process = fork();
	if (fixture.process == 0)
		answer_all(listener);
	close(listener);
	return 0;
}

static int drop_fixture(void **state)
{
	(void)state;
	(void)kill(fixture.process, SIGKILL);
	(void)waitpid(fixture.process, NULL, 0);
	(void)unlink(fixture.link);
	(void)unlink(fixture.socket);
	return rmdir(fixture.folder);
}

static bool list(const char *path, uid_t owner, struct error *err)
{
	const struct agent agent = {.path = path, .owner = owner};
	struct buffer answer = BUFFER_EMPTY;
	struct bytes keys[4];
	size_t num_keys = 4;
	bool done = agent_list(&agent, &answer, keys, 4, &num_keys, err);

	assert_true(!done || num_keys == 0);
	buffer_free(&answer);
	return done;
}

static void the_persons_own_agent_is_asked(void **state)
{
	struct error err = ERROR_EMPTY;

	(void)state;
	assert_done(list(fixture.socket, getuid(), &err), err);
	assert_refused(list(fixture.socket, getuid() + 1, &err), err, ERROR_AGENT);
	assert_refused(list(fixture.link, getuid(), &err), err, ERROR_AGENT);
	assert_refused(list(fixture.folder, getuid(), &err), err, ERROR_AGENT);
	assert_refused(list("agent", getuid(), &err), err, ERROR_AGENT);
	assert_refused(list(NULL, getuid(), &err), err, ERROR_AGENT);
}

/* The socket is nobody's here, the process behind it root's: it is neither's agent. */
static void socket_and_process_are_of_one_person(void **state)
{
	struct error err = ERROR_EMPTY;

	(void)state;
	if (getuid() != 0)
		skip(); /* only root can give a socket away */
	assert_int_equal(lchown(fixture.socket, NOBODY, NOBODY), 0);
	assert_refused(list(fixture.socket, 0, &err), err, ERROR_AGENT);
	assert_refused(list(fixture.socket, NOBODY, &err), err, ERROR_AGENT);
	assert_int_equal(lchown(fixture.socket, 0, 0), 0);
	assert_done(list(fixture.socket, 0, &err), err);
}

/* Listens, and hangs up on whoever comes. */
static pid_t start_rude_agent(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	pid_t process;

	(void)snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	assert_int_equal(bind(listener, (const struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(listen(listener, 4), 0);
	process = fork();
	if (process == 0) {
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL); /* also where the test breaks off */
		for (;;)
			(void)close(accept(listener, NULL, NULL));
	}
	close(listener);
	return process;
}

/* Who tries one key after the other does not ask why one did not sign: sudo must not end by that. */
static void nobody_has_to_ask_why(void **state)
{
	char path[sizeof(fixture.folder) + 8];
	struct agent rude = {.path = path, .owner = getuid()}, gone = {.path = "/nowhere/agent", .owner = getuid()};
	struct buffer signature = BUFFER_EMPTY;
	struct error err = ERROR_EMPTY;
	pid_t process;

	(void)state;
	(void)snprintf(path, sizeof(path), "%s/rude", fixture.folder);
	process = start_rude_agent(path);
	assert_true(process > 0);
	assert_refused(agent_sign(&rude, BYTES_OF("key"), BYTES_OF("data"), &signature, &err), err, ERROR_AGENT);
	assert_false(agent_sign(&rude, BYTES_OF("key"), BYTES_OF("data"), &signature, NULL));
	assert_false(agent_sign(&gone, BYTES_OF("key"), BYTES_OF("data"), &signature, NULL));
	assert_int_equal(signature.len, 0);
	(void)kill(process, SIGKILL);
	assert_int_equal(waitpid(process, NULL, 0), process);
	assert_int_equal(unlink(path), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_persons_own_agent_is_asked),
	    cmocka_unit_test(socket_and_process_are_of_one_person),
	    cmocka_unit_test(nobody_has_to_ask_why),
	};

	return cmocka_run_group_tests_name("agent", tests, make_fixture, drop_fixture);
}

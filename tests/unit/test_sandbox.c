/* What the verifier forbids itself: each row is tried in a child of its own that is inside. */
#include "tests/unit/unit.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "verifier/sandbox.h"

#define INSIDE 40 /* the attempt was made and went as the row says */

static int expect_errno(bool done, int wanted)
{
	return !done && errno == wanted ? INSIDE : 1;
}

static int read_a_configuration(void)
{
	return open("/etc/passwd", O_RDONLY | O_CLOEXEC) >= 0 ? INSIDE : 1;
}

static int read_below_a_given_folder(void)
{
	return open("/var/tmp", O_RDONLY | O_DIRECTORY | O_CLOEXEC) >= 0 ? INSIDE : 1;
}

static int make_a_local_socket(void)
{
	return socket(AF_UNIX, SOCK_STREAM, 0) >= 0 ? INSIDE : 1;
}

static int start_a_worker(void)
{
	int status = -1;
	pid_t child = fork();

	if (child == 0)
		_exit(7);
	return child > 0 && waitpid(child, &status, 0) == child && WEXITSTATUS(status) == 7 ? INSIDE : 1;
}

static int make_a_network_socket(void)
{
	return expect_errno(socket(AF_INET, SOCK_STREAM, 0) >= 0, EAFNOSUPPORT);
}

static int make_a_packet_socket(void)
{
	return expect_errno(socket(AF_NETLINK, SOCK_RAW, 0) >= 0, EAFNOSUPPORT);
}

static int write_to_a_device(void)
{
	return open("/dev/null", O_WRONLY | O_CLOEXEC) >= 0 ? INSIDE : 1;
}

static int make_a_file(void)
{
	return expect_errno(open("/var/tmp/keyenroll-sandbox", O_WRONLY | O_CREAT | O_CLOEXEC, 0600) >= 0, EACCES);
}

static int read_somewhere_else(void)
{
	return expect_errno(open("/var/log", O_RDONLY | O_DIRECTORY | O_CLOEXEC) >= 0, EACCES);
}

static int make_a_namespace(void)
{
	return expect_errno(unshare(CLONE_NEWUSER) == 0, 0); /* ends before it returns */
}

static int become_somebody(void)
{
	return setuid(0) == 0 ? 2 : 1;
}

static int start_a_program(void)
{
	char name[] = "true", *const argv[] = {name, NULL};

	(void)execv("/bin/true", argv);
	return 1;
}

static int look_into_a_process(void)
{
	return ptrace(PTRACE_TRACEME, 0, NULL, NULL) == 0 ? 2 : 1;
}

static int call_something_else(void)
{
	return expect_errno(chmod("/etc/passwd", 0644) == 0, ENOSYS);
}

static void each_attempt_goes_as_it_should(void **state)
{
	static const struct {
		const char *name;
		int (*attempt)(void);
		bool deadly, landlock;
	} rows[] = {
	    {"reads a configuration", read_a_configuration, false, false},
	    {"reads below a given folder", read_below_a_given_folder, false, false},
	    {"makes a local socket", make_a_local_socket, false, false},
	    {"write to a device", write_to_a_device, false, false},
	    {"starts a worker", start_a_worker, false, false},
	    {"makes a network socket", make_a_network_socket, false, false},
	    {"makes a packet socket", make_a_packet_socket, false, false},
	    {"calls something else", call_something_else, false, false},
	    {"makes a file", make_a_file, false, true},
	    {"reads somewhere else", read_somewhere_else, false, true},
	    {"makes a namespace", make_a_namespace, true, false},
	    {"becomes somebody", become_somebody, true, false},
	    {"starts a program", start_a_program, true, false},
	    {"looks into a process", look_into_a_process, true, false},
	};
	static const char *const folders[] = {"/var/tmp", "/nonexistent"};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int status = -1;
		pid_t child = fork();

		if (child == 0) {
			struct sandbox_layers layers;

			if (!sandbox_enter(folders, 2, &layers, NULL) || !layers.seccomp)
				_exit(3);
			_exit(rows[i].landlock && !layers.landlock ? INSIDE : rows[i].attempt());
		}
		assert_int_equal(waitpid(child, &status, 0), child);
		if (rows[i].deadly ? !WIFSIGNALED(status) || WTERMSIG(status) != SIGSYS
		                   : !WIFEXITED(status) || WEXITSTATUS(status) != INSIDE)
			fail_msg("%s: wait status %x", rows[i].name, (unsigned)status);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(each_attempt_goes_as_it_should)};

#ifdef KEYENROLL_WITHOUT_SANDBOX
	print_message("sandbox: built with sanitizers, whose run time cannot be in it: skipped\n");
	return 77;
#endif
	return cmocka_run_group_tests_name("sandbox", tests, NULL, NULL);
}

#include "tests/unit/unit.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "common/process.h"

/* Runs a line of shell: the child's side of every test. */
static bool run(const char *line, struct bytes input, struct buffer *output, unsigned timeout_ms, struct error *err)
{
	char *const argv[] = {(char *)(uintptr_t) "sh", (char *)(uintptr_t) "-c", (char *)(uintptr_t)line, NULL};

	return process_run("/bin/sh", argv, NULL, input, output, timeout_ms, err);
}

static int64_t now_ms(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void input_goes_in_and_output_comes_back(void **state)
{
	static uint8_t large[900000];
	struct buffer output = BUFFER_EMPTY;
	struct error err = ERROR_EMPTY;

	(void)state;
	for (size_t i = 0; i < sizeof(large); i++)
		large[i] = (uint8_t)(i * 31 >> 3);
	assert_done(run("cat", BYTES_OF(large), &output, 20000, &err), err);
	assert_true(bytes_equal(buffer_bytes(&output), BYTES_OF(large)));
	buffer_cut(&output, 0);
	assert_done(run("wc -c", BYTES_EMPTY, &output, 20000, &err), err);
	assert_string_equal(buffer_text(&output), "0\n");
	assert_done(run("echo more", BYTES_EMPTY, &output, 0, &err), err);
	assert_string_equal(buffer_text(&output), "0\nmore\n");
	buffer_free(&output);
}

static void failures_are_told_apart(void **state)
{
	static const struct {
		const char *name, *line;
		enum error_code code;
		const char *words;
	} rows[] = {
	    {"status", "echo x; exit 3", ERROR_PROGRAM, "status 3"},
	    {"killed", "echo x; kill -KILL $$", ERROR_PROGRAM, "signal 9"},
	    {"hangs", "echo x; exec sleep 60", ERROR_DEADLINE, "in time"},
	    {"hangs without output", "exec sleep 60 >&- <&-", ERROR_DEADLINE, "in time"},
	    {"ignores TERM", "trap '' TERM; echo x; while :; do sleep 60; done", ERROR_DEADLINE, "in time"},
	    {"writes for ever", "exec cat /dev/zero", ERROR_LIMIT, "maximum"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct buffer output = BUFFER_UP_TO(1000);
		struct error err = ERROR_EMPTY;
		int64_t began = now_ms();

		assert_done(buffer_put_text(&output, "kept", &err), err);
		/* only who hangs is not waited for: the others have what time a busy machine needs */
		if (run(rows[i].line, BYTES_EMPTY, &output, rows[i].code == ERROR_DEADLINE ? 300 : 30000, &err) ||
		    err.code != rows[i].code || strstr(err.text, rows[i].words) == NULL)
			fail_msg("%s: %s", rows[i].name, err.text);
		assert_in_range(now_ms() - began, 0, 40000);
		assert_string_equal(buffer_text(&output), "kept");
		/* killed and reaped: no child is left */
		assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
		assert_int_equal(errno, ECHILD);
		buffer_free(&output);
	}
}

static void what_is_not_there_cannot_be_started(void **state)
{
	char *const argv[] = {(char *)(uintptr_t) "absent", NULL};
	struct error err = ERROR_EMPTY;

	(void)state;
	assert_refused(process_run("/nowhere/absent", argv, NULL, BYTES_EMPTY, NULL, 1000, &err), err, ERROR_PROGRAM);
	assert_non_null(strstr(err.text, strerror(ENOENT)));
	assert_refused(process_run("/etc/passwd", argv, NULL, BYTES_EMPTY, NULL, 1000, &err), err, ERROR_PROGRAM);
}

static void a_child_may_leave_its_input_unread(void **state)
{
	static uint8_t large[900000];
	struct buffer output = BUFFER_EMPTY;
	struct error err = ERROR_EMPTY;

	(void)state;
	for (int i = 0; i < 20; i++) {
		buffer_cut(&output, 0);
		assert_done(run("echo enough", BYTES_OF(large), &output, 20000, &err), err);
		assert_string_equal(buffer_text(&output), "enough\n");
	}
	assert_done(run("exec <&-; sleep 0.1; true", BYTES_OF(large), NULL, 20000, &err), err);
	buffer_free(&output);
}

static void a_bare_name_is_looked_for(void **state)
{
	char *const argv[] = {(char *)(uintptr_t) "echo", (char *)(uintptr_t) "found", NULL};
	struct buffer output = BUFFER_EMPTY;
	struct error err = ERROR_EMPTY;

	(void)state;
	assert_done(process_run("echo", argv, NULL, BYTES_EMPTY, &output, 20000, &err), err);
	assert_string_equal(buffer_text(&output), "found\n");
	buffer_free(&output);
}

static void the_child_gets_its_environment_only(void **state)
{
	char *const argv[] = {(char *)(uintptr_t) "env", NULL};
	char *const environment[] = {(char *)(uintptr_t) "ONE=1", NULL};
	struct buffer output = BUFFER_EMPTY;
	struct error err = ERROR_EMPTY;

	(void)state;
	assert_done(process_run("/usr/bin/env", argv, environment, BYTES_EMPTY, &output, 20000, &err), err);
	assert_string_equal(buffer_text(&output), "ONE=1\n");
	buffer_free(&output);
}

static void the_child_gets_no_other_descriptor(void **state)
{
	int descriptors[] = {open("/dev/null", O_RDONLY), dup2(0, 200)};
	struct buffer output = BUFFER_EMPTY;
	struct error err = ERROR_EMPTY;

	(void)state;
	assert_done(run("for d in /proc/$$/fd/*; do echo ${d##*/}; done", BYTES_EMPTY, &output, 20000, &err), err);
	assert_null(strstr(buffer_text(&output), "200"));
	assert_done(run("[ -e /proc/$$/fd/200 ] && echo open || echo closed", BYTES_EMPTY, &output, 20000, &err), err);
	assert_non_null(strstr(buffer_text(&output), "closed"));
	for (size_t i = 0; i < 2; i++)
		assert_int_equal(close(descriptors[i]), 0);
	buffer_free(&output);
}

/* A daemon may have closed 0, 1 and 2: then the socket's ends get these numbers. */
static void a_caller_without_standard_descriptors_is_served(void **state)
{
	static const int closed[][3] = {{0, -1, -1}, {0, 1, -1}, {0, 1, 2}, {1, -1, -1}, {1, 2, -1}, {2, -1, -1}};

	(void)state;
	for (size_t i = 0; i < sizeof(closed) / sizeof(closed[0]); i++) {
		int status;
		pid_t caller = fork();

		assert_int_not_equal(caller, -1);
		if (caller == 0) {
			struct buffer output = BUFFER_EMPTY;
			bool good;

			for (size_t j = 0; j < 3; j++)
				if (closed[i][j] >= 0 && close(closed[i][j]) != 0)
					_exit(2);
			good = run("cat; echo .", bytes_of_text("in"), &output, 20000, NULL) &&
			       bytes_equal_text(buffer_bytes(&output), "in.\n");
			buffer_free(&output);
			_exit(good ? 0 : 1);
		}
		assert_int_equal(waitpid(caller, &status, 0), caller);
		assert_int_equal(status, 0);
	}
}

static unsigned long long signals_after(const char *text, const char *name)
{
	const char *found = strstr(text, name);

	assert_non_null(found);
	return strtoull(found + strlen(name), NULL, 16);
}

/* Ignored and blocked signals would be inherited. */
static void the_child_gets_default_signals(void **state)
{
	struct buffer output = BUFFER_EMPTY;
	struct error err = ERROR_EMPTY;
	sigset_t blocked, before;

	(void)state;
	(void)signal(SIGUSR1, SIG_IGN);
	(void)sigfillset(&blocked);
	(void)sigprocmask(SIG_BLOCK, &blocked, &before);
	assert_done(run("grep -E '^Sig(Blk|Ign)' /proc/self/status", BYTES_EMPTY, &output, 20000, &err), err);
	assert_int_equal(signals_after(buffer_text(&output), "SigBlk:"), 0);
	/* the C library keeps 32 and 33 for itself */
	assert_int_equal(signals_after(buffer_text(&output), "SigIgn:") & ~0x180000000ULL, 0);
	(void)sigprocmask(SIG_SETMASK, &before, NULL);
	(void)signal(SIGUSR1, SIG_DFL);
	buffer_free(&output);
}

static void assert_disposition(int number, void (*wanted)(int))
{
	struct sigaction action;

	assert_int_equal(sigaction(number, NULL, &action), 0);
	assert_ptr_equal(action.sa_handler, wanted);
}

/* sshd and sudo may ignore SIGCHLD: the kernel then keeps no exit status. */
static void a_host_that_ignores_its_children_gets_complete_output_only(void **state)
{
	struct buffer output = BUFFER_EMPTY;
	struct error err = ERROR_EMPTY;

	(void)state;
	(void)signal(SIGCHLD, SIG_IGN);
	assert_done(run("cat; echo .", bytes_of_text("in"), &output, 20000, &err), err);
	assert_string_equal(buffer_text(&output), "in.\n");
	assert_refused(run("exit 0", BYTES_EMPTY, &output, 20000, &err), err, ERROR_PROGRAM);
	assert_refused(run("exit 1", BYTES_EMPTY, NULL, 20000, &err), err, ERROR_PROGRAM);
	assert_refused(run("echo x; exec sleep 60", BYTES_EMPTY, &output, 200, &err), err, ERROR_DEADLINE);
	assert_string_equal(buffer_text(&output), "in.\n");
	assert_disposition(SIGCHLD, SIG_IGN);
	(void)signal(SIGCHLD, SIG_DFL);
	buffer_free(&output);
}

static void other_children_and_handlers_are_left_alone(void **state)
{
	struct error err = ERROR_EMPTY;
	int status;
	pid_t other = fork();

	(void)state;
	assert_int_not_equal(other, -1);
	if (other == 0)
		_exit(7);
	(void)signal(SIGPIPE, SIG_DFL);
	assert_done(run("exec <&-; exit 0", BYTES_OF("xxxx"), NULL, 20000, &err), err);
	assert_disposition(SIGPIPE, SIG_DFL);
	assert_disposition(SIGCHLD, SIG_DFL);
	assert_int_equal(waitpid(other, &status, 0), other);
	assert_int_equal(WEXITSTATUS(status), 7);
}

static void no_descriptor_is_left_behind(void **state)
{
	struct buffer output = BUFFER_EMPTY;
	struct error err = ERROR_EMPTY;
	int first = open("/dev/null", O_RDONLY), again;

	(void)state;
	assert_int_equal(close(first), 0);
	assert_done(run("echo x", BYTES_EMPTY, &output, 20000, &err), err);
	assert_refused(run("exit 1", BYTES_EMPTY, &output, 20000, &err), err, ERROR_PROGRAM);
	assert_refused(run("sleep 60", BYTES_EMPTY, &output, 50, &err), err, ERROR_DEADLINE);
	again = open("/dev/null", O_RDONLY);
	assert_int_equal(again, first);
	assert_int_equal(close(again), 0);
	buffer_free(&output);
}

/* What the child finds on its standard input and output are the caller's own; `sh` without a slash is found in PATH. */
static void an_interactive_program_keeps_the_callers_descriptors(void **state)
{
	char *const argv[] = {(char *)(uintptr_t) "sh", (char *)(uintptr_t) "-c",
	    (char *)(uintptr_t) "read word && [ \"$word\" = typed ]", NULL};
	char *const failing[] = {
	    (char *)(uintptr_t) "sh", (char *)(uintptr_t) "-c", (char *)(uintptr_t) "exit 3", NULL};
	int ends[2], kept = dup(STDIN_FILENO);
	struct error err = ERROR_EMPTY;

	(void)state;
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(write(ends[1], "typed\n", 6), 6);
	assert_int_equal(dup2(ends[0], STDIN_FILENO), STDIN_FILENO);
	assert_done(process_run_interactive("sh", argv, &err), err);
	assert_refused(process_run_interactive("sh", failing, &err), err, ERROR_PROGRAM);
	assert_refused(process_run_interactive("keyenroll-no-such-program", failing, &err), err, ERROR_PROGRAM);
	assert_int_equal(dup2(kept, STDIN_FILENO), STDIN_FILENO);
	(void)close(kept);
	(void)close(ends[0]);
	(void)close(ends[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(input_goes_in_and_output_comes_back),
	    cmocka_unit_test(failures_are_told_apart),
	    cmocka_unit_test(what_is_not_there_cannot_be_started),
	    cmocka_unit_test(a_child_may_leave_its_input_unread),
	    cmocka_unit_test(a_bare_name_is_looked_for),
	    cmocka_unit_test(the_child_gets_its_environment_only),
	    cmocka_unit_test(the_child_gets_no_other_descriptor),
	    cmocka_unit_test(a_caller_without_standard_descriptors_is_served),
	    cmocka_unit_test(the_child_gets_default_signals),
	    cmocka_unit_test(a_host_that_ignores_its_children_gets_complete_output_only),
	    cmocka_unit_test(other_children_and_handlers_are_left_alone),
	    cmocka_unit_test(no_descriptor_is_left_behind),
	    cmocka_unit_test(an_interactive_program_keeps_the_callers_descriptors),
	};

	return cmocka_run_group_tests_name("process", tests, NULL, NULL);
}

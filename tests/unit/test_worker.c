/* A worker is killed and reaped; one that the kernel does not let go costs nobody his time, and there is only so much room for such. */
#include "tests/unit/unit.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/deadline.h"
#include "verifier/worker.h"

/* What nothing here needs as long as. */
#define LATE_MS 20000

static bool kernel_keeps_all;

/* In front of the C library's: a process that waits for a device ends no sooner than the device answers. */
int kill(pid_t pid, int sig)
{
	return kernel_keeps_all && sig == SIGKILL ? 0 : (int)syscall(SYS_kill, pid, sig);
}

/* Its time is over when its client hangs up. */
static bool wait_for_client(const void *what, int client, struct buffer *output, struct error *err)
{
	uint8_t byte;

	(void)what;
	(void)!recv(client, &byte, 1, 0);
	return buffer_put_text(output, "done", err);
}

static bool say_nothing(const void *what, int client, struct buffer *output, struct error *err)
{
	(void)what, (void)client, (void)output;
	return error_set(err, ERROR_SYSTEM, "a test");
}

static bool has_no_child(void)
{
	return waitpid(-1, NULL, WNOHANG) < 0 && errno == ECHILD;
}

static void one_that_runs_is_ended(void **state)
{
	struct worker_remains remains = {.num = 0};
	struct worker worker = WORKER_NONE;
	struct error err = ERROR_EMPTY;
	struct deadline late = deadline_in(LATE_MS);
	int pair[2];

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
	assert_done(worker_start(wait_for_client, NULL, pair[1], &remains, &worker, &err), err);
	worker_end(&worker, &remains);
	assert_int_equal(worker.process, 0);
	while (remains.num > 0 && deadline_left_ms(late) > 0)
		worker_reap(&remains);
	assert_true(has_no_child());
	worker_end(&worker, &remains); /* there is none */
	assert_int_equal(remains.num, 0);
	(void)(close(pair[0]) + close(pair[1]));
}

static void one_that_has_ended_is_reaped(void **state)
{
	struct worker_remains remains = {.num = 0};
	struct worker worker = WORKER_NONE;
	struct error err = ERROR_EMPTY;
	struct deadline late = deadline_in(LATE_MS);
	uint8_t report[1024];
	int pair[2];

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
	assert_done(worker_start(say_nothing, NULL, pair[1], &remains, &worker, &err), err);
	while (recv(worker.report, report, sizeof(report), 0) > 0)
		continue;
	worker_end(&worker, &remains);
	while (remains.num > 0 && deadline_left_ms(late) > 0)
		worker_reap(&remains);
	assert_true(has_no_child());
	(void)(close(pair[0]) + close(pair[1]));
}

/* Each of them is left where it is; what waits for devices must not pile up; and when the device answers all is as before. */
static void one_that_does_not_end_is_not_waited_for(void **state)
{
	struct worker workers[WORKER_REMAINS_LIMIT], another = WORKER_NONE;
	struct worker_remains remains = {.num = 0};
	struct error err = ERROR_EMPTY;
	struct deadline late;
	int pair[2];

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
	for (size_t i = 0; i < WORKER_REMAINS_LIMIT; i++)
		assert_done(worker_start(wait_for_client, NULL, pair[1], &remains, &workers[i], &err), err);
	late = deadline_in(LATE_MS);
	kernel_keeps_all = true;
	for (size_t i = 0; i < WORKER_REMAINS_LIMIT; i++)
		worker_end(&workers[i], &remains);
	kernel_keeps_all = false;
	assert_true(deadline_left_ms(late) > 0);
	assert_int_equal(remains.num, WORKER_REMAINS_LIMIT);
	worker_reap(&remains);
	assert_int_equal(remains.num, WORKER_REMAINS_LIMIT);
	assert_refused(
	    worker_start(wait_for_client, NULL, pair[1], &remains, &another, &err), err, ERROR_VERIFIER_BUSY);
	assert_int_equal(another.process, 0);
	(void)(close(pair[0]) + close(pair[1]));
	for (late = deadline_in(LATE_MS); remains.num > 0 && deadline_left_ms(late) > 0;)
		worker_reap(&remains);
	assert_int_equal(remains.num, 0);
	assert_true(has_no_child());
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(one_that_runs_is_ended),
	    cmocka_unit_test(one_that_has_ended_is_reaped),
	    cmocka_unit_test(one_that_does_not_end_is_not_waited_for),
	};

	return cmocka_run_group_tests_name("worker", tests, NULL, NULL);
}

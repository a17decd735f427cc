/* Runs in a mount namespace of its own, where /run and /dev are empty and the sockets are the test's. */
#include "tests/unit/unit.h"

#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include "common/buffer.h"
#include "common/log.h"

#define JOURNAL "/run/systemd/journal/socket"
#define SYSLOG "/dev/log"

static const struct log_field fields[] = {
    {"KEYENROLL_USER", "alice"},
    {"KEYENROLL_ABSENT", NULL},
    {"KEYENROLL_CODE", "a\nMESSAGE=forged"},
};
static const struct log_event event = {
    .program = "keyenrolld",
    .priority = LOG_NOTICE,
    .sentence = "refused: \x1b[2Jx",
    .fields = fields,
    .num_fields = 3,
};

static bool enter_namespace(void)
{
	return unshare(geteuid() == 0 ? CLONE_NEWNS : CLONE_NEWUSER | CLONE_NEWNS) == 0 &&
	       mount("none", "/", "none", MS_REC | MS_PRIVATE, "") == 0 &&
	       mount("none", "/run", "tmpfs", 0, "mode=755") == 0 &&
	       mount("none", "/dev", "tmpfs", 0, "mode=755") == 0 && mkdir("/run/systemd", 0755) == 0 &&
	       mkdir("/run/systemd/journal", 0755) == 0;
}

static int listen_at(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int listener = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	assert_int_not_equal(listener, -1);
	(void)snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	assert_int_equal(bind(listener, (struct sockaddr *)&address, sizeof(address)), 0);
	return listener;
}

static void stop_listening(int listener, const char *path)
{
	assert_int_equal(close(listener), 0);
	assert_int_equal(unlink(path), 0);
}

static void receive(int listener, char *text, size_t size)
{
	ssize_t len = recv(listener, text, size - 1, 0);

	assert_in_range(len, 1, size - 2);
	text[len] = '\0';
}

static void the_journal_gets_fields(void **state)
{
	int journal = listen_at(JOURNAL), other = listen_at(SYSLOG);
	char text[1024], wanted[1024];

	(void)state;
	log_write(&event);
	receive(journal, text, sizeof(text));
	(void)snprintf(wanted, sizeof(wanted),
	    "PRIORITY=5\nSYSLOG_FACILITY=10\nSYSLOG_PID=%d\nSYSLOG_IDENTIFIER=keyenrolld\n"
	    "MESSAGE=refused: ?[2Jx\nKEYENROLL_USER=alice\nKEYENROLL_CODE=a?MESSAGE=forged\n",
	    (int)getpid());
	assert_string_equal(text, wanted);
	assert_int_equal(recv(other, text, sizeof(text), 0), -1);
	stop_listening(journal, JOURNAL);
	stop_listening(other, SYSLOG);
}

static void without_a_journal_syslog_gets_a_line(void **state)
{
	int listener = listen_at(SYSLOG);
	char text[1024], wanted[1024];
	struct tm when;
	char *rest;

	(void)state;
	log_write(&event);
	receive(listener, text, sizeof(text));
	assert_int_equal(strncmp(text, "<85>", 4), 0);
	rest = strptime(text + 4, "%b %e %H:%M:%S", &when);
	assert_non_null(rest);
	(void)snprintf(wanted, sizeof(wanted),
	    " keyenrolld[%d]: refused: ?[2Jx KEYENROLL_USER=alice KEYENROLL_CODE=a?MESSAGE=forged", (int)getpid());
	assert_string_equal(rest, wanted);
	stop_listening(listener, SYSLOG);
}

static void a_full_or_absent_log_holds_nobody_up(void **state)
{
	struct timespec began, ended;
	int journal;

	(void)state;
	log_write(&event);
	journal = listen_at(JOURNAL);
	(void)clock_gettime(CLOCK_MONOTONIC, &began);
	/* more than fit the queue of a socket that nobody reads */
	for (int i = 0; i < 20; i++)
		log_write(&event);
	(void)clock_gettime(CLOCK_MONOTONIC, &ended);
	assert_in_range(ended.tv_sec - began.tv_sec, 0, 30);
	stop_listening(journal, JOURNAL);
}

static void long_values_are_cut(void **state)
{
	static char large[100000], text[100000];
	const struct log_field field = {"KEYENROLL_LARGE", large};
	const struct log_event large_event = {"keyenrolld", LOG_ERR, "s", &field, 1};
	int journal = listen_at(JOURNAL);
	const char *found;

	(void)state;
	memset(large, 'x', sizeof(large) - 1);
	log_write(&large_event);
	receive(journal, text, sizeof(text));
	found = strstr(text, "KEYENROLL_LARGE=");
	assert_non_null(found);
	assert_int_equal(strlen(found), strlen("KEYENROLL_LARGE=") + 4096 + 1);
	stop_listening(journal, JOURNAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_journal_gets_fields),
	    cmocka_unit_test(without_a_journal_syslog_gets_a_line),
	    cmocka_unit_test(a_full_or_absent_log_holds_nobody_up),
	    cmocka_unit_test(long_values_are_cut),
	};

	if (!enter_namespace()) {
		(void)fprintf(stderr, "test_log: skipped, no mount namespace to be had here\n");
		return 77;
	}
	return cmocka_run_group_tests_name("log", tests, NULL, NULL);
}

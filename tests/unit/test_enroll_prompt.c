/* Questions on a terminal: each test walks one in a child behind a pseudo terminal. */
#include "tests/unit/unit.h"

#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "common/bytes.h"
#include "common/secret.h"
#include "enroll/prompt.h"

#define QUESTION "PIN of token 7: "

/* The child's side: asks, and says by its exit status whether the answer was the wanted one. */
enum { EXIT_RIGHT = 10, EXIT_OTHER, EXIT_REFUSED };

static int ask_secret(const char *wanted)
{
	struct secret *secret = NULL;
	struct error err = ERROR_EMPTY;
	bool right;

	if (!prompt_secret(QUESTION, 8, &secret, &err))
		return EXIT_REFUSED;
	right = bytes_equal_text(secret_bytes(secret), wanted);
	secret_free(secret);
	return right ? EXIT_RIGHT : EXIT_OTHER;
}

static int ask_line(const char *wanted)
{
	struct error err = ERROR_EMPTY;
	char answer[16];

	if (!prompt_line(QUESTION, answer, sizeof(answer), &err))
		return EXIT_REFUSED;
	return strcmp(answer, wanted) == 0 ? EXIT_RIGHT : EXIT_OTHER;
}

struct dialogue {
	pid_t child;
	int terminal;
	char seen[512]; /* all that the terminal showed */
	size_t len;
};

/* A shell that started the tests in the background has these ignored; and no question waits for ever. */
static void answer_for(int (*ask)(const char *wanted), const char *wanted)
{
	static const int signals[] = {SIGINT, SIGQUIT, SIGHUP, SIGTERM, SIGTSTP};

	for (size_t i = 0; i < sizeof(signals) / sizeof(*signals); i++)
		(void)signal(signals[i], SIG_DFL);
	(void)alarm(60);
	_exit(ask(wanted));
}

static void start(struct dialogue *dialogue, int (*ask)(const char *wanted), const char *wanted)
{
	*dialogue = (struct dialogue){.len = 0};
	dialogue->child = forkpty(&dialogue->terminal, NULL, NULL, NULL);
	assert_true(dialogue->child >= 0);
	if (dialogue->child == 0)
		answer_for(ask, wanted);
}

/* Reads on until the text was shown `times` times, or nothing comes for half a minute. */
static bool shown(struct dialogue *dialogue, const char *text, unsigned times)
{
	for (;;) {
		struct pollfd source = {.fd = dialogue->terminal, .events = POLLIN};
		unsigned found = 0;
		ssize_t count;

		for (const char *at = dialogue->seen; (at = strstr(at, text)) != NULL; at++)
			found++;
		if (found >= times)
			return true;
		if (poll(&source, 1, 30000) != 1)
			return false;
		count = read(
		    dialogue->terminal, dialogue->seen + dialogue->len, sizeof(dialogue->seen) - 1 - dialogue->len);
		if (count <= 0)
			return false;
		dialogue->len += (size_t)count;
	}
}

static void type(const struct dialogue *dialogue, const char *text)
{
	assert_int_equal(write(dialogue->terminal, text, strlen(text)), (ssize_t)strlen(text));
}

static bool echoes(const struct dialogue *dialogue)
{
	struct termios mode;

	assert_int_equal(tcgetattr(dialogue->terminal, &mode), 0);
	return mode.c_lflag & ECHO;
}

static int end(struct dialogue *dialogue)
{
	int status;

	(void)shown(dialogue, "\1never", 1); /* drains what is left */
	assert_int_equal(waitpid(dialogue->child, &status, 0), dialogue->child);
	return status;
}

static void assert_exit(int status, int wanted)
{
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), wanted);
}

static void a_pin_is_not_echoed(void **state)
{
	struct dialogue dialogue;

	(void)state;
	start(&dialogue, ask_secret, "483920");
	assert_true(shown(&dialogue, QUESTION, 1));
	assert_false(echoes(&dialogue));
	type(&dialogue, "483920\n");
	assert_exit(end(&dialogue), EXIT_RIGHT);
	assert_null(strstr(dialogue.seen, "4839"));
	close(dialogue.terminal);
}

static void a_line_is_echoed(void **state)
{
	struct dialogue dialogue;

	(void)state;
	start(&dialogue, ask_line, "yes");
	assert_true(shown(&dialogue, QUESTION, 1));
	assert_true(echoes(&dialogue));
	type(&dialogue, "yes\n");
	assert_exit(end(&dialogue), EXIT_RIGHT);
	assert_non_null(strstr(dialogue.seen, "yes"));
	close(dialogue.terminal);
}

static int ask_foreign(const char *wanted)
{
	struct error err = ERROR_EMPTY;
	char answer[16];

	(void)wanted;
	return prompt_line("PIN of the token in \x1b]0;title\a\xc2\x9b\n2J: ", answer, sizeof(answer), &err)
	           ? EXIT_RIGHT
	           : EXIT_REFUSED;
}

static void a_question_does_not_speak_to_the_terminal(void **state)
{
	struct dialogue dialogue;

	(void)state;
	start(&dialogue, ask_foreign, "");
	assert_true(shown(&dialogue, "PIN of the token in ?]0;title????2J: ", 1));
	type(&dialogue, "\n");
	assert_exit(end(&dialogue), EXIT_RIGHT);
	close(dialogue.terminal);
}

static void answers_that_are_none_are_refused(void **state)
{
	static const char *const answers[] = {"123456789\n", "\004"};
	struct dialogue dialogue;

	(void)state;
	for (size_t i = 0; i < sizeof(answers) / sizeof(*answers); i++) {
		start(&dialogue, ask_secret, "");
		assert_true(shown(&dialogue, QUESTION, 1));
		type(&dialogue, answers[i]);
		assert_exit(end(&dialogue), EXIT_REFUSED);
		close(dialogue.terminal);
	}
}

static void an_empty_line_is_no_pin(void **state)
{
	struct dialogue dialogue;

	(void)state;
	start(&dialogue, ask_secret, "483920");
	assert_true(shown(&dialogue, QUESTION, 1));
	type(&dialogue, "\n");
	assert_true(shown(&dialogue, QUESTION, 2));
	type(&dialogue, "483920\n");
	assert_exit(end(&dialogue), EXIT_RIGHT);
	close(dialogue.terminal);
}

static void an_interrupt_ends_it_and_gives_the_echo_back(void **state)
{
	static const int signals[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};
	struct dialogue dialogue;
	int keeper, status;

	(void)state;
	for (size_t i = 0; i < sizeof(signals) / sizeof(*signals); i++) {
		start(&dialogue, ask_secret, "");
		assert_true(shown(&dialogue, QUESTION, 1));
		/* keeps the terminal's other side, so that its mode can be read afterwards */
		keeper = open(ptsname(dialogue.terminal), O_RDWR | O_NOCTTY);
		assert_true(keeper >= 0);
		assert_false(echoes(&dialogue));
		assert_int_equal(kill(dialogue.child, signals[i]), 0);
		assert_int_equal(waitpid(dialogue.child, &status, 0), dialogue.child);
		assert_true(WIFSIGNALED(status));
		assert_int_equal(WTERMSIG(status), signals[i]);
		assert_true(echoes(&dialogue));
		close(keeper);
		close(dialogue.terminal);
	}
}

static void after_a_stop_the_question_is_put_again(void **state)
{
	struct dialogue dialogue;
	int status;

	(void)state;
	start(&dialogue, ask_secret, "483920");
	assert_true(shown(&dialogue, QUESTION, 1));
	type(&dialogue, "99");
	assert_int_equal(kill(dialogue.child, SIGTSTP), 0);
	/* A process group without a parent in its session is not stopped by it: then the question simply comes again. */
	if (waitpid(dialogue.child, &status, WUNTRACED | WNOHANG) == dialogue.child && WIFSTOPPED(status)) {
		assert_true(echoes(&dialogue));
		kill(dialogue.child, SIGCONT);
	}
	assert_true(shown(&dialogue, QUESTION, 2));
	assert_false(echoes(&dialogue));
	type(&dialogue, "483920\n");
	assert_exit(end(&dialogue), EXIT_RIGHT);
	close(dialogue.terminal);
}

static void without_a_terminal_nothing_is_asked(void **state)
{
	pid_t child = fork();
	int status;

	(void)state;
	assert_true(child >= 0);
	if (child == 0) {
		setsid();
		_exit(ask_secret(""));
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_exit(status, EXIT_REFUSED);
}

static void a_descriptor_gives_one_line(void **state)
{
	static const struct {
		const char *sent, *wanted;
		enum error_code code;
	} rows[] = {
	    {"123456\nrest", "123456", ERROR_NONE},
	    {"123456", "123456", ERROR_NONE},
	    {"123456\r\n", "123456", ERROR_NONE},
	    {"123456\r", "123456", ERROR_NONE},
	    {"12\r34\r\r\n", "12\r34\r", ERROR_NONE},
	    {"\r\n", NULL, ERROR_USAGE},
	    {"12345678\r\n", "12345678", ERROR_NONE},
	    {"", NULL, ERROR_USAGE},
	    {"\n123456", NULL, ERROR_USAGE},
	    {"123456789", NULL, ERROR_LIMIT},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct secret *secret = NULL;
		struct error err = ERROR_EMPTY;
		char rest[8] = "";
		int ends[2];

		assert_int_equal(pipe(ends), 0);
		assert_int_equal(write(ends[1], rows[i].sent, strlen(rows[i].sent)), (ssize_t)strlen(rows[i].sent));
		close(ends[1]);
		if (rows[i].code == ERROR_NONE) {
			assert_done(prompt_secret_from(ends[0], 8, &secret, &err), err);
			assert_true(bytes_equal_text(secret_bytes(secret), rows[i].wanted));
			assert_true(read(ends[0], rest, sizeof(rest) - 1) >= 0);
			assert_string_equal(rest, i == 0 ? "rest" : "");
			secret_free(secret);
		} else {
			assert_refused(prompt_secret_from(ends[0], 8, &secret, &err), err, rows[i].code);
		}
		close(ends[0]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_pin_is_not_echoed),
	    cmocka_unit_test(a_line_is_echoed),
	    cmocka_unit_test(a_question_does_not_speak_to_the_terminal),
	    cmocka_unit_test(answers_that_are_none_are_refused),
	    cmocka_unit_test(an_empty_line_is_no_pin),
	    cmocka_unit_test(an_interrupt_ends_it_and_gives_the_echo_back),
	    cmocka_unit_test(after_a_stop_the_question_is_put_again),
	    cmocka_unit_test(without_a_terminal_nothing_is_asked),
	    cmocka_unit_test(a_descriptor_gives_one_line),
	};

	return cmocka_run_group_tests_name("enroll prompt", tests, NULL, NULL);
}

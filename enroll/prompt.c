#include "enroll/prompt.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <termios.h>
#include <unistd.h>

#include "common/language.h"
#include "common/secret.h"
#include "common/text.h"
#include "enroll/interrupt.h"

#define QUESTION_SIZE 512

/* Where a byte of an answer goes. */
struct sink {
	void *state;
	bool (*put)(void *state, uint8_t byte, struct error *err) MUST_CHECK;
};

/* A question that stands: signals come through a descriptor meanwhile, so no handler and no global state is needed. */
struct question {
	int terminal, signals;
	sigset_t mask_before;
	struct termios mode_before;
	bool silent;
};

static bool question_show(const struct question *question, const char *text, struct error *err)
{
	struct termios mode = question->mode_before;

	mode.c_lflag |= ICANON | ECHO;
	if (question->silent)
		mode.c_lflag &= ~(tcflag_t)(ECHO | ECHONL);
	if (tcsetattr(question->terminal, question->silent ? TCSAFLUSH : TCSADRAIN, &mode) < 0)
		return error_set_errno(err, ERROR_SYSTEM, "the terminal's echo");
	if (write(question->terminal, text, strlen(text)) < 0)
		return error_set_errno(err, ERROR_SYSTEM, "the terminal");
	return true;
}

static bool question_open(struct question *question, bool silent, struct error *err)
{
	sigset_t caught;

	*question = (struct question){.signals = -1, .silent = silent};
	question->terminal = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (question->terminal < 0)
		return error_set(err, ERROR_DECLINED, "there is no terminal to ask on");
	sigemptyset(&caught);
	sigaddset(&caught, SIGINT);
	sigaddset(&caught, SIGQUIT);
	sigaddset(&caught, SIGTERM);
	sigaddset(&caught, SIGHUP);
	sigaddset(&caught, SIGTSTP);
	question->signals = signalfd(-1, &caught, SFD_CLOEXEC);
	if (question->signals < 0 || tcgetattr(question->terminal, &question->mode_before) < 0 ||
	    sigprocmask(SIG_BLOCK, &caught, &question->mask_before) < 0) {
		error_set_errno(err, ERROR_SYSTEM, "preparing a question");
		if (question->signals >= 0)
			close(question->signals);
		close(question->terminal);
		return false;
	}
	return true;
}

static void question_hide(const struct question *question)
{
	(void)tcsetattr(question->terminal, TCSADRAIN, &question->mode_before);
	if (question->silent)
		(void)!write(question->terminal, "\n", 1);
}

static void question_close(struct question *question)
{
	question_hide(question);
	close(question->terminal);
	close(question->signals);
	(void)sigprocmask(SIG_SETMASK, &question->mask_before, NULL);
}

/* The signal does what it does outside a question. When the program still runs afterwards, as after Ctrl-Z and fg, the
 * question is put again; one that is held outside of it as well is an answer, and waits on. */
static bool let_signal_act(const struct question *question, const char *text, struct error *err)
{
	struct signalfd_siginfo info;
	sigset_t caught;

	if (read(question->signals, &info, sizeof(info)) != (ssize_t)sizeof(info))
		return error_set_errno(err, ERROR_SYSTEM, "a signal");
	question_hide(question);
	(void)sigprocmask(SIG_SETMASK, &question->mask_before, &caught);
	(void)raise((int)info.ssi_signo);
	(void)sigprocmask(SIG_SETMASK, &caught, NULL);
	if (sigismember(&question->mask_before, (int)info.ssi_signo) == 1)
		return error_set(err, ERROR_DECLINED, "interrupted");
	return question_show(question, text, err);
}

/* The next byte that was typed.
 *   again  out: a signal came instead, and all that was typed before it is void */
static bool next_byte(const struct question *question, const char *text, uint8_t *byte, bool *again, struct error *err)
{
	struct pollfd sources[] = {
	    {.fd = question->signals, .events = POLLIN},
	    {.fd = question->terminal, .events = POLLIN},
	};

	*again = false;
	while (poll(sources, 2, -1) < 0)
		if (errno != EINTR)
			return error_set_errno(err, ERROR_SYSTEM, "waiting for an answer");
	if (sources[0].revents) {
		*again = true;
		return let_signal_act(question, text, err);
	}
	switch (read(question->terminal, byte, 1)) {
	case 1:
		return true;
	case 0:
		/* Ctrl-D leaves the cursor behind the question. */
		if (!question->silent)
			(void)!write(question->terminal, "\n", 1);
		return error_set(err, ERROR_DECLINED, "no answer was given");
	default:
		return error_set_errno(err, ERROR_SYSTEM, "reading an answer");
	}
}

/* A line too long is read to its end all the same, so that its rest is no answer to the next question. */
static bool take_line(const struct question *question, const char *text, struct sink sink, void (*restart)(void *state),
    struct error *err)
{
	bool fits = true, again = false, done;
	uint8_t byte = 0;

	while ((done = next_byte(question, text, &byte, &again, err)) && (again || byte != '\n')) {
		if (again) {
			restart(sink.state);
			fits = true;
		} else if (fits) {
			fits = sink.put(sink.state, byte, err);
		}
	}
	explicit_bzero(&byte, sizeof(byte));
	return done && fits;
}

/* A question may name a reader, and a reader's maker named that. */
static bool ask(const char *words, bool silent, struct sink sink, void (*restart)(void *state), struct error *err)
{
	char text[QUESTION_SIZE];
	struct question question;
	bool done;

	(void)snprintf(text, sizeof(text), "%s", words);
	text_make_printable(text);
	if (!question_open(&question, silent, err))
		return false;
	done = question_show(&question, text, err) && take_line(&question, text, sink, restart, err);
	question_close(&question);
	return done;
}

static bool put_secret(void *state, uint8_t byte, struct error *err)
{
	return secret_put_u8(state, byte, err);
}

static void restart_secret(void *state)
{
	secret_wipe(state);
}

/* An empty line is a slip: whoever wants to give no answer says so by the end of input. */
bool prompt_secret(const char *question, size_t maximum, struct secret **secret, struct error *err)
{
	struct secret *answer = NULL;
	bool done;

	if (!secret_new(maximum, &answer, err))
		return false;
	do
		done = ask(translated(question), true, (struct sink){answer, put_secret}, restart_secret, err);
	while (done && secret_bytes(answer).len == 0);
	if (done)
		*secret = answer;
	else
		secret_free(answer);
	return done;
}

struct line {
	char *text;
	size_t len, size;
};

static bool put_char(void *state, uint8_t byte, struct error *err)
{
	struct line *line = state;

	if (line->len + 1 >= line->size)
		return error_set(err, ERROR_LIMIT, "the answer is longer than %zu characters", line->size - 1);
	line->text[line->len++] = (char)byte;
	line->text[line->len] = '\0';
	return true;
}

static void restart_line(void *state)
{
	struct line *line = state;

	line->len = 0;
	line->text[0] = '\0';
}

bool prompt_line(const char *question, char *answer, size_t size, struct error *err)
{
	struct line line = {answer, 0, size};

	restart_line(&line);
	return ask(translated(question), false, (struct sink){&line, put_char}, restart_line, err);
}

const char *prompt_yes(void)
{
	return translated("yes");
}

bool prompt_is_yes(const char *answer)
{
	return strcmp(answer, "yes") == 0 || strcmp(answer, prompt_yes()) == 0;
}

bool prompt_show_secret(const char *title, const struct secret *secret, struct error *err)
{
	struct bytes bytes = secret_bytes(secret);
	char before[QUESTION_SIZE];
	int terminal = open("/dev/tty", O_WRONLY | O_NOCTTY | O_CLOEXEC);
	bool done;

	if (terminal < 0)
		return error_set(err, ERROR_PUK_RECIPIENT, "there is no terminal to show the new PUK on");
	(void)snprintf(before, sizeof(before), "%s", title);
	text_make_printable(before);
	done = (write(terminal, before, strlen(before)) >= 0 && write(terminal, ": ", 2) == 2 &&
	           write(terminal, bytes.data, bytes.len) == (ssize_t)bytes.len && write(terminal, "\n", 1) == 1) ||
	       error_set_errno(err, ERROR_SYSTEM, "the terminal");
	close(terminal);
	return done;
}

/* What never comes is not waited for when the caller holds signals: a read would not end by them. */
static bool await_input(int descriptor, struct error *err)
{
	struct pollfd source = {.fd = descriptor, .events = POLLIN};

	while (poll(&source, 1, INTERRUPT_MS) == 0)
		if (!interrupt_check(err))
			return false;
	return true;
}

/* The end of input counts as that of a line. */
static bool next_from(int descriptor, uint8_t *byte, struct error *err)
{
	ssize_t count;

	do {
		if (!await_input(descriptor, err))
			return false;
		count = read(descriptor, byte, 1);
	} while (count < 0 && errno == EINTR);
	if (count == 0)
		*byte = '\n';
	return count >= 0 ||
	       error_set_errno(err, ERROR_USAGE, "descriptor %d, where a code should come from", descriptor);
}

/* A line may end with CR LF, as Windows writes it; a CR elsewhere is for the token to refuse. */
static bool take_until_line_end(int descriptor, struct secret *secret, struct error *err)
{
	uint8_t byte = 0;
	bool held = false, done;

	while ((done = next_from(descriptor, &byte, err)) && byte != '\n') {
		done =
		    (!held || secret_put_u8(secret, '\r', err)) && (byte == '\r' || secret_put_u8(secret, byte, err));
		if (!done)
			break;
		held = byte == '\r';
	}
	explicit_bzero(&byte, sizeof(byte));
	if (!done)
		return false;
	if (secret_bytes(secret).len == 0)
		return error_set(err, ERROR_USAGE, "nothing comes from descriptor %d, where a code should", descriptor);
	return true;
}

bool prompt_secret_from(int descriptor, size_t maximum, struct secret **secret, struct error *err)
{
	struct secret *answer = NULL;

	if (!secret_new(maximum, &answer, err))
		return false;
	if (!take_until_line_end(descriptor, answer, err)) {
		secret_free(answer);
		return false;
	}
	*secret = answer;
	return true;
}

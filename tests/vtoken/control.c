#include "tests/vtoken/control.h"

#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "tests/vtoken/hex.h"

enum { TOUCH_WAIT_MS = 15000, LINE_MAXIMUM = 16384, NUMBER_MAXIMUM = 1000000 };

static bool address_of(const char *path, struct sockaddr_un *address, struct error *err)
{
	*address = (struct sockaddr_un){.sun_family = AF_UNIX};
	return bytes_to_text(bytes_of_text(path), address->sun_path, sizeof(address->sun_path)) ||
	       error_set(err, ERROR_LIMIT, "%s is too long for a socket", path);
}

bool control_listen(const char *path, int *fd, struct error *err)
{
	struct sockaddr_un address;
	int made;

	if (!address_of(path, &address, err))
		return false;
	made = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	(void)unlink(path);
	if (made < 0 || bind(made, (const struct sockaddr *)&address, sizeof(address)) != 0 || listen(made, 8) != 0) {
		error_set_errno(err, ERROR_SYSTEM, "%s", path);
		if (made >= 0)
			(void)close(made);
		return false;
	}
	*fd = made;
	return true;
}

static bool parse_number(struct bytes text, unsigned long *number, struct error *err)
{
	uint8_t digit;

	*number = 0;
	if (text.len == 0)
		return error_set(err, ERROR_TEXT, "a number is missing");
	while (bytes_take_u8(&text, &digit)) {
		if (digit < '0' || digit > '9' || *number > NUMBER_MAXIMUM)
			return error_set(err, ERROR_TEXT, "this is not a number up to %d", NUMBER_MAXIMUM);
		*number = *number * 10 + (unsigned long)(digit - '0');
	}
	return true;
}

bool touch_parse(struct bytes text, struct touch *touch, struct error *err)
{
	static const char never[] = "never=";
	unsigned long ms = 0;
	struct bytes front;

	*touch = (struct touch){.comes = !bytes_start_with(text, "never")};
	if (bytes_equal_text(text, "auto"))
		return true;
	if (bytes_equal_text(text, "never")) {
		touch->after_ms = TOUCH_WAIT_MS;
		return true;
	}
	if ((bytes_start_with(text, never) && !bytes_take(&text, strlen(never), &front)) ||
	    !parse_number(text, &ms, err))
		return error_set(err, ERROR_TEXT, "touch is auto, never, never=MS or MS");
	touch->after_ms = (unsigned)ms;
	return true;
}

/* The place of the APDU: the next one is 1. */
static bool take_place(struct bytes *arguments, unsigned long *place, struct error *err)
{
	struct bytes word = BYTES_EMPTY;

	if (!bytes_take_until(arguments, ' ', &word) || !parse_number(word, place, err) || *place == 0)
		return error_set(err, ERROR_TEXT, "which APDU, counted from 1, is not said");
	return true;
}

static bool add_plain(struct token *token, enum fault_kind kind, struct bytes arguments, struct error *err)
{
	unsigned long place;

	return take_place(&arguments, &place, err) && faults_add(&token->faults, kind, place, BYTES_EMPTY, err);
}

static bool add_reply(struct token *token, struct bytes arguments, size_t len, struct error *err)
{
	struct buffer reply = BUFFER_EMPTY;
	unsigned long place;
	bool done = take_place(&arguments, &place, err) && hex_take(arguments, &reply, err);

	if (done && (len == 0 ? reply.len < 2 : reply.len != len))
		done = error_set(err, ERROR_TEXT, "the answer does not end in a status word, or has more than that");
	done = done && faults_add(&token->faults, FAULT_REPLY, place, buffer_bytes(&reply), err);
	buffer_free(&reply);
	return done;
}

static bool run_pull(struct token *token, struct bytes arguments, struct buffer *answer, struct error *err)
{
	(void)answer;
	return add_plain(token, FAULT_PULL, arguments, err);
}

static bool run_pull_after(struct token *token, struct bytes arguments, struct buffer *answer, struct error *err)
{
	(void)answer;
	return add_plain(token, FAULT_PULL_AFTER, arguments, err);
}

static bool run_reset(struct token *token, struct bytes arguments, struct buffer *answer, struct error *err)
{
	(void)answer;
	return add_plain(token, FAULT_RESET, arguments, err);
}

static bool run_stop(struct token *token, struct bytes arguments, struct buffer *answer, struct error *err)
{
	(void)answer;
	return add_plain(token, FAULT_STOP, arguments, err);
}

static bool run_status(struct token *token, struct bytes arguments, struct buffer *answer, struct error *err)
{
	(void)answer;
	return add_reply(token, arguments, 2, err);
}

static bool run_bytes(struct token *token, struct bytes arguments, struct buffer *answer, struct error *err)
{
	(void)answer;
	return add_reply(token, arguments, 0, err);
}

static bool run_insert(struct token *token, struct bytes arguments, struct buffer *answer, struct error *err)
{
	(void)answer;
	(void)arguments;
	(void)err;
	token->inserted = true;
	return true;
}

static bool run_eject(struct token *token, struct bytes arguments, struct buffer *answer, struct error *err)
{
	(void)answer;
	(void)arguments;
	(void)err;
	token_power(token, "ejected");
	token->inserted = false;
	return true;
}

static bool run_delay(struct token *token, struct bytes arguments, struct buffer *answer, struct error *err)
{
	unsigned long ms;

	(void)answer;
	if (!parse_number(arguments, &ms, err))
		return false;
	token->faults.delay_ms = (unsigned)ms;
	return true;
}

static bool run_touch(struct token *token, struct bytes arguments, struct buffer *answer, struct error *err)
{
	struct touch touch;

	(void)answer;
	if (!touch_parse(arguments, &touch, err))
		return false;
	token->card.touch = touch;
	return true;
}

static bool run_clear(struct token *token, struct bytes arguments, struct buffer *answer, struct error *err)
{
	unsigned long apdus = token->faults.apdus;

	(void)answer;
	(void)arguments;
	(void)err;
	faults_clear(&token->faults);
	token->faults.apdus = apdus;
	return true;
}

static bool run_count(struct token *token, struct bytes arguments, struct buffer *answer, struct error *err)
{
	(void)arguments;
	if (!buffer_put_format(answer, err, "%lu", token->faults.apdus))
		return false;
	token->faults.apdus = 0;
	return true;
}

static bool run_serial(struct token *token, struct bytes arguments, struct buffer *answer, struct error *err)
{
	(void)arguments;
	return buffer_put_format(answer, err, "%lu", (unsigned long)token->card.serial);
}

static const struct control_command {
	const char *word;
	bool (*run)(struct token *token, struct bytes arguments, struct buffer *answer, struct error *err);
} commands[] = {
    {"pull", run_pull},
    {"pull-after", run_pull_after},
    {"insert", run_insert},
    {"eject", run_eject},
    {"reset", run_reset},
    {"stop", run_stop},
    {"status", run_status},
    {"bytes", run_bytes},
    {"delay", run_delay},
    {"touch", run_touch},
    {"clear", run_clear},
    {"count", run_count},
    {"serial", run_serial},
};

bool control_run(struct token *token, struct bytes line, struct buffer *answer, bool *quit, struct error *err)
{
	struct bytes word = BYTES_EMPTY;
	size_t before = answer->len;

	(void)!bytes_take_until(&line, ' ', &word);
	if (bytes_equal_text(word, "quit")) {
		*quit = true;
		return buffer_put_text(answer, "ok", err);
	}
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		if (bytes_equal_text(word, commands[i].word))
			return commands[i].run(token, line, answer, err) &&
			       (answer->len > before || buffer_put_text(answer, "ok", err));
	return error_set(err, ERROR_TEXT, "no such command");
}

static bool answer_line(struct token *token, int client, struct bytes line, bool *quit)
{
	struct buffer answer = BUFFER_EMPTY;
	struct error err = ERROR_EMPTY;
	bool done = control_run(token, line, &answer, quit, &err);

	if (!done)
		buffer_cut(&answer, 0);
	done = (done || buffer_put_format(&answer, NULL, "error: %s", err.text)) &&
	       buffer_put_u8(&answer, '\n', NULL) &&
	       send(client, answer.data, answer.len, MSG_NOSIGNAL) == (ssize_t)answer.len;
	buffer_free(&answer);
	return done;
}

bool control_serve(struct token *token, int client, struct buffer *pending, bool *quit)
{
	struct buffer rest = BUFFER_EMPTY;
	struct bytes in, line;
	uint8_t *room;
	ssize_t got;
	bool done = true;

	if (pending->len > LINE_MAXIMUM || !buffer_extend(pending, 1024, &room, NULL))
		return false;
	got = recv(client, room, 1024, 0);
	buffer_cut(pending, pending->len - 1024 + (got > 0 ? (size_t)got : 0));
	if (got <= 0)
		return false;
	in = buffer_bytes(pending);
	while (done && memchr(in.data, '\n', in.len) != NULL && bytes_take_until(&in, '\n', &line))
		done = answer_line(token, client, line, quit);
	done = buffer_put(&rest, in, NULL) && done;
	buffer_free(pending);
	*pending = rest;
	return done;
}

bool control_tell(const char *path, const char *line, struct buffer *answer, struct error *err)
{
	struct sockaddr_un address;
	struct buffer out = BUFFER_EMPTY;
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	uint8_t byte = 0;
	bool done = false;

	if (fd < 0 || !address_of(path, &address, err) || !buffer_put_format(&out, err, "%s\n", line))
		goto out;
	if (connect(fd, (const struct sockaddr *)&address, sizeof(address)) != 0 ||
	    send(fd, out.data, out.len, MSG_NOSIGNAL) != (ssize_t)out.len) {
		error_set_errno(err, ERROR_SYSTEM, "%s", path);
		goto out;
	}
	while (recv(fd, &byte, 1, 0) == 1 && byte != '\n')
		if (!buffer_put_u8(answer, byte, err))
			goto out;
	done = byte == '\n' && !bytes_start_with(buffer_bytes(answer), "error:");
	if (!done)
		error_set(err, ERROR_PROTOCOL, "the token answers: %s", buffer_text(answer));
out:
	if (fd >= 0)
		(void)close(fd);
	buffer_free(&out);
	return done;
}

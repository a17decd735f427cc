/* The client's end of a conversation, against verifiers of another release and hostile ones. */
#include "common/client.h"
#include "common/conversation.h"
#include "common/request.h"
#include "common/secret.h"
#include "tests/unit/unit.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "pam_module/dialogue.h"
#include "verifier/listen.h"

#define RAW(text) text, sizeof(text) - 1

/* A question's front: length and version 2. REFUSED: the reply that ends it. */
#define TELL(len) "\0\0\0" len "\2\21"
#define REFUSED "\0\0\0\17\1\0\0\0\0\1x\0\0\0\0\0\0\0\0"

static char folder[] = "/tmp/keyenroll-dialogue.XXXXXX", path[64], shown[1024];

static int make_folder(void **state)
{
	(void)state;
	assert_non_null(mkdtemp(folder));
	(void)snprintf(path, sizeof(path), "%s/verifier", folder);
	return 0;
}

static int drop_folder(void **state)
{
	(void)state;
	return rmdir(folder);
}

static bool show(void *state, bool warn, const char *text, struct error *err)
{
	(void)state, (void)warn, (void)err;
	(void)snprintf(shown, sizeof(shown), "%s", text);
	return true;
}

static bool type(void *state, bool secret, const char *text, struct secret *answer, struct error *err)
{
	(void)secret;
	return show(state, false, text, err) && secret_put(answer, bytes_of_text("123456"), err);
}

static bool sign_nothing(void *state, struct bytes key, struct bytes data, struct buffer *signature, struct error *err)
{
	(void)state, (void)key, (void)data, (void)signature, (void)err;
	return true;
}

/* A child that says `said` to the first who asks. */
static pid_t start_verifier(struct bytes said)
{
	struct error err = ERROR_EMPTY;
	struct pollfd polled = {.events = POLLIN};
	pid_t child;

	assert_done(listen_at(path, &polled.fd, &err), err);
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		int descriptor = poll(&polled, 1, 10000) == 1 ? accept(polled.fd, NULL, NULL) : -1;
		uint8_t request[512];

		(void)!recv(descriptor, request, sizeof(request), 0);
		(void)!send(descriptor, said.data, said.len, MSG_NOSIGNAL);
		(void)shutdown(descriptor, SHUT_WR);
		while (recv(descriptor, request, sizeof(request), 0) > 0)
			continue;
		_exit(0);
	}
	close(polled.fd);
	return child;
}

static enum error_code hold(struct bytes said)
{
	const struct client client = {.socket = path, .timeout_ms = CLIENT_TIMEOUT_MS};
	const struct request request = {.code = REQUEST_AUTHENTICATE,
	    .account = bytes_of_text("alice"),
	    .service = bytes_of_text("sudo"),
	    .wait_seconds = 1};
	const struct dialogue_partner partner = {.tell = show, .ask = type, .sign = sign_nothing};
	struct buffer message = BUFFER_EMPTY;
	struct error err = ERROR_EMPTY;
	struct reply reply;
	pid_t verifier = start_verifier(said);

	shown[0] = '\0';
	if (dialogue_hold(&client, &request, &partner, &message, &reply, &err))
		assert_int_equal(reply.verdict, REQUEST_REFUSED);
	buffer_free(&message);
	assert_int_equal(waitpid(verifier, NULL, 0), verifier);
	assert_int_equal(unlink(path), 0);
	return err.code;
}

static void only_what_is_sound_is_shown(void **state)
{
	static const struct {
		const char *name, *said;
		size_t len;
		enum error_code code;
		const char *shown;
	} rows[] = {
	    {"a sentence that nobody translated",
	        RAW(TELL("\34") "\1\0\0\0\7new: %s\1\0\0\0\1v\0\0\0\0\0\0\0\0" REFUSED), ERROR_NONE, "new: v"},
	    {"a PIN", RAW("\0\0\0\24\2\23\1\0\0\0\4PIN:\0\0\0\0\0\0\0\0\0" REFUSED), ERROR_NONE, "PIN:"},
	    {"a verifier of the older protocol", RAW("\0\0\0\16\1\20\0\0\0\0\0\0\0\0\0\0\0\0"), ERROR_PROTOCOL_VERSION,
	        ""},
	    {"which speaks", RAW("\0\0\0\17\1\21\0\0\0\1t\0\0\0\0\0\0\0\0"), ERROR_PROTOCOL_VERSION, ""},
	    {"a newer one", RAW("\0\0\0\2\3\20"), ERROR_PROTOCOL_VERSION, ""},
	    {"a value as a format", RAW(TELL("\32") "\1\0\0\0\2%s\1\0\0\0\4%n%s\0\0\0\0\0\0\0\0" REFUSED), ERROR_NONE,
	        "%n%s"},
	    {"a format without value", RAW(TELL("\22") "\1\0\0\0\2%s\0\0\0\0\0\0\0\0\0" REFUSED), ERROR_PROTOCOL, ""},
	    {"a format of its own", RAW(TELL("\27") "\1\0\0\0\2%n\1\0\0\0\1v\0\0\0\0\0\0\0\0" REFUSED), ERROR_PROTOCOL,
	        ""},
	    {"a terminal's escape", RAW(TELL("\27") "\1\0\0\0\2%s\1\0\0\0\1\33\0\0\0\0\0\0\0\0" REFUSED),
	        ERROR_PROTOCOL, ""},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		enum error_code code = hold(bytes_of(rows[i].said, rows[i].len));

		if (code != rows[i].code || strcmp(shown, rows[i].shown) != 0)
			fail_msg("%s: %s, \"%s\"", rows[i].name, error_word(code), shown);
	}
}

/* A text that fits no PAM message, made of values that each fit one. */
static void what_is_too_long_is_not_shown(void **state)
{
	struct buffer said = BUFFER_EMPTY;
	struct error err = ERROR_EMPTY;
	struct question question = {.kind = QUESTION_TELL};
	char value[MESSAGE_TEXT_SIZE];

	(void)state;
	memset(value, 'a', sizeof(value) - 1);
	value[sizeof(value) - 1] = '\0';
	question.message = message_of("%s%s", value, value);
	assert_done(question_encode(&question, &said, &err), err);
	assert_string_equal(error_word(hold(buffer_bytes(&said))), error_word(ERROR_PROTOCOL));
	assert_string_equal(shown, "");
	buffer_free(&said);
}

static void questions_without_end_are_left(void **state)
{
	struct buffer said = BUFFER_EMPTY;
	struct error err = ERROR_EMPTY;
	const struct question question = {.kind = QUESTION_UNDER_WAY};

	(void)state;
	for (int i = 0; i < CONVERSATION_QUESTIONS_MAXIMUM + 1; i++)
		assert_done(question_encode(&question, &said, &err), err);
	assert_string_equal(error_word(hold(buffer_bytes(&said))), error_word(ERROR_PROTOCOL));
	buffer_free(&said);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(only_what_is_sound_is_shown),
	    cmocka_unit_test(what_is_too_long_is_not_shown),
	    cmocka_unit_test(questions_without_end_are_left),
	};

	return cmocka_run_group_tests_name("dialogue", tests, make_folder, drop_folder);
}

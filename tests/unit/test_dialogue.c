/* The client's end of a conversation, against verifiers of another release and hostile ones. */
#include "common/client.h"
#include "common/conversation.h"
#include "common/request.h"
#include "common/secret.h"
#include "tests/unit/fake_verifier.h"
#include "tests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "pam_module/dialogue.h"
#include "verifier/asking.h"

#define RAW(text) text, sizeof(text) - 1

/* A question's front: length and version 3. */
#define TELL(len) "\0\0\0" len "\3\21"
/* Whole replies: the verdict is their second byte. */
#define REFUSED "\0\0\0\17\1\0\0\0\0\1x\0\0\0\0\0\0\0\0"
#define ACCEPTED "\0\0\0\17\1\1\0\0\0\1x\0\0\0\0\0\0\0\0"

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

/* What a verifier says. */
struct script {
	struct bytes first;        /* on the connection, instead of what opens a conversation */
	struct bytes conversation; /* as the process says it that talks to tokens */
	struct bytes reply;        /* on the connection, at last; empty: a refusal */
	bool begins_twice;         /* and passes a second descriptor */
};

static void say(int descriptor, struct bytes said)
{
	(void)!send(descriptor, said.data, said.len, MSG_NOSIGNAL);
	(void)shutdown(descriptor, SHUT_WR);
}

static void wait_for_end(int descriptor)
{
	uint8_t part[512];

	while (recv(descriptor, part, sizeof(part), 0) > 0)
		continue;
}

static void play(const struct script *script, int connection)
{
	static const char refused[] = REFUSED;
	struct error err = ERROR_EMPTY;
	int pair[2];

	if (script->first.len > 0) {
		say(connection, script->first);
		return;
	}
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) < 0 || !asking_begin(connection, pair[0], &err) ||
	    (script->begins_twice && !asking_begin(connection, pair[0], &err)))
		_exit(1);
	close(pair[0]);
	say(pair[1], script->conversation);
	say(connection, script->reply.len > 0 ? script->reply : bytes_of(refused, sizeof(refused) - 1));
	wait_for_end(pair[1]);
}

static void answer(int connection, const void *script)
{
	uint8_t request[512];

	(void)!recv(connection, request, sizeof(request), 0);
	play(script, connection);
	wait_for_end(connection);
}

/* The error of it; without one it was refused. */
static enum error_code hold(const struct script *script)
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
	pid_t verifier = fake_verifier_start(path, answer, script);

	shown[0] = '\0';
	if (dialogue_hold(&client, &request, &partner, &message, &reply, &err))
		assert_int_equal(reply.verdict, REQUEST_REFUSED);
	buffer_free(&message);
	assert_int_equal(waitpid(verifier, NULL, 0), verifier);
	assert_int_equal(unlink(path), 0);
	return err.code;
}

/* What is said somewhere, and what comes of it. */
struct row {
	const char *name, *said;
	size_t len;
	enum error_code code;
	const char *shown;
};

static void check_row(const struct row *row, const struct script *script)
{
	enum error_code code = hold(script);

	if (code != row->code || strcmp(shown, row->shown) != 0)
		fail_msg("%s: %s, \"%s\"", row->name, error_word(code), shown);
}

static void only_what_is_sound_is_shown(void **state)
{
	static const struct row rows[] = {
	    {"a sentence that nobody translated", RAW(TELL("\34") "\1\0\0\0\7new: %s\1\0\0\0\1v\0\0\0\0\0\0\0\0"),
	        ERROR_NONE, "new: v"},
	    {"a PIN", RAW("\0\0\0\24\3\23\1\0\0\0\4PIN:\0\0\0\0\0\0\0\0\0"), ERROR_NONE, "PIN:"},
	    {"one of the older protocol", RAW("\0\0\0\17\2\21\0\0\0\1t\0\0\0\0\0\0\0\0"), ERROR_PROTOCOL_VERSION, ""},
	    {"a value as a format", RAW(TELL("\32") "\1\0\0\0\2%s\1\0\0\0\4%n%s\0\0\0\0\0\0\0\0"), ERROR_NONE, "%n%s"},
	    {"a format without value", RAW(TELL("\22") "\1\0\0\0\2%s\0\0\0\0\0\0\0\0\0"), ERROR_PROTOCOL, ""},
	    {"a format of its own", RAW(TELL("\27") "\1\0\0\0\2%n\1\0\0\0\1v\0\0\0\0\0\0\0\0"), ERROR_PROTOCOL, ""},
	    {"a terminal's escape", RAW(TELL("\27") "\1\0\0\0\2%s\1\0\0\0\1\33\0\0\0\0\0\0\0\0"), ERROR_PROTOCOL, ""},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		check_row(&rows[i], &(struct script){.conversation = bytes_of(rows[i].said, rows[i].len)});
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
	assert_string_equal(
	    error_word(hold(&(struct script){.conversation = buffer_bytes(&said)})), error_word(ERROR_PROTOCOL));
	assert_string_equal(shown, "");
	buffer_free(&said);
}

static void questions_without_end_are_left(void **state)
{
	struct buffer said = BUFFER_EMPTY;
	struct error err = ERROR_EMPTY;
	const struct question question = {.kind = QUESTION_TELL, .message = message_of("wait", NULL, NULL)};

	(void)state;
	for (int i = 0; i < CONVERSATION_QUESTIONS_MAXIMUM + 1; i++)
		assert_done(question_encode(&question, &said, &err), err);
	assert_string_equal(
	    error_word(hold(&(struct script){.conversation = buffer_bytes(&said)})), error_word(ERROR_PROTOCOL));
	buffer_free(&said);
}

/* Whoever took over the process that reads tokens has the conversation only: no verdict comes that way, and none ends it before the
 * verifier's own. */
static void the_verdict_comes_on_the_connection(void **state)
{
	static const struct row rows[] = {
	    {"an acceptance in the conversation", RAW(ACCEPTED), ERROR_PROTOCOL_VERSION, ""},
	    {"behind a question", RAW(TELL("\22") "\1\0\0\0\2hi\0\0\0\0\0\0\0\0\0" ACCEPTED), ERROR_PROTOCOL_VERSION,
	        "hi"},
	    {"half a question", RAW("\0\0\0\100\3"), ERROR_NONE, ""},
	    {"not a word", RAW(""), ERROR_NONE, ""},
	    {"that it is at it", RAW("\0\0\0\14\3\20\0\0\0\0\0\0\0\0\0\0"), ERROR_PROTOCOL, ""},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		check_row(&rows[i], &(struct script){.conversation = bytes_of(rows[i].said, rows[i].len)});
}

static void what_opens_no_conversation_is_refused(void **state)
{
	static const struct row rows[] = {
	    {"a verifier of the older protocol", RAW("\0\0\0\14\2\20\0\0\0\0\0\0\0\0\0\0"), ERROR_PROTOCOL_VERSION, ""},
	    {"a newer one", RAW("\0\0\0\2\4\20"), ERROR_PROTOCOL_VERSION, ""},
	    {"no descriptor", RAW("\0\0\0\14\3\20\0\0\0\0\0\0\0\0\0\0" REFUSED), ERROR_PROTOCOL, ""},
	    {"nothing behind it", RAW("\0\0\0\14\3\20\0\0\0\0\0\0\0\0\0\0"), ERROR_VERIFIER_UNREACHABLE, ""},
	    {"a PIN at once", RAW("\0\0\0\24\3\23\1\0\0\0\4PIN:\0\0\0\0\0\0\0\0\0" REFUSED), ERROR_PROTOCOL, ""},
	    {"a refusal", RAW(REFUSED), ERROR_NONE, ""},
	    {"which is told", RAW(TELL("\22") "\1\0\0\0\2no\0\0\0\0\0\0\0\0\0" REFUSED), ERROR_NONE, "no"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		check_row(&rows[i], &(struct script){.first = bytes_of(rows[i].said, rows[i].len)});
}

/* Once it is under way the connection tells, and does not ask. */
static void the_connection_asks_for_nothing(void **state)
{
	static const struct row rows[] = {
	    {"a PIN", RAW("\0\0\0\24\3\23\1\0\0\0\4PIN:\0\0\0\0\0\0\0\0\0" REFUSED), ERROR_PROTOCOL, ""},
	    {"another beginning", RAW("\0\0\0\14\3\20\0\0\0\0\0\0\0\0\0\0" REFUSED), ERROR_PROTOCOL, ""},
	    {"why not", RAW(TELL("\22") "\1\0\0\0\2no\0\0\0\0\0\0\0\0\0" REFUSED), ERROR_NONE, "no"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		check_row(&rows[i], &(struct script){.reply = bytes_of(rows[i].said, rows[i].len)});
}

/* Else the first descriptor would stay open for good. */
static void a_conversation_begins_once(void **state)
{
	const struct row row = {.name = "a second beginning", .code = ERROR_PROTOCOL, .shown = ""};

	(void)state;
	check_row(&row, &(struct script){.begins_twice = true});
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(only_what_is_sound_is_shown),
	    cmocka_unit_test(what_is_too_long_is_not_shown),
	    cmocka_unit_test(questions_without_end_are_left),
	    cmocka_unit_test(the_verdict_comes_on_the_connection),
	    cmocka_unit_test(what_opens_no_conversation_is_refused),
	    cmocka_unit_test(the_connection_asks_for_nothing),
	    cmocka_unit_test(a_conversation_begins_once),
	};

	return cmocka_run_group_tests_name("dialogue", tests, make_folder, drop_folder);
}

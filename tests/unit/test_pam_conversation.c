/* pam_keyenroll.so in the middle of a conversation that goes wrong: the verifier ends it at any byte of it, and the application's own
 * function cannot ask, answers nothing, or answers what nobody types. The module, loaded by libpam, is to deny, each time with a code and
 * within its time, and to leave nothing behind. */
#include "tests/unit/fake_verifier.h"
#include "tests/unit/unit.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <security/pam_appl.h>

#include "common/client.h"
#include "common/connection.h"
#include "common/conversation.h"
#include "common/deadline.h"
#include "common/file.h"
#include "common/framing.h"
#include "common/request.h"

#define MODULE_IN_BUILD ".libs/pam_keyenroll.so"
/* What no denial takes. */
#define HANG_MS 20000
#define PIN "123456"

static char folder[] = "/tmp/keyenroll-conversation.XXXXXX", path[64];
static struct buffer questions[4], refusal, consent;

/* ---- the verifier's end ------------------------------------------------------------------------------------------------------- */

static void put_question(enum question_kind kind, const char *sentence, struct buffer *out)
{
	struct question question = {.kind = kind};
	struct error err = ERROR_EMPTY;

	if (sentence != NULL)
		question.message = message_of(sentence, NULL, NULL);
	assert_done(question_encode(&question, out, &err), err);
}

static void put_reply(enum request_verdict verdict, const char *reason, struct buffer *out)
{
	const struct reply reply = {
	    .verdict = verdict, .reason = bytes_of_text(reason), .sentence = bytes_of_text("alice with a key")};
	struct error err = ERROR_EMPTY;

	assert_done(reply_encode(&reply, out, &err), err);
}

static int make_fixture(void **state)
{
	char file[128], text[512], place[256];
	struct error err = ERROR_EMPTY;

	(void)state;
	assert_non_null(mkdtemp(folder));
	(void)snprintf(path, sizeof(path), "%s/verifier", folder);
	(void)snprintf(file, sizeof(file), "%s/console", folder);
	assert_non_null(getcwd(place, sizeof(place)));
	assert_true(snprintf(text, sizeof(text), "auth required %s/" MODULE_IN_BUILD " mode=local wait=1 socket=%s\n",
	                place, path) < (int)sizeof(text));
	assert_done(file_store(file, bytes_of_text(text), 0644, &err), err);
	put_question(QUESTION_UNDER_WAY, NULL, &questions[0]);
	put_question(QUESTION_TELL, "Plug in your token.", &questions[1]);
	put_question(QUESTION_CONSENT, "Really?", &questions[2]);
	put_question(QUESTION_PIN, "PIN:", &questions[3]);
	put_reply(REQUEST_REFUSED, "pin.wrong", &refusal);
	put_reply(REQUEST_ACCEPTED, "none", &consent);
	return 0;
}

static int drop_fixture(void **state)
{
	char file[128];

	(void)state;
	for (size_t i = 0; i < sizeof(questions) / sizeof(questions[0]); i++)
		buffer_free(&questions[i]);
	buffer_free(&refusal);
	buffer_free(&consent);
	(void)snprintf(file, sizeof(file), "%s/console", folder);
	assert_int_equal(unlink(file), 0);
	return rmdir(folder);
}

/* Reads one whole message; false when the other has hung up before. */
static bool read_message(int descriptor, struct bytes *content, uint8_t *room, size_t size)
{
	struct bytes front;
	uint32_t len = 0;

	if (recv(descriptor, room, FRAMING_LENGTH_SIZE, MSG_WAITALL) != FRAMING_LENGTH_SIZE)
		return false;
	front = bytes_of(room, FRAMING_LENGTH_SIZE);
	if (!bytes_take_u32(&front, &len) || len > size || recv(descriptor, room, len, MSG_WAITALL) != (ssize_t)len)
		return false;
	*content = bytes_of(room, len);
	return true;
}

/* What it says, message by message, an answer being awaited where there is one to come; `left` bytes of it get out, then it is gone. */
struct script {
	const struct buffer *messages[6];
	size_t num, left;
	const char *typed; /* what has to come for a PIN; exit status 3 where it is another. NULL: whatever comes */
};

/* The first message goes over the connection, and a socket with it; the questions go over that, and the reply over the connection again. */
static void say(int connection, const void *what)
{
	const struct script *script = what;
	uint8_t room[8192];
	struct bytes content;
	size_t left = script->left;
	int pair[2], conversation = -1;

	if (!read_message(connection, &content, room, sizeof(room)) || socketpair(AF_UNIX, SOCK_STREAM, 0, pair) < 0)
		_exit(2);
	for (size_t i = 0; i < script->num && left > 0; i++) {
		const struct buffer *said = script->messages[i];
		bool asks = said == &questions[2] || said == &questions[3], tells = said == &questions[1];
		size_t len = said->len < left ? said->len : left;

		(void)!send(asks || tells ? conversation : connection, said->data, len, MSG_NOSIGNAL);
		left -= len;
		if (left > 0 && i == 0) {
			conversation = pair[0];
			if (!connection_send_descriptor(connection, pair[1], deadline_in(HANG_MS), NULL))
				break;
			close(pair[1]);
		}
		if (left == 0 || !asks)
			continue;
		if (!read_message(conversation, &content, room, sizeof(room)) || !answer_parse(content, &content, NULL))
			break;
		if (said == &questions[3] && script->typed != NULL && !bytes_equal_text(content, script->typed))
			_exit(3);
	}
}

/* ---- the application's end ---------------------------------------------------------------------------------------------------- */

/* How the application's function answers; PAM_CONV_ERR and the like come without responses, where `code` says so. */
enum habit {
	ANSWERS,
	FAILS,
	FAILS_WITH_ANSWER,
	GIVES_NO_ARRAY,
	GIVES_NO_TEXT,
	GIVES_NOTHING,
	GIVES_TOO_MUCH,
	GIVES_RUBBISH
};

struct application {
	enum habit habit;
	int code;
	int num_asked;
	int num_told;
};

static char *text_of(enum habit habit)
{
	char *text = NULL;

	if (habit == GIVES_NOTHING)
		return strdup("");
	if (habit == GIVES_RUBBISH)
		return strdup("\033[2J\377\376%n%s\n\r");
	if (habit != GIVES_TOO_MUCH)
		return strdup(PIN);
	text = calloc(1, 1 << 20);
	assert_non_null(text);
	memset(text, '7', (1 << 20) - 1);
	return text;
}

static int converse(int num, const struct pam_message **messages, struct pam_response **responses, void *data)
{
	struct application *application = data;
	bool asks = messages[0]->msg_style == PAM_PROMPT_ECHO_OFF || messages[0]->msg_style == PAM_PROMPT_ECHO_ON;

	assert_int_equal(num, 1);
	*(asks ? &application->num_asked : &application->num_told) += 1;
	*responses = NULL;
	if (application->habit == FAILS)
		return application->code;
	if (application->habit == GIVES_NO_ARRAY)
		return PAM_SUCCESS;
	*responses = calloc(1, sizeof(**responses));
	assert_non_null(*responses);
	if (asks && application->habit != GIVES_NO_TEXT)
		(*responses)->resp = text_of(application->habit);
	return application->habit == FAILS_WITH_ANSWER ? application->code : PAM_SUCCESS;
}

static void let_pass(int code, unsigned delay_us, void *data)
{
	(void)code, (void)delay_us, (void)data;
}

static size_t count_descriptors(void)
{
	size_t num = 0;

	for (int i = 0; i < 256; i++)
		num += fcntl(i, F_GETFD) >= 0 ? 1 : 0;
	return num;
}

/* What libpam makes of it; within the module's time, and with the process as before. */
static int authenticate(const struct script *script, struct application *application, int *verifier_status)
{
	const struct pam_conv conversation = {converse, application};
	void (*delay)(int, unsigned, void *) = let_pass;
	struct deadline hang = deadline_in(HANG_MS);
	pid_t verifier = fake_verifier_start(path, say, script);
	pam_handle_t *handle = NULL;
	const void *pointer;
	size_t num_open;
	int code;

	memcpy(&pointer, &delay, sizeof(pointer));
	assert_int_equal(pam_start_confdir("console", "alice", &conversation, folder, &handle), PAM_SUCCESS);
	assert_int_equal(pam_set_item(handle, PAM_FAIL_DELAY, pointer), PAM_SUCCESS);
	num_open = count_descriptors();
	code = pam_authenticate(handle, 0);
	assert_int_equal(count_descriptors(), num_open);
	assert_int_equal(pam_end(handle, code), PAM_SUCCESS);
	assert_true(deadline_left_ms(hang) > 0);
	assert_int_equal(waitpid(verifier, verifier_status, 0), verifier);
	assert_int_equal(unlink(path), 0);
	return code;
}

static struct script make_script(const struct buffer *end)
{
	struct script script = {
	    .messages = {&questions[0], &questions[1], &questions[2], &questions[3], end}, .num = 5};

	for (size_t i = 0; i < script.num; i++)
		script.left += script.messages[i]->len;
	return script;
}

/* ---- the tests ---------------------------------------------------------------------------------------------------------------- */

/* Or the others show nothing. */
static void undisturbed_it_comes_to_an_end(void **state)
{
	struct script yes = make_script(&consent), no = make_script(&refusal);
	struct application application = {.habit = ANSWERS};
	int status;

	(void)state;
	yes.typed = PIN;
	assert_int_equal(authenticate(&yes, &application, &status), PAM_SUCCESS);
	assert_int_equal(status, 0);
	assert_int_equal(application.num_asked, 2);
	assert_int_equal(application.num_told, 1);
	assert_int_equal(authenticate(&no, &application, &status), PAM_AUTH_ERR);
}

/* At each byte, and so also between any two messages. */
static void a_verifier_that_is_gone_is_a_denial(void **state)
{
	const struct script whole = make_script(&consent);

	(void)state;
	for (size_t left = 0; left < whole.left; left++) {
		struct application application = {.habit = ANSWERS};
		struct script script = whole;
		int status, code;

		script.left = left;
		code = authenticate(&script, &application, &status);
		if (code != PAM_AUTHINFO_UNAVAIL && code != PAM_PERM_DENIED)
			fail_msg("gone after %zu bytes: %s", left, pam_strerror(NULL, code));
	}
}

static void an_application_that_cannot_ask_is_a_denial(void **state)
{
	static const struct {
		enum habit habit;
		int code;
	} rows[] = {
	    {FAILS, PAM_CONV_ERR},
	    {FAILS, PAM_BUF_ERR},
	    {FAILS, PAM_ABORT},
	    {FAILS, PAM_CONV_AGAIN},
	    {FAILS, PAM_IGNORE},
	    {FAILS, -1},
	    {FAILS_WITH_ANSWER, PAM_CONV_ERR},
	    {GIVES_NO_ARRAY, 0},
	    {GIVES_NO_TEXT, 0},
	};
	const struct script script = make_script(&consent);
	int status, code;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct application application = {.habit = rows[i].habit, .code = rows[i].code};

		code = authenticate(&script, &application, &status);
		if (code == PAM_SUCCESS || code == PAM_IGNORE || application.num_asked != 1)
			fail_msg("row %zu: %s, asked %d times", i, pam_strerror(NULL, code), application.num_asked);
	}
}

/* The verifier gets what was typed or nothing, never a part of it. */
static void what_nobody_types_is_no_pin(void **state)
{
	static const struct {
		enum habit habit;
		const char *typed; /* NULL: nothing comes */
	} rows[] = {
	    {GIVES_NOTHING, ""},
	    {GIVES_RUBBISH, "\033[2J\377\376%n%s\n\r"},
	    {GIVES_TOO_MUCH, NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct application application = {.habit = rows[i].habit};
		struct script script = make_script(&refusal);
		int status, code;

		script.typed = rows[i].typed;
		code = authenticate(&script, &application, &status);
		if (code == PAM_SUCCESS || code == PAM_IGNORE || status != 0)
			fail_msg("row %zu: %s, verifier ends with %d", i, pam_strerror(NULL, code), status);
		assert_int_equal(application.num_asked, rows[i].typed == NULL ? 1 : 2);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(undisturbed_it_comes_to_an_end),
	    cmocka_unit_test(a_verifier_that_is_gone_is_a_denial),
	    cmocka_unit_test(an_application_that_cannot_ask_is_a_denial),
	    cmocka_unit_test(what_nobody_types_is_no_pin),
	};

	return cmocka_run_group_tests_name("pam conversation", tests, make_fixture, drop_fixture);
}

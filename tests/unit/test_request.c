#include "common/request.h"
#include "tests/unit/unit.h"

#include <string.h>

#include "common/conversation.h"
#include "tests/unit/mutation.h"

#define RAW(text) text, sizeof(text) - 1

static struct request sample_request(void)
{
	return (struct request){
	    .code = REQUEST_SESSION,
	    .account = bytes_of_text("alice"),
	    .service = bytes_of_text("sshd"),
	    .methods = {{bytes_of_text("publickey"), bytes_of_text("blob")},
	        {bytes_of_text("keyboard-interactive/pam"), BYTES_EMPTY}},
	    .num_methods = 2,
	    .remote = bytes_of_text("192.0.2.7"),
	};
}

/* The message without its length, which must be right. */
static struct bytes whole_message(const struct buffer *out)
{
	struct bytes in = buffer_bytes(out), message;

	assert_true(bytes_take_ssh_string(&in, &message));
	assert_int_equal(in.len, 0);
	return message;
}

static void a_request_is_read_as_it_was_written(void **state)
{
	struct request request = sample_request(), again;
	struct buffer out = BUFFER_EMPTY;
	struct error err = ERROR_EMPTY;

	(void)state;
	assert_done(request_encode(&request, &out, &err), err);
	assert_done(request_parse(whole_message(&out), &again, &err), err);
	assert_int_equal(again.code, REQUEST_SESSION);
	assert_true(bytes_equal(again.account, request.account));
	assert_true(bytes_equal(again.service, request.service));
	assert_int_equal(again.num_methods, 2);
	assert_true(bytes_equal(again.remote, request.remote));
	for (size_t i = 0; i < 2; i++) {
		assert_true(bytes_equal(again.methods[i].name, request.methods[i].name));
		assert_true(bytes_equal(again.methods[i].blob, request.methods[i].blob));
	}
	buffer_free(&out);
}

static void a_reply_is_read_as_it_was_written(void **state)
{
	struct reply reply = {
	    .verdict = REQUEST_ACCEPTED,
	    .reason = bytes_of_text("none"),
	    .sentence = bytes_of_text("a sentence"),
	    .output = bytes_of_text("ssh-ed25519 AAAA\n"),
	};
	struct buffer out = BUFFER_EMPTY;
	struct error err = ERROR_EMPTY;
	struct reply again;

	(void)state;
	assert_done(reply_encode(&reply, &out, &err), err);
	assert_done(reply_parse(whole_message(&out), &again, &err), err);
	assert_int_equal(again.verdict, REQUEST_ACCEPTED);
	assert_true(bytes_equal(again.reason, reply.reason));
	assert_true(bytes_equal(again.sentence, reply.sentence));
	assert_true(bytes_equal(again.output, reply.output));
	buffer_free(&out);
}

static void malformed_requests_are_refused(void **state)
{
	static const struct {
		const char *name, *message;
		size_t len;
		enum error_code code;
	} rows[] = {
	    {"good", RAW("\1\1\0\0\0\1a\0\0\0\1s\0\0\0\1\0\0\0\1m\0\0\0\0\0\0\0\0"), ERROR_NONE},
	    {"nothing", RAW(""), ERROR_PROTOCOL},
	    {"older version", RAW("\0\1"), ERROR_PROTOCOL_VERSION},
	    {"newer version", RAW("\2whatever"), ERROR_PROTOCOL_VERSION},
	    {"no code", RAW("\1"), ERROR_PROTOCOL},
	    {"code 0", RAW("\1\0\0\0\0\1a\0\0\0\1s\0\0\0\1\0\0\0\1m\0\0\0\0\0\0\0\0"), ERROR_PROTOCOL},
	    {"code 4", RAW("\1\4\0\0\0\1a\0\0\0\1s\0\0\0\1\0\0\0\1m\0\0\0\0\0\0\0\0"), ERROR_PROTOCOL},
	    {"no account", RAW("\1\1\0\0\0\0\0\0\0\1s\0\0\0\1\0\0\0\1m\0\0\0\0\0\0\0\0"), ERROR_PROTOCOL},
	    {"NUL in account", RAW("\1\1\0\0\0\1\0\0\0\0\1s\0\0\0\1\0\0\0\1m\0\0\0\0\0\0\0\0"), ERROR_PROTOCOL},
	    {"no service", RAW("\1\1\0\0\0\1a\0\0\0\0\0\0\0\1\0\0\0\1m\0\0\0\0\0\0\0\0"), ERROR_PROTOCOL},
	    {"line end in service", RAW("\1\1\0\0\0\1a\0\0\0\1\n\0\0\0\1\0\0\0\1m\0\0\0\0\0\0\0\0"), ERROR_PROTOCOL},
	    {"no method", RAW("\1\1\0\0\0\1a\0\0\0\1s\0\0\0\0"), ERROR_PROTOCOL},
	    {"two methods for a key", RAW("\1\1\0\0\0\1a\0\0\0\1s\0\0\0\2\0\0\0\1m\0\0\0\0\0\0\0\1m\0\0\0\0\0\0\0\0"),
	        ERROR_PROTOCOL},
	    {"two methods for a session",
	        RAW("\1\2\0\0\0\1a\0\0\0\1s\0\0\0\2\0\0\0\1m\0\0\0\0\0\0\0\1m\0\0\0\0\0\0\0\0"), ERROR_NONE},
	    {"more methods than there are", RAW("\1\2\0\0\0\1a\0\0\0\1s\0\0\0\2\0\0\0\1m\0\0\0\0\0\0\0\0"),
	        ERROR_PROTOCOL},
	    {"more methods than fit", RAW("\1\2\0\0\0\1a\0\0\0\1s\0\0\0\x11\0\0\0\1m\0\0\0\0\0\0\0\0"), ERROR_PROTOCOL},
	    {"method without name", RAW("\1\1\0\0\0\1a\0\0\0\1s\0\0\0\1\0\0\0\0\0\0\0\0\0\0\0\0"), ERROR_PROTOCOL},
	    {"no remote", RAW("\1\1\0\0\0\1a\0\0\0\1s\0\0\0\1\0\0\0\1m\0\0\0\0"), ERROR_PROTOCOL},
	    {"a remote", RAW("\1\3\0\0\0\1a\0\0\0\1s\0\0\0\1\0\0\0\1m\0\0\0\0\0\0\0\1r"), ERROR_NONE},
	    {"line end in remote", RAW("\1\1\0\0\0\1a\0\0\0\1s\0\0\0\1\0\0\0\1m\0\0\0\0\0\0\0\1\n"), ERROR_PROTOCOL},
	    {"two methods for a certificate",
	        RAW("\1\3\0\0\0\1a\0\0\0\1s\0\0\0\2\0\0\0\1m\0\0\0\0\0\0\0\1m\0\0\0\0\0\0\0\0"), ERROR_PROTOCOL},
	    {"junk behind", RAW("\1\1\0\0\0\1a\0\0\0\1s\0\0\0\1\0\0\0\1m\0\0\0\0\0\0\0\0x"), ERROR_PROTOCOL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct error err = ERROR_EMPTY;
		struct request request;

		if (request_parse(bytes_of(rows[i].message, rows[i].len), &request, &err) !=
		        (rows[i].code == ERROR_NONE) ||
		    err.code != rows[i].code)
			fail_msg("%s: %s", rows[i].name, error_word(err.code));
	}
}

static void malformed_replies_are_refused(void **state)
{
	static const struct {
		const char *name, *message;
		size_t len;
		enum error_code code;
	} rows[] = {
	    {"accepted", RAW("\1\1\0\0\0\4none\0\0\0\0\0\0\0\1o"), ERROR_NONE},
	    {"refused", RAW("\1\0\0\0\0\1r\0\0\0\1s\0\0\0\0"), ERROR_NONE},
	    {"refused with output", RAW("\1\0\0\0\0\1r\0\0\0\1s\0\0\0\1o"), ERROR_PROTOCOL},
	    {"nothing", RAW(""), ERROR_PROTOCOL},
	    {"no verdict", RAW("\1"), ERROR_PROTOCOL},
	    {"verdict 2", RAW("\1\2\0\0\0\4none\0\0\0\0\0\0\0\1o"), ERROR_PROTOCOL},
	    {"verdict 255", RAW("\1\xff\0\0\0\4none\0\0\0\0\0\0\0\1o"), ERROR_PROTOCOL},
	    {"other version", RAW("\2\1\0\0\0\4none\0\0\0\0\0\0\0\1o"), ERROR_PROTOCOL_VERSION},
	    {"no reason", RAW("\1\1\0\0\0\0\0\0\0\0\0\0\0\1o"), ERROR_PROTOCOL},
	    {"line end in sentence", RAW("\1\0\0\0\0\1r\0\0\0\1\n\0\0\0\0"), ERROR_PROTOCOL},
	    {"output cut", RAW("\1\1\0\0\0\4none\0\0\0\0\0\0\0\2o"), ERROR_PROTOCOL},
	    {"junk behind", RAW("\1\1\0\0\0\4none\0\0\0\0\0\0\0\1ox"), ERROR_PROTOCOL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct error err = ERROR_EMPTY;
		struct reply reply;

		if (reply_parse(bytes_of(rows[i].message, rows[i].len), &reply, &err) != (rows[i].code == ERROR_NONE) ||
		    err.code != rows[i].code)
			fail_msg("%s: %s", rows[i].name, error_word(err.code));
	}
}

static void what_is_too_large_is_not_written(void **state)
{
	static uint8_t large[AUTH_INFO_MAXIMUM + 8192];
	struct request request = sample_request();
	struct reply reply = {.reason = bytes_of_text("none"), .output = bytes_of(large, REPLY_MAXIMUM)};
	struct buffer out = BUFFER_EMPTY;
	struct error err = ERROR_EMPTY;

	(void)state;
	request.methods[0].blob = BYTES_OF(large);
	assert_refused(request_encode(&request, &out, &err), err, ERROR_LIMIT);
	assert_refused(reply_encode(&reply, &out, &err), err, ERROR_LIMIT);
	request = sample_request();
	request.num_methods = AUTH_INFO_METHODS_MAXIMUM + 1;
	assert_refused(request_encode(&request, &out, &err), err, ERROR_LIMIT);
	assert_int_equal(out.len, 0);
	request = sample_request();
	request.methods[0].blob = bytes_of(large, AUTH_INFO_MAXIMUM);
	assert_done(request_encode(&request, &out, &err), err);
	assert_done(request_parse(whole_message(&out), &request, &err), err);
	buffer_free(&out);
}

static void each_code_has_a_name(void **state)
{
	(void)state;
	assert_string_equal(request_name(REQUEST_AUTHORIZED_KEYS), "authorized-keys");
	assert_string_equal(request_name(REQUEST_SESSION), "session");
}

/* What a damaged message still parses as is what would be written for it: nothing in it goes unread. */
static void check_damaged(struct bytes damaged, void *context)
{
	struct buffer again = BUFFER_EMPTY;
	struct error err = ERROR_EMPTY;
	struct request request;

	(void)context;
	if (request_parse(damaged, &request, &err)) {
		assert_done(request_encode(&request, &again, &err), err);
		assert_true(bytes_equal(whole_message(&again), damaged));
	}
	buffer_free(&again);
}

static void check_damaged_reply(struct bytes damaged, void *context)
{
	struct buffer again = BUFFER_EMPTY;
	struct error err = ERROR_EMPTY;
	struct reply reply;

	(void)context;
	if (reply_parse(damaged, &reply, &err)) {
		assert_done(reply_encode(&reply, &again, &err), err);
		assert_true(bytes_equal(whole_message(&again), damaged));
	}
	buffer_free(&again);
}

static void check_damaged_question(struct bytes damaged, void *context)
{
	struct buffer again = BUFFER_EMPTY;
	struct error err = ERROR_EMPTY;
	struct question question;

	(void)context;
	if (question_parse(damaged, &question, &err)) {
		assert_done(question_encode(&question, &again, &err), err);
		assert_true(bytes_equal(whole_message(&again), damaged));
	}
	buffer_free(&again);
}

static void damage_never_breaks_the_parsers(void **state)
{
	static const char question[] = "\3\23\1\0\0\0\7PIN %s?\1\0\0\0\1v\0\0\0\0\0\0\0\0";
	static const char reply[] = "\1\1\0\0\0\4none\0\0\0\1s\0\0\0\1o";
	struct request request = sample_request();
	struct buffer out = BUFFER_EMPTY;
	struct error err = ERROR_EMPTY;

	(void)state;
	assert_done(request_encode(&request, &out, &err), err);
	every_mutation(whole_message(&out), check_damaged, NULL);
	every_mutation(bytes_of(reply, sizeof(reply) - 1), check_damaged_reply, NULL);
	every_mutation(bytes_of(question, sizeof(question) - 1), check_damaged_question, NULL);
	buffer_free(&out);
}

static void a_request_for_a_proof_has_its_fields(void **state)
{
	static const struct {
		const char *name, *message;
		size_t len;
		enum error_code code;
	} rows[] = {
	    {"good", RAW("\1\4\0\0\0\1a\0\0\0\1s\0\0\0\0\0\0\0\0\0\0\0\1c\0\0\0\1d\0\0\0\1"), ERROR_NONE},
	    {"nobody else asks", RAW("\1\4\0\0\0\1a\0\0\0\1s\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1d\0\0\0\1"), ERROR_NONE},
	    {"no command", RAW("\1\4\0\0\0\1a\0\0\0\1s\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1"), ERROR_NONE},
	    {"line end in command", RAW("\1\4\0\0\0\1a\0\0\0\1s\0\0\0\0\0\0\0\0\0\0\0\1c\0\0\0\1\n\0\0\0\1"),
	        ERROR_PROTOCOL},
	    {"a method", RAW("\1\4\0\0\0\1a\0\0\0\1s\0\0\0\1\0\0\0\1m\0\0\0\0\0\0\0\0\0\0\0\1c\0\0\0\1d\0\0\0\1"),
	        ERROR_PROTOCOL},
	    {"agent without a key", RAW("\1\5\0\0\0\1a\0\0\0\1s\0\0\0\0\0\0\0\0\0\0\0\1c\0\0\0\1d\0\0\0\1"),
	        ERROR_PROTOCOL},
	    {"no caller", RAW("\1\4\0\0\0\1a\0\0\0\1s\0\0\0\0\0\0\0\0"), ERROR_PROTOCOL},
	    {"line end in caller", RAW("\1\4\0\0\0\1a\0\0\0\1s\0\0\0\0\0\0\0\0\0\0\0\1\n\0\0\0\1d\0\0\0\1"),
	        ERROR_PROTOCOL},
	    {"no time to wait", RAW("\1\4\0\0\0\1a\0\0\0\1s\0\0\0\0\0\0\0\0\0\0\0\1c\0\0\0\1d\0\0\0\0"),
	        ERROR_PROTOCOL},
	    {"too long to wait", RAW("\1\4\0\0\0\1a\0\0\0\1s\0\0\0\0\0\0\0\0\0\0\0\1c\0\0\0\1d\0\0\2\x59"),
	        ERROR_PROTOCOL},
	    {"junk behind", RAW("\1\4\0\0\0\1a\0\0\0\1s\0\0\0\0\0\0\0\0\0\0\0\1c\0\0\0\1d\0\0\0\1x"), ERROR_PROTOCOL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct error err = ERROR_EMPTY;
		struct request request;

		if (request_parse(bytes_of(rows[i].message, rows[i].len), &request, &err) !=
		    (rows[i].code == ERROR_NONE))
			fail_msg("%s: %s", rows[i].name, error_word(err.code));
	}
}

static void a_question_has_the_fields_of_its_kind(void **state)
{
	static const struct {
		const char *name, *message;
		size_t len;
		enum error_code code;
	} rows[] = {
	    {"under way", RAW("\3\20\0\0\0\0\0\0\0\0\0\0"), ERROR_NONE},
	    {"tell", RAW("\3\21\1\0\0\0\1t\0\0\0\0\0\0\0\0\0"), ERROR_NONE},
	    {"tell a value", RAW("\3\21\1\0\0\0\2%s\1\0\0\0\1v\0\0\0\0\0\0\0\0"), ERROR_NONE},
	    {"PIN", RAW("\3\23\1\0\0\0\1t\0\0\0\0\0\0\0\0\0"), ERROR_NONE},
	    {"sign", RAW("\3\25\0\0\0\0\0\1k\0\0\0\1d"), ERROR_NONE},
	    {"newer version", RAW("\4\21"), ERROR_PROTOCOL_VERSION},
	    {"version 1, which sent text", RAW("\1\21\0\0\0\1t\0\0\0\0\0\0\0\0"), ERROR_PROTOCOL_VERSION},
	    {"text in this version", RAW("\3\21\0\0\0\1t\0\0\0\0\0\0\0\0"), ERROR_PROTOCOL},
	    {"unknown kind", RAW("\3\26\1\0\0\0\1t\0\0\0\0\0\0\0\0\0"), ERROR_PROTOCOL},
	    {"a verdict", RAW("\3\1\1\0\0\0\1t\0\0\0\0\0\0\0\0\0"), ERROR_PROTOCOL},
	    {"tell nothing", RAW("\3\21\0\0\0\0\0\0\0\0\0\0"), ERROR_PROTOCOL},
	    {"a message while under way", RAW("\3\20\1\0\0\0\1t\0\0\0\0\0\0\0\0\0"), ERROR_PROTOCOL},
	    {"an escape in the message", RAW("\3\21\1\0\0\0\1\33\0\0\0\0\0\0\0\0\0"), ERROR_PROTOCOL},
	    {"a value that is missing", RAW("\3\21\1\0\0\0\2%s\0\0\0\0\0\0\0\0\0"), ERROR_PROTOCOL},
	    {"PIN with a key", RAW("\3\23\1\0\0\0\1t\0\0\0\0\1k\0\0\0\1d"), ERROR_PROTOCOL},
	    {"sign without key", RAW("\3\25\0\0\0\0\0\0\0\0\0\1d"), ERROR_PROTOCOL},
	    {"sign nothing", RAW("\3\25\0\0\0\0\0\1k\0\0\0\0"), ERROR_PROTOCOL},
	    {"cut short", RAW("\3\21\1\0\0\0\1t\0\0\0\0\0\0\0\0"), ERROR_PROTOCOL},
	    {"junk behind", RAW("\3\21\1\0\0\0\1t\0\0\0\0\0\0\0\0\0x"), ERROR_PROTOCOL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct error err = ERROR_EMPTY;
		struct question question;

		if (question_parse(bytes_of(rows[i].message, rows[i].len), &question, &err) !=
		        (rows[i].code == ERROR_NONE) ||
		    err.code != rows[i].code)
			fail_msg("%s: %s", rows[i].name, error_word(err.code));
	}
}

static void an_answer_is_read_as_it_was_written(void **state)
{
	struct buffer out = BUFFER_EMPTY;
	struct error err = ERROR_EMPTY;
	struct bytes content;

	(void)state;
	assert_done(answer_encode(bytes_of_text("123456"), &out, &err), err);
	assert_done(answer_parse(whole_message(&out), &content, &err), err);
	assert_true(bytes_equal_text(content, "123456"));
	assert_refused(answer_parse(bytes_of(RAW("\3\23\0\0\0\0")), &content, &err), err, ERROR_PROTOCOL);
	assert_refused(answer_parse(bytes_of(RAW("\1\100\0\0\0\0")), &content, &err), err, ERROR_PROTOCOL_VERSION);
	buffer_free(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_request_for_a_proof_has_its_fields),
	    cmocka_unit_test(a_question_has_the_fields_of_its_kind),
	    cmocka_unit_test(an_answer_is_read_as_it_was_written),
	    cmocka_unit_test(a_request_is_read_as_it_was_written),
	    cmocka_unit_test(a_reply_is_read_as_it_was_written),
	    cmocka_unit_test(malformed_requests_are_refused),
	    cmocka_unit_test(malformed_replies_are_refused),
	    cmocka_unit_test(what_is_too_large_is_not_written),
	    cmocka_unit_test(each_code_has_a_name),
	    cmocka_unit_test(damage_never_breaks_the_parsers),
	};

	return cmocka_run_group_tests_name("request", tests, NULL, NULL);
}

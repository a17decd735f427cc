#include "tests/unit/unit.h"

#include <stdlib.h>
#include <string.h>

#include "common/auth_info.h"
#include "common/base64.h"
#include "tests/unit/mutation.h"

/* "AAAAA2tleQ==" is the SSH string "key": all that is asked of a blob here is its type name. */
#define KEY "publickey key AAAAA2tleQ==\n"

static void lines_are_taken_in_the_forms_that_sshd_writes(void **state)
{
	static const struct {
		const char *name, *text;
		enum error_code code;
		size_t num_methods;
	} rows[] = {
	    {"key", KEY, ERROR_NONE, 1},
	    {"key and code", KEY "keyboard-interactive/pam\n", ERROR_NONE, 2},
	    {"two keys", KEY KEY, ERROR_NONE, 2},
	    {"password", "password\n", ERROR_NONE, 1},
	    {"Kerberos", "gssapi-with-mic alice@EXAMPLE.ORG\n", ERROR_NONE, 1},
	    {"sixteen", KEY KEY KEY KEY KEY KEY KEY KEY KEY KEY KEY KEY KEY KEY KEY KEY, ERROR_NONE, 16},
	    {"seventeen", KEY KEY KEY KEY KEY KEY KEY KEY KEY KEY KEY KEY KEY KEY KEY KEY KEY, ERROR_AUTH_INFO, 0},
	    {"nothing", "", ERROR_AUTH_INFO, 0},
	    {"line end alone", "\n", ERROR_AUTH_INFO, 0},
	    {"no line end", "publickey key AAAAA2tleQ==", ERROR_AUTH_INFO, 0},
	    {"second line cut", KEY "password", ERROR_AUTH_INFO, 0},
	    {"empty line between", KEY "\n" KEY, ERROR_AUTH_INFO, 0},
	    {"carriage return", "password\r\n", ERROR_AUTH_INFO, 0},
	    {"unknown method", "none\n", ERROR_AUTH_INFO, 0},
	    {"unknown method behind a key", KEY "magic\n", ERROR_AUTH_INFO, 0},
	    {"a machine's key", "hostbased key AAAAA2tleQ== client user \"a\", client host \"b\"\n", ERROR_NONE, 1},
	    {"an escape in a remark", "hostbased \x1b[2J\n", ERROR_AUTH_INFO, 0},
	    {"name in capitals", "PublicKey key AAAAA2tleQ==\n", ERROR_AUTH_INFO, 0},
	    {"blank in front", " " KEY, ERROR_AUTH_INFO, 0},
	    {"no key", "publickey\n", ERROR_AUTH_INFO, 0},
	    {"no blob", "publickey key\n", ERROR_AUTH_INFO, 0},
	    {"other type inside", "publickey kay AAAAA2tleQ==\n", ERROR_AUTH_INFO, 0},
	    {"remark behind a key", "publickey key AAAAA2tleQ== x\n", ERROR_AUTH_INFO, 0},
	    {"blank behind a key", "publickey key AAAAA2tleQ== \n", ERROR_AUTH_INFO, 0},
	    {"blank behind a password", "password \n", ERROR_AUTH_INFO, 0},
	    {"no base64", "publickey key AAAAA2tleQ=\n", ERROR_BASE64, 0},
	    {"remark behind a password", "password x\n", ERROR_AUTH_INFO, 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct auth_info info = AUTH_INFO_EMPTY;
		struct error err = ERROR_EMPTY;

		if (auth_info_parse(bytes_of_text(rows[i].text), &info, &err) != (rows[i].code == ERROR_NONE) ||
		    err.code != rows[i].code || info.num_methods != rows[i].num_methods)
			fail_msg("%s: %s", rows[i].name, error_word(err.code));
		auth_info_clear(&info);
	}
}

static void names_and_blobs_are_handed_over(void **state)
{
	struct auth_info info = AUTH_INFO_EMPTY;
	struct error err = ERROR_EMPTY;

	(void)state;
	assert_done(auth_info_parse(bytes_of_text(KEY "keyboard-interactive/pam\n"), &info, &err), err);
	assert_true(bytes_equal_text(info.methods[0].name, "publickey"));
	assert_true(bytes_equal(buffer_bytes(&info.methods[0].blob), bytes_of("\0\0\0\3key", 7)));
	assert_true(bytes_equal_text(info.methods[1].name, "keyboard-interactive/pam"));
	assert_int_equal(info.methods[1].blob.len, 0);
	auth_info_clear(&info);
	assert_int_equal(info.num_methods, 0);
	assert_refused(auth_info_parse(bytes_of("password\0\n", 10), &info, &err), err, ERROR_AUTH_INFO);
}

/* The longest line that fits is read; one byte more is not. */
static void the_length_is_bounded(void **state)
{
	struct buffer text = BUFFER_EMPTY, blob = BUFFER_EMPTY;
	struct auth_info info = AUTH_INFO_EMPTY;
	struct error err = ERROR_EMPTY;
	uint8_t *room;

	(void)state;
	assert_done(buffer_put_ssh_text(&blob, "key", &err), err);
	assert_done(buffer_extend(&blob, 393194 - 7, &room, &err), err);
	memset(room, 7, 393194 - 7);
	assert_done(buffer_put_text(&text, "publickey key ", &err) && base64_put(buffer_bytes(&blob), &text, &err) &&
	                buffer_put_text(&text, "\n", &err),
	    err);
	assert_in_range(text.len, AUTH_INFO_MAXIMUM - 16, AUTH_INFO_MAXIMUM);
	assert_done(auth_info_parse(buffer_bytes(&text), &info, &err), err);
	assert_int_equal(info.methods[0].blob.len, blob.len);
	auth_info_clear(&info);
	while (text.len <= AUTH_INFO_MAXIMUM)
		assert_done(buffer_put_text(&text, "password\n", &err), err);
	assert_refused(auth_info_parse(buffer_bytes(&text), &info, &err), err, ERROR_AUTH_INFO);
	buffer_free(&text);
	buffer_free(&blob);
}

static void check_damaged(struct bytes damaged, void *context)
{
	struct auth_info info = AUTH_INFO_EMPTY;
	struct error err = ERROR_EMPTY;

	(void)context;
	if (auth_info_parse(damaged, &info, &err))
		assert_in_range(info.num_methods, 1, 3);
	else
		assert_true(err.code == ERROR_AUTH_INFO || err.code == ERROR_BASE64);
	auth_info_clear(&info);
}

static void damage_never_breaks_the_parser(void **state)
{
	(void)state;
	every_mutation(bytes_of_text(KEY "keyboard-interactive/pam\n" KEY), check_damaged, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(lines_are_taken_in_the_forms_that_sshd_writes),
	    cmocka_unit_test(names_and_blobs_are_handed_over),
	    cmocka_unit_test(the_length_is_bounded),
	    cmocka_unit_test(damage_never_breaks_the_parser),
	};

	return cmocka_run_group_tests_name("auth_info", tests, NULL, NULL);
}

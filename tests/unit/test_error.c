#include "tests/unit/unit.h"

#include <errno.h>
#include <string.h>

static void words_are_unique_and_lead_back(void **state)
{
	(void)state;
	for (enum error_code code = ERROR_NONE; code < ERROR_CODE_COUNT; code++) {
		assert_non_null(error_word(code));
		assert_int_equal(error_find(error_word(code)), code);
	}
	assert_int_equal(error_find("no.such.word"), ERROR_NONE);
}

static void every_failure_exits_with_a_status(void **state)
{
	(void)state;
	assert_int_equal(error_exit_status(ERROR_NONE), 0);
	for (enum error_code code = ERROR_NONE + 1; code < ERROR_CODE_COUNT; code++)
		assert_int_not_equal(error_exit_status(code), 0);
	assert_int_equal(error_exit_status(ERROR_PIV_LEAF), 1);
	assert_int_equal(error_exit_status(ERROR_TLV_TAG), 2);
}

static void an_error_says_code_sentence_and_place(void **state)
{
	struct error err = ERROR_EMPTY;

	(void)state;
	assert_false(error_set(&err, ERROR_TLV_TAG, "tag 0x%02x", 0x53));
	assert_int_equal(err.code, ERROR_TLV_TAG);
	assert_string_equal(err.text, "tag 0x53");
	assert_non_null(strstr(err.file, "test_error.c"));
	assert_true(err.line > 0);
	assert_false(error_prefix(&err, "slot %s", "9a"));
	assert_string_equal(err.text, "slot 9a: tag 0x53");
	assert_int_equal(err.code, ERROR_TLV_TAG);
	errno = ENOENT;
	assert_false(error_set_errno(&err, ERROR_FILE, "policy.conf"));
	assert_string_equal(err.text, "policy.conf: No such file or directory");
	assert_false(error_set(NULL, ERROR_BUG, "nobody listens"));
}

static void a_long_sentence_is_cut(void **state)
{
	struct error err = ERROR_EMPTY;
	char text[2000];

	(void)state;
	memset(text, 'a', sizeof(text));
	text[sizeof(text) - 1] = '\0';
	assert_false(error_set(&err, ERROR_TEXT, "%s", text));
	assert_int_equal(strlen(err.text), sizeof(err.text) - 1);
	assert_false(error_prefix(&err, "%s", text));
	assert_int_equal(strlen(err.text), sizeof(err.text) - 1);
}

/* What a reader, a token or a file said may stand in a sentence, and that ends on terminals, in logs and in JSON. */
static void a_sentence_is_always_printable(void **state)
{
	struct error err = ERROR_EMPTY;

	(void)state;
	assert_false(error_set(&err, ERROR_TEXT, "reader \"%s\"", "\x1b[2J\nX\xc2\x9b\xff"));
	assert_string_equal(err.text, "reader \"?[2J?X???\"");
	assert_false(error_prefix(&err, "%s", "a\tb"));
	assert_string_equal(err.text, "a?b: reader \"?[2J?X???\"");
	errno = ENOENT;
	assert_false(error_set_errno(&err, ERROR_FILE, "%s", "one\nline"));
	assert_string_equal(err.text, "one?line: No such file or directory");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(words_are_unique_and_lead_back),
	    cmocka_unit_test(every_failure_exits_with_a_status),
	    cmocka_unit_test(an_error_says_code_sentence_and_place),
	    cmocka_unit_test(a_long_sentence_is_cut),
	    cmocka_unit_test(a_sentence_is_always_printable),
	};

	return cmocka_run_group_tests_name("error", tests, NULL, NULL);
}

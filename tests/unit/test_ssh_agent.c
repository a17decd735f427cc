#include "tests/unit/unit.h"

#include "common/ssh_agent.h"

#define RAW(text) text, sizeof(text) - 1

static void questions_are_as_the_protocol_has_them(void **state)
{
	struct buffer out = BUFFER_EMPTY;
	struct error err = ERROR_EMPTY;

	(void)state;
	assert_done(ssh_agent_put_list(&out, &err), err);
	assert_true(bytes_equal(buffer_bytes(&out), bytes_of(RAW("\0\0\0\1\13"))));
	buffer_cut(&out, 0);
	assert_done(ssh_agent_put_sign(bytes_of_text("k"), bytes_of_text("d"), &out, &err), err);
	assert_true(bytes_equal(buffer_bytes(&out), bytes_of(RAW("\0\0\0\17\15\0\0\0\1k\0\0\0\1d\0\0\0\4"))));
	buffer_free(&out);
}

static void only_a_whole_list_is_one(void **state)
{
	static const struct {
		const char *name, *message;
		size_t len, num_keys;
		enum error_code code;
	} rows[] = {
	    {"none", RAW("\14\0\0\0\0"), 0, ERROR_NONE},
	    {"one", RAW("\14\0\0\0\1\0\0\0\1k\0\0\0\0"), 1, ERROR_NONE},
	    {"three, of which two are taken", RAW("\14\0\0\0\3\0\0\0\1k\0\0\0\0\0\0\0\1l\0\0\0\1c\0\0\0\1m\0\0\0\0"), 2,
	        ERROR_NONE},
	    {"nothing", RAW(""), 0, ERROR_AGENT},
	    {"a refusal", RAW("\5"), 0, ERROR_AGENT},
	    {"a signature", RAW("\16\0\0\0\1s"), 0, ERROR_AGENT},
	    {"no number", RAW("\14\0\0\0"), 0, ERROR_AGENT},
	    {"more than are there", RAW("\14\0\0\0\2\0\0\0\1k\0\0\0\0"), 0, ERROR_AGENT},
	    {"a number that no message holds", RAW("\14\377\377\377\377\0\0\0\1k\0\0\0\0"), 0, ERROR_AGENT},
	    {"junk behind", RAW("\14\0\0\0\0x"), 0, ERROR_AGENT},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct error err = ERROR_EMPTY;
		struct bytes keys[2];
		size_t num_keys = 0;

		if (ssh_agent_parse_list(bytes_of(rows[i].message, rows[i].len), keys, 2, &num_keys, &err) !=
		        (rows[i].code == ERROR_NONE) ||
		    err.code != rows[i].code || num_keys != rows[i].num_keys)
			fail_msg("%s: %s, %zu keys", rows[i].name, error_word(err.code), num_keys);
	}
}

static void only_a_whole_signature_is_one(void **state)
{
	static const struct {
		const char *message;
		size_t len;
		enum error_code code;
	} rows[] = {
	    {RAW("\16\0\0\0\1s"), ERROR_NONE},
	    {RAW("\16\0\0\0\2s"), ERROR_AGENT},
	    {RAW("\16\0\0\0\1sx"), ERROR_AGENT},
	    {RAW("\5"), ERROR_AGENT},
	    {RAW("\14\0\0\0\0"), ERROR_AGENT},
	    {RAW(""), ERROR_AGENT},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct error err = ERROR_EMPTY;
		struct bytes signature;

		if (ssh_agent_parse_signature(bytes_of(rows[i].message, rows[i].len), &signature, &err) !=
		    (rows[i].code == ERROR_NONE))
			fail_msg("row %zu: %s", i, error_word(err.code));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(questions_are_as_the_protocol_has_them),
	    cmocka_unit_test(only_a_whole_list_is_one),
	    cmocka_unit_test(only_a_whole_signature_is_one),
	};

	return cmocka_run_group_tests_name("ssh agent", tests, NULL, NULL);
}

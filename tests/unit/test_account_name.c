#include "tests/unit/unit.h"

#include <string.h>

#include "common/account_name.h"

static void names_hold_nothing_that_could_end_them(void **state)
{
	static const struct {
		const char *name;
		bool good;
	} rows[] = {
	    {"alice", true},
	    {"a", true},
	    {"Alice.Example-1_2", true},
	    {"alice@example.org", true},
	    {"alice+admin", true},
	    {"machine$", true},
	    {"0", true},
	    {"", false},
	    {"$", false},
	    {"a$b", false},
	    {"-rf", false},
	    {".ssh", false},
	    {"..", false},
	    {"a b", false},
	    {"a,b", false},
	    {"a\nb", false},
	    {"a\"b", false},
	    {"a'b", false},
	    {"a/b", false},
	    {"a\\b", false},
	    {"a:b", false},
	    {"a=b", false},
	    {"a*", false},
	    {"a%u", false},
	    {"Zo\xc3\xab", false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct error err = ERROR_EMPTY;
		bool good = account_name_check(bytes_of_text(rows[i].name), &err);

		if (good != rows[i].good || err.code != (good ? ERROR_NONE : ERROR_PERSON_NAME))
			fail_msg("%s: %s", rows[i].name, err.text);
	}
}

static void the_first_bad_character_is_named(void **state)
{
	struct error err = ERROR_EMPTY;

	(void)state;
	assert_refused(account_name_check(bytes_of_text("ab,c d"), &err), err, ERROR_PERSON_NAME);
	assert_non_null(strstr(err.text, "','"));
	assert_non_null(strstr(err.text, "3"));
	assert_refused(account_name_check(bytes_of("a\0b", 3), &err), err, ERROR_PERSON_NAME);
	assert_non_null(strstr(err.text, "0x00"));
}

static void the_length_is_bounded(void **state)
{
	char name[ACCOUNT_NAME_MAXIMUM + 1];
	struct error err = ERROR_EMPTY;

	(void)state;
	memset(name, 'a', sizeof(name));
	assert_done(account_name_check(bytes_of(name, ACCOUNT_NAME_MAXIMUM - 1), &err), err);
	assert_refused(account_name_check(bytes_of(name, ACCOUNT_NAME_MAXIMUM), &err), err, ERROR_PERSON_NAME);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(names_hold_nothing_that_could_end_them),
	    cmocka_unit_test(the_first_bad_character_is_named),
	    cmocka_unit_test(the_length_is_bounded),
	};

	return cmocka_run_group_tests_name("account_name", tests, NULL, NULL);
}

#include "tests/unit/unit.h"

#include <stdlib.h>
#include <string.h>

#include "common/text.h"

static void only_what_can_be_shown_is_printable(void **state)
{
	static const struct {
		const char *name, *text;
		bool printable;
	} rows[] = {
	    {"nothing", "", true},
	    {"ASCII", " ~azAZ09", true},
	    {"tab", "a\tb", false},
	    {"line end", "a\n", false},
	    {"escape", "\x1b[0m", false},
	    {"delete", "\x7f", false},
	    {"two bytes", "\xc3\xa9", true},
	    {"no-break space", "\xc2\xa0", true},
	    {"C1 control", "\xc2\x9b", false},
	    {"three bytes", "\xe2\x82\xac", true},
	    {"four bytes", "\xf0\x9f\x94\x91", true},
	    {"continuation alone", "\x80", false},
	    {"cut", "\xe2\x82", false},
	    {"cut by ASCII", "\xe2\x82z", false},
	    {"overlong slash", "\xc0\xaf", false},
	    {"overlong in three", "\xe0\x80\xaf", false},
	    {"overlong in four", "\xf0\x80\x80\xaf", false},
	    {"surrogate", "\xed\xa0\x80", false},
	    {"last before surrogates", "\xed\x9f\xbf", true},
	    {"last of all", "\xf4\x8f\xbf\xbf", true},
	    {"above the last", "\xf4\x90\x80\x80", false},
	    {"five bytes", "\xf8\x88\x80\x80\x80", false},
	    {"0xff", "\xff", false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (text_is_printable(bytes_of_text(rows[i].text)) != rows[i].printable)
			fail_msg("%s", rows[i].name);
	assert_false(text_is_printable(bytes_of("a\0b", 3)));
}

static void the_rest_is_shown_as_question_marks(void **state)
{
	static const struct {
		const char *foreign, *shown;
	} rows[] = {
	    {"", ""},
	    {"Virtual 0 \xc3\xa9", "Virtual 0 \xc3\xa9"},
	    {"a\nb\x1b[2Jc\x7f", "a?b?[2Jc?"},
	    {"\xc2\x9b"
	     "2J",
	        "??2J"},
	    {"\x9b"
	     "2J",
	        "?2J"},
	    {"cut \xe2\x82", "cut ??"},
	    {"\xe2\x82\xc3\xa9", "??\xc3\xa9"},
	    {"\xed\xa0\x80", "???"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char *text = strdup(rows[i].foreign);

		text_make_printable(text);
		assert_string_equal(text, rows[i].shown);
		assert_true(text_is_printable(bytes_of_text(text)));
		free(text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(only_what_can_be_shown_is_printable),
	    cmocka_unit_test(the_rest_is_shown_as_question_marks),
	};

	return cmocka_run_group_tests_name("text", tests, NULL, NULL);
}

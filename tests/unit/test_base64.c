#include "tests/unit/unit.h"

#include <stdlib.h>
#include <string.h>

#include "common/base64.h"

/* RFC 4648 10 */
static const struct {
	const char *bytes, *text;
} vectors[] = {
    {"", ""},
    {"f", "Zg=="},
    {"fo", "Zm8="},
    {"foo", "Zm9v"},
    {"foob", "Zm9vYg=="},
    {"fooba", "Zm9vYmE="},
    {"foobar", "Zm9vYmFy"},
    {"\xfb\xff\xbf", "+/+/"},
};

static void the_vectors_of_the_rfc_hold(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++) {
		struct buffer text = BUFFER_EMPTY, bytes = BUFFER_EMPTY;
		struct error err = ERROR_EMPTY;

		assert_done(base64_put(bytes_of_text(vectors[i].bytes), &text, &err), err);
		assert_string_equal(buffer_text(&text), vectors[i].text);
		assert_done(base64_parse(bytes_of_text(vectors[i].text), &bytes, &err), err);
		assert_string_equal(buffer_text(&bytes), vectors[i].bytes);
		buffer_free(&text);
		buffer_free(&bytes);
	}
}

static void only_the_canonical_form_is_read(void **state)
{
	static const struct {
		const char *name, *text;
	} rows[] = {
	    {"no pad", "Zg"},
	    {"one pad of two", "Zg="},
	    {"too many pads", "Zm9v===="},
	    {"three pads", "Z==="},
	    {"pads alone", "===="},
	    {"a pad in the middle", "Zg=a"},
	    {"a pad before the end", "Zg==Zm9v"},
	    {"bits behind one byte", "Zh=="},
	    {"bits behind two bytes", "Zm9="},
	    {"line end", "Zm9v\n"},
	    {"line end in a group", "Zm9\n"},
	    {"blank", "Zm 9"},
	    {"URL alphabet", "-_-_"},
	    {"high byte", "Zm9\xff"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct buffer out = BUFFER_EMPTY;
		struct error err = ERROR_EMPTY;

		assert_done(buffer_put_text(&out, "kept", &err), err);
		if (base64_parse(bytes_of_text(rows[i].text), &out, &err) || err.code != ERROR_BASE64)
			fail_msg("%s: %s", rows[i].name, error_word(err.code));
		assert_string_equal(buffer_text(&out), "kept");
		buffer_free(&out);
	}
}

/* Whatever is read is what would be written: no two texts mean the same bytes. */
static void each_text_has_one_meaning(void **state)
{
	(void)state;
	for (unsigned number = 0; number < 200000; number++) {
		static const char alphabet[] = "AQgwZz09+/=-";
		struct buffer bytes = BUFFER_EMPTY, again = BUFFER_EMPTY;
		struct error err = ERROR_EMPTY;
		unsigned rest = number;
		char text[5] = "";

		for (size_t i = 0; i < 4; i++, rest /= 12)
			text[i] = alphabet[rest % 12];
		if (number >= 12 * 12 * 12 * 12)
			break;
		if (base64_parse(bytes_of_text(text), &bytes, &err)) {
			assert_done(base64_put(buffer_bytes(&bytes), &again, &err), err);
			assert_string_equal(buffer_text(&again), text);
		}
		buffer_free(&bytes);
		buffer_free(&again);
	}
}

static void a_full_buffer_is_left_as_it_was(void **state)
{
	struct error err = ERROR_EMPTY;
	struct buffer out = BUFFER_UP_TO(4);

	(void)state;
	assert_done(buffer_put_text(&out, "ab", &err), err);
	assert_refused(base64_put(bytes_of_text("x"), &out, &err), err, ERROR_LIMIT);
	assert_refused(base64_parse(bytes_of_text("Zm9v"), &out, &err), err, ERROR_LIMIT);
	assert_string_equal(buffer_text(&out), "ab");
	buffer_free(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_vectors_of_the_rfc_hold),
	    cmocka_unit_test(only_the_canonical_form_is_read),
	    cmocka_unit_test(each_text_has_one_meaning),
	    cmocka_unit_test(a_full_buffer_is_left_as_it_was),
	};

	return cmocka_run_group_tests_name("base64", tests, NULL, NULL);
}

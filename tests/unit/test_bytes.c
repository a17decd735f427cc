#include "tests/unit/unit.h"

#include <string.h>

#include "common/buffer.h"

static void a_take_moves_on_success_only(void **state)
{
	const uint8_t data[] = {1, 2, 3};
	struct bytes in = BYTES_OF(data), part;
	uint16_t number;
	uint32_t wide;

	(void)state;
	assert_false(bytes_take(&in, 4, &part));
	assert_false(bytes_take_u32(&in, &wide));
	assert_int_equal(in.len, 3);
	assert_true(bytes_take_u16(&in, &number));
	assert_int_equal(number, 0x0102);
	assert_true(bytes_take(&in, 1, &part));
	assert_int_equal(part.data[0], 3);
	assert_true(bytes_take(&in, 0, &part));
	assert_int_equal(in.len, 0);
}

static void ssh_strings_are_bounded(void **state)
{
	static const struct {
		const char *name;
		uint8_t data[8];
		size_t len;
		bool good;
	} rows[] = {
	    {"whole", {0, 0, 0, 2, 'o', 'k'}, 6, true},
	    {"empty", {0, 0, 0, 0}, 4, true},
	    {"length cut", {0, 0, 0}, 3, false},
	    {"content cut", {0, 0, 0, 3, 'o', 'k'}, 6, false},
	    {"length wraps", {0xff, 0xff, 0xff, 0xff, 'o', 'k'}, 6, false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct bytes in = bytes_of(rows[i].data, rows[i].len), content;
		bool good = bytes_take_ssh_string(&in, &content);

		if (good != rows[i].good)
			fail_msg("%s", rows[i].name);
		assert_int_equal(in.len, good ? 0 : rows[i].len);
	}
}

static void ssh_numbers_are_positive_and_short(void **state)
{
	static const struct {
		const char *name;
		uint8_t data[8]; /* what stands behind `len` belongs to others */
		size_t len, number_len;
	} rows[] = {
	    {"one", {0, 0, 0, 1, 1}, 5, 1},
	    {"high bit", {0, 0, 0, 2, 0, 0x80}, 6, 1},
	    {"two bytes", {0, 0, 0, 2, 1, 0}, 6, 2},
	    {"zero", {0, 0, 0, 0}, 4, 0},
	    {"zero, and a number behind it", {0, 0, 0, 0, 1}, 4, 0},
	    {"zero written out", {0, 0, 0, 1, 0}, 5, 0},
	    {"zero written out, and a high bit behind it", {0, 0, 0, 1, 0, 0x80}, 5, 0},
	    {"padded", {0, 0, 0, 2, 0, 0x7f}, 6, 0},
	    {"padded twice", {0, 0, 0, 3, 0, 0, 0x80}, 7, 0},
	    {"negative", {0, 0, 0, 1, 0x80}, 5, 0},
	    {"cut", {0, 0, 0, 2, 1}, 5, 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct bytes in = bytes_of(rows[i].data, rows[i].len), number = BYTES_EMPTY;
		bool good = bytes_take_ssh_number(&in, &number);

		if (good != (rows[i].number_len > 0) || number.len != rows[i].number_len)
			fail_msg("%s", rows[i].name);
		assert_int_equal(in.len, good ? 0 : rows[i].len);
	}
}

static void ber_lengths_are_definite_and_short(void **state)
{
	static const struct {
		const char *name;
		uint8_t data[8];
		size_t len;
		bool good;
		size_t value;
	} rows[] = {
	    {"short form", {0x7f}, 1, true, 0x7f},
	    {"one byte", {0x81, 0x80}, 2, true, 0x80},
	    {"two bytes", {0x82, 0x01, 0x00}, 3, true, 0x100},
	    {"four bytes", {0x84, 0xff, 0xff, 0xff, 0xff}, 5, true, 0xffffffff},
	    {"indefinite", {0x80, 0x00, 0x00}, 3, false, 0},
	    {"five bytes", {0x85, 0, 0, 0, 0, 1}, 6, false, 0},
	    {"cut", {0x82, 0x01}, 2, false, 0},
	    {"nothing", {0}, 0, false, 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct bytes in = bytes_of(rows[i].data, rows[i].len);
		size_t value = 0;

		if (bytes_take_ber_length(&in, &value) != rows[i].good || value != rows[i].value)
			fail_msg("%s", rows[i].name);
	}
}

static void bytes_are_equal_to_the_last(void **state)
{
	static const struct {
		const char *one, *other;
		bool equal, starts;
	} rows[] = {
	    {"", "", true, true},
	    {"abc", "abc", true, true},
	    {"abc", "abd", false, false},
	    {"abc", "bbc", false, false},
	    {"abc", "ab", false, true},
	    {"ab", "abc", false, false},
	    {"abc", "", false, true},
	    {"", "a", false, false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct bytes one = bytes_of_text(rows[i].one);

		if (bytes_equal(one, bytes_of_text(rows[i].other)) != rows[i].equal ||
		    bytes_equal_text(one, rows[i].other) != rows[i].equal ||
		    bytes_start_with(one, rows[i].other) != rows[i].starts)
			fail_msg("'%s' and '%s'", rows[i].one, rows[i].other);
	}
	assert_false(bytes_equal(bytes_of("a\0b", 3), bytes_of("a\0c", 3)));
}

/* Nothing is written beyond what was asked for, and nothing where there is too little. */
static void bytes_are_copied_whole_or_not(void **state)
{
	struct bytes in = bytes_of_text("abcd");
	char out[4] = "xxx";

	(void)state;
	assert_false(bytes_take_to(&in, out, 5));
	assert_string_equal(out, "xxx");
	assert_true(bytes_take_to(&in, out, 2));
	assert_string_equal(out, "abx");
	assert_true(bytes_equal_text(in, "cd"));
	assert_true(bytes_to_text(in, out, sizeof(out)));
	assert_string_equal(out, "cd");
	assert_false(bytes_to_text(bytes_of_text("long"), out, sizeof(out)));
	assert_string_equal(out, "cd");
	assert_true(bytes_to_text(BYTES_EMPTY, out, 1));
	assert_string_equal(out, "");
}

static void text_is_taken_by_line(void **state)
{
	struct bytes in = bytes_of_text("one\n\ntwo"), line;
	char text[4];

	(void)state;
	assert_true(bytes_take_until(&in, '\n', &line));
	assert_true(bytes_equal_text(line, "one"));
	assert_true(bytes_to_text(line, text, sizeof(text)));
	assert_false(bytes_to_text(line, text, 3));
	assert_false(bytes_to_text(bytes_of("a\0b", 3), text, sizeof(text)));
	assert_true(bytes_take_until(&in, '\n', &line));
	assert_int_equal(line.len, 0);
	assert_true(bytes_take_until(&in, '\n', &line));
	assert_true(bytes_equal_text(line, "two"));
	assert_false(bytes_take_until(&in, '\n', &line));
	assert_true(bytes_start_with(bytes_of_text("ssh-rsa"), "ssh-"));
	assert_false(bytes_start_with(bytes_of_text("ss"), "ssh-"));
}

static void a_buffer_stops_at_its_maximum(void **state)
{
	struct error err = ERROR_EMPTY;
	struct buffer out = BUFFER_UP_TO(8);

	(void)state;
	assert_done(buffer_put_u64(&out, 1, &err), err);
	assert_refused(buffer_put_u8(&out, 1, &err), err, ERROR_LIMIT);
	assert_int_equal(out.len, 8);
	buffer_cut(&out, 2);
	assert_refused(buffer_put_ssh_text(&out, "abc", &err), err, ERROR_LIMIT);
	assert_int_equal(out.len, 2);
	buffer_free(&out);
	assert_null(out.data);
}

static void what_is_put_is_what_is_taken(void **state)
{
	const uint8_t high[] = {0, 0x80, 1};
	struct error err = ERROR_EMPTY;
	struct buffer out = BUFFER_EMPTY;
	struct bytes in, content;
	size_t mark;

	(void)state;
	assert_done(buffer_open_u32(&out, &mark, &err), err);
	assert_done(buffer_put_ssh_text(&out, "name", &err), err);
	assert_done(buffer_put_ssh_number(&out, BYTES_OF(high), &err), err);
	assert_done(buffer_put_format(&out, &err, "%d-%s", 7, "x"), err);
	buffer_close_u32(&out, mark);
	in = buffer_bytes(&out);
	assert_true(bytes_take_ssh_string(&in, &content));
	assert_int_equal(in.len, 0);
	in = content;
	assert_true(bytes_take_ssh_string(&in, &content));
	assert_true(bytes_equal_text(content, "name"));
	assert_true(bytes_take_ssh_string(&in, &content));
	assert_true(bytes_equal(content, bytes_of("\0\x80\1", 3)));
	assert_true(bytes_equal_text(in, "7-x"));
	buffer_free(&out);
}

static void a_buffer_grows_and_stays_text(void **state)
{
	struct error err = ERROR_EMPTY;
	struct buffer out = BUFFER_EMPTY;

	(void)state;
	assert_string_equal(buffer_text(&out), "");
	for (int i = 0; i < 1000; i++)
		assert_done(buffer_put_text(&out, "abcdefg", &err), err);
	assert_int_equal(out.len, 7000);
	assert_int_equal(strlen(buffer_text(&out)), 7000);
	buffer_free(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_take_moves_on_success_only),
	    cmocka_unit_test(ssh_strings_are_bounded),
	    cmocka_unit_test(ssh_numbers_are_positive_and_short),
	    cmocka_unit_test(ber_lengths_are_definite_and_short),
	    cmocka_unit_test(bytes_are_equal_to_the_last),
	    cmocka_unit_test(bytes_are_copied_whole_or_not),
	    cmocka_unit_test(text_is_taken_by_line),
	    cmocka_unit_test(a_buffer_stops_at_its_maximum),
	    cmocka_unit_test(what_is_put_is_what_is_taken),
	    cmocka_unit_test(a_buffer_grows_and_stays_text),
	};

	return cmocka_run_group_tests_name("bytes", tests, NULL, NULL);
}

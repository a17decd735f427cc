#include "tests/unit/unit.h"

#include "common/tlv.h"

static void elements_are_taken_whole_or_not(void **state)
{
	static const struct {
		const char *name;
		uint8_t data[8];
		size_t len;
		enum error_code code;
	} rows[] = {
	    {"whole", {0x53, 2, 1, 2}, 4, ERROR_NONE},
	    {"empty", {0x53, 0}, 2, ERROR_NONE},
	    {"long length", {0x53, 0x81, 1, 9}, 4, ERROR_NONE},
	    {"other tag", {0x54, 0}, 2, ERROR_TLV_TAG},
	    {"nothing", {0}, 0, ERROR_TLV_TRUNCATED},
	    {"no length", {0x53}, 1, ERROR_TLV_TRUNCATED},
	    {"content cut", {0x53, 3, 1, 2}, 4, ERROR_TLV_TRUNCATED},
	    {"indefinite", {0x53, 0x80, 0, 0}, 4, ERROR_TLV_TRUNCATED},
	    {"tag cut", {0x7f}, 1, ERROR_TLV_TRUNCATED},
	    {"tag cut in its third byte", {0x5f, 0x81}, 2, ERROR_TLV_TRUNCATED},
	    {"four-byte tag", {0x5f, 0x81, 0x81, 1, 0}, 5, ERROR_TLV_TAG},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct bytes in = bytes_of(rows[i].data, rows[i].len), value = BYTES_EMPTY;
		struct error err = ERROR_EMPTY;
		bool good = tlv_take(&in, 0x53, &value, &err);

		if (good != (rows[i].code == ERROR_NONE) || err.code != rows[i].code)
			fail_msg("%s: %s", rows[i].name, error_word(err.code));
		assert_int_equal(in.len, good ? 0 : rows[i].len);
		assert_true(value.len == 0 || value.data + value.len == in.data);
		assert_int_equal(value.len > 0, good && i != 1);
	}
}

/* By the bytes: tags and lengths in as few as they need. */
static void elements_are_written_shortest(void **state)
{
	static const struct {
		uint32_t tag;
		size_t len;
		const char *head;
		size_t head_len;
	} rows[] = {
	    {0x53, 0, "\x53\x00", 2},
	    {0x53, 0x7f, "\x53\x7f", 2},
	    {0x53, 0x80, "\x53\x81\x80", 3},
	    {0x53, 0xff, "\x53\x81\xff", 3},
	    {0x7f49, 0x100, "\x7f\x49\x82\x01\x00", 5},
	    {0x7f49, 0xffff, "\x7f\x49\x82\xff\xff", 5},
	    {0x5fc105, 0x10000, "\x5f\xc1\x05\x83\x01\x00\x00", 7},
	};
	static uint8_t content[0x10000];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct buffer out = BUFFER_EMPTY;
		struct error err = ERROR_EMPTY;
		struct bytes in, head;

		assert_done(tlv_put(&out, rows[i].tag, bytes_of(content, rows[i].len), &err), err);
		in = buffer_bytes(&out);
		assert_true(bytes_take(&in, rows[i].head_len, &head));
		if (!bytes_equal(head, bytes_of(rows[i].head, rows[i].head_len)) || in.len != rows[i].len)
			fail_msg("%zu", i);
		buffer_free(&out);
	}
}

/* Half an element would be read as another one. */
static void what_does_not_fit_leaves_nothing(void **state)
{
	struct buffer out = BUFFER_UP_TO(8);
	struct error err = ERROR_EMPTY;

	(void)state;
	assert_done(tlv_put(&out, 0x53, BYTES_OF("abc"), &err), err);
	for (size_t len = 1; len < 8; len++) {
		assert_refused(tlv_put(&out, 0x5fc105, bytes_of("1234567", len), &err), err, ERROR_LIMIT);
		assert_int_equal(out.len, 6);
	}
	buffer_free(&out);
}

static void the_first_of_two_is_found(void **state)
{
	static const uint8_t twice[] = {0x54, 1, 9, 0x53, 1, 1, 0x53, 1, 2}, cut[] = {0x53, 1, 1, 0x54, 2, 0};
	struct error err = ERROR_EMPTY;
	struct bytes value;

	(void)state;
	assert_done(tlv_find(BYTES_OF(twice), 0x53, &value, &err), err);
	assert_true(value.len == 1 && value.data[0] == 1);
	assert_refused(tlv_find(BYTES_OF(cut), 0x53, &value, &err), err, ERROR_TLV_TRUNCATED);
}

static void what_is_put_is_found(void **state)
{
	static const uint32_t tags[] = {0x53, 0x7f49, 0x5fc105, 0x5fff01};
	static const size_t lengths[] = {0, 1, 0x7f, 0x80, 0xff, 0x100, 0xffff, 0x10000};
	static uint8_t content[0x10000];
	struct error err = ERROR_EMPTY;

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		for (size_t j = 0; j < 8; j++) {
			struct buffer out = BUFFER_EMPTY;
			struct bytes value, in;

			assert_done(tlv_put(&out, 0x01, BYTES_OF("first"), &err), err);
			assert_done(tlv_put(&out, tags[i], bytes_of(content, lengths[j]), &err), err);
			assert_done(tlv_find(buffer_bytes(&out), tags[i], &value, &err), err);
			assert_int_equal(value.len, lengths[j]);
			assert_non_null(value.data);
			assert_done(tlv_find(buffer_bytes(&out), 0x02, &value, &err), err);
			assert_null(value.data);
			in = buffer_bytes(&out);
			assert_refused(tlv_end(in, &err), err, ERROR_TLV_REST);
			buffer_free(&out);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(elements_are_taken_whole_or_not),
	    cmocka_unit_test(elements_are_written_shortest),
	    cmocka_unit_test(what_does_not_fit_leaves_nothing),
	    cmocka_unit_test(the_first_of_two_is_found),
	    cmocka_unit_test(what_is_put_is_found),
	};

	return cmocka_run_group_tests_name("tlv", tests, NULL, NULL);
}

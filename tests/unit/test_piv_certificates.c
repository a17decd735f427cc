#include "tests/unit/unit.h"

#include <string.h>
#include <zlib.h>

#include "common/tlv.h"
#include "piv/certificate.h"
#include "tests/unit/scripted_card.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define GZIP (16 + MAX_WBITS)
#define ZLIB MAX_WBITS

/* Something of a certificate's outer shape, `len` bytes in all. */
static void put_certificate(struct buffer *out, size_t len)
{
	static uint8_t content[100000];
	struct error err = ERROR_EMPTY;

	for (size_t i = 0; i < sizeof(content); i++)
		content[i] = (uint8_t)(i * i >> 3);
	assert_done(tlv_put(out, 0x30, bytes_of(content, len - (len > 0xffff ? 5 : 4)), &err), err);
	assert_int_equal(out->len, len);
}

static void put_packed(struct buffer *out, struct bytes plain, int window)
{
	z_stream stream = {.avail_in = 0};
	struct error err = ERROR_EMPTY;
	uint8_t *room;

	assert_int_equal(deflateInit2(&stream, 9, Z_DEFLATED, window, 8, Z_DEFAULT_STRATEGY), Z_OK);
	stream.next_in = plain.len > 0 ? memcpy(test_malloc(plain.len), plain.data, plain.len) : NULL;
	stream.avail_in = (unsigned)plain.len;
	assert_done(buffer_extend(out, plain.len + 1000, &room, &err), err);
	stream.next_out = room;
	stream.avail_out = (unsigned)plain.len + 1000;
	assert_int_equal(deflate(&stream, Z_FINISH), Z_STREAM_END);
	buffer_cut(out, out->len - stream.avail_out);
	test_free(stream.next_in - stream.total_in);
	(void)deflateEnd(&stream);
}

static void put_object(struct buffer *out, struct bytes certificate, const char *rest)
{
	struct error err = ERROR_EMPTY;

	assert_done(tlv_put(out, 0x70, certificate, &err), err);
	put_hex(out, rest);
}

static void plain_objects_are_read(void **state)
{
	static const struct {
		const char *name, *rest;
		enum error_code code;
	} rows[] = {
	    {"as the standard has it", "710100 fe00", ERROR_NONE},
	    {"without error detection", "710100", ERROR_NONE},
	    {"the certificate alone", "", ERROR_NONE},
	    {"an unused bit", "710104 fe00", ERROR_NONE},
	    {"an unknown compression", "710102 fe00", ERROR_CARD_REPLY},
	    {"information without value", "7100 fe00", ERROR_CARD_REPLY},
	    {"information of two bytes", "71020000 fe00", ERROR_CARD_REPLY},
	    {"says compressed, is not", "710101 fe00", ERROR_CARD_REPLY},
	    {"half an element behind", "7101", ERROR_TLV_TRUNCATED},
	};
	struct buffer certificate = BUFFER_EMPTY;

	(void)state;
	put_certificate(&certificate, 700);
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct buffer object = BUFFER_EMPTY, got = BUFFER_EMPTY;
		struct error err = ERROR_EMPTY;
		bool done;

		put_object(&object, buffer_bytes(&certificate), rows[i].rest);
		done = piv_certificate_parse(buffer_bytes(&object), &got, &err);
		if (done != (rows[i].code == ERROR_NONE) || err.code != rows[i].code)
			fail_msg("%s: %s", rows[i].name, error_word(err.code));
		if (done)
			assert_true(bytes_equal(buffer_bytes(&got), buffer_bytes(&certificate)));
		buffer_free(&got);
		buffer_free(&object);
	}
	buffer_free(&certificate);
}

static void an_object_without_certificate_is_absent(void **state)
{
	static const char *const rows[] = {"", "7000", "710100 fe00", "7000 710100 fe00"};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct buffer object = BUFFER_EMPTY, got = BUFFER_EMPTY;
		struct error err = ERROR_EMPTY;

		put_hex(&object, rows[i]);
		assert_refused(piv_certificate_parse(buffer_bytes(&object), &got, &err), err, ERROR_CARD_OBJECT_ABSENT);
		buffer_free(&object);
	}
}

static void compressed_objects_are_read(void **state)
{
	static const struct {
		const char *name, *prefix, *behind;
		size_t len;
		int window;
		enum error_code code;
	} rows[] = {
	    {"gzip", "", "", 700, GZIP, ERROR_NONE},
	    {"gzip, long", "", "", 9000, GZIP, ERROR_NONE},
	    {"gzip, at the limit", "", "", 32768, GZIP, ERROR_NONE},
	    {"gzip, above it", "", "", 32769, GZIP, ERROR_CARD_REPLY},
	    {"gzip, far above it", "", "", 100000, GZIP, ERROR_CARD_REPLY},
	    {"gzip, bytes behind", "", "00", 700, GZIP, ERROR_CARD_REPLY},
	    {"zlib behind a length", "0100 bc02", "", 700, ZLIB, ERROR_NONE},
	    {"zlib behind another length", "0100 bd02", "", 700, ZLIB, ERROR_CARD_REPLY},
	    {"zlib, bytes behind", "0100 bc02", "00", 700, ZLIB, ERROR_CARD_REPLY},
	    {"zlib without its prefix", "", "", 700, ZLIB, ERROR_CARD_REPLY},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct buffer certificate = BUFFER_EMPTY, packed = BUFFER_EMPTY, object = BUFFER_EMPTY,
		              got = BUFFER_EMPTY;
		struct error err = ERROR_EMPTY;
		bool done;

		put_certificate(&certificate, rows[i].len);
		put_hex(&packed, rows[i].prefix);
		put_packed(&packed, buffer_bytes(&certificate), rows[i].window);
		put_hex(&packed, rows[i].behind);
		put_object(&object, buffer_bytes(&packed), "710101 fe00");
		done = piv_certificate_parse(buffer_bytes(&object), &got, &err);
		if (done != (rows[i].code == ERROR_NONE) || err.code != rows[i].code)
			fail_msg("%s: %s %s", rows[i].name, error_word(err.code), err.text);
		if (done)
			assert_true(bytes_equal(buffer_bytes(&got), buffer_bytes(&certificate)));
		buffer_free(&got);
		buffer_free(&object);
		buffer_free(&packed);
		buffer_free(&certificate);
	}
}

/* Every damage is noticed, but for bits that mean nothing: gzip's time, flags and system, unused bits of 71. */
static void damage_never_does_harm(void **state)
{
	struct buffer certificate = BUFFER_EMPTY, packed = BUFFER_EMPTY, object = BUFFER_EMPTY;

	(void)state;
	put_certificate(&certificate, 300);
	put_packed(&packed, buffer_bytes(&certificate), GZIP);
	put_object(&object, buffer_bytes(&packed), "710101 fe00");
	for (size_t bit = 0; bit < 8 * object.len; bit++) {
		struct buffer got = BUFFER_EMPTY;
		struct error err = ERROR_EMPTY;

		object.data[bit / 8] ^= (uint8_t)(1U << bit % 8);
		if (piv_certificate_parse(buffer_bytes(&object), &got, &err))
			assert_true(bytes_equal(buffer_bytes(&got), buffer_bytes(&certificate)));
		object.data[bit / 8] ^= (uint8_t)(1U << bit % 8);
		buffer_free(&got);
	}
	for (size_t len = 0; len < object.len - 5; len++) {
		struct buffer got = BUFFER_EMPTY;
		struct error err = ERROR_EMPTY;

		assert_false(piv_certificate_parse(bytes_of(object.data, len), &got, &err));
		assert_int_equal(got.len, 0);
	}
	buffer_free(&object);
	buffer_free(&packed);
	buffer_free(&certificate);
}

static void what_is_written_is_read(void **state)
{
	struct buffer certificate = BUFFER_EMPTY, object = BUFFER_EMPTY, got = BUFFER_EMPTY;
	struct error err = ERROR_EMPTY;

	(void)state;
	put_certificate(&certificate, 900);
	assert_done(piv_certificate_encode(buffer_bytes(&certificate), &object, &err), err);
	assert_done(piv_certificate_parse(buffer_bytes(&object), &got, &err), err);
	assert_true(bytes_equal(buffer_bytes(&got), buffer_bytes(&certificate)));
	buffer_free(&got);
	buffer_free(&object);
	buffer_free(&certificate);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(plain_objects_are_read),
	    cmocka_unit_test(an_object_without_certificate_is_absent),
	    cmocka_unit_test(compressed_objects_are_read),
	    cmocka_unit_test(damage_never_does_harm),
	    cmocka_unit_test(what_is_written_is_read),
	};

	return cmocka_run_group_tests_name("piv certificates", tests, NULL, NULL);
}

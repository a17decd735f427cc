#include "tests/unit/unit.h"

#include "piv/metadata.h"
#include "tests/unit/scripted_card.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* A point of P-256: the generator. Source: FIPS 186-4 D.1.2.3. */
#define POINT                                                                                                          \
	"04 6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296"                                          \
	"4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5"
#define SLOT "010111 02020201 030101 0443 8641" POINT

static void replies_are_read_or_refused(void **state)
{
	static const struct {
		const char *name, *reply;
		enum error_code code;
	} rows[] = {
	    {"slot", SLOT, ERROR_NONE},
	    {"management key", "01010a 02020001 050101", ERROR_NONE},
	    {"PIN", "0101ff 050100 06020303", ERROR_NONE},
	    {"nothing", "", ERROR_NONE},
	    {"a field of later firmware", "010111 090100", ERROR_NONE},
	    {"fields in another order", "0443 8641" POINT "010111", ERROR_NONE},
	    {"algorithm without value", "0100", ERROR_CARD_REPLY},
	    {"algorithm of two bytes", "01021100", ERROR_CARD_REPLY},
	    {"policies of one byte", "020102", ERROR_CARD_REPLY},
	    {"policies of three bytes", "0203020100", ERROR_CARD_REPLY},
	    {"PIN policy out of range", "02020601", ERROR_CARD_REPLY},
	    {"touch policy out of range", "02020204", ERROR_CARD_REPLY},
	    {"origin out of range", "030114", ERROR_CARD_REPLY},
	    {"a vendor's nonsense", "010114 02020001 030114", ERROR_CARD_REPLY},
	    {"default value out of range", "050102", ERROR_CARD_REPLY},
	    {"default value missing", "0500", ERROR_CARD_REPLY},
	    {"tries of one byte", "060103", ERROR_CARD_REPLY},
	    {"key without algorithm", "0443 8641" POINT, ERROR_CARD_REPLY},
	    {"key of the PIN", "0101ff 0443 8641" POINT, ERROR_CARD_REPLY},
	    {"key of a cipher", "01010a 0443 8641" POINT, ERROR_CARD_UNSUPPORTED},
	    {"key of another curve", "010114 0443 8641" POINT, ERROR_CARD_REPLY},
	    {"key with bytes behind", "010111 0445 8641" POINT "8600", ERROR_TLV_REST},
	    {"key without field", "010111 0400", ERROR_TLV_TRUNCATED},
	    {"cut", "010111 0202 02", ERROR_TLV_TRUNCATED},
	    {"half a field", "010111 02", ERROR_TLV_TRUNCATED},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct piv_metadata metadata = PIV_METADATA_EMPTY;
		struct buffer reply = BUFFER_EMPTY;
		struct error err = ERROR_EMPTY;
		bool done;

		put_hex(&reply, rows[i].reply);
		done = piv_metadata_parse(buffer_bytes(&reply), &metadata, &err);
		if (done != (rows[i].code == ERROR_NONE) || err.code != rows[i].code)
			fail_msg("%s: %s %s", rows[i].name, error_word(err.code), err.text);
		piv_metadata_clear(&metadata);
		buffer_free(&reply);
	}
}

static void fields_arrive_where_they_belong(void **state)
{
	struct piv_metadata slot = PIV_METADATA_EMPTY, pin = PIV_METADATA_EMPTY;
	struct buffer reply = BUFFER_EMPTY;
	struct error err = ERROR_EMPTY;

	(void)state;
	put_hex(&reply, SLOT);
	assert_done(piv_metadata_parse(buffer_bytes(&reply), &slot, &err), err);
	assert_int_equal(slot.algorithm->algorithm, PIV_P256);
	assert_int_equal(slot.pin_policy, PIV_PIN_ONCE);
	assert_int_equal(slot.touch_policy, PIV_TOUCH_NEVER);
	assert_int_equal(slot.origin, PIV_ORIGIN_GENERATED);
	assert_int_equal(slot.public_key.len, 91);
	assert_false(slot.says_default || slot.says_tries);
	piv_metadata_clear(&slot);
	buffer_cut(&reply, 0);
	put_hex(&reply, "0101ff 050101 06020802");
	assert_done(piv_metadata_parse(buffer_bytes(&reply), &pin, &err), err);
	assert_null(pin.algorithm);
	assert_true(pin.says_default && pin.is_default && pin.says_tries);
	assert_int_equal(pin.tries_total, 8);
	assert_int_equal(pin.tries_left, 2);
	assert_int_equal(pin.origin, PIV_ORIGIN_UNKNOWN);
	piv_metadata_clear(&pin);
	buffer_free(&reply);
}

/* Whatever a card says, it is parsed or refused with a code of bad input or a bad device. */
static void damage_never_does_harm(void **state)
{
	struct buffer whole = BUFFER_EMPTY;

	(void)state;
	put_hex(&whole, SLOT);
	for (size_t bit = 0; bit < 8 * whole.len; bit++) {
		struct piv_metadata metadata = PIV_METADATA_EMPTY;
		struct error err = ERROR_EMPTY;

		whole.data[bit / 8] ^= (uint8_t)(1U << bit % 8);
		if (!piv_metadata_parse(buffer_bytes(&whole), &metadata, &err))
			assert_true(error_category(err.code) == ERROR_CATEGORY_INPUT ||
			            error_category(err.code) == ERROR_CATEGORY_DEVICE);
		whole.data[bit / 8] ^= (uint8_t)(1U << bit % 8);
		piv_metadata_clear(&metadata);
	}
	for (size_t len = 0; len < whole.len; len++) {
		struct piv_metadata metadata = PIV_METADATA_EMPTY;
		struct error err = ERROR_EMPTY;
		bool between = len == 0 || len == 3 || len == 7 || len == 10;

		assert_int_equal(piv_metadata_parse(bytes_of(whole.data, len), &metadata, &err), between);
		piv_metadata_clear(&metadata);
	}
	buffer_free(&whole);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(replies_are_read_or_refused),
	    cmocka_unit_test(fields_arrive_where_they_belong),
	    cmocka_unit_test(damage_never_does_harm),
	};

	return cmocka_run_group_tests_name("piv metadata", tests, NULL, NULL);
}

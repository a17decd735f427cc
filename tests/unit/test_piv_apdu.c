#include "tests/unit/unit.h"

#include "piv/apdu.h"
#include "piv/status.h"
#include "tests/unit/scripted_card.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static uint8_t long_data[600];

static void commands_are_encoded_as_the_standard_has_them(void **state)
{
	static const struct {
		const char *name;
		size_t data;
		enum apdu_reply reply;
		bool extended;
		unsigned expected;
		const char *head;
		size_t len;
	} rows[] = {
	    {"case 1", 0, APDU_REPLY_NONE, false, 0, "00 cb 3f ff", 4},
	    {"case 2", 0, APDU_REPLY_SHORT, false, 256, "00 cb 3f ff 00", 5},
	    {"case 2, a number", 0, APDU_REPLY_SHORT, false, 16, "00 cb 3f ff 10", 5},
	    {"case 3", 2, APDU_REPLY_NONE, false, 0, "00 cb 3f ff 02 00 00", 7},
	    {"case 4", 2, APDU_REPLY_SHORT, false, 256, "00 cb 3f ff 02 00 00 00", 8},
	    {"case 4, full", 255, APDU_REPLY_SHORT, false, 256, "00 cb 3f ff ff 00", 261},
	    {"case 2, extended", 0, APDU_REPLY_LONG, true, 0, "00 cb 3f ff 00 00 00", 7},
	    {"case 3, extended", 2, APDU_REPLY_NONE, true, 0, "00 cb 3f ff 00 00 02 00 00", 9},
	    {"case 4, extended", 2, APDU_REPLY_LONG, true, 0, "00 cb 3f ff 00 00 02 00 00 00 00", 11},
	    {"case 4, extended, long", 600, APDU_REPLY_LONG, true, 0, "00 cb 3f ff 00 02 58 00", 609},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct apdu_command command = {
		    0x00, 0xcb, 0x3f, 0xff, rows[i].reply, bytes_of(long_data, rows[i].data)};
		struct buffer encoded = BUFFER_EMPTY, head = BUFFER_EMPTY;
		struct error err = ERROR_EMPTY;
		struct bytes in, front;

		assert_done(rows[i].extended ? apdu_encode_extended(&command, &encoded, &err)
		                             : apdu_encode_short(&command, 0, rows[i].expected, &encoded, &err),
		    err);
		put_hex(&head, rows[i].head);
		in = buffer_bytes(&encoded);
		if (encoded.len != rows[i].len || !bytes_take(&in, head.len, &front) ||
		    !bytes_equal(front, buffer_bytes(&head)))
			fail_msg("%s: %zu bytes", rows[i].name, encoded.len);
		buffer_free(&head);
		buffer_free(&encoded);
	}
}

static void what_does_not_fit_is_no_command(void **state)
{
	static uint8_t huge[65536];
	struct apdu_command command = {.ins = 0xdb, .data = BYTES_OF(huge)};
	struct buffer encoded = BUFFER_EMPTY;
	struct error err = ERROR_EMPTY;

	(void)state;
	assert_refused(apdu_encode_extended(&command, &encoded, &err), err, ERROR_LIMIT);
	command.data = bytes_of(huge, 256);
	assert_refused(apdu_encode_short(&command, 0, 0, &encoded, &err), err, ERROR_BUG);
	buffer_free(&encoded);
}

struct exchange_row {
	const char *name;
	size_t data;
	enum apdu_reply reply;
	struct scripted_exchange script[6];
	enum error_code code;
	uint16_t status;
	size_t len;
	bool short_only;
};

static const struct exchange_row exchanges[] = {
    {"short", 2, APDU_REPLY_SHORT, {{"00cb3fff 02 0000 00", "0102 9000", ERROR_NONE}}, ERROR_NONE, 0x9000, 2, false},
    {"no reply wanted", 2, APDU_REPLY_NONE, {{"00cb3fff 02 0000", "9000", ERROR_NONE}}, ERROR_NONE, 0x9000, 0, false},
    {"a refusal is an answer", 0, APDU_REPLY_SHORT, {{"00cb3fff 00", "6a82", ERROR_NONE}}, ERROR_NONE, 0x6a82, 0,
        false},
    {"more in two pieces", 0, APDU_REPLY_SHORT,
        {{"00cb3fff 00", "FILL 256 6110", ERROR_NONE}, {"00c00000 10", "FILL 16 9000", ERROR_NONE}}, ERROR_NONE, 0x9000,
        272, false},
    {"more, unknown how much", 0, APDU_REPLY_SHORT,
        {{"00cb3fff 00", "6100", ERROR_NONE}, {"00c00000 00", "FILL 256 6100", ERROR_NONE},
            {"00c00000 00", "FILL 7 9000", ERROR_NONE}},
        ERROR_NONE, 0x9000, 263, false},
    {"more, then a refusal", 0, APDU_REPLY_SHORT,
        {{"00cb3fff 00", "FILL 9 6110", ERROR_NONE}, {"00c00000 10", "6f00", ERROR_NONE}}, ERROR_NONE, 0x6f00, 9,
        false},
    {"asked with the other length", 0, APDU_REPLY_SHORT,
        {{"00cb3fff 00", "6c07", ERROR_NONE}, {"00cb3fff 07", "FILL 7 9000", ERROR_NONE}}, ERROR_NONE, 0x9000, 7,
        false},
    {"other length only once", 0, APDU_REPLY_SHORT,
        {{"00cb3fff 00", "6c07", ERROR_NONE}, {"00cb3fff 07", "6c07", ERROR_NONE}}, ERROR_NONE, 0x6c07, 0, false},
    {"done, and yet more", 0, APDU_REPLY_SHORT,
        {{"00cb3fff 00", "FILL 256 9000", ERROR_NONE}, {"00c00000 00", "FILL 256 9000", ERROR_NONE},
            {"00c00000 00", "FILL 3 9000", ERROR_NONE}},
        ERROR_NONE, 0x9000, 515, false},
    {"done, full, and no more", 0, APDU_REPLY_SHORT,
        {{"00cb3fff 00", "FILL 256 9000", ERROR_NONE}, {"00c00000 00", "6d00", ERROR_NONE}}, ERROR_NONE, 0x9000, 256,
        false},
    {"extended", 0, APDU_REPLY_LONG, {{"00cb3fff 00 0000", "FILL 900 9000", ERROR_NONE}}, ERROR_NONE, 0x9000, 900,
        false},
    {"extended, full by chance", 0, APDU_REPLY_LONG, {{"00cb3fff 00 0000", "FILL 256 9000", ERROR_NONE}}, ERROR_NONE,
        0x9000, 256, false},
    {"extended, in pieces all the same", 0, APDU_REPLY_LONG,
        {{"00cb3fff 00 0000", "FILL 256 6104", ERROR_NONE}, {"00c00000 04", "FILL 4 9000", ERROR_NONE}}, ERROR_NONE,
        0x9000, 260, false},
    {"no extended length", 0, APDU_REPLY_LONG,
        {{"00cb3fff 00 0000", "6700", ERROR_NONE}, {"00cb3fff 00", "FILL 8 9000", ERROR_NONE}}, ERROR_NONE, 0x9000, 8,
        true},
    {"the reader fails on it", 600, APDU_REPLY_NONE,
        {{"00cb3fff 00 0258*", NULL, ERROR_CARD_EXCHANGE}, {"10cb3fff ff*", "9000", ERROR_NONE},
            {"10cb3fff ff*", "9000", ERROR_NONE}, {"00cb3fff 5a*", "9000", ERROR_NONE}},
        ERROR_NONE, 0x9000, 0, true},
    {"the length is wrong either way", 600, APDU_REPLY_NONE,
        {{"00cb3fff 00 0258*", "6700", ERROR_NONE}, {"10cb3fff ff*", "6700", ERROR_NONE}}, ERROR_NONE, 0x6700, 0,
        false},
    {"a chain is refused midway", 600, APDU_REPLY_NONE,
        {{"00cb3fff 00 0258*", "6700", ERROR_NONE}, {"10cb3fff ff*", "9000", ERROR_NONE},
            {"10cb3fff ff*", "6a84", ERROR_NONE}},
        ERROR_NONE, 0x6a84, 0, true},
    {"unplugged", 0, APDU_REPLY_LONG, {{"00cb3fff 00 0000", NULL, ERROR_CARD_REMOVED}}, ERROR_CARD_REMOVED, 0, 0,
        false},
    {"reset", 0, APDU_REPLY_LONG, {{"00cb3fff 00 0000", NULL, ERROR_CARD_RESET}}, ERROR_CARD_RESET, 0, 0, false},
    {"no status word", 0, APDU_REPLY_SHORT, {{"00cb3fff 00", "90", ERROR_NONE}}, ERROR_CARD_REPLY, 0, 0, false},
    {"nothing at all", 0, APDU_REPLY_SHORT, {{"00cb3fff 00", "", ERROR_NONE}}, ERROR_CARD_REPLY, 0, 0, false},
    {"announces and does not send", 0, APDU_REPLY_SHORT,
        {{"00cb3fff 00", "6110", ERROR_NONE}, {"00c00000 10", "6110", ERROR_NONE}}, ERROR_CARD_REPLY, 0, 0, false},
};

static void exchanges_end_as_they_should(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(exchanges); i++) {
		const struct exchange_row *row = &exchanges[i];
		struct scripted_card card = {.script = row->script};
		struct apdu_channel channel = {scripted_card_transport(&card), false};
		struct apdu_command command = {0x00, 0xcb, 0x3f, 0xff, row->reply, bytes_of(long_data, row->data)};
		struct buffer reply = BUFFER_EMPTY;
		struct error err = ERROR_EMPTY;
		uint16_t status = 0;
		bool done;

		print_message("  %s\n", row->name);
		done = apdu_exchange(&channel, &command, &reply, &status, &err);
		assert_string_equal(error_word(err.code), error_word(row->code));
		assert_int_equal(done, row->code == ERROR_NONE);
		scripted_card_check_end(&card);
		assert_int_equal(channel.short_only, row->short_only);
		if (done) {
			assert_int_equal(status, row->status);
			assert_int_equal(reply.len, row->len);
		}
		buffer_free(&reply);
	}
}

/* A card that never ends must not fill the memory. */
static bool endless(void *state, struct bytes command, struct buffer *reply, struct error *err)
{
	(void)state;
	(void)command;
	return buffer_put(reply, bytes_of(long_data, 256), err) && buffer_put_u16(reply, 0x6100, err);
}

static void a_reply_without_end_is_refused(void **state)
{
	struct apdu_channel channel = {{NULL, endless, NULL}, false};
	struct apdu_command command = {.ins = 0xcb, .reply = APDU_REPLY_SHORT};
	struct buffer reply = BUFFER_EMPTY;
	struct error err = ERROR_EMPTY;
	uint16_t status;

	(void)state;
	assert_refused(apdu_exchange(&channel, &command, &reply, &status, &err), err, ERROR_CARD_REPLY);
	buffer_free(&reply);
}

static void a_card_without_extended_length_is_remembered(void **state)
{
	static const struct scripted_exchange script[] = {
	    {"00cb3fff 00 0000", "6700", ERROR_NONE},
	    {"00cb3fff 00", "01 9000", ERROR_NONE},
	    {"00cb3fff 00", "02 9000", ERROR_NONE},
	    {NULL, NULL, ERROR_NONE},
	};
	struct scripted_card card = {.script = script};
	struct apdu_channel channel = {scripted_card_transport(&card), false};
	struct apdu_command command = {0x00, 0xcb, 0x3f, 0xff, APDU_REPLY_LONG, BYTES_EMPTY};
	struct buffer reply = BUFFER_EMPTY;
	struct error err = ERROR_EMPTY;
	uint16_t status;

	(void)state;
	assert_done(apdu_exchange(&channel, &command, &reply, &status, &err), err);
	assert_done(apdu_exchange(&channel, &command, &reply, &status, &err), err);
	assert_int_equal(reply.len, 2);
	scripted_card_check_end(&card);
	buffer_free(&reply);
}

static void status_words_are_explained(void **state)
{
	static const struct {
		uint16_t status;
		enum error_code code;
		bool says_tries;
		unsigned tries;
	} rows[] = {
	    {0x9000, ERROR_NONE, false, 0},
	    {0x63c2, ERROR_PIN_WRONG, true, 2},
	    {0x63c0, ERROR_PIN_WRONG, true, 0},
	    {0x6303, ERROR_PIN_WRONG, true, 3},
	    {0x6983, ERROR_PIN_BLOCKED, true, 0},
	    {0x6982, ERROR_PIN_NEEDED, false, 0},
	    {0x6985, ERROR_CARD_STATUS, false, 0},
	    {0x6a80, ERROR_CARD_STATUS, false, 0},
	    {0x6a81, ERROR_CARD_UNSUPPORTED, false, 0},
	    {0x6a82, ERROR_CARD_OBJECT_ABSENT, false, 0},
	    {0x6a84, ERROR_CARD_FULL, false, 0},
	    {0x6a86, ERROR_CARD_UNSUPPORTED, false, 0},
	    {0x6a88, ERROR_CARD_SLOT_EMPTY, false, 0},
	    {0x6700, ERROR_CARD_STATUS, false, 0},
	    {0x6881, ERROR_CARD_UNSUPPORTED, false, 0},
	    {0x6b00, ERROR_CARD_UNSUPPORTED, false, 0},
	    {0x6d00, ERROR_CARD_UNSUPPORTED, false, 0},
	    {0x6e00, ERROR_CARD_UNSUPPORTED, false, 0},
	    {0x6f00, ERROR_CARD_STATUS, false, 0},
	    {0x6282, ERROR_CARD_REPLY, false, 0},
	    {0x9001, ERROR_CARD_STATUS, false, 0},
	    {0x0000, ERROR_CARD_STATUS, false, 0},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct error err = ERROR_EMPTY;
		unsigned tries = 99;

		assert_int_equal(status_check(rows[i].status, "testing", &err), rows[i].code == ERROR_NONE);
		assert_string_equal(error_word(err.code), error_word(rows[i].code));
		assert_int_equal(status_tries_left(rows[i].status, &tries), rows[i].says_tries);
		assert_int_equal(tries, rows[i].says_tries ? rows[i].tries : 99);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(commands_are_encoded_as_the_standard_has_them),
	    cmocka_unit_test(what_does_not_fit_is_no_command),
	    cmocka_unit_test(exchanges_end_as_they_should),
	    cmocka_unit_test(a_reply_without_end_is_refused),
	    cmocka_unit_test(a_card_without_extended_length_is_remembered),
	    cmocka_unit_test(status_words_are_explained),
	};

	return cmocka_run_group_tests_name("piv apdu", tests, NULL, NULL);
}

#include <stdlib.h>
#include <string.h>

#include "tests/unit/unit.h"
#include "tests/unit/vtoken_bench.h"

#include "tests/vtoken/command.h"
#include "tests/vtoken/control.h"
#include "tests/vtoken/hex.h"

static void lengths_of_a_command_are_taken_apart(void **state)
{
	static const struct {
		const char *name, *hex;
		bool good, extended;
		size_t data, le;
	} rows[] = {
	    {"case 1", "00a40400", true, false, 0, 0},
	    {"case 2", "00cb3fff10", true, false, 0, 16},
	    {"case 2, all", "00cb3fff00", true, false, 0, 256},
	    {"case 3", "00cb3fff02aabb", true, false, 2, 0},
	    {"case 4", "00cb3fff02aabb00", true, false, 2, 256},
	    {"extended 2", "00cb3fff000100", true, true, 0, 256},
	    {"extended 2, all", "00cb3fff000000", true, true, 0, 65536},
	    {"extended 3", "00cb3fff000002aabb", true, true, 2, 0},
	    {"extended 4", "00cb3fff000002aabb0000", true, true, 2, 65536},
	    {"no header", "00cb3f", false, false, 0, 0},
	    {"data cut", "00cb3fff03aabb", false, false, 0, 0},
	    {"a rest", "00cb3fff01aabbcc", false, false, 0, 0},
	    {"extended, cut", "00cb3fff000003aabb", false, true, 0, 0},
	    {"extended, half an Le", "00cb3fff000002aabb00", false, true, 0, 0},
	    {"a short Lc of none", "00cb3fff0000", false, false, 0, 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct buffer message = BUFFER_EMPTY;
		struct error err = ERROR_EMPTY;
		struct command command;
		bool good;

		assert_done(hex_take(bytes_of_text(rows[i].hex), &message, &err), err);
		good = command_parse(buffer_bytes(&message), &command, &err);
		if (good != rows[i].good)
			fail_msg("%s", rows[i].name);
		if (good && (command.data.len != rows[i].data || command.le != rows[i].le ||
		                command.extended != rows[i].extended))
			fail_msg("%s: %zu bytes, Le %zu", rows[i].name, command.data.len, command.le);
		buffer_free(&message);
	}
}

/* An object of 600 bytes, written in one extended command or three chained ones, read in one piece or three. */
static void long_data_pass_both_ways(void **state)
{
	static const char *const parts[] = {"10db3fffff", "10db3fffff", "00db3fff63"};
	struct buffer whole = BUFFER_EMPTY, message = BUFFER_EMPTY;
	struct bytes rest, part;
	struct error err = ERROR_EMPTY;
	struct bench bench;

	(void)state;
	assert_done(hex_take(bytes_of_text("5c035fc105"
	                                   "53820258"),
	                &whole, &err),
	    err);
	for (unsigned i = 0; i < 600; i++)
		assert_done(buffer_put_u8(&whole, (uint8_t)i, &err), err);
	bench_open(&bench, "5.4.3");
	bench_manage(&bench);
	rest = buffer_bytes(&whole);
	for (size_t i = 0; i < 3; i++) {
		buffer_free(&message);
		assert_done(hex_take(bytes_of_text(parts[i]), &message, &err), err);
		assert_true(bytes_take(&rest, message.data[4], &part));
		assert_done(buffer_put(&message, part, &err), err);
		assert_int_equal(bench_send_bytes(&bench, buffer_bytes(&message)), 0x9000);
	}
	assert_int_equal(rest.len, 0);
	rest = buffer_bytes(&whole);
	assert_true(bytes_take(&rest, 5, &part));
	assert_int_equal(bench_send(&bench, "00cb3fff055c035fc10500"), 0x9000);
	assert_true(bytes_equal(buffer_bytes(&bench.reply), rest));
	assert_int_equal(bench_send(&bench, "00cb3fff0000055c035fc1050000"), 0x9000);
	assert_true(bytes_equal(buffer_bytes(&bench.reply), rest));
	buffer_free(&message);
	assert_done(hex_take(bytes_of_text("00db3fff000261"), &message, &err), err);
	assert_done(buffer_put(&message, buffer_bytes(&whole), &err), err);
	assert_int_equal(bench_send_bytes(&bench, buffer_bytes(&message)), 0x9000);
	buffer_free(&message);
	buffer_free(&whole);
	bench_close(&bench);
}

static void answers_come_in_parts_as_asked(void **state)
{
	struct bench bench;
	struct buffer reply = BUFFER_EMPTY;
	struct error err = ERROR_EMPTY;
	static const uint8_t short_le[] = {0x00, 0xa4, 0x04, 0x00, 0x05, 0xa0, 0x00, 0x00, 0x03, 0x08, 0x05};
	static const uint8_t get_response[] = {0x00, 0xc0, 0x00, 0x00, 0x00};

	(void)state;
	bench_open(&bench, "5.4.3");
	assert_done(token_exchange(&bench.token, BYTES_OF(short_le), &reply, &err), err);
	assert_memory_equal(reply.data, "\x61\x11\x4f\x06\x00\x61\x0e", 7);
	buffer_free(&reply);
	assert_done(token_exchange(&bench.token, BYTES_OF(get_response), &reply, &err), err);
	assert_int_equal(reply.len, 16);
	buffer_free(&reply);
	assert_done(token_exchange(&bench.token, BYTES_OF(get_response), &reply, &err), err);
	assert_memory_equal(reply.data, "\x69\x85", 2);
	buffer_free(&reply);
	bench_close(&bench);
}

static void limits_are_kept(void **state)
{
	struct buffer message = BUFFER_EMPTY;
	struct error err = ERROR_EMPTY;
	struct bench bench;
	uint8_t *room;

	(void)state;
	bench_open(&bench, "5.4.3");
	bench_manage(&bench);
	/* 20 objects of 2560 bytes fill the card exactly */
	for (uint8_t i = 0; i < 21; i++) {
		buffer_free(&message);
		assert_done(hex_take(bytes_of_text("00db3fff000a09"
		                                   "5c035f0000"
		                                   "53820a00"),
		                &message, &err),
		    err);
		message.data[11] = i;
		assert_done(buffer_extend(&message, 2560, &room, &err), err);
		assert_int_equal(bench_send_bytes(&bench, buffer_bytes(&message)), i < 20 ? 0x9000 : 0x6a84);
	}
	message.data[11] = 3; /* in place of one that is there */
	assert_int_equal(bench_send_bytes(&bench, buffer_bytes(&message)), 0x9000);
	buffer_free(&message);
	assert_done(hex_take(bytes_of_text("00db3fff000c09"
	                                   "5c035fc10a"
	                                   "53820c00"),
	                &message, &err),
	    err);
	assert_done(buffer_extend(&message, 3072, &room, &err), err);
	assert_int_equal(bench_send_bytes(&bench, buffer_bytes(&message)), 0x6700);
	buffer_free(&message);
	bench_close(&bench);
}

static unsigned tell(struct bench *bench, const char *line)
{
	struct buffer answer = BUFFER_EMPTY;
	struct error err = ERROR_EMPTY;
	bool quit = false, done = control_run(&bench->token, bytes_of_text(line), &answer, &quit, &err);
	unsigned number = done ? (unsigned)strtoul(buffer_text(&answer), NULL, 10) : UINT32_MAX;

	buffer_free(&answer);
	return number;
}

static void faults_come_at_their_apdu(void **state)
{
	struct bench bench;
	struct buffer reply = BUFFER_EMPTY;
	struct error err = ERROR_EMPTY;
	static const uint8_t version[] = {0x00, 0xfd, 0x00, 0x00};

	(void)state;
	bench_open(&bench, "5.4.3");
	assert_int_equal(tell(&bench, "count"), 1);
	assert_int_equal(tell(&bench, "status 2 6f00"), 0);
	assert_int_equal(tell(&bench, "bytes 3 0a0b9000"), 0);
	assert_int_equal(tell(&bench, "reset 4"), 0);
	assert_int_equal(bench_send(&bench, "00fd0000"), 0x9000);
	assert_int_equal(bench_send(&bench, "00fd0000"), 0x6f00);
	assert_int_equal(bench_send(&bench, "00fd0000"), 0x9000);
	assert_true(bench_reply_is(&bench, "0a0b"));
	assert_int_equal(bench_send(&bench, "00fd0000"), 0x6d00);
	assert_int_equal(bench_send(&bench, BENCH_SELECT), 0x9000);
	assert_int_equal(tell(&bench, "count"), 5);
	assert_int_equal(tell(&bench, "serial"), 12345678);
	assert_int_equal(tell(&bench, "pull 1"), 0);
	assert_done(token_exchange(&bench.token, BYTES_OF(version), &reply, &err), err);
	assert_int_equal(reply.len, 0);
	assert_false(bench.token.inserted);
	assert_int_equal(tell(&bench, "insert"), 0);
	assert_true(bench.token.inserted);
	assert_int_equal(tell(&bench, "pull 1"), 0);
	assert_int_equal(tell(&bench, "status 1 6f00"), 0);
	buffer_free(&reply);
	assert_done(token_exchange(&bench.token, BYTES_OF(version), &reply, &err), err);
	assert_int_equal(bench.token.faults.count, 1);
	assert_int_equal(bench_send(&bench, BENCH_SELECT), 0x9000);
	assert_int_equal(bench.token.faults.count, 0);
	assert_int_equal(tell(&bench, "pull 0"), UINT32_MAX);
	assert_int_equal(tell(&bench, "status 1 900"), UINT32_MAX);
	assert_int_equal(tell(&bench, "fly"), UINT32_MAX);
	bench_close(&bench);
}

/* One message, and nothing fetched: data and status word as they come. */
struct exchange {
	const char *hex;
	size_t data;
	unsigned status;
};

#define GET_DATA "00cb3fff"
#define THE_OBJECT "5c035fc105"
#define GET_RESPONSE "00c00000"

static void assert_exchange(struct bench *bench, const struct exchange *exchange)
{
	struct buffer message = BUFFER_EMPTY, reply = BUFFER_EMPTY;
	struct error err = ERROR_EMPTY;
	struct bytes rest, part;
	uint16_t word = 0;

	assert_done(hex_take(bytes_of_text(exchange->hex), &message, &err), err);
	assert_done(token_exchange(&bench->token, buffer_bytes(&message), &reply, &err), err);
	rest = buffer_bytes(&reply);
	assert_int_equal(rest.len, exchange->data + 2);
	assert_true(bytes_take(&rest, exchange->data, &part) && bytes_take_u16(&rest, &word));
	assert_int_equal(word, exchange->status);
	buffer_free(&message);
	buffer_free(&reply);
}

static void put_object(struct bench *bench, size_t len)
{
	struct buffer content = BUFFER_EMPTY;
	struct error err = ERROR_EMPTY;
	uint8_t *room;

	assert_done(buffer_extend(&content, len, &room, &err), err);
	memset(room, 0x5a, len);
	assert_done(card_put_object(&bench->token.card, 0x5fc105, buffer_bytes(&content), &err), err);
	buffer_free(&content);
}

/* 600 bytes of content are 604 of reply. A row without hex ends a list. */
static void long_replies_come_as_the_wire_has_them(void **state)
{
	static const struct {
		const char *personality;
		struct exchange exchanges[5];
	} rows[] = {
	    {"61xx", {{GET_DATA "000005" THE_OBJECT "0000", 128, 0x6100}, {GET_RESPONSE "00", 128, 0x6100}}},
	    {"short-only",
	        {{GET_DATA "000005" THE_OBJECT "0000", 0, 0x6700}, {GET_DATA "05" THE_OBJECT "00", 256, 0x6100},
	            {GET_RESPONSE "00", 256, 0x615c}, {GET_RESPONSE "5c", 92, 0x9000}}},
	    {"9000-with-more", {{GET_DATA "05" THE_OBJECT "00", 256, 0x9000}, {GET_RESPONSE "00", 256, 0x9000},
	                           {GET_RESPONSE "00", 92, 0x9000}, {GET_RESPONSE "00", 0, 0x6985}}},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct bench bench;

		bench_open(&bench, rows[i].personality);
		put_object(&bench, 600);
		for (const struct exchange *next = rows[i].exchanges; next->hex != NULL; next++)
			assert_exchange(&bench, next);
		bench_close(&bench);
	}
}

/* With the length that was named the answer comes, and the command has run once: a second key would show. */
static void another_length_is_named_and_then_served(void **state)
{
	static const struct exchange reads[] = {
	    {GET_DATA "05" THE_OBJECT "00", 0, 0x6c3e},
	    {GET_DATA "05" THE_OBJECT "3e", 62, 0x9000},
	    {GET_DATA "05" THE_OBJECT "3e", 62, 0x9000},
	    {"00fd000000", 0, 0x6c03},
	    {GET_DATA "05" THE_OBJECT "00", 0, 0x6c3e},
	};
	static const struct exchange key_wanted = {"0047009a05ac0380011100", 0, 0x6c46};
	static const struct exchange key_fetched = {"0047009a05ac0380011146", 70, 0x9000};
	struct bench bench;

	(void)state;
	bench_open(&bench, "6Cxx");
	put_object(&bench, 60);
	for (size_t i = 0; i < sizeof(reads) / sizeof(reads[0]); i++)
		assert_exchange(&bench, &reads[i]);
	bench_manage(&bench);
	assert_exchange(&bench, &key_wanted);
	bench.token.card.changed = false;
	assert_exchange(&bench, &key_fetched);
	assert_false(bench.token.card.changed);
	bench_close(&bench);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(lengths_of_a_command_are_taken_apart),
	    cmocka_unit_test(long_data_pass_both_ways),
	    cmocka_unit_test(answers_come_in_parts_as_asked),
	    cmocka_unit_test(limits_are_kept),
	    cmocka_unit_test(faults_come_at_their_apdu),
	    cmocka_unit_test(long_replies_come_as_the_wire_has_them),
	    cmocka_unit_test(another_length_is_named_and_then_served),
	};

	return cmocka_run_group_tests_name("vtoken channel", tests, NULL, NULL);
}

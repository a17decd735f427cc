/* The way from libfido2's messages to a card: over a script, and over the virtual token in this process. */
#include "tests/unit/unit.h"

#include <unistd.h>

#include "fido/card_transport.h"
#include "tests/unit/scripted_card.h"
#include "tests/unit/vtoken_transport.h"

#define SELECT "00a40400 08 a0000006472f0001 00"
#define GET_INFO "80108000 01 04 00"
#define POLL "80110000 00"

static struct card_link *open_script(struct scripted_card *card, const struct scripted_exchange *script)
{
	struct transport transport;
	struct card_link *link = NULL;
	struct error err = ERROR_EMPTY;

	*card = (struct scripted_card){.script = script};
	transport = scripted_card_transport(card);
	assert_done(card_link_new(&transport, &link, &err), err);
	return link;
}

static void keep_alives_end_here(void **state)
{
	static const struct scripted_exchange script[] = {
	    {SELECT, "5532465f5632 9000", ERROR_NONE},
	    {GET_INFO, "00a0 9000", ERROR_NONE},
	    {"80108000 02 0102 00", "02 9100", ERROR_NONE},
	    {POLL, "02 9100", ERROR_NONE},
	    {POLL, "00a1 6102", ERROR_NONE},
	    {"00c00000 02", "0101 9000", ERROR_NONE},
	    {NULL, NULL, ERROR_NONE},
	};
	static const uint8_t request[] = {1, 2}, wanted[] = {0x00, 0xa1, 0x01, 0x01};
	struct scripted_card card;
	struct card_link *link = open_script(&card, script);
	struct buffer answer = BUFFER_EMPTY;
	struct error err = ERROR_EMPTY;

	(void)state;
	assert_done(card_link_cbor(link, BYTES_OF(request), -1, &answer, &err), err);
	assert_true(bytes_equal(buffer_bytes(&answer), BYTES_OF(wanted)));
	buffer_free(&answer);
	card_link_free(link);
	scripted_card_check_end(&card);
}

/* A card that is at work for ever. */
static bool keep_alive(void *state, struct bytes command, struct buffer *reply, struct error *err)
{
	uint8_t *last = state;
	uint8_t class = 0, ins = 0, p1 = 0;

	(void)!(bytes_take_u8(&command, &class) && bytes_take_u8(&command, &ins) && bytes_take_u8(&command, &p1));
	*last = p1;
	return ins == 0xa4 ? buffer_put_u16(reply, 0x9000, err)
	                   : buffer_put_u8(reply, 1, err) && buffer_put_u16(reply, 0x9100, err);
}

static void leave(void *state, enum transport_leave how)
{
	(void)state;
	(void)how;
}

static void a_card_that_never_says_what_it_is_is_left(void **state)
{
	uint8_t last = 0;
	struct transport transport = {.state = &last, .transmit = keep_alive, .close = leave};
	struct card_link *link = NULL;
	struct error err = ERROR_EMPTY;

	(void)state;
	(void)alarm(120);
	assert_refused(card_link_new(&transport, &link, &err), err, ERROR_CARD_REPLY);
	assert_int_equal(last, 0x11);
	(void)alarm(0);
}

/* Sending the request again would make the card blink anew, and lose a touch that came in between. */
static void a_request_that_waits_is_fetched_and_not_sent_again(void **state)
{
	static const struct scripted_exchange script[] = {
	    {SELECT, "5532465f5632 9000", ERROR_NONE},
	    {GET_INFO, "00a0 9000", ERROR_NONE},
	    {"80108000 02 0102 00", "02 9100", ERROR_NONE},
	    {POLL, "02 9100", ERROR_NONE},
	    {POLL, "00a1 9000", ERROR_NONE},
	    {"80108000 02 0102 00", "02 9100", ERROR_NONE},
	    {"80111100 00", "2d 9000", ERROR_NONE},
	    {"80108000 02 0102 00", "00a1 9000", ERROR_NONE},
	    {NULL, NULL, ERROR_NONE},
	};
	static const uint8_t request[] = {1, 2}, wanted[] = {0x00, 0xa1};
	struct scripted_card card;
	struct card_link *link = open_script(&card, script);
	struct buffer answer = BUFFER_EMPTY;
	struct error err = ERROR_EMPTY;

	(void)state;
	assert_refused(card_link_cbor(link, BYTES_OF(request), 0, &answer, &err), err, ERROR_TOUCH);
	assert_refused(card_link_cbor(link, BYTES_OF(request), 0, &answer, &err), err, ERROR_TOUCH);
	assert_int_equal(answer.len, 0);
	assert_done(card_link_cbor(link, BYTES_OF(request), 0, &answer, &err), err);
	assert_true(bytes_equal(buffer_bytes(&answer), BYTES_OF(wanted)));
	buffer_free(&answer);
	assert_done(card_link_cancel(link, &err), err);
	assert_refused(card_link_cbor(link, BYTES_OF(request), 0, &answer, &err), err, ERROR_TOUCH);
	assert_done(card_link_cancel(link, &err), err);
	assert_done(card_link_cbor(link, BYTES_OF(request), 0, &answer, &err), err);
	buffer_free(&answer);
	card_link_free(link);
	scripted_card_check_end(&card);
}

static void what_a_card_may_not_answer_is_refused(void **state)
{
	static const struct {
		const char *name, *answer;
		enum error_code code;
	} rows[] = {
	    {"nothing", "9000", ERROR_CARD_REPLY},
	    {"no such instruction", "6d00", ERROR_CARD_STATUS},
	    {"no status word", "00", ERROR_CARD_REPLY},
	    {"not touched before the time was over", "02 9100", ERROR_TOUCH},
	};
	static const uint8_t request[] = {1};
	struct error err = ERROR_EMPTY;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct scripted_exchange script[] = {
		    {SELECT, "464944 4f5f325f30 9000", ERROR_NONE},
		    {GET_INFO, "00a0 9000", ERROR_NONE},
		    {"80108000 01 01 00", rows[i].answer, ERROR_NONE},
		    /* what it still waits with is cancelled when it is left */
		    {rows[i].code == ERROR_TOUCH ? "80111100 00" : NULL, "2d 9000", ERROR_NONE},
		    {NULL, NULL, ERROR_NONE},
		};
		struct scripted_card card;
		struct card_link *link = open_script(&card, script);
		struct buffer answer = BUFFER_EMPTY;

		if (card_link_cbor(link, BYTES_OF(request), 0, &answer, &err) || err.code != rows[i].code)
			fail_msg("%s: %s", rows[i].name, err.text);
		buffer_free(&answer);
		card_link_free(link);
		scripted_card_check_end(&card);
	}
}

/* Counts that promise more than is there never reach libcbor, which would ask for memory for all of it. */
static void answers_that_promise_more_than_they_hold_are_refused(void **state)
{
#define HASH "0000000000000000000000000000000000000000000000000000000000000000"
	static const struct {
		const char *name, *request, *answer;
		bool good;
	} rows[] = {
	    {"a status alone", "04", "30", true},
	    {"a map", "04", "00 a10102", true},
	    {"nothing", "04", "", false},
	    {"an array of two thousand million", "04", "00 9a7fffffff", false},
	    {"a map inside that is longer than its bytes", "04", "00 a101a2", false},
	    {"an indefinite array", "04", "00 9f01ff", false},
	    {"a signature with its data", "02", "00 a10258 25" HASH "01 00000001", true},
	    {"data with an extension", "01", "00 a10258 2b" HASH "81 00000001 a163666f6f02", true},
	    {"with one that is cut short", "01", "00 a10258 2a" HASH "81 00000001 a164666f6f", false},
	    {"data that ends in a huge map", "01", "00 a10258 2a" HASH "81 00000001 ba7fffffff", false},
	    {"a huge array behind a key", "01",
	        "00 a10258 42" HASH "c1 00000001 00000000000000000000000000000000 0001 aa a0 9b7fffffffffffffff",
	        false},
	    {"a key and an extension", "01",
	        "00 a10258 3a" HASH "c1 00000001 00000000000000000000000000000000 0001 aa a0 a0", true},
	    {"data cut short, which libfido2 refuses", "01", "00 a102420000", true},
	    {"the same bytes in another answer", "06", "00 a10244ba7fffff", true},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct buffer request = BUFFER_EMPTY, answer = BUFFER_EMPTY;

		put_hex(&request, rows[i].request);
		put_hex(&answer, rows[i].answer);
		if (card_answer_check(buffer_bytes(&request), buffer_bytes(&answer), NULL) != rows[i].good)
			fail_msg("%s", rows[i].name);
		buffer_free(&request);
		buffer_free(&answer);
	}
}

static void a_card_without_the_application_is_told_so(void **state)
{
	static const struct scripted_exchange script[] = {{SELECT, "6a82", ERROR_NONE}, {NULL, NULL, ERROR_NONE}};
	struct scripted_card card = {.script = script};
	struct transport transport = scripted_card_transport(&card);
	struct card_link *link = NULL;
	struct error err = ERROR_EMPTY;

	(void)state;
	assert_refused(card_link_new(&transport, &link, &err), err, ERROR_CARD_APPLICATION);
	assert_true(card.closed);
}

/* A long request goes in pieces, a long answer comes in pieces, and U2F passes with its status word. */
static void the_virtual_token_understands(void **state)
{
	static const uint8_t get_info[] = {4}, version[] = {0x00, 0x03, 0x00, 0x00, 0x00, 0x00, 0x00};
	static const uint8_t no_command[] = {0x00, 0x03, 0x00, 0x00, 0x07};
	struct vtoken_plug *plug = vtoken_plug_new("fido-self", NULL);
	struct transport transport = vtoken_plug_transport(plug);
	struct card_link *link = NULL;
	struct buffer answer = BUFFER_EMPTY, request = BUFFER_EMPTY;
	struct error err = ERROR_EMPTY;
	uint8_t *room;

	(void)state;
	assert_done(card_link_new(&transport, &link, &err), err);
	assert_done(card_link_cbor(link, BYTES_OF(get_info), -1, &answer, &err), err);
	assert_int_equal(answer.data[0], 0);
	assert_true(answer.len > 200);
	buffer_free(&answer);
	/* 600 bytes that are no CBOR: status 12 shows that they came as one */
	assert_done(buffer_put_u8(&request, 4, &err) && buffer_extend(&request, 600, &room, &err), err);
	assert_done(card_link_cbor(link, buffer_bytes(&request), -1, &answer, &err), err);
	assert_int_equal(answer.len, 1);
	assert_int_equal(answer.data[0], 0x12);
	buffer_free(&answer);
	assert_done(card_link_u2f(link, BYTES_OF(version), &answer, &err), err);
	assert_memory_equal(answer.data, "U2F_V2\x90\x00", 8);
	assert_refused(card_link_u2f(link, BYTES_OF(no_command), &answer, &err), err, ERROR_BUG);
	buffer_free(&answer);
	buffer_free(&request);
	card_link_free(link);
	vtoken_plug_free(plug);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(keep_alives_end_here),
	    cmocka_unit_test(a_card_that_never_says_what_it_is_is_left),
	    cmocka_unit_test(a_request_that_waits_is_fetched_and_not_sent_again),
	    cmocka_unit_test(what_a_card_may_not_answer_is_refused),
	    cmocka_unit_test(answers_that_promise_more_than_they_hold_are_refused),
	    cmocka_unit_test(a_card_without_the_application_is_told_so),
	    cmocka_unit_test(the_virtual_token_understands),
	};

	return cmocka_run_group_tests_name("fido card", tests, NULL, NULL);
}

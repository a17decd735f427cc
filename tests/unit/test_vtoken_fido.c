#include "tests/unit/unit.h"
#include "tests/unit/vtoken_bench.h"

#include "common/cbor_put.h"
#include "tests/vtoken/fido_instructions.h"
#include "tests/vtoken/hex.h"

#define SELECT "00a4040008a0000006472f0001"
#define POLL "8011000000"
#define HASH "0000000000000000000000000000000000000000000000000000000000000000"
/* makeCredential for ssh:, user 01, with these algorithms and this behind them */
#define MAKE(pairs, algorithms, rest)                                                                                  \
	"01" pairs "015820" HASH "02a16269646473"                                                                      \
	"73683a03a162696441"                                                                                           \
	"01" algorithms rest
#define ED25519 "0481a263616c672764747970656a7075626c69632d6b6579"
#define RS256 "0481a263616c6739010064747970656a7075626c69632d6b6579"

static void open_fido(struct bench *bench, const char *personality)
{
	bench_open(bench, personality);
	assert_int_equal(bench_send(bench, SELECT), 0x9000);
	assert_true(bench_reply_is(bench, "5532465f5632"));
}

/* One CTAP request in one extended APDU; returns the status byte, which is cut off the reply. */
static unsigned ask(struct bench *bench, uint8_t p1, const char *hex)
{
	struct buffer request = BUFFER_EMPTY, message = BUFFER_EMPTY;
	struct error err = ERROR_EMPTY;
	const uint8_t head[] = {0x80, 0x10, p1, 0x00, 0x00};
	unsigned status;

	assert_done(hex_take(bytes_of_text(hex), &request, &err), err);
	assert_done(buffer_put(&message, BYTES_OF(head), &err) &&
	                buffer_put_u16(&message, (uint16_t)request.len, &err) &&
	                buffer_put(&message, buffer_bytes(&request), &err) && buffer_put_u16(&message, 0, &err),
	    err);
	status = bench_send_bytes(bench, buffer_bytes(&message));
	buffer_free(&request);
	buffer_free(&message);
	if (status != 0x9000)
		return status;
	assert_true(bench->reply.len > 0);
	return bench->reply.data[0];
}

static void what_is_no_request_is_told_apart(void **state)
{
	static const struct {
		const char *name, *request;
		unsigned status;
	} rows[] = {
	    {"no such command", "55", FIDO_INVALID_COMMAND},
	    {"no map", "0180", FIDO_INVALID_CBOR},
	    {"a rest", "04a000", FIDO_INVALID_CBOR},
	    {"cut", "02a2016473", FIDO_INVALID_CBOR},
	    {"keys out of order", "06a202010101", FIDO_INVALID_CBOR},
	    {"a length longer than needed", "06a101180201", FIDO_INVALID_CBOR},
	    {"nothing in the map", "01a0", FIDO_MISSING_PARAMETER},
	    {"a number for the hash", "01a10101", FIDO_CBOR_TYPE},
	    {"a short hash", "01a1014101", FIDO_INVALID_LENGTH},
	    {"an algorithm that is not here", MAKE("a4", RS256, ""), FIDO_UNSUPPORTED_ALGORITHM},
	    {"no touch wanted", MAKE("a5", ED25519, "07a1627570f4"), FIDO_INVALID_OPTION},
	    {"enterprise attestation, not switched on", MAKE("a5", ED25519, "0a01"), FIDO_INVALID_PARAMETER},
	    {"a MAC without a token", MAKE("a6", ED25519, "0850000102030405060708090a0b0c0d0e0f0901"),
	        FIDO_PIN_AUTH_INVALID},
	    {"a MAC of nothing: no PIN is set", MAKE("a6", ED25519, "08400901"), FIDO_PIN_NOT_SET},
	    {"credProtect 4", MAKE("a5", ED25519, "06a16b6372656450726f7465637404"), FIDO_INVALID_OPTION},
	    {"good", MAKE("a4", ED25519, ""), FIDO_OK},
	    {"nobody's credential",
	        "02a2016473"
	        "73683a025820" HASH,
	        FIDO_NO_CREDENTIALS},
	    {"no next one", "08", FIDO_NOT_ALLOWED},
	    {"PIN subcommand 6", "06a201010206", FIDO_INVALID_SUBCOMMAND},
	    {"a token for an unset PIN, no agreement", "06a201010205", FIDO_MISSING_PARAMETER},
	    {"credentials, unverified", "0aa10101", FIDO_TOKEN_REQUIRED},
	    {"config, a shorter PIN", "0da2010302a10103", FIDO_PIN_POLICY},
	    {"config, no such", "0da10109", FIDO_INVALID_SUBCOMMAND},
	    {"selection", "0b", FIDO_OK},
	    {"reset", "07", FIDO_OK},
	};
	struct bench bench;

	(void)state;
	open_fido(&bench, "fido-self");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		unsigned status = ask(&bench, 0x00, rows[i].request);

		if (status != rows[i].status)
			fail_msg("%s: %02x", rows[i].name, status);
	}
	bench_close(&bench);
}

static void a_card_of_old_knows_no_newer_command(void **state)
{
	struct bench bench;

	(void)state;
	open_fido(&bench, "5.4.3");
	assert_int_equal(ask(&bench, 0x00, "0aa10101"), FIDO_INVALID_COMMAND);
	assert_int_equal(ask(&bench, 0x00, "41a10101"), FIDO_TOKEN_REQUIRED);
	assert_int_equal(ask(&bench, 0x00,
	                     "06a401010209"
	                     "03a0"
	                     "0901"),
	    FIDO_INVALID_SUBCOMMAND);
	bench_close(&bench);
	open_fido(&bench, "4.3.5");
	assert_int_equal(ask(&bench, 0x00, "04"), 0x6d00);
	assert_int_equal(bench_send(&bench, "0003000000"), 0x9000);
	assert_true(bench_reply_is(&bench, "5532465f5632"));
	bench_close(&bench);
}

static void chained_parts_make_one_request(void **state)
{
	struct bench bench;

	(void)state;
	open_fido(&bench, "fido-self");
	/* getInfo needs no map, so its two halves are the command byte and an empty one */
	assert_int_equal(bench_send(&bench, "901000000104"), 0x9000);
	assert_int_equal(bench_send(&bench, "8010000001a000"), 0x9000);
	assert_int_equal(bench.reply.data[0], FIDO_OK);
	/* with the Le that some hosts put on each part */
	assert_int_equal(bench_send(&bench, "90100000010400"), 0x9000);
	assert_int_equal(bench_send(&bench, "8010000001a000"), 0x9000);
	assert_int_equal(bench_send(&bench, "0010000001a000"), 0x6d00);
	assert_int_equal(bench_send(&bench, "8012000000"), 0x6d00);
	assert_int_equal(bench_send(&bench, "a010000000"), 0x6e00);
	bench_close(&bench);
}

/* An answer of more than 256 bytes, fetched with either class. */
static void long_answers_are_fetched_both_ways(void **state)
{
	static const uint8_t first_form[] = {0x00, 0xc0, 0x00, 0x00, 0x00},
	                     other_form[] = {0x80, 0xc0, 0x00, 0x00, 0x00};
	struct bench bench;
	struct error err = ERROR_EMPTY;
	struct buffer message = BUFFER_EMPTY, reply = BUFFER_EMPTY;
	const struct bytes forms[] = {BYTES_OF(first_form), BYTES_OF(other_form)};

	(void)state;
	open_fido(&bench, "fido-self");
	for (size_t i = 0; i < 2; i++) {
		assert_done(hex_take(bytes_of_text("8010000073" MAKE("a5", ED25519, "06a16b6372656450726f7465637401")),
		                &message, &err) &&
		                buffer_put_u8(&message, 0, &err),
		    err);
		message.data[4] = (uint8_t)(message.len - 6);
		assert_done(token_exchange(&bench.token, buffer_bytes(&message), &reply, &err), err);
		assert_int_equal(reply.len, 258);
		assert_int_equal(reply.data[256], 0x61);
		buffer_free(&reply);
		assert_done(token_exchange(&bench.token, forms[i], &reply, &err), err);
		assert_int_equal(reply.data[reply.len - 2], 0x90);
		buffer_free(&reply);
		buffer_free(&message);
	}
	bench_close(&bench);
}

static void a_finger_is_waited_for(void **state)
{
	struct bench bench;

	(void)state;
	open_fido(&bench, "fido-self");
	bench.token.card.touch = (struct touch){.comes = true, .after_ms = 60000};
	assert_int_equal(ask(&bench, 0x80, MAKE("a4", ED25519, "")), 0x9100);
	assert_true(bench_reply_is(&bench, "02"));
	assert_int_equal(bench_send(&bench, POLL), 0x9100);
	bench.token.card.touch.after_ms = 0;
	assert_int_equal(bench_send(&bench, POLL), 0x9000);
	assert_int_equal(bench.reply.data[0], FIDO_OK);
	assert_int_equal(bench_send(&bench, POLL), 0x6985);
	/* given up by the host */
	bench.token.card.touch.after_ms = 60000;
	assert_int_equal(ask(&bench, 0x80, MAKE("a4", ED25519, "")), 0x9100);
	assert_int_equal(bench_send(&bench, "8011110000"), 0x9000);
	assert_true(bench_reply_is(&bench, "2d"));
	/* given up by the card */
	bench.token.card.touch = (struct touch){.comes = false, .after_ms = 0};
	assert_int_equal(ask(&bench, 0x80, MAKE("a4", ED25519, "")), FIDO_USER_ACTION_TIMEOUT);
	assert_int_equal(bench.token.card.fido.credential_count, 1);
	bench_close(&bench);
}

static void reset_is_for_fresh_power_only(void **state)
{
	struct bench bench;

	(void)state;
	open_fido(&bench, "fido-self");
	assert_int_equal(ask(&bench, 0x00, MAKE("a4", ED25519, "")), FIDO_OK);
	bench.token.card.fido.powered_ms -= 10001;
	assert_int_equal(ask(&bench, 0x00, "07"), FIDO_NOT_ALLOWED);
	token_power(&bench.token, "reset");
	assert_int_equal(bench_send(&bench, SELECT), 0x9000);
	assert_int_equal(ask(&bench, 0x00, "07"), FIDO_OK);
	assert_int_equal(bench.token.card.fido.credential_count, 0);
	bench_close(&bench);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_is_no_request_is_told_apart),
	    cmocka_unit_test(a_card_of_old_knows_no_newer_command),
	    cmocka_unit_test(chained_parts_make_one_request),
	    cmocka_unit_test(long_answers_are_fetched_both_ways),
	    cmocka_unit_test(a_finger_is_waited_for),
	    cmocka_unit_test(reset_is_for_fresh_power_only),
	};

	return cmocka_run_group_tests_name("vtoken fido", tests, NULL, NULL);
}

#include "common/tlv.h"
#include "tests/unit/unit.h"
#include "tests/unit/vtoken_bench.h"

#define SELECT_OPENPGP "00a4040006d27600012401"
#define VERIFY_STATE "0020008000"

/* Which models have it, and what they call its version; "" for those without. */
static const struct model {
	const char *name, *version;
} models[] = {
    {"5.7.4", "0304"},
    {"5.4.3-fips", "0304"},
    {"4.3.5", "0201"},
    {"4.4.2-fips", "0201"},
    {"neo", "0200"},
    {"bio", ""},
    {"token2", ""},
    {"pivapplet", ""},
    {"swissbit", ""},
};

static void vendors_models_have_it(void **state)
{
	struct bench bench;
	char aid[64];

	(void)state;
	for (size_t i = 0; i < sizeof(models) / sizeof(models[0]); i++) {
		bench_open(&bench, models[i].name);
		bench.token.card.serial = 12345678;
		if (models[i].version[0] == '\0') {
			assert_int_equal(bench_send(&bench, SELECT_OPENPGP), 0x6a82);
			assert_int_equal(bench_send(&bench, VERIFY_STATE), 0x63c3);
		} else {
			assert_int_equal(bench_send(&bench, SELECT_OPENPGP), 0x9000);
			assert_int_equal(bench_send(&bench, "00ca004f00"), 0x9000);
			snprintf(aid, sizeof(aid), "d27600012401%s0006123456780000", models[i].version);
			assert_true(bench_reply_is(&bench, aid));
		}
		bench_close(&bench);
	}
}

/* Whoever looks at the one application has left the other. */
static void selecting_it_drops_what_was_proved_to_piv(void **state)
{
	struct bench bench;

	(void)state;
	bench_open(&bench, "5.4.3");
	bench_manage(&bench);
	assert_int_equal(bench_send(&bench, BENCH_PIN), 0x9000);
	assert_int_equal(bench_send(&bench, VERIFY_STATE), 0x9000);
	assert_int_equal(bench_send(&bench, SELECT_OPENPGP "00"), 0x9000);
	assert_int_equal(bench_send(&bench, "00f7009a"), 0x6d00);
	assert_int_equal(bench_send(&bench, BENCH_SELECT), 0x9000);
	assert_int_equal(bench_send(&bench, VERIFY_STATE), 0x63c3);
	assert_int_equal(bench_send(&bench, "0047009a05ac03800111"), 0x6982);
	bench_close(&bench);
}

/* The template of the whole card holds what is also told alone, and nothing is left over behind it. */
static void assert_template(struct bench *bench, const char *capabilities, size_t fingerprints)
{
	struct bytes reply, card, more, value;

	assert_int_equal(bench_send(bench, "00ca006e00"), 0x9000);
	reply = buffer_bytes(&bench->reply);
	assert_true(tlv_take(&reply, 0x6e, &card, NULL) && tlv_end(reply, NULL));
	assert_true(tlv_find(card, 0x73, &more, NULL));
	assert_true(tlv_find(more, 0xc5, &value, NULL));
	assert_int_equal(value.len, fingerprints);
	assert_true(tlv_find(card, 0x5f52, &value, NULL));
	assert_int_equal(bench_send(bench, "00ca5f5200"), 0x9000);
	assert_true(bench_reply_is(bench, capabilities));
}

static void a_new_one_tells_what_it_is(void **state)
{
	static const struct {
		const char *name, *command, *reply;
		unsigned status;
	} steps[] = {
	    {"tries", "00ca00c400", "ff7f7f7f030003", 0x9000},
	    {"person", "00ca006500", "65095b005f2d005f350139", 0x9000},
	    {"counter", "00ca007a00", "7a059303000000", 0x9000},
	    {"a button", "00ca7f7400", "810120", 0x9000},
	    {"no account", "00ca005e00", "", 0x9000},
	    {"no such object", "00ca00f900", "", 0x6a88},
	    {"no signature key", "0047810002b600", "", 0x6a88},
	    {"state of the PIN", "0020008100", "", 0x63c3},
	    {"nothing is written", "00da005e0161", "", 0x6d00},
	    {"nor made", "0047800002b600", "", 0x6d00},
	};
	struct bench bench;

	(void)state;
	bench_open(&bench, "5.7.4");
	assert_int_equal(bench_send(&bench, SELECT_OPENPGP), 0x9000);
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++)
		if (bench_send(&bench, steps[i].command) != steps[i].status || !bench_reply_is(&bench, steps[i].reply))
			fail_msg("%s", steps[i].name);
	assert_template(&bench, "00730000e0059000", 80);
	bench_close(&bench);
}

static void the_older_one_tells_less(void **state)
{
	struct bench bench;

	(void)state;
	bench_open(&bench, "4.3.5");
	assert_int_equal(bench_send(&bench, SELECT_OPENPGP), 0x9000);
	assert_int_equal(bench_send(&bench, "00ca7f7400"), 0x6a88);
	assert_template(&bench, "00730000c0059000", 60);
	bench_close(&bench);
	/* and one that takes short commands only does not say that it takes long ones */
	bench_open(&bench, "neo");
	assert_int_equal(bench_send(&bench, SELECT_OPENPGP), 0x9000);
	assert_template(&bench, "0073000080059000", 60);
	bench_close(&bench);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(vendors_models_have_it),
	    cmocka_unit_test(selecting_it_drops_what_was_proved_to_piv),
	    cmocka_unit_test(a_new_one_tells_what_it_is),
	    cmocka_unit_test(the_older_one_tells_less),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "tests/unit/unit.h"
#include "tests/unit/vtoken_bench.h"

#define NEW_PIN "363534333231ffff"
#define OLD_PIN "313233343536ffff"
#define OLD_PUK "3132333435363738"
#define EMPTY_VERIFY "0020008000"

struct step {
	const char *name, *command;
	unsigned status;
};

static void run(struct bench *bench, const struct step *steps, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		unsigned status = bench_send(bench, steps[i].command);

		if (status != steps[i].status)
			fail_msg("%s: %04x, not %04x", steps[i].name, status, steps[i].status);
	}
}

#define RUN(bench, steps) run((bench), (steps), sizeof(steps) / sizeof((steps)[0]))

static void pin_tries_run_out_and_puk_gives_them_back(void **state)
{
	static const struct step steps[] = {
	    {"state", EMPTY_VERIFY, 0x63c3},
	    {"short", "0020008006313233343536", 0x6a80},
	    {"a malformed one costs nothing", EMPTY_VERIFY, 0x63c3},
	    {"wrong", BENCH_WRONG_PIN, 0x63c2},
	    {"right", BENCH_PIN, 0x9000},
	    {"verified", EMPTY_VERIFY, 0x9000},
	    {"wrong drops it", BENCH_WRONG_PIN, 0x63c2},
	    {"state after it", EMPTY_VERIFY, 0x63c2},
	    {"wrong", BENCH_WRONG_PIN, 0x63c1},
	    {"the last one", BENCH_WRONG_PIN, 0x6983},
	    {"right, but blocked", BENCH_PIN, 0x6983},
	    {"change, but blocked", "0024008010" OLD_PIN NEW_PIN, 0x6983},
	    {"reset is refused while the PUK lives", "00fb0000", 0x6985},
	    {"wrong PUK", BENCH_WRONG_PUK, 0x63c2},
	    {"right PUK", "002c008010" OLD_PUK NEW_PIN, 0x9000},
	    {"old PIN", BENCH_PIN, 0x63c2},
	    {"new PIN", "0020008008" NEW_PIN, 0x9000},
	};
	struct bench bench;

	(void)state;
	bench_open(&bench, "5.4.3");
	RUN(&bench, steps);
	bench_close(&bench);
}

static void both_blocked_then_reset(void **state)
{
	static const struct step steps[] = {
	    {"pin", BENCH_WRONG_PIN, 0x63c2},
	    {"pin", BENCH_WRONG_PIN, 0x63c1},
	    {"pin", BENCH_WRONG_PIN, 0x6983},
	    {"puk", BENCH_WRONG_PUK, 0x63c2},
	    {"puk", BENCH_WRONG_PUK, 0x63c1},
	    {"puk", BENCH_WRONG_PUK, 0x6983},
	    {"reset", "00fb0000", 0x9000},
	    {"as new", BENCH_PIN, 0x9000},
	    {"once only", "00fb0000", 0x6985},
	};
	struct bench bench;

	(void)state;
	bench_open(&bench, "5.7.4");
	bench_manage(&bench);
	assert_int_equal(bench_send(&bench, "0047000005ac03800111"), 0x6a86);
	assert_int_equal(bench_send(&bench, "0047009a05ac03800111"), 0x9000);
	assert_int_equal(bench_send(&bench, "00db3fff095c035fc1055302abcd"), 0x9000);
	RUN(&bench, steps);
	assert_int_equal(bench_send(&bench, "00f7009a"), 0x6a88);
	assert_int_equal(bench_send(&bench, "00cb3fff055c035fc105"), 0x6a82);
	bench_close(&bench);
}

static void new_codes_have_rules(void **state)
{
	static const struct step steps[] = {
	    {"five digits", "0024008010" OLD_PIN "3635343332ffffff", 0x6985},
	    {"padding inside", "0024008010" OLD_PIN "3635ff34333231ff", 0x6985},
	    {"half of it", "0024008008" OLD_PIN, 0x6a80},
	    {"PUK with a high byte", "0024008110" OLD_PUK "3132333435363780", 0x6985},
	    {"PIN", "0024008010" OLD_PIN NEW_PIN, 0x9000},
	    {"PUK", "0024008110" OLD_PUK "3837363534333231", 0x9000},
	    {"no such code", "0024008210" OLD_PUK OLD_PUK, 0x6a88},
	    {"the new PIN works", "0020008008" NEW_PIN, 0x9000},
	    {"log out", "0020ff80", 0x9000},
	    {"logged out", EMPTY_VERIFY, 0x63c3},
	    {"metadata: not the default", "00f7008000", 0x9000},
	};
	struct bench bench;

	(void)state;
	bench_open(&bench, "5.7.4");
	RUN(&bench, steps);
	assert_true(bench_reply_is(&bench, "0101ff05010006020303"));
	bench_close(&bench);
}

static void tries_are_set_by_both_proofs_and_codes_fall_back(void **state)
{
	struct bench bench;

	(void)state;
	bench_open(&bench, "5.4.3");
	assert_int_equal(bench_send(&bench, "0024008010" OLD_PIN NEW_PIN), 0x9000);
	assert_int_equal(bench_send(&bench, "0020008008" NEW_PIN), 0x9000);
	assert_int_equal(bench_send(&bench, "00fa0a05"), 0x6982);
	bench_manage(&bench);
	assert_int_equal(bench_send(&bench, "00fa0005"), 0x6a86);
	assert_int_equal(bench_send(&bench, "00fa0a05"), 0x9000);
	assert_int_equal(bench_send(&bench, EMPTY_VERIFY), 0x63ca);
	assert_int_equal(bench_send(&bench, BENCH_PIN), 0x9000);
	assert_int_equal(bench_send(&bench, "00f7008100"), 0x9000);
	assert_true(bench_reply_is(&bench, "0101ff05010106020505"));
	bench_close(&bench);
}

static void power_off_loses_pin_and_selection(void **state)
{
	struct bench bench;

	(void)state;
	bench_open(&bench, "5.4.3");
	assert_int_equal(bench_send(&bench, BENCH_WRONG_PIN), 0x63c2);
	assert_int_equal(bench_send(&bench, BENCH_PIN), 0x9000);
	token_power(&bench.token, "power off");
	assert_int_equal(bench_send(&bench, "b03c000040"), 0x6d00);
	assert_int_equal(bench_send(&bench, BENCH_PIN), 0x6d00);
	assert_int_equal(bench_send(&bench, BENCH_SELECT), 0x9000);
	assert_int_equal(bench_send(&bench, EMPTY_VERIFY), 0x63c3);
	bench_close(&bench);
}

static void a_finger_stands_for_the_pin(void **state)
{
	struct bench bench;

	(void)state;
	bench_open(&bench, "bio");
	bench_manage(&bench);
	assert_int_equal(bench_send(&bench, "0047009a08ac06800111aa0104"), 0x9000);
	assert_int_equal(bench_send(&bench, "0087119a267c2482008120"
	                                    "0101010101010101010101010101010101010101010101010101010101010101"),
	    0x6982);
	assert_int_equal(bench_send(&bench, "00200096"), 0x63c3);
	assert_int_equal(bench_send(&bench, "00200096020300"), 0x9000);
	assert_int_equal(bench_send(&bench, "0087119a267c2482008120"
	                                    "0101010101010101010101010101010101010101010101010101010101010101"),
	    0x9000);
	bench.token.card.touch = (struct touch){.comes = false};
	assert_int_equal(bench_send(&bench, "00200096020300"), 0x63c2);
	assert_int_equal(bench_send(&bench, "00f7009600"), 0x9000);
	assert_true(bench_reply_is(&bench, "070101060103080100"));
	bench_close(&bench);
	bench_open(&bench, "5.7.4");
	bench_manage(&bench);
	assert_int_equal(bench_send(&bench, "0047009a08ac06800111aa0104"), 0x6a80);
	assert_int_equal(bench_send(&bench, "00200096020300"), 0x6a88);
	bench_close(&bench);
}

static void an_old_card_tells_its_tries_in_630x(void **state)
{
	struct bench bench;

	(void)state;
	bench_open(&bench, "neo");
	assert_int_equal(bench_send(&bench, BENCH_WRONG_PIN), 0x6302);
	assert_int_equal(bench_send(&bench, "00200080"), 0x6302);
	assert_int_equal(bench_send(&bench, BENCH_PIN), 0x9000);
	assert_int_equal(bench_send(&bench, "00f99a00"), 0x6d00);
	bench_close(&bench);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(pin_tries_run_out_and_puk_gives_them_back),
	    cmocka_unit_test(both_blocked_then_reset),
	    cmocka_unit_test(new_codes_have_rules),
	    cmocka_unit_test(tries_are_set_by_both_proofs_and_codes_fall_back),
	    cmocka_unit_test(power_off_loses_pin_and_selection),
	    cmocka_unit_test(a_finger_stands_for_the_pin),
	    cmocka_unit_test(an_old_card_tells_its_tries_in_630x),
	};

	return cmocka_run_group_tests_name("vtoken codes", tests, NULL, NULL);
}

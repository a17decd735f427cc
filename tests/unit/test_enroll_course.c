#include "tests/unit/unit.h"

#include <stdio.h>

#include "piv/certificate.h"
#include "piv/key.h"
#include "policy/appraise.h"
#include "policy/policy.h"
#include "registry/store.h"
#include "tests/unit/course_bench.h"
#include "tests/vtoken/card.h"

static void assert_recorded(struct world *world, unsigned wanted)
{
	assert_int_equal(bench_count(world), wanted);
}

static size_t place_of(struct bytes record, uint8_t instruction)
{
	for (size_t i = 0; i < record.len; i++)
		if (record.data[i] == instruction)
			return i;
	fail_msg("instruction %02x did not come", instruction);
	return 0;
}

static void every_token_and_algorithm_is_enrolled(void **state)
{
	static const struct {
		const char *personality, *algorithm;
		enum piv_pin_policy pin_policy;
	} rows[] = {
	    {"5.7.4", "ecdsa-p256", PIV_PIN_ONCE},
	    {"5.7.4", "ecdsa-p384", PIV_PIN_ALWAYS},
	    {"5.7.4", "ed25519", PIV_PIN_ONCE},
	    {"5.7.4", "rsa-2048", PIV_PIN_ALWAYS},
	    {"5.4.3", "rsa-2048", PIV_PIN_ONCE},
	    {"4.3.5", "rsa-2048", PIV_PIN_ONCE},
	};
	struct world *world = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct vtoken_plug *plug = vtoken_plug_new(rows[i].personality, world->vendor);
		struct course_request request = bench_request(rows[i].algorithm, rows[i].pin_policy);
		struct clerk clerk = {.pin = BENCH_PIN};
		struct error err = ERROR_EMPTY;

		request.factory_codes = true;
		assert_done(bench_run(world, plug, &request, &clerk, &err), err);
		assert_int_equal(clerk.asked, 1);
		assert_int_equal(clerk.asked_to_destroy, 0);
		assert_recorded(world, (unsigned)i + 1);
		vtoken_plug_free(plug);
	}
}

static void attestation_comes_before_the_pin_and_the_pin_before_the_signature(void **state)
{
	struct world *world = *state;
	struct vtoken_plug *plug = vtoken_plug_new("5.7.4", world->vendor);
	struct course_request request = bench_request("ecdsa-p256", PIV_PIN_ALWAYS);
	struct clerk clerk = {.pin = BENCH_PIN};
	struct error err = ERROR_EMPTY;
	struct bytes record;

	assert_done(bench_run(world, plug, &request, &clerk, &err), err);
	record = vtoken_plug_record(plug);
	assert_true(place_of(record, 0xf9) < place_of(record, 0x20));
	for (size_t i = 1; i < record.len; i++)
		if (record.data[i - 1] == 0x20)
			assert_int_equal(record.data[i], 0x87);
	/* with one VERIFY for each of the two signatures */
	assert_true(record.len <= 24);
	vtoken_plug_free(plug);
}

static void a_strange_vendor_is_refused_before_the_pin_is_tried(void **state)
{
	struct world *world = *state;
	struct vtoken_plug *plug = vtoken_plug_new("5.7.4", world->stranger);
	struct course_request request = bench_request("ecdsa-p256", PIV_PIN_ONCE);
	struct clerk clerk = {.pin = "000000"};
	struct error err = ERROR_EMPTY;

	assert_refused(bench_run(world, plug, &request, &clerk, &err), err, ERROR_PIV_ISSUER_UNKNOWN);
	assert_string_equal(clerk.last_step, "preflight");
	assert_int_equal(clerk.asked, 0);
	assert_int_equal(vtoken_plug_pin_tries(plug), 3);
	assert_recorded(world, 0);
	vtoken_plug_free(plug);
}

static void a_wrong_pin_costs_one_try(void **state)
{
	struct world *world = *state;
	struct vtoken_plug *plug = vtoken_plug_new("5.7.4", world->vendor);
	struct course_request request = bench_request("ecdsa-p256", PIV_PIN_ONCE);
	struct clerk clerk = {.pin = BENCH_PIN, .may_destroy = true};
	struct error err = ERROR_EMPTY;

	assert_done(bench_run(world, plug, &request, &clerk, &err), err);
	clerk = (struct clerk){.pin = "654321", .may_destroy = true};
	assert_refused(bench_run(world, plug, &request, &clerk, &err), err, ERROR_PIN_WRONG);
	assert_int_equal(clerk.asked, 2);
	assert_int_equal(vtoken_plug_pin_tries(plug), 2);
	assert_recorded(world, 1);
	assert_int_equal(bench_count_journals(world), 0);
	vtoken_plug_free(plug);
}

/* The last try is the user's: whoever has it wrong again blocks the token. */
static void the_last_try_of_the_pin_is_left_alone(void **state)
{
	struct world *world = *state;
	struct vtoken_plug *plug = vtoken_plug_new("5.7.4", world->vendor);
	struct course_request request = bench_request("ecdsa-p256", PIV_PIN_ONCE);
	struct clerk clerk = {.pin = BENCH_PIN, .may_destroy = true};
	struct error err = ERROR_EMPTY;

	assert_done(bench_run(world, plug, &request, &clerk, &err), err);
	vtoken_plug_card(plug)->pin.left = 2;
	clerk = (struct clerk){.pin = "654321", .may_destroy = true};
	assert_refused(bench_run(world, plug, &request, &clerk, &err), err, ERROR_PIN_WRONG);
	assert_int_equal(clerk.asked, 1);
	assert_int_equal(vtoken_plug_pin_tries(plug), 1);
	vtoken_plug_free(plug);
}

/* What is no good as a PIN is not sent, and the factory's may not stay. */
static void a_bad_new_pin_is_refused_before_anything_changes(void **state)
{
	static const struct {
		const char *pin;
		enum error_code code;
	} rows[] = {{"123456", ERROR_CODE_WEAK}, {"000000", ERROR_CODE_WEAK}, {"12345", ERROR_PIN_LENGTH},
	    {"271828182", ERROR_PIN_LENGTH}};
	struct world *world = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct vtoken_plug *plug = vtoken_plug_new("5.7.4", world->vendor);
		struct course_request request = bench_request("ecdsa-p256", PIV_PIN_ONCE);
		struct clerk clerk = {.pin = rows[i].pin};
		struct error err = ERROR_EMPTY;

		assert_refused(bench_run(world, plug, &request, &clerk, &err), err, rows[i].code);
		assert_int_equal(clerk.asked_new, 2);
		assert_int_equal(vtoken_plug_pin_tries(plug), 3);
		assert_int_equal(bench_count_journals(world), 0);
		vtoken_plug_free(plug);
	}
}

static void the_factorys_codes_do_not_stay(void **state)
{
	struct world *world = *state;
	struct vtoken_plug *plug = vtoken_plug_new("5.7.4", world->vendor);
	struct card *card = vtoken_plug_card(plug);
	struct course_request request = bench_request("ecdsa-p256", PIV_PIN_ONCE);
	struct clerk clerk = {.pin = BENCH_PIN};
	struct error err = ERROR_EMPTY;

	request.pin_tries = request.puk_tries = 5;
	assert_done(bench_run(world, plug, &request, &clerk, &err), err);
	assert_int_equal(clerk.asked_new, 1);
	assert_false(card_code_is_default(card, REFERENCE_PIN) || card_code_is_default(card, REFERENCE_PUK) ||
	             card_management_is_default(card));
	assert_int_equal(card->pin.total, 5);
	assert_memory_equal(card->puk.value, clerk.puk, 8);
	vtoken_plug_free(plug);
}

static void without_anybody_to_show_the_puk_to_nothing_begins(void **state)
{
	struct world *world = *state;
	struct vtoken_plug *plug = vtoken_plug_new("5.7.4", world->vendor);
	struct course_request request = bench_request("ecdsa-p256", PIV_PIN_ONCE);
	struct clerk clerk = {.pin = BENCH_PIN, .deaf = true};
	struct error err = ERROR_EMPTY;

	assert_refused(bench_run(world, plug, &request, &clerk, &err), err, ERROR_PUK_RECIPIENT);
	assert_string_equal(clerk.last_step, "preflight");
	vtoken_plug_free(plug);
}

static void a_token_that_says_another_serial_than_its_attestation_is_refused(void **state)
{
	struct world *world = *state;
	struct vtoken_plug *plug = vtoken_plug_new("5.7.4", world->vendor);
	struct course_request request = bench_request("ecdsa-p256", PIV_PIN_ONCE);
	struct clerk clerk = {.pin = BENCH_PIN, .renumbers = vtoken_plug_card(plug)};
	struct error err = ERROR_EMPTY;

	assert_refused(bench_run(world, plug, &request, &clerk, &err), err, ERROR_CARD_CHANGED);
	assert_string_equal(clerk.last_step, "appraise");
	assert_recorded(world, 0);
	assert_null(card_slot(vtoken_plug_card(plug), SLOT_AUTHENTICATION)->key);
	assert_int_equal(bench_count_journals(world), 0);
	vtoken_plug_free(plug);
}

/* The key that the journal names is not made a second time. */
static void a_resumed_enrollment_keeps_its_key(void **state)
{
	struct world *world = *state;
	struct vtoken_plug *plug = vtoken_plug_new("5.7.4", world->vendor);
	struct course_request request = bench_request("ecdsa-p256", PIV_PIN_ONCE);
	struct clerk clerk = {.pin = BENCH_PIN};
	struct error err = ERROR_EMPTY;
	bool found = false;
	EVP_PKEY *made;

	vtoken_plug_pull(plug, 16);
	assert_refused(bench_run(world, plug, &request, &clerk, &err), err, ERROR_CARD_REMOVED);
	assert_int_equal(bench_count_journals(world), 1);
	made = card_slot(vtoken_plug_card(plug), SLOT_AUTHENTICATION)->key;
	assert_non_null(made);
	assert_int_equal(EVP_PKEY_up_ref(made), 1);
	vtoken_plug_insert(plug);
	assert_done(bench_resume(world, plug, &clerk, &found, &err), err);
	assert_true(found);
	assert_ptr_equal(card_slot(vtoken_plug_card(plug), SLOT_AUTHENTICATION)->key, made);
	EVP_PKEY_free(made);
	assert_recorded(world, 1);
	vtoken_plug_free(plug);
}

/* Whoever has not finished one enrollment of a token begins no other with it. */
static void an_unfinished_token_is_not_enrolled_anew(void **state)
{
	struct world *world = *state;
	struct vtoken_plug *plug = vtoken_plug_new("5.7.4", world->vendor);
	struct course_request request = bench_request("ecdsa-p256", PIV_PIN_ONCE);
	struct clerk clerk = {.pin = BENCH_PIN, .may_destroy = true};
	struct error err = ERROR_EMPTY;

	vtoken_plug_pull(plug, 16);
	assert_refused(bench_run(world, plug, &request, &clerk, &err), err, ERROR_CARD_REMOVED);
	vtoken_plug_insert(plug);
	request.slot = piv_slot_find("9c");
	assert_refused(bench_run(world, plug, &request, &clerk, &err), err, ERROR_JOURNAL_OPEN);
	assert_string_equal(clerk.last_step, "preflight");
	assert_null(card_slot(vtoken_plug_card(plug), SLOT_SIGNATURE)->key);
	vtoken_plug_free(plug);
}

static void a_key_is_replaced_only_with_consent(void **state)
{
	struct world *world = *state;
	struct vtoken_plug *plug = vtoken_plug_new("5.7.4", world->vendor);
	struct course_request request = bench_request("ecdsa-p256", PIV_PIN_ONCE);
	struct clerk clerk = {.pin = BENCH_PIN};
	struct error err = ERROR_EMPTY;
	size_t before;

	assert_done(bench_run(world, plug, &request, &clerk, &err), err);
	before = vtoken_plug_record(plug).len;
	assert_refused(bench_run(world, plug, &request, &clerk, &err), err, ERROR_DECLINED);
	for (struct bytes record = vtoken_plug_record(plug); before < record.len; before++)
		assert_int_not_equal(record.data[before], 0x47);
	clerk.may_destroy = true;
	assert_done(bench_run(world, plug, &request, &clerk, &err), err);
	assert_recorded(world, 2);
	request.person = "bob";
	assert_refused(bench_run(world, plug, &request, &clerk, &err), err, ERROR_ENROLLMENT_EXISTS);
	assert_string_equal(clerk.last_step, "preflight");
	assert_recorded(world, 2);
	vtoken_plug_free(plug);
}

static void a_touch_is_asked_for_when_the_token_waits_for_it(void **state)
{
	struct world *world = *state;
	struct vtoken_plug *plug = vtoken_plug_new("5.7.4", world->vendor);
	struct course_request request = bench_request("ecdsa-p256", PIV_PIN_ONCE);
	struct clerk clerk = {.pin = BENCH_PIN, .may_destroy = true};
	struct error err = ERROR_EMPTY;

	request.touch_policy = PIV_TOUCH_ALWAYS;
	assert_done(bench_run(world, plug, &request, &clerk, &err), err);
	assert_int_equal(clerk.touches, 0);
	vtoken_plug_card(plug)->touch.after_ms = 400;
	assert_done(bench_run(world, plug, &request, &clerk, &err), err);
	assert_int_equal(clerk.touches, 2);
	vtoken_plug_free(plug);
}

static const char touch_policy[] = "version = \"touch 1\"\n"
                                   "rule \"touched\" {\n"
                                   "\tassurance = { \"vendor\", \"organisation\" }\n"
                                   "\ttouch-policy = { \"always\" }\n"
                                   "\tthen = \"accept\"\n}\n";

/* What nobody asked for follows from the policy; what somebody asked for is not changed behind his back. */
static void the_policy_decides_what_nobody_asked_for(void **state)
{
	struct world *world = *state;
	struct vtoken_plug *plug = vtoken_plug_new("5.7.4", world->vendor);
	struct course_request request = bench_request("ecdsa-p256", PIV_PIN_ONCE);
	struct course_means means = bench_means(world);
	struct clerk clerk = {.pin = BENCH_PIN};
	struct policy *policy = NULL;
	struct error err = ERROR_EMPTY;

	assert_done(policy_parse(bytes_of_text(touch_policy), "touch", NULL, NULL, &policy, &err), err);
	means.policy = policy;
	assert_false(bench_run_with(&means, plug, &request, &clerk, &err));
	assert_string_equal(clerk.last_step, "preflight");
	request.touch_policy_is_open = true;
	assert_done(bench_run_with(&means, plug, &request, &clerk, &err), err);
	assert_int_equal(card_slot(vtoken_plug_card(plug), SLOT_AUTHENTICATION)->touch_policy, TOUCH_ALWAYS);
	assert_int_equal(card_slot(vtoken_plug_card(plug), SLOT_AUTHENTICATION)->pin_policy, PIN_ONCE);
	policy_free(policy);
	vtoken_plug_free(plug);
}

static const char short_policy[] = "version = \"short 1\"\n"
                                   "rule \"for ten days\" {\n"
                                   "\tassurance = { \"vendor\", \"organisation\" }\n"
                                   "\tthen = \"accept\"\n\tmaximum-life = 10d\n}\n";

static bool take_end(const struct store_entry *entry, void *context, struct error *err)
{
	(void)err;
	*(int64_t *)context = entry->valid_before;
	return true;
}

/* Thirty days are asked for, and no host would take a longer life than the rule allows. */
static void an_enrollment_lives_no_longer_than_the_policy_lets_it(void **state)
{
	struct world *world = *state;
	struct vtoken_plug *plug = vtoken_plug_new("5.7.4", world->vendor);
	struct course_request request = bench_request("ecdsa-p256", PIV_PIN_ONCE);
	struct course_means means = bench_means(world);
	struct clerk clerk = {.pin = BENCH_PIN};
	struct policy *policy = NULL;
	struct error err = ERROR_EMPTY;
	int64_t end = 0;

	assert_done(policy_parse(bytes_of_text(short_policy), "short", NULL, NULL, &policy, &err), err);
	means.policy = policy;
	assert_done(bench_run_with(&means, plug, &request, &clerk, &err), err);
	assert_done(store_each(world->desk.store, "alice", NULL, take_end, &end, &err), err);
	assert_int_equal(end, BENCH_NOW + 10 * 86400);
	policy_free(policy);
	vtoken_plug_free(plug);
}

static void what_cannot_attest_is_refused_first(void **state)
{
	struct world *world = *state;
	struct vtoken_plug *plug = vtoken_plug_new("4.3.5", world->vendor);
	struct course_request request = bench_request("ed25519", PIV_PIN_ONCE);
	struct clerk clerk = {.pin = BENCH_PIN};
	struct error err = ERROR_EMPTY;

	assert_refused(bench_run(world, plug, &request, &clerk, &err), err, ERROR_CARD_UNSUPPORTED);
	assert_int_equal(clerk.asked, 0);
	assert_string_equal(clerk.last_step, "preflight");
	vtoken_plug_free(plug);
}

static void assert_attested_for(
    const struct course *course, const struct evidence *evidence, const char *slot, enum verdict verdict)
{
	const struct appraisal appraisal = {.evidence = evidence,
	    .trust = course->means.trust,
	    .policy = course->means.policy,
	    .expected_slot = slot,
	    .now = BENCH_NOW};
	struct result result;

	appraise(&appraisal, &result);
	if (result.verdict != verdict)
		fail_msg("as slot %s: %s", slot, result.num_reasons ? result.reasons[0].sentence : "accepted");
}

/* What stands in each slot is a key of that slot and of no other. */
static bool attest_each_slot(struct course *course, struct clerk *clerk, struct error *err)
{
	const struct piv_slot *slot;
	struct buffer device = BUFFER_EMPTY;

	(void)clerk;
	assert_done(piv_certificate_read(course->token.piv, piv_slot_find("f9"), &device, err), *err);
	for (size_t i = 0; (slot = piv_slot_at(i)) != NULL; i++) {
		const char *other = slot->id == 0x9a ? "9c" : "9a";
		struct evidence evidence = EVIDENCE_EMPTY;
		struct buffer leaf = BUFFER_EMPTY;

		if (slot->id == 0xf9)
			continue;
		assert_done(piv_attest(course->token.piv, slot, &leaf, err), *err);
		assert_done(evidence_of_piv(buffer_bytes(&leaf), buffer_bytes(&device), &evidence, err), *err);
		assert_attested_for(course, &evidence, slot->name, VERDICT_ACCEPTED);
		assert_attested_for(course, &evidence, other, VERDICT_REFUSED);
		evidence_clear(&evidence);
		buffer_free(&leaf);
	}
	buffer_free(&device);
	return true;
}

static void every_slot_is_enrolled(void **state)
{
	struct world *world = *state;
	struct vtoken_plug *plug = vtoken_plug_new("5.7.4", world->vendor);
	struct clerk clerk = {.pin = BENCH_PIN};
	struct error err = ERROR_EMPTY;
	const struct piv_slot *slot;
	unsigned enrolled = 0;
	char path[128];

	snprintf(path, sizeof(path), "%s/slots", world->folder);
	for (size_t i = 0; (slot = piv_slot_at(i)) != NULL; i++) {
		struct course_request request = bench_request("ecdsa-p256", PIV_PIN_ONCE);

		if (slot->id == 0xf9)
			continue;
		request.slot = slot;
		assert_done(bench_run(world, plug, &request, &clerk, &err), err);
		assert_recorded(world, ++enrolled);
		/* the same card, with an empty record of its commands */
		vtoken_plug_keep(plug, path);
		vtoken_plug_free(plug);
		plug = vtoken_plug_load(path);
	}
	assert_int_equal(enrolled, 24);
	assert_done(bench_change(world, plug, attest_each_slot, &clerk, &err), err);
	vtoken_plug_free(plug);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(every_token_and_algorithm_is_enrolled, bench_open_desk, bench_close_desk),
	    cmocka_unit_test_setup_teardown(
	        attestation_comes_before_the_pin_and_the_pin_before_the_signature, bench_open_desk, bench_close_desk),
	    cmocka_unit_test_setup_teardown(
	        a_strange_vendor_is_refused_before_the_pin_is_tried, bench_open_desk, bench_close_desk),
	    cmocka_unit_test_setup_teardown(the_last_try_of_the_pin_is_left_alone, bench_open_desk, bench_close_desk),
	    cmocka_unit_test_setup_teardown(
	        an_enrollment_lives_no_longer_than_the_policy_lets_it, bench_open_desk, bench_close_desk),
	    cmocka_unit_test_setup_teardown(a_wrong_pin_costs_one_try, bench_open_desk, bench_close_desk),
	    cmocka_unit_test_setup_teardown(
	        a_token_that_says_another_serial_than_its_attestation_is_refused, bench_open_desk, bench_close_desk),
	    cmocka_unit_test_setup_teardown(a_resumed_enrollment_keeps_its_key, bench_open_desk, bench_close_desk),
	    cmocka_unit_test_setup_teardown(
	        an_unfinished_token_is_not_enrolled_anew, bench_open_desk, bench_close_desk),
	    cmocka_unit_test_setup_teardown(a_key_is_replaced_only_with_consent, bench_open_desk, bench_close_desk),
	    cmocka_unit_test_setup_teardown(
	        a_touch_is_asked_for_when_the_token_waits_for_it, bench_open_desk, bench_close_desk),
	    cmocka_unit_test_setup_teardown(
	        a_bad_new_pin_is_refused_before_anything_changes, bench_open_desk, bench_close_desk),
	    cmocka_unit_test_setup_teardown(the_factorys_codes_do_not_stay, bench_open_desk, bench_close_desk),
	    cmocka_unit_test_setup_teardown(
	        without_anybody_to_show_the_puk_to_nothing_begins, bench_open_desk, bench_close_desk),
	    cmocka_unit_test_setup_teardown(
	        the_policy_decides_what_nobody_asked_for, bench_open_desk, bench_close_desk),
	    cmocka_unit_test_setup_teardown(every_slot_is_enrolled, bench_open_desk, bench_close_desk),
	    cmocka_unit_test_setup_teardown(what_cannot_attest_is_refused_first, bench_open_desk, bench_close_desk),
	};

	return cmocka_run_group_tests_name("enroll course", tests, bench_make_world, bench_end_world);
}

#include "tests/unit/unit.h"

#include <stdio.h>
#include <string.h>

#include "piv/certificate.h"
#include "piv/key.h"
#include "policy/appraise.h"
#include "tests/unit/course_bench.h"
#include "tests/vtoken/card.h"

/* What can be wished for, on each firmware: every algorithm, every slot, every pair of policies. */

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* The same card, with an empty record of its commands. */
static struct vtoken_plug *plug_anew(const struct world *world, struct vtoken_plug *plug)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/matrix", world->folder);
	vtoken_plug_keep(plug, path);
	vtoken_plug_free(plug);
	return vtoken_plug_load(path);
}

/* Each firmware makes what it has, and what it lacks is refused before anybody is asked. */
static void every_algorithm_of_each_firmware(void **state)
{
	static const char *const algorithms[] = {
	    "ecdsa-p256", "ecdsa-p384", "ed25519", "rsa-2048", "rsa-3072", "rsa-4096"};
	static const struct {
		const char *personality;
		bool has[COUNT(algorithms)];
	} rows[] = {
	    {"5.7.4", {true, true, true, true, true, true}},
	    {"5.4.3", {true, true, false, true, false, false}},
	    {"4.3.5", {true, true, false, true, false, false}},
	};
	struct world *world = *state;

	for (size_t i = 0; i < COUNT(rows); i++)
		for (size_t j = 0; j < COUNT(algorithms); j++) {
			struct vtoken_plug *plug = bench_fresh_plug(world, rows[i].personality);
			struct course_request request = bench_request(algorithms[j], PIV_PIN_ONCE);
			struct clerk clerk = {.pin = BENCH_PIN};
			struct error err = ERROR_EMPTY;

			print_message("  %s %s\n", rows[i].personality, algorithms[j]);
			bench_begin_anew(world);
			request.factory_codes = true;
			if (rows[i].has[j]) {
				assert_done(bench_run(world, plug, &request, &clerk, &err), err);
			} else {
				assert_refused(
				    bench_run(world, plug, &request, &clerk, &err), err, ERROR_CARD_UNSUPPORTED);
				assert_string_equal(clerk.last_step, "preflight");
				assert_int_equal(clerk.asked, 0);
			}
			assert_int_equal(bench_count(world), rows[i].has[j]);
			vtoken_plug_free(plug);
		}
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

static void every_slot_of_each_firmware(void **state)
{
	static const char *const personalities[] = {"5.7.4", "5.4.3", "4.3.5"};
	struct world *world = *state;

	for (size_t p = 0; p < COUNT(personalities); p++) {
		struct vtoken_plug *plug = bench_fresh_plug(world, personalities[p]);
		struct clerk clerk = {.pin = BENCH_PIN};
		struct error err = ERROR_EMPTY;
		const struct piv_slot *slot;
		unsigned enrolled = 0;

		bench_begin_anew(world);
		for (size_t i = 0; (slot = piv_slot_at(i)) != NULL; i++) {
			struct course_request request = bench_request("ecdsa-p256", PIV_PIN_ONCE);

			if (slot->id == 0xf9)
				continue;
			request.slot = slot;
			/* Only the first of them finds the factory's. */
			request.factory_codes = enrolled == 0;
			if (!bench_run(world, plug, &request, &clerk, &err))
				fail_msg("%s, slot %s: %s", personalities[p], slot->name, err.text);
			assert_int_equal(bench_count(world), ++enrolled);
			plug = plug_anew(world, plug);
		}
		assert_int_equal(enrolled, 24);
		assert_done(bench_change(world, plug, attest_each_slot, &clerk, &err), err);
		vtoken_plug_free(plug);
	}
}

/* The policies that were asked for are those of the key. The default policy wants a PIN, so "never" is refused beforehand. */
static void every_pair_of_policies(void **state)
{
	static const enum piv_pin_policy pins[] = {PIV_PIN_ONCE, PIV_PIN_ALWAYS, PIV_PIN_NEVER};
	static const enum piv_touch_policy touches[] = {PIV_TOUCH_NEVER, PIV_TOUCH_ALWAYS, PIV_TOUCH_CACHED};
	struct world *world = *state;

	for (size_t i = 0; i < COUNT(pins); i++)
		for (size_t j = 0; j < COUNT(touches); j++) {
			struct vtoken_plug *plug = bench_fresh_plug(world, "5.7.4");
			const struct slot *slot = card_slot(vtoken_plug_card(plug), SLOT_AUTHENTICATION);
			struct course_request request = bench_request("ecdsa-p256", pins[i]);
			struct clerk clerk = {.pin = BENCH_PIN};
			struct error err = ERROR_EMPTY;

			bench_begin_anew(world);
			request.touch_policy = touches[j];
			if (pins[i] == PIV_PIN_NEVER) {
				assert_false(bench_run(world, plug, &request, &clerk, &err));
				assert_string_equal(clerk.last_step, "preflight");
				assert_null(slot->key);
			} else {
				assert_done(bench_run(world, plug, &request, &clerk, &err), err);
				assert_int_equal(slot->pin_policy, pins[i]);
				assert_int_equal(slot->touch_policy, touches[j]);
			}
			vtoken_plug_free(plug);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(every_algorithm_of_each_firmware, bench_open_desk, bench_close_desk),
	    cmocka_unit_test_setup_teardown(every_slot_of_each_firmware, bench_open_desk, bench_close_desk),
	    cmocka_unit_test_setup_teardown(every_pair_of_policies, bench_open_desk, bench_close_desk),
	};

	return cmocka_run_group_tests_name("what can be enrolled", tests, bench_make_world, bench_end_world);
}

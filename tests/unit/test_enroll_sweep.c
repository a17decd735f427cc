#include "tests/unit/unit.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/file.h"
#include "enroll/desk.h"
#include "piv/certificate.h"
#include "tests/unit/course_bench.h"
#include "tests/vtoken/card.h"

/* Whatever goes wrong at the n-th command or the n-th step: afterwards somebody knows every code, no try of the PIN is lost,
 * the registry holds the enrollment or nothing, and resume ends well, or abandon cleans up. */

static void assert_no_code_is_lost(struct card *card, const struct clerk *clerk)
{
	assert_true(bench_code_is(&card->pin, "123456") || bench_code_is(&card->pin, BENCH_PIN));
	assert_true(bench_code_is(&card->puk, "12345678") || (clerk->puk[0] && bench_code_is(&card->puk, clerk->puk)));
	assert_true(bench_key_is_known(card));
	assert_int_equal(card->pin.left, card->pin.total);
	assert_int_equal(card->puk.left, card->puk.total);
}

static void assert_enrolled(struct world *world, struct card *card, const struct clerk *clerk)
{
	assert_no_code_is_lost(card, clerk);
	assert_int_equal(bench_count(world), 1);
	assert_int_equal(bench_count_journals(world), 0);
	assert_true(bench_code_is(&card->pin, BENCH_PIN));
	assert_false(bench_code_is(&card->puk, "12345678"));
	assert_false(card_management_is_default(card));
	assert_non_null(card_object(card, 0x5fc105));
	assert_non_null(card_object(card, 0x5fc102));
}

static void assert_slot_is_empty(struct card *card)
{
	assert_null(card_object(card, 0x5fc105));
	assert_null(card_slot(card, SLOT_AUTHENTICATION)->key);
}

/* Resume where there is something to resume, else from the beginning: as an operator would. */
static void go_on(struct world *world, struct vtoken_plug *plug, struct clerk *clerk)
{
	struct course_request request = bench_request("ecdsa-p256", PIV_PIN_ONCE);
	struct error err = ERROR_EMPTY;
	bool found = false;

	request.factory_codes = true;
	assert_done(bench_resume(world, plug, clerk, &found, &err), err);
	if (!found && bench_count(world) == 0)
		assert_done(bench_run(world, plug, &request, clerk, &err), err);
}

static size_t count_apdus(struct world *world, const char *personality)
{
	struct vtoken_plug *plug = vtoken_plug_new(personality, world->vendor);
	struct course_request request = bench_request("ecdsa-p256", PIV_PIN_ONCE);
	struct clerk clerk = {.pin = BENCH_PIN};
	struct error err = ERROR_EMPTY;
	size_t num;

	request.factory_codes = true;
	assert_done(bench_run(world, plug, &request, &clerk, &err), err);
	num = vtoken_plug_record(plug).len;
	vtoken_plug_free(plug);
	assert_true(num > 15);
	return num;
}

typedef void trouble(struct vtoken_plug *plug, unsigned long at);

/* One trouble at each command of an enrollment. */
static void sweep(struct world *world, const char *personality, trouble *make_trouble)
{
	size_t apdus = count_apdus(world, personality);

	for (size_t at = 1; at <= apdus; at++) {
		struct vtoken_plug *plug = bench_fresh_plug(world, personality);
		struct course_request request = bench_request("ecdsa-p256", PIV_PIN_ONCE);
		struct clerk clerk = {.pin = BENCH_PIN};
		struct error err = ERROR_EMPTY;

		bench_begin_anew(world);
		request.factory_codes = true;
		make_trouble(plug, at);
		if (!bench_run(world, plug, &request, &clerk, &err)) {
			if (err.code != ERROR_CARD_REMOVED && err.code != ERROR_CARD_RESET)
				fail_msg("at %zu: %s [%s]", at, err.text, error_word(err.code));
			assert_no_code_is_lost(vtoken_plug_card(plug), &clerk);
			assert_int_equal(bench_count(world), 0);
			vtoken_plug_insert(plug);
			go_on(world, plug, &clerk);
		}
		assert_enrolled(world, vtoken_plug_card(plug), &clerk);
		vtoken_plug_free(plug);
	}
}

static void pulled_before_each_command(void **state)
{
	sweep(*state, "5.7.4", vtoken_plug_pull);
}

static void pulled_after_each_command(void **state)
{
	sweep(*state, "5.7.4", vtoken_plug_pull_after);
}

static void pulled_on_firmware_with_3des_by_default(void **state)
{
	sweep(*state, "5.4.3", vtoken_plug_pull_after);
}

static void reset_by_another_program_after_each_command(void **state)
{
	sweep(*state, "5.7.4", vtoken_plug_reset);
}

/* A child runs the enrollment and dies; what it did to card and disk is all that is left. */
static void run_in_child(struct world *world, const char *card_file, struct clerk *clerk, unsigned long at, bool after)
{
	struct course_request request = bench_request("ecdsa-p256", PIV_PIN_ONCE);
	struct error err = ERROR_EMPTY;
	struct vtoken_plug *plug;
	pid_t child = fork();
	int status;

	assert_true(child >= 0);
	if (child == 0) {
		/* A connection to the store does not survive a fork. */
		world->desk = DESK_EMPTY;
		if (!desk_open(world->registry, &world->desk, &err))
			_exit(2);
		plug = vtoken_plug_load(card_file);
		if (at > 0)
			vtoken_plug_kill(plug, at, after);
		_exit(bench_run(world, plug, &request, clerk, &err) ? 0 : 1);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(
	    (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) || (WIFEXITED(status) && WEXITSTATUS(status) == 0));
}

static void survive(struct world *world, struct clerk dying, unsigned long at, bool after)
{
	struct vtoken_plug *plug = bench_fresh_plug(world, "5.7.4");
	struct clerk clerk = {.pin = BENCH_PIN};
	char card_file[128];

	bench_begin_anew(world);
	snprintf(card_file, sizeof(card_file), "%s/card", world->folder);
	snprintf(dying.puk_path, sizeof(dying.puk_path), "%s/puk", world->folder);
	(void)unlink(dying.puk_path);
	vtoken_plug_keep(plug, card_file);
	vtoken_plug_free(plug);
	run_in_child(world, card_file, &dying, at, after);
	memcpy(clerk.puk_path, dying.puk_path, sizeof(clerk.puk_path));
	bench_read_noted_puk(&clerk);
	plug = vtoken_plug_load(card_file);
	assert_no_code_is_lost(vtoken_plug_card(plug), &clerk);
	go_on(world, plug, &clerk);
	bench_read_noted_puk(&clerk);
	assert_enrolled(world, vtoken_plug_card(plug), &clerk);
	vtoken_plug_free(plug);
}

static void killed_at_each_command(void **state)
{
	struct world *world = *state;
	size_t apdus = count_apdus(world, "5.7.4");

	for (size_t at = 1; at <= apdus; at++) {
		survive(world, (struct clerk){.pin = BENCH_PIN}, at, false);
		survive(world, (struct clerk){.pin = BENCH_PIN}, at, true);
	}
}

static void killed_at_each_step(void **state)
{
	struct world *world = *state;
	struct course_request request = bench_request("ecdsa-p256", PIV_PIN_ONCE);
	struct vtoken_plug *plug = bench_fresh_plug(world, "5.7.4");
	struct clerk clerk = {.pin = BENCH_PIN};
	struct error err = ERROR_EMPTY;

	assert_done(bench_run(world, plug, &request, &clerk, &err), err);
	vtoken_plug_free(plug);
	assert_true(clerk.steps > 30);
	for (unsigned step = 1; step <= clerk.steps; step++)
		survive(world, (struct clerk){.pin = BENCH_PIN, .dies_at_step = step}, 0, false);
}

/* Abandoned wherever it broke off: no key of it is left, and the token can be enrolled as if nothing had been. */
static void abandoned_after_each_command(void **state)
{
	struct world *world = *state;
	size_t apdus = count_apdus(world, "5.7.4");

	for (size_t at = 1; at <= apdus; at++) {
		struct vtoken_plug *plug = bench_fresh_plug(world, "5.7.4");
		struct course_request request = bench_request("ecdsa-p256", PIV_PIN_ONCE);
		struct clerk clerk = {.pin = BENCH_PIN};
		struct error err = ERROR_EMPTY;

		bench_begin_anew(world);
		vtoken_plug_pull_after(plug, at);
		assert_refused(bench_run(world, plug, &request, &clerk, &err), err, ERROR_CARD_REMOVED);
		vtoken_plug_insert(plug);
		assert_done(bench_abandon(world, plug, &clerk, &err), err);
		assert_int_equal(bench_count_journals(world), 0);
		assert_int_equal(bench_count(world), 0);
		assert_slot_is_empty(vtoken_plug_card(plug));
		assert_no_code_is_lost(vtoken_plug_card(plug), &clerk);
		clerk.may_destroy = true;
		assert_done(bench_run(world, plug, &request, &clerk, &err), err);
		assert_enrolled(world, vtoken_plug_card(plug), &clerk);
		vtoken_plug_free(plug);
	}
}

/* The process dies at each command, also between the token's making the key and the journal's hearing of it. */
static void killed_at_each_command_and_abandoned(void **state)
{
	struct world *world = *state;
	size_t apdus = count_apdus(world, "5.7.4");

	for (size_t at = 1; at <= apdus; at++) {
		struct vtoken_plug *plug = bench_fresh_plug(world, "5.7.4");
		struct clerk clerk = {.pin = BENCH_PIN};
		struct error err = ERROR_EMPTY;
		char card_file[128];

		bench_begin_anew(world);
		snprintf(card_file, sizeof(card_file), "%s/card", world->folder);
		vtoken_plug_keep(plug, card_file);
		vtoken_plug_free(plug);
		run_in_child(world, card_file, &clerk, at, true);
		plug = vtoken_plug_load(card_file);
		if (bench_count(world) == 0) {
			assert_done(bench_abandon(world, plug, &clerk, &err), err);
			assert_slot_is_empty(vtoken_plug_card(plug));
		}
		assert_int_equal(bench_count_journals(world), 0);
		vtoken_plug_free(plug);
	}
}

/* What was there before the course stays, when the course never came to replace it. */
static void abandon_spares_the_key_that_was_there(void **state)
{
	struct world *world = *state;
	struct vtoken_plug *plug = bench_fresh_plug(world, "5.7.4");
	struct course_request request = bench_request("ecdsa-p256", PIV_PIN_ONCE);
	struct clerk clerk = {.pin = BENCH_PIN, .may_destroy = true};
	struct card *card = vtoken_plug_card(plug);
	struct error err = ERROR_EMPTY;
	unsigned spared = 0;
	EVP_PKEY *key;
	bool untouched;

	bench_begin_anew(world);
	assert_done(bench_run(world, plug, &request, &clerk, &err), err);
	for (unsigned long at = 1; at < 40; at++) {
		key = card_slot(card, SLOT_AUTHENTICATION)->key;
		if (!key)
			break;
		/* Held, so that no new one gets its address. */
		assert_int_equal(EVP_PKEY_up_ref(key), 1);
		vtoken_plug_insert(plug);
		vtoken_plug_pull(plug, at);
		assert_refused(bench_run(world, plug, &request, &clerk, &err), err, ERROR_CARD_REMOVED);
		vtoken_plug_insert(plug);
		untouched = card_slot(card, SLOT_AUTHENTICATION)->key == key;
		spared += untouched && bench_count_journals(world) > 0;
		assert_done(bench_abandon(world, plug, &clerk, &err), err);
		assert_ptr_equal(card_slot(card, SLOT_AUTHENTICATION)->key, untouched ? key : NULL);
		EVP_PKEY_free(key);
	}
	assert_true(spared > 0);
	assert_slot_is_empty(card);
	vtoken_plug_free(plug);
}

/* The certificate that the operator brought is the one that a resumed course writes, and its key is never replaced. */
static void a_brought_certificate_is_resumed(void **state)
{
	struct world *world = *state;
	struct course_request request = bench_request("ecdsa-p256", PIV_PIN_ONCE);
	struct clerk clerk = {.pin = BENCH_PIN, .may_destroy = true};
	struct vtoken_plug *plug = bench_fresh_plug(world, "5.7.4");
	struct card *card = vtoken_plug_card(plug);
	struct buffer brought = BUFFER_EMPTY, der = BUFFER_EMPTY;
	struct error err = ERROR_EMPTY;
	unsigned resumed = 0;
	EVP_PKEY *key;
	bool found;

	bench_begin_anew(world);
	assert_done(bench_run(world, plug, &request, &clerk, &err), err);
	key = card_slot(card, SLOT_AUTHENTICATION)->key;
	assert_done(buffer_put(&brought, buffer_bytes(&card_object(card, 0x5fc105)->content), &err), err);
	assert_done(piv_certificate_parse(buffer_bytes(&brought), &der, &err), err);
	request.certificate = buffer_bytes(&der);
	for (unsigned long at = 1; at < 40; at++) {
		bench_begin_anew(world);
		card_remove_object(card, 0x5fc105);
		vtoken_plug_insert(plug);
		vtoken_plug_pull(plug, at);
		found = false;
		if (bench_run(world, plug, &request, &clerk, &err))
			break;
		if (err.code != ERROR_CARD_REMOVED)
			fail_msg("at %lu: %s [%s]", at, err.text, error_word(err.code));
		vtoken_plug_insert(plug);
		assert_done(bench_resume(world, plug, &clerk, &found, &err), err);
		resumed += found;
		assert_int_equal(bench_count(world), found);
		assert_ptr_equal(card_slot(card, SLOT_AUTHENTICATION)->key, key);
		if (found)
			assert_true(
			    bytes_equal(buffer_bytes(&card_object(card, 0x5fc105)->content), buffer_bytes(&brought)));
	}
	assert_true(resumed > 3);
	buffer_free(&brought);
	buffer_free(&der);
	vtoken_plug_free(plug);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(pulled_before_each_command, bench_open_desk, bench_close_desk),
	    cmocka_unit_test_setup_teardown(pulled_after_each_command, bench_open_desk, bench_close_desk),
	    cmocka_unit_test_setup_teardown(pulled_on_firmware_with_3des_by_default, bench_open_desk, bench_close_desk),
	    cmocka_unit_test_setup_teardown(
	        reset_by_another_program_after_each_command, bench_open_desk, bench_close_desk),
	    cmocka_unit_test_setup_teardown(killed_at_each_command, bench_open_desk, bench_close_desk),
	    cmocka_unit_test_setup_teardown(killed_at_each_step, bench_open_desk, bench_close_desk),
	    cmocka_unit_test_setup_teardown(abandoned_after_each_command, bench_open_desk, bench_close_desk),
	    cmocka_unit_test_setup_teardown(killed_at_each_command_and_abandoned, bench_open_desk, bench_close_desk),
	    cmocka_unit_test_setup_teardown(abandon_spares_the_key_that_was_there, bench_open_desk, bench_close_desk),
	    cmocka_unit_test_setup_teardown(a_brought_certificate_is_resumed, bench_open_desk, bench_close_desk),
	};

	return cmocka_run_group_tests_name("enrollments that break off", tests, bench_make_world, bench_end_world);
}

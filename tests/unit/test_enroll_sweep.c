#include "tests/unit/unit.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/file.h"
#include "piv/admin_data.h"
#include "tests/unit/course_bench.h"
#include "tests/vtoken/card.h"

/* Whatever goes wrong at the n-th command or the n-th step: afterwards somebody knows every code, no try of the PIN is lost,
 * the registry holds the enrollment or nothing, and resume ends well, or abandon cleans up. */

static const uint8_t factory_key[] = {1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4, 5, 6, 7, 8};

static bool code_is(const struct code *code, const char *text)
{
	uint8_t padded[CODE_LENGTH];

	memset(padded, 0xff, sizeof(padded));
	memcpy(padded, text, strlen(text));
	return memcmp(code->value, padded, sizeof(padded)) == 0;
}

/* The token's present management key is the factory's, or stands in PRINTED behind the PIN. */
static bool key_is_known(struct card *card)
{
	struct bytes key = bytes_of(card->management.key, card->management.cipher->key_len);
	const struct object *printed = card_object(card, PIV_OBJECT_PRINTED);
	struct secret *stored = NULL, *next = NULL;
	bool known = bytes_equal(key, BYTES_OF(factory_key));

	if (!known && printed && piv_protected_keys_parse(buffer_bytes(&printed->content), &stored, &next, NULL))
		known = secret_equal(secret_bytes(stored), key) || (next && secret_equal(secret_bytes(next), key));
	secret_free(stored);
	secret_free(next);
	return known;
}

static void assert_no_code_is_lost(struct card *card, const struct clerk *clerk)
{
	assert_true(code_is(&card->pin, "123456") || code_is(&card->pin, BENCH_PIN));
	assert_true(code_is(&card->puk, "12345678") || (clerk->puk[0] && code_is(&card->puk, clerk->puk)));
	assert_true(key_is_known(card));
	assert_int_equal(card->pin.left, card->pin.total);
	assert_int_equal(card->puk.left, card->puk.total);
}

static void assert_enrolled(struct world *world, struct card *card, const struct clerk *clerk)
{
	assert_no_code_is_lost(card, clerk);
	assert_int_equal(bench_count(world), 1);
	assert_int_equal(bench_count_journals(world), 0);
	assert_true(code_is(&card->pin, BENCH_PIN));
	assert_false(code_is(&card->puk, "12345678"));
	assert_false(card_management_is_default(card));
	assert_non_null(card_object(card, 0x5fc105));
	assert_non_null(card_object(card, 0x5fc102));
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

/* A card as the factory made it, without waiting for another f9 key. */
static struct vtoken_plug *fresh_plug(const struct world *world, const char *personality)
{
	struct vtoken_plug *plug;
	char path[128];

	snprintf(path, sizeof(path), "%s/card-%s", world->folder, personality);
	if (!file_exists(path)) {
		plug = vtoken_plug_new(personality, world->vendor);
		vtoken_plug_keep(plug, path);
		vtoken_plug_free(plug);
	}
	plug = vtoken_plug_load(path);
	vtoken_plug_keep(plug, NULL);
	return plug;
}

static void begin_anew(struct world *world)
{
	void *state = world;

	assert_int_equal(bench_close_desk(&state), 0);
	assert_int_equal(bench_open_desk(&state), 0);
}

typedef void trouble(struct vtoken_plug *plug, unsigned long at);

/* One trouble at each command of an enrollment. */
static void sweep(struct world *world, const char *personality, trouble *make_trouble)
{
	size_t apdus = count_apdus(world, personality);

	for (size_t at = 1; at <= apdus; at++) {
		struct vtoken_plug *plug = fresh_plug(world, personality);
		struct course_request request = bench_request("ecdsa-p256", PIV_PIN_ONCE);
		struct clerk clerk = {.pin = BENCH_PIN};
		struct error err = ERROR_EMPTY;

		begin_anew(world);
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

static void read_noted_puk(struct clerk *clerk)
{
	struct buffer text = BUFFER_EMPTY;

	if (file_load(clerk->puk_path, 16, &text, NULL))
		snprintf(clerk->puk, sizeof(clerk->puk), "%s", buffer_text(&text));
	buffer_free(&text);
}

static void survive(struct world *world, struct clerk dying, unsigned long at, bool after)
{
	struct vtoken_plug *plug = fresh_plug(world, "5.7.4");
	struct clerk clerk = {.pin = BENCH_PIN};
	char card_file[128];

	begin_anew(world);
	snprintf(card_file, sizeof(card_file), "%s/card", world->folder);
	snprintf(dying.puk_path, sizeof(dying.puk_path), "%s/puk", world->folder);
	(void)unlink(dying.puk_path);
	vtoken_plug_keep(plug, card_file);
	vtoken_plug_free(plug);
	run_in_child(world, card_file, &dying, at, after);
	memcpy(clerk.puk_path, dying.puk_path, sizeof(clerk.puk_path));
	read_noted_puk(&clerk);
	plug = vtoken_plug_load(card_file);
	assert_no_code_is_lost(vtoken_plug_card(plug), &clerk);
	go_on(world, plug, &clerk);
	read_noted_puk(&clerk);
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
	struct vtoken_plug *plug = fresh_plug(world, "5.7.4");
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
		struct vtoken_plug *plug = fresh_plug(world, "5.7.4");
		struct course_request request = bench_request("ecdsa-p256", PIV_PIN_ONCE);
		struct clerk clerk = {.pin = BENCH_PIN};
		struct error err = ERROR_EMPTY;

		begin_anew(world);
		vtoken_plug_pull_after(plug, at);
		assert_refused(bench_run(world, plug, &request, &clerk, &err), err, ERROR_CARD_REMOVED);
		vtoken_plug_insert(plug);
		assert_done(bench_abandon(world, plug, &clerk, &err), err);
		assert_int_equal(bench_count_journals(world), 0);
		assert_int_equal(bench_count(world), 0);
		assert_null(card_object(vtoken_plug_card(plug), 0x5fc105));
		assert_no_code_is_lost(vtoken_plug_card(plug), &clerk);
		clerk.may_destroy = true;
		assert_done(bench_run(world, plug, &request, &clerk, &err), err);
		assert_enrolled(world, vtoken_plug_card(plug), &clerk);
		vtoken_plug_free(plug);
	}
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
	};

	return cmocka_run_group_tests_name("enrollments that break off", tests, bench_make_world, bench_end_world);
}

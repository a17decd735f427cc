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
#include "tests/unit/failing_disk.h"
#include "tests/vtoken/card.h"

/* Whatever goes wrong at the n-th command or the n-th step: afterwards somebody knows every code, no try of the PIN is lost,
 * the registry holds the enrollment or nothing, and resume ends well, or abandon cleans up. */

/* What is enrolled: in which token, slot and way. A "4.3.5" has no metadata and cannot delete keys. */
struct kind {
	const char *personality, *slot, *algorithm;
	enum piv_pin_policy pin_policy;
	bool sealed; /* to the escrow's certificate, and shown to nobody */
};

static const struct kind usual = {"5.7.4", "9a", "ecdsa-p256", PIV_PIN_ONCE, false};

/* The first ones go through all troubles; the others through those of the token, since they write what the first ones do. */
static const struct kind kinds[] = {
    {"5.7.4", "9a", "ecdsa-p256", PIV_PIN_ONCE, false},
    {"5.7.4", "9d", "ecdsa-p384", PIV_PIN_ALWAYS, true},
    {"4.3.5", "83", "ecdsa-p256", PIV_PIN_ONCE, true},
    {"4.3.5", "9a", "ecdsa-p256", PIV_PIN_ONCE, false},
    {"5.7.4", "9c", "rsa-2048", PIV_PIN_ALWAYS, false},
    {"5.7.4", "82", "ed25519", PIV_PIN_ONCE, false},
    {"5.4.3", "9a", "ecdsa-p256", PIV_PIN_ONCE, false},
    {"5.4.3-fips", "95", "ecdsa-p256", PIV_PIN_ALWAYS, true},
    {"short-only", "9a", "ecdsa-p256", PIV_PIN_ONCE, false},
};

enum { NUM_KINDS = sizeof(kinds) / sizeof(*kinds), NUM_KINDS_OF_WRITES = 3 };

static struct course_request request_of(const struct kind *kind)
{
	struct course_request request = bench_request(kind->algorithm, kind->pin_policy);

	request.slot = piv_slot_find(kind->slot);
	request.factory_codes = true;
	return request;
}

/* A clerk who seals sees no PUK. */
static struct clerk clerk_of(const struct kind *kind)
{
	return (struct clerk){.pin = BENCH_PIN, .deaf = kind->sealed};
}

static void begin(struct world *world, const struct kind *kind)
{
	bench_begin_anew(world);
	world->seals = kind->sealed;
}

static bool has_metadata(const struct kind *kind)
{
	return strcmp(kind->personality, "4.3.5") != 0;
}

/* Only of a token without metadata a resumed course finds out about the PUK by a try. */
static unsigned puk_tries_wasted(const struct card *card, bool resumed)
{
	return resumed && strcmp(card->personality->name, "4.3.5") == 0;
}

static void assert_no_code_is_lost(
    const struct world *world, struct card *card, const struct clerk *clerk, bool resumed)
{
	assert_true(bench_code_is(&card->pin, "123456") || bench_code_is(&card->pin, BENCH_PIN));
	assert_true(bench_code_is(&card->puk, "12345678") || (clerk->puk[0] && bench_code_is(&card->puk, clerk->puk)) ||
	            bench_puk_is_sealed(world, card));
	assert_true(bench_key_is_known(world, card));
	assert_int_equal(card->pin.left, card->pin.total);
	assert_in_range(card->puk.left, card->puk.total - puk_tries_wasted(card, resumed), card->puk.total);
}

static void assert_enrolled(
    struct world *world, struct card *card, const struct kind *kind, const struct clerk *clerk, bool resumed)
{
	assert_no_code_is_lost(world, card, clerk, resumed);
	assert_int_equal(bench_count(world), 1);
	assert_int_equal(bench_count_journals(world), 0);
	assert_true(bench_code_is(&card->pin, BENCH_PIN));
	assert_false(bench_code_is(&card->puk, "12345678"));
	assert_false(card_management_is_default(card));
	assert_non_null(card_object(card, piv_slot_find(kind->slot)->object));
	assert_non_null(card_object(card, 0x5fc102));
}

/* Firmware before 5.7 cannot delete a key. */
static void assert_slot_is_empty(struct card *card, const struct kind *kind)
{
	const struct piv_slot *slot = piv_slot_find(kind->slot);

	assert_null(card_object(card, slot->object));
	if (card->personality->firmware->version[1] >= 7)
		assert_null(card_slot(card, slot->id)->key);
}

/* Resume where there is something to resume, else from the beginning: as an operator would. */
static void go_on(struct world *world, const struct kind *kind, struct vtoken_plug *plug, struct clerk *clerk)
{
	struct course_request request = request_of(kind);
	struct error err = ERROR_EMPTY;
	bool found = false;

	/* What a course left that had no journal yet, or none any more, is nobody's. */
	clerk->may_destroy = true;
	assert_done(bench_resume(world, plug, clerk, &found, &err), err);
	if (!found && bench_count(world) == 0)
		assert_done(bench_run(world, plug, &request, clerk, &err), err);
}

static size_t count_apdus(struct world *world, const struct kind *kind)
{
	struct vtoken_plug *plug = bench_fresh_plug(world, kind->personality);
	struct course_request request = request_of(kind);
	struct clerk clerk = clerk_of(kind);
	struct error err = ERROR_EMPTY;
	size_t num;

	begin(world, kind);
	assert_done(bench_run(world, plug, &request, &clerk, &err), err);
	assert_enrolled(world, vtoken_plug_card(plug), kind, &clerk, false);
	num = vtoken_plug_record(plug).len;
	vtoken_plug_free(plug);
	assert_true(num > 15);
	return num;
}

typedef void trouble(struct vtoken_plug *plug, unsigned long at);

/* One trouble at each command of an enrollment. */
static void sweep(struct world *world, const struct kind *kind, trouble *make_trouble)
{
	size_t apdus = count_apdus(world, kind);

	for (size_t at = 1; at <= apdus; at += bench_stride()) {
		struct vtoken_plug *plug = bench_fresh_plug(world, kind->personality);
		struct course_request request = request_of(kind);
		struct clerk clerk = clerk_of(kind);
		struct error err = ERROR_EMPTY;
		bool done;

		begin(world, kind);
		make_trouble(plug, at);
		done = bench_run(world, plug, &request, &clerk, &err);
		if (!done) {
			if (err.code != ERROR_CARD_REMOVED && err.code != ERROR_CARD_RESET)
				fail_msg("%s at %zu: %s [%s]", kind->personality, at, err.text, error_word(err.code));
			assert_no_code_is_lost(world, vtoken_plug_card(plug), &clerk, false);
			assert_int_equal(bench_count(world), 0);
			vtoken_plug_insert(plug);
			go_on(world, kind, plug, &clerk);
		}
		assert_enrolled(world, vtoken_plug_card(plug), kind, &clerk, !done);
		vtoken_plug_free(plug);
	}
}

static void each(struct world *world, trouble *make_trouble)
{
	for (size_t i = 0; i < NUM_KINDS; i++)
		sweep(world, &kinds[i], make_trouble);
}

static void pulled_before_each_command(void **state)
{
	each(*state, vtoken_plug_pull);
}

static void pulled_after_each_command(void **state)
{
	each(*state, vtoken_plug_pull_after);
}

static void reset_by_another_program_after_each_command(void **state)
{
	each(*state, vtoken_plug_reset);
}

/* Where a process dies: at a command (before or after the card has run it), or at a write to the registry's folder. */
struct death {
	unsigned long command, write;
	bool after;
};

/* A child runs the enrollment and dies; what it did to card and disk is all that is left. */
static void run_in_child(
    struct world *world, const struct kind *kind, const char *card_file, struct clerk *clerk, struct death death)
{
	struct course_request request = request_of(kind);
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
		if (death.command > 0)
			vtoken_plug_kill(plug, death.command, death.after);
		if (death.write > 0)
			failing_disk_begin(world->registry, FAILING_DISK_KILLS, death.write);
		_exit(bench_run(world, plug, &request, clerk, &err) ? 0 : 1);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(
	    (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) || (WIFEXITED(status) && WEXITSTATUS(status) == 0));
}

/* A fresh card in a file of its own, for a child to change; the clerk of the child notes the PUK beside it. */
static void lay_out(struct world *world, const struct kind *kind, char card_file[128], struct clerk *dying)
{
	struct vtoken_plug *plug = bench_fresh_plug(world, kind->personality);

	begin(world, kind);
	snprintf(card_file, 128, "%s/card", world->folder);
	snprintf(dying->puk_path, sizeof(dying->puk_path), "%s/puk", world->folder);
	(void)unlink(dying->puk_path);
	vtoken_plug_keep(plug, card_file);
	vtoken_plug_free(plug);
}

static void survive(struct world *world, const struct kind *kind, unsigned dies_at_step, struct death death)
{
	struct clerk clerk = clerk_of(kind), dying = clerk_of(kind);
	struct vtoken_plug *plug;
	char card_file[128];

	lay_out(world, kind, card_file, &dying);
	dying.dies_at_step = dies_at_step;
	run_in_child(world, kind, card_file, &dying, death);
	memcpy(clerk.puk_path, dying.puk_path, sizeof(clerk.puk_path));
	bench_read_noted_puk(&clerk);
	plug = vtoken_plug_load(card_file);
	vtoken_plug_keep(plug, NULL);
	assert_no_code_is_lost(world, vtoken_plug_card(plug), &clerk, false);
	go_on(world, kind, plug, &clerk);
	bench_read_noted_puk(&clerk);
	assert_enrolled(world, vtoken_plug_card(plug), kind, &clerk, true);
	vtoken_plug_free(plug);
}

static void killed_at_each_command(void **state)
{
	struct world *world = *state;

	for (size_t i = 0; i < NUM_KINDS; i++)
		for (size_t at = 1, apdus = count_apdus(world, &kinds[i]); at <= apdus; at += bench_stride()) {
			survive(world, &kinds[i], 0, (struct death){.command = at});
			survive(world, &kinds[i], 0, (struct death){.command = at, .after = true});
		}
}

static unsigned count_steps(struct world *world, const struct kind *kind)
{
	struct vtoken_plug *plug = bench_fresh_plug(world, kind->personality);
	struct course_request request = request_of(kind);
	struct clerk clerk = clerk_of(kind);
	struct error err = ERROR_EMPTY;

	begin(world, kind);
	assert_done(bench_run(world, plug, &request, &clerk, &err), err);
	vtoken_plug_free(plug);
	assert_true(clerk.steps > 30);
	return clerk.steps;
}

static void killed_at_each_step(void **state)
{
	struct world *world = *state;

	for (size_t i = 0; i < NUM_KINDS_OF_WRITES; i++)
		for (unsigned step = 1, steps = count_steps(world, &kinds[i]); step <= steps; step++)
			survive(world, &kinds[i], step, (struct death){.command = 0});
}

/* How often an enrollment writes to the registry's folder. */
static unsigned long count_writes(struct world *world, const struct kind *kind)
{
	struct vtoken_plug *plug = bench_fresh_plug(world, kind->personality);
	struct course_request request = request_of(kind);
	struct clerk clerk = clerk_of(kind);
	struct error err = ERROR_EMPTY;
	unsigned long writes;

	begin(world, kind);
	failing_disk_begin(world->registry, FAILING_DISK_COUNTS, 0);
	assert_done(bench_run(world, plug, &request, &clerk, &err), err);
	writes = failing_disk_end();
	vtoken_plug_free(plug);
	assert_true(writes > 40);
	return writes;
}

/* The disk has room for n writes, the last of them by half; then it has room again. */
static void go_through_a_full_disk(struct world *world, const struct kind *kind, unsigned long at)
{
	struct vtoken_plug *plug = bench_fresh_plug(world, kind->personality);
	struct course_request request = request_of(kind);
	struct clerk clerk = clerk_of(kind);
	struct error err = ERROR_EMPTY;
	bool done;

	begin(world, kind);
	failing_disk_begin(world->registry, FAILING_DISK_IS_FULL, at);
	done = bench_run(world, plug, &request, &clerk, &err);
	assert_true(failing_disk_end() >= at);
	if (!done && err.code != ERROR_JOURNAL && err.code != ERROR_STORE && err.code != ERROR_FILE)
		fail_msg("%s at %lu: %s [%s]", kind->personality, at, err.text, error_word(err.code));
	assert_no_code_is_lost(world, vtoken_plug_card(plug), &clerk, false);
	/* Where the last sync fails, or the journal's last line, all of it is recorded, and the journal is there to say so. */
	assert_true(bench_count(world) == done || (bench_count(world) == 1 && bench_count_journals(world) == 1));
	go_on(world, kind, plug, &clerk);
	assert_enrolled(world, vtoken_plug_card(plug), kind, &clerk, true);
	vtoken_plug_free(plug);
}

static void the_disk_is_full_at_each_write(void **state)
{
	struct world *world = *state;

	for (size_t i = 0; i < NUM_KINDS_OF_WRITES; i++)
		for (unsigned long at = 1, writes = count_writes(world, &kinds[i]); at <= writes; at += bench_stride())
			go_through_a_full_disk(world, &kinds[i], at);
}

static void killed_at_each_write(void **state)
{
	struct world *world = *state;

	for (size_t i = 0; i < NUM_KINDS_OF_WRITES; i++)
		for (unsigned long at = 1, writes = count_writes(world, &kinds[i]); at <= writes; at += bench_stride())
			survive(world, &kinds[i], 0, (struct death){.write = at});
}

/* A management key that is sealed is not there to take the key out again: then it is said that resume ends it. */
static bool is_abandoned(struct world *world, const struct kind *kind, struct vtoken_plug *plug, struct clerk *clerk)
{
	struct error err = ERROR_EMPTY;

	if (bench_abandon(world, plug, clerk, &err))
		return true;
	if (!kind->sealed || card_management_is_default(vtoken_plug_card(plug)))
		fail_msg("%s: %s [%s]", kind->personality, err.text, error_word(err.code));
	assert_string_equal(error_word(err.code), error_word(ERROR_MANAGEMENT_KEY));
	assert_non_null(strstr(err.text, "keyenroll resume"));
	return false;
}

/* Abandoned wherever it broke off: no key of it is left, and the token can be enrolled as if nothing had been. */
static void abandon_and_begin_again(struct world *world, const struct kind *kind, size_t at)
{
	struct vtoken_plug *plug = bench_fresh_plug(world, kind->personality);
	struct course_request request = request_of(kind);
	struct clerk clerk = clerk_of(kind);
	struct error err = ERROR_EMPTY;

	begin(world, kind);
	vtoken_plug_pull_after(plug, at);
	assert_refused(bench_run(world, plug, &request, &clerk, &err), err, ERROR_CARD_REMOVED);
	vtoken_plug_insert(plug);
	if (is_abandoned(world, kind, plug, &clerk)) {
		assert_int_equal(bench_count_journals(world), 0);
		assert_slot_is_empty(vtoken_plug_card(plug), kind);
	}
	assert_int_equal(bench_count(world), 0);
	assert_no_code_is_lost(world, vtoken_plug_card(plug), &clerk, false);
	/* Of a token without metadata it would be a lie by now that its codes are the factory's. */
	if (has_metadata(kind) || bench_code_is(&vtoken_plug_card(plug)->pin, "123456")) {
		go_on(world, kind, plug, &clerk);
		assert_enrolled(world, vtoken_plug_card(plug), kind, &clerk, true);
	}
	vtoken_plug_free(plug);
}

static void abandoned_after_each_command(void **state)
{
	struct world *world = *state;

	for (size_t i = 0; i < NUM_KINDS; i++)
		for (size_t at = 1, apdus = count_apdus(world, &kinds[i]); at <= apdus; at += bench_stride())
			abandon_and_begin_again(world, &kinds[i], at);
}

/* Without the command that deletes a key its certificate goes, and with that all that would use it. */
static void abandoned_on_firmware_that_cannot_delete(void **state)
{
	const struct kind kind = {"5.4.3", "9a", "ecdsa-p256", PIV_PIN_ONCE, false};
	struct world *world = *state;
	struct vtoken_plug *plug = bench_fresh_plug(world, kind.personality);
	struct course_request request = bench_request("ecdsa-p256", PIV_PIN_ONCE);
	struct clerk clerk = {.pin = BENCH_PIN};
	struct error err = ERROR_EMPTY;

	vtoken_plug_pull(plug, count_apdus(world, &kind));
	bench_begin_anew(world);
	assert_refused(bench_run(world, plug, &request, &clerk, &err), err, ERROR_CARD_REMOVED);
	vtoken_plug_insert(plug);
	assert_non_null(card_object(vtoken_plug_card(plug), 0x5fc105));
	assert_done(bench_abandon(world, plug, &clerk, &err), err);
	assert_int_equal(bench_count_journals(world), 0);
	assert_null(card_object(vtoken_plug_card(plug), 0x5fc105));
	assert_non_null(card_slot(vtoken_plug_card(plug), SLOT_AUTHENTICATION)->key);
	assert_no_code_is_lost(world, vtoken_plug_card(plug), &clerk, false);
	vtoken_plug_free(plug);
}

/* The process dies at each command, also between the token's making the key and the journal's hearing of it. */
static void killed_at_each_command_and_abandoned(void **state)
{
	struct world *world = *state;
	size_t apdus = count_apdus(world, &usual);

	for (size_t at = 1; at <= apdus; at += bench_stride()) {
		struct clerk clerk = clerk_of(&usual);
		struct error err = ERROR_EMPTY;
		struct vtoken_plug *plug;
		char card_file[128];

		lay_out(world, &usual, card_file, &clerk);
		run_in_child(world, &usual, card_file, &clerk, (struct death){.command = at, .after = true});
		plug = vtoken_plug_load(card_file);
		if (bench_count(world) == 0) {
			assert_done(bench_abandon(world, plug, &clerk, &err), err);
			assert_slot_is_empty(vtoken_plug_card(plug), &usual);
		}
		assert_int_equal(bench_count_journals(world), 0);
		vtoken_plug_free(plug);
	}
}

/* The second call takes back what the first one, broken off at any command, did not. */
static void abandoning_breaks_off_after_each_command(void **state)
{
	struct world *world = *state;
	size_t apdus = count_apdus(world, &usual), at = 0;
	bool over;

	do {
		struct vtoken_plug *plug = bench_fresh_plug(world, usual.personality);
		struct course_request request = request_of(&usual);
		struct clerk clerk = clerk_of(&usual);
		struct error err = ERROR_EMPTY;

		begin(world, &usual);
		vtoken_plug_pull_after(plug, apdus);
		assert_refused(bench_run(world, plug, &request, &clerk, &err), err, ERROR_CARD_REMOVED);
		vtoken_plug_insert(plug);
		vtoken_plug_pull_after(plug, ++at);
		over = bench_abandon(world, plug, &clerk, &err);
		vtoken_plug_insert(plug);
		assert_done(bench_abandon(world, plug, &clerk, &err), err);
		assert_slot_is_empty(vtoken_plug_card(plug), &usual);
		assert_int_equal(bench_count_journals(world), 0);
		assert_no_code_is_lost(world, vtoken_plug_card(plug), &clerk, false);
		vtoken_plug_free(plug);
	} while (!over);
	assert_true(at > 8);
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
	assert_slot_is_empty(card, &usual);
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
	    cmocka_unit_test_setup_teardown(
	        reset_by_another_program_after_each_command, bench_open_desk, bench_close_desk),
	    cmocka_unit_test_setup_teardown(killed_at_each_command, bench_open_desk, bench_close_desk),
	    cmocka_unit_test_setup_teardown(killed_at_each_step, bench_open_desk, bench_close_desk),
	    cmocka_unit_test_setup_teardown(killed_at_each_write, bench_open_desk, bench_close_desk),
	    cmocka_unit_test_setup_teardown(the_disk_is_full_at_each_write, bench_open_desk, bench_close_desk),
	    cmocka_unit_test_setup_teardown(abandoned_after_each_command, bench_open_desk, bench_close_desk),
	    cmocka_unit_test_setup_teardown(
	        abandoned_on_firmware_that_cannot_delete, bench_open_desk, bench_close_desk),
	    cmocka_unit_test_setup_teardown(killed_at_each_command_and_abandoned, bench_open_desk, bench_close_desk),
	    cmocka_unit_test_setup_teardown(
	        abandoning_breaks_off_after_each_command, bench_open_desk, bench_close_desk),
	    cmocka_unit_test_setup_teardown(abandon_spares_the_key_that_was_there, bench_open_desk, bench_close_desk),
	    cmocka_unit_test_setup_teardown(a_brought_certificate_is_resumed, bench_open_desk, bench_close_desk),
	};

	return cmocka_run_group_tests_name("enrollments that break off", tests, bench_make_world, bench_end_world);
}

#include "tests/unit/unit.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/secret.h"
#include "enroll/token_session.h"
#include "piv/codes.h"
#include "tests/unit/course_bench.h"
#include "tests/unit/failing_disk.h"

/* Changes of codes that break off at any command: afterwards each code is the old one or the new one, somebody knows it, no try
 * is lost, and the change, or its resumption, ends well. */

#define OTHER_PIN "314159"

static bool put_code(const char *text, struct secret **code, struct error *err)
{
	return secret_new(16, code, err) && secret_put(*code, bytes_of_text(text), err);
}

static bool change_pin(struct course *course, struct clerk *clerk, struct error *err)
{
	struct secret *wanted = NULL;
	bool done = put_code(clerk->pin, &course->pin, err) && put_code(OTHER_PIN, &wanted, err) &&
	            token_codes_set_pin(course, wanted, NULL, err);

	secret_free(wanted);
	return done;
}

static bool change_puk(struct course *course, struct clerk *clerk, struct error *err)
{
	struct secret *present = NULL;
	bool done = put_code(clerk->puk, &present, err) && token_codes_new_puk(course, present, err);

	secret_free(present);
	return done;
}

static bool unblock_pin(struct course *course, struct clerk *clerk, struct error *err)
{
	struct secret *puk = NULL, *wanted = NULL;
	bool done = put_code(clerk->puk, &puk, err) && put_code(OTHER_PIN, &wanted, err) &&
	            piv_pin_unblock(course->token.piv, puk, wanted, NULL, err);

	secret_free(puk);
	secret_free(wanted);
	return done;
}

static bool change_management_key(struct course *course, struct clerk *clerk, struct error *err)
{
	(void)clerk;
	return course_management(course, err) && token_codes_new_management_key(course, err);
}

static bool set_retries(struct course *course, struct clerk *clerk, struct error *err)
{
	(void)clerk;
	course->request.pin_tries = 5;
	course->request.puk_tries = 4;
	return course_run_retries(course, err);
}

static bool set_fewest_retries(struct course *course, struct clerk *clerk, struct error *err)
{
	(void)clerk;
	course->request.pin_tries = course->request.puk_tries = 2;
	return course_run_retries(course, err);
}

/* A change, and the card that it is made to. */
struct change {
	bench_change_call *call;
	const char *personality;
	bool keeps_journal, sealed;
};

static const struct change changes[] = {
    {change_pin, "5.7.4", false, false},
    {change_pin, "4.3.5", false, false},
    {unblock_pin, "5.7.4", false, false},
    {change_puk, "5.7.4", false, false},
    {change_puk, "5.4.3-fips", false, true},
    {change_puk, "4.3.5", false, true},
    {change_management_key, "5.7.4", false, false},
    {change_management_key, "5.7.4", false, true},
    {change_management_key, "4.3.5", false, false},
    {set_retries, "5.7.4", true, false},
    {set_retries, "4.3.5", true, false},
    {set_retries, "5.7.4", true, true},
    {set_fewest_retries, "4.3.5", true, false},
};

/* A token that somebody was given, in a file. What the clerk knows then goes into *clerk. */
static void hand_out(struct world *world, const struct change *change, const char *path, struct clerk *clerk)
{
	struct vtoken_plug *plug = bench_fresh_plug(world, change->personality);
	struct course_request request = bench_request("ecdsa-p256", PIV_PIN_ONCE);
	struct error err = ERROR_EMPTY;

	request.factory_codes = true;
	bench_begin_anew(world);
	world->seals = false;
	assert_done(bench_run(world, plug, &request, clerk, &err), err);
	world->seals = change->sealed;
	vtoken_plug_keep(plug, path);
	vtoken_plug_free(plug);
}

static size_t count_apdus(struct world *world, const struct change *change, const char *path, struct clerk clerk)
{
	struct vtoken_plug *plug = vtoken_plug_load(path);
	struct error err = ERROR_EMPTY;
	size_t num;

	vtoken_plug_keep(plug, NULL);
	assert_done(bench_change(world, plug, change->call, &clerk, &err), err);
	num = vtoken_plug_record(plug).len;
	vtoken_plug_free(plug);
	return num;
}

static bool pin_is_known(const struct card *card)
{
	return bench_code_is(&card->pin, BENCH_PIN) || bench_code_is(&card->pin, OTHER_PIN);
}

static void assert_nothing_is_lost(struct world *world, struct card *card, const char *old_puk, const char *shown_puk)
{
	bool open = bench_count_journals(world) > 0;

	assert_true(pin_is_known(card) || (open && bench_code_is(&card->pin, "123456")));
	assert_true(bench_code_is(&card->puk, old_puk) || bench_code_is(&card->puk, shown_puk) ||
	            bench_puk_is_sealed(world, card) || (open && bench_code_is(&card->puk, "12345678")));
	assert_true(bench_key_is_known(world, card));
	assert_int_equal(card->pin.left, card->pin.total);
	assert_int_equal(card->puk.left, card->puk.total);
}

static bool key_is_stored(struct card *card)
{
	const struct world nowhere = {.registry = "/nonexistent"};

	return bench_key_is_known(&nowhere, card);
}

/* What an operator does next: resume what has a journal, else the same again, with the code that holds. */
static void go_on(struct world *world, const struct change *change, struct vtoken_plug *plug, struct clerk *clerk,
    const char *old_puk)
{
	struct card *card = vtoken_plug_card(plug);
	struct error err = ERROR_EMPTY;
	bool found = false;

	assert_done(bench_resume(world, plug, clerk, &found, &err), err);
	if (found)
		return;
	/* Who opens what is sealed has the new key, or the new PUK. */
	if (change->call == change_management_key && change->sealed && !key_is_stored(card))
		return;
	if (bench_code_is(&card->puk, old_puk))
		snprintf(clerk->puk, sizeof(clerk->puk), "%s", old_puk);
	else if (change->sealed)
		snprintf(clerk->puk, sizeof(clerk->puk), "%.8s", (const char *)card->puk.value);
	clerk->pin = bench_code_is(&card->pin, OTHER_PIN) ? OTHER_PIN : BENCH_PIN;
	assert_done(bench_change(world, plug, change->call, clerk, &err), err);
}

static void assert_changed(
    struct world *world, const struct change *change, struct card *card, const struct clerk *clerk)
{
	assert_int_equal(bench_count_journals(world), 0);
	assert_true(pin_is_known(card));
	assert_true(bench_code_is(&card->puk, clerk->puk) || (change->sealed && bench_puk_is_sealed(world, card)));
	assert_true(bench_key_is_known(world, card) && !card_management_is_default(card));
	assert_int_equal(card->pin.left, card->pin.total);
	/* Without metadata a resumed course finds out about the PUK by a try. */
	assert_in_range(card->puk.left, card->puk.total - (strcmp(change->personality, "4.3.5") == 0), card->puk.total);
	if (change->keeps_journal) {
		assert_int_equal(card->pin.total, change->call == set_retries ? 5 : 2);
		assert_int_equal(card->puk.total, change->call == set_retries ? 4 : 2);
	}
}

typedef void trouble(struct vtoken_plug *plug, unsigned long at);

static void sweep(struct world *world, const struct change *change, trouble *make_trouble)
{
	struct clerk knows = {.pin = BENCH_PIN};
	char path[128];
	size_t apdus;

	snprintf(path, sizeof(path), "%s/handed-out", world->folder);
	hand_out(world, change, path, &knows);
	apdus = count_apdus(world, change, path, knows);
	for (size_t at = 1; at <= apdus; at += bench_stride()) {
		struct vtoken_plug *plug = vtoken_plug_load(path);
		struct clerk clerk = knows;
		struct error err = ERROR_EMPTY;

		vtoken_plug_keep(plug, NULL);
		make_trouble(plug, at);
		if (!bench_change(world, plug, change->call, &clerk, &err)) {
			assert_true(err.code == ERROR_CARD_REMOVED || err.code == ERROR_CARD_RESET);
			assert_nothing_is_lost(world, vtoken_plug_card(plug), knows.puk, clerk.puk);
			vtoken_plug_insert(plug);
			go_on(world, change, plug, &clerk, knows.puk);
		}
		assert_changed(world, change, vtoken_plug_card(plug), &clerk);
		vtoken_plug_free(plug);
	}
}

static void each(struct world *world, trouble *make_trouble)
{
	for (size_t i = 0; i < sizeof(changes) / sizeof(*changes); i++)
		sweep(world, &changes[i], make_trouble);
}

static void pulled_before_each_command(void **state)
{
	each(*state, vtoken_plug_pull);
}

static void pulled_after_each_command(void **state)
{
	each(*state, vtoken_plug_pull_after);
}

static void reset_by_another_program(void **state)
{
	each(*state, vtoken_plug_reset);
}

static void copy_file(const char *from, const char *to)
{
	struct vtoken_plug *plug = vtoken_plug_load(from);

	vtoken_plug_keep(plug, to);
	vtoken_plug_free(plug);
}

/* Where a process dies: behind a command, or at a write to the registry's folder; 0: not there. */
struct death {
	unsigned long command, write;
};

static void die_at(
    struct world *world, const struct change *change, const char *card_file, struct clerk *clerk, struct death death)
{
	struct error err = ERROR_EMPTY;
	struct vtoken_plug *plug;
	pid_t child = fork();
	int status;

	assert_true(child >= 0);
	if (child == 0) {
		plug = vtoken_plug_load(card_file);
		if (death.command > 0)
			vtoken_plug_kill(plug, death.command, true);
		if (death.write > 0)
			failing_disk_begin(world->registry, FAILING_DISK_KILLS, death.write);
		_exit(bench_change(world, plug, change->call, clerk, &err) ? 0 : 1);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(
	    (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) || (WIFEXITED(status) && WEXITSTATUS(status) == 0));
}

static void survive(
    struct world *world, const struct change *change, const char *path, const struct clerk *knows, struct death death)
{
	struct clerk clerk = *knows;
	struct vtoken_plug *plug;
	char card_file[128];

	snprintf(card_file, sizeof(card_file), "%s/card", world->folder);
	copy_file(path, card_file);
	snprintf(clerk.puk_path, sizeof(clerk.puk_path), "%s/puk", world->folder);
	(void)unlink(clerk.puk_path);
	die_at(world, change, card_file, &clerk, death);
	bench_read_noted_puk(&clerk);
	plug = vtoken_plug_load(card_file);
	assert_nothing_is_lost(world, vtoken_plug_card(plug), knows->puk, clerk.puk);
	go_on(world, change, plug, &clerk, knows->puk);
	assert_changed(world, change, vtoken_plug_card(plug), &clerk);
	vtoken_plug_free(plug);
}

/* What is tried with each change, of a card handed out anew, which lies at `path`. */
typedef void trial(struct world *world, const struct change *change, const char *path, const struct clerk *knows);

static void try_each(struct world *world, trial *try)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/handed-out", world->folder);
	for (size_t i = 0; i < sizeof(changes) / sizeof(*changes); i++) {
		struct clerk knows = {.pin = BENCH_PIN};

		hand_out(world, &changes[i], path, &knows);
		try(world, &changes[i], path, &knows);
	}
}

static void kill_after_commands(
    struct world *world, const struct change *change, const char *path, const struct clerk *knows)
{
	size_t apdus = count_apdus(world, change, path, *knows);

	for (size_t at = 1; at <= apdus; at += bench_stride())
		survive(world, change, path, knows, (struct death){.command = at});
}

static void killed_after_each_command(void **state)
{
	try_each(*state, kill_after_commands);
}

/* Each change begins without the folders of earlier ones: making them is some writes more. */
static void forget_folders(const struct world *world)
{
	char command[300];

	snprintf(command, sizeof(command), "rm -rf %s/journal %s/escrow", world->registry, world->registry);
	assert_int_equal(system(command), 0);
}

/* How often a change writes to the registry's folder. */
static unsigned long count_writes(
    struct world *world, const struct change *change, const char *path, struct clerk clerk)
{
	struct vtoken_plug *plug = vtoken_plug_load(path);
	struct error err = ERROR_EMPTY;
	unsigned long writes;

	vtoken_plug_keep(plug, NULL);
	forget_folders(world);
	failing_disk_begin(world->registry, FAILING_DISK_COUNTS, 0);
	assert_done(bench_change(world, plug, change->call, &clerk, &err), err);
	writes = failing_disk_end();
	vtoken_plug_free(plug);
	return writes;
}

static void change_on_a_full_disk(
    struct world *world, const struct change *change, const char *path, const struct clerk *knows, unsigned long at)
{
	struct vtoken_plug *plug = vtoken_plug_load(path);
	struct clerk clerk = *knows;
	struct error err = ERROR_EMPTY;
	bool done;

	vtoken_plug_keep(plug, NULL);
	forget_folders(world);
	failing_disk_begin(world->registry, FAILING_DISK_IS_FULL, at);
	done = bench_change(world, plug, change->call, &clerk, &err);
	assert_true(failing_disk_end() >= at);
	assert_true(done || err.code == ERROR_JOURNAL || err.code == ERROR_FILE);
	/* Where only the last line had no room all is done, and a resumption finds nothing but that to do. */
	if (!done || bench_count_journals(world) > 0) {
		assert_nothing_is_lost(world, vtoken_plug_card(plug), knows->puk, clerk.puk);
		go_on(world, change, plug, &clerk, knows->puk);
	}
	assert_changed(world, change, vtoken_plug_card(plug), &clerk);
	vtoken_plug_free(plug);
}

static void fill_the_disk(struct world *world, const struct change *change, const char *path, const struct clerk *knows)
{
	unsigned long writes = count_writes(world, change, path, *knows);

	/* What keeps no journal and seals nothing needs no disk. */
	assert_true(change->keeps_journal ? writes > 20 : change->sealed ? writes > 4 : writes == 0);
	for (unsigned long at = 1; at <= writes; at += bench_stride())
		change_on_a_full_disk(world, change, path, knows, at);
}

static void the_disk_is_full_at_each_write(void **state)
{
	try_each(*state, fill_the_disk);
}

static void kill_at_writes(
    struct world *world, const struct change *change, const char *path, const struct clerk *knows)
{
	unsigned long writes = count_writes(world, change, path, *knows);

	for (unsigned long at = 1; at <= writes; at += bench_stride()) {
		forget_folders(world);
		survive(world, change, path, knows, (struct death){.write = at});
	}
}

static void killed_at_each_write(void **state)
{
	try_each(*state, kill_at_writes);
}

/* Whether the tries were set a resumed course of a token without metadata finds out at no cost: what is lost is the try of who
 * typed a PIN that is none. */
static void a_mistyped_pin_costs_its_own_try_only(void **state)
{
	static const struct change change = {set_retries, "4.3.5", true, false};
	struct world *world = *state;
	struct clerk knows = {.pin = BENCH_PIN};
	unsigned refused = 0;
	char path[128];
	size_t apdus;

	snprintf(path, sizeof(path), "%s/handed-out", world->folder);
	hand_out(world, &change, path, &knows);
	apdus = count_apdus(world, &change, path, knows);
	for (size_t at = 1; at <= apdus; at++) {
		struct vtoken_plug *plug = vtoken_plug_load(path);
		struct clerk clerk = knows, mistyping = {.pin = "999999"};
		struct error err = ERROR_EMPTY;
		bool found;

		bench_begin_anew(world);
		vtoken_plug_keep(plug, NULL);
		vtoken_plug_pull(plug, at);
		assert_false(bench_change(world, plug, set_retries, &clerk, &err));
		vtoken_plug_insert(plug);
		if (!bench_resume(world, plug, &mistyping, &found, &err)) {
			assert_string_equal(error_word(err.code), error_word(ERROR_PIN_WRONG));
			assert_int_equal(vtoken_plug_card(plug)->pin.left, vtoken_plug_card(plug)->pin.total - 1);
			refused++;
		}
		vtoken_plug_free(plug);
	}
	assert_true(refused > 0);
}

/* With one try only nothing could be found out any more. */
static void one_try_is_refused_where_the_token_tells_nothing(void **state)
{
	struct world *world = *state;
	struct vtoken_plug *plug = bench_fresh_plug(world, "4.3.5");
	struct course_request request = bench_request("ecdsa-p256", PIV_PIN_ONCE);
	struct clerk clerk = {.pin = BENCH_PIN};
	struct error err = ERROR_EMPTY;

	bench_begin_anew(world);
	request.factory_codes = true;
	request.pin_tries = request.puk_tries = 1;
	assert_refused(bench_run(world, plug, &request, &clerk, &err), err, ERROR_USAGE);
	assert_int_equal(clerk.asked, 0);
	assert_int_equal(bench_count_journals(world), 0);
	vtoken_plug_free(plug);
	plug = bench_fresh_plug(world, "5.7.4");
	assert_done(bench_run(world, plug, &request, &clerk, &err), err);
	vtoken_plug_free(plug);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(pulled_before_each_command, bench_open_desk, bench_close_desk),
	    cmocka_unit_test_setup_teardown(pulled_after_each_command, bench_open_desk, bench_close_desk),
	    cmocka_unit_test_setup_teardown(reset_by_another_program, bench_open_desk, bench_close_desk),
	    cmocka_unit_test_setup_teardown(killed_after_each_command, bench_open_desk, bench_close_desk),
	    cmocka_unit_test_setup_teardown(the_disk_is_full_at_each_write, bench_open_desk, bench_close_desk),
	    cmocka_unit_test_setup_teardown(killed_at_each_write, bench_open_desk, bench_close_desk),
	    cmocka_unit_test_setup_teardown(a_mistyped_pin_costs_its_own_try_only, bench_open_desk, bench_close_desk),
	    cmocka_unit_test_setup_teardown(
	        one_try_is_refused_where_the_token_tells_nothing, bench_open_desk, bench_close_desk),
	};

	return cmocka_run_group_tests_name("changes of codes that break off", tests, bench_make_world, bench_end_world);
}

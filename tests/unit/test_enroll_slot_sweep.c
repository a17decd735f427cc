#include "tests/unit/unit.h"

#include <openssl/x509.h>
#include <stdio.h>
#include <string.h>

#include "enroll/unfinished.h"
#include "piv/certificate.h"
#include "piv/codes.h"
#include "piv/slot_certificate.h"
#include "piv/slot_move.h"
#include "tests/unit/course_bench.h"
#include "tests/unit/failing_disk.h"

/* Keys that move or go, and the card is pulled at any command: a key that stays has its certificate beside it and none has
 * another's when all is over, no try is lost, and the same call again ends what was begun. */

#define FROM "9a"
#define TO "83"

static bool move(struct course *course, struct clerk *clerk, struct error *err)
{
	(void)clerk;
	return course_management(course, err) &&
	       piv_slot_move(course->token.piv, piv_slot_find(FROM), piv_slot_find(TO), err);
}

static bool delete (struct course *course, struct clerk *clerk, struct error *err)
{
	bool deleted;

	(void)clerk;
	return course_management(course, err) && course_put_back(course, &deleted, err);
}

static bool reset(struct course *course, struct clerk *clerk, struct error *err)
{
	(void)clerk;
	return piv_codes_block(course->token.piv, err) && piv_reset(course->token.piv, err) &&
	       unfinished_end_all(course->means.registry, &course->identity, "reset", BENCH_NOW, err);
}

/* What lies in the two slots before: each may have a key, and beside it a certificate. */
struct kind {
	bench_change_call *call;
	const char *personality;
	bool from_certificate, to_key;
};

static const struct kind kinds[] = {
    {move, "5.7.4", true, false},
    {move, "5.7.4", true, true},
    {move, "5.7.4", false, true},
    {delete, "5.7.4", true, true},
    {delete, "4.3.5", true, false},
    {reset, "5.7.4", true, true},
    {reset, "4.3.5", true, false},
};

/* The public key of a slot; or of the certificate that lies beside it. Empty for none. */
static void read_key(struct card *card, const char *name, struct buffer *spki)
{
	EVP_PKEY *key = card_slot(card, piv_slot_find(name)->id)->key;
	unsigned char *der = NULL;
	struct error err = ERROR_EMPTY;
	int len = key ? i2d_PUBKEY(key, &der) : 0;

	assert_true(len >= 0);
	assert_done(buffer_put(spki, bytes_of(der, (size_t)len), &err), err);
	OPENSSL_free(der);
}

static void read_certificate(struct card *card, const char *name, struct buffer *spki)
{
	const struct object *object = card_object(card, piv_slot_find(name)->object);
	struct buffer der = BUFFER_EMPTY;
	struct error err = ERROR_EMPTY;

	if (object && object->content.len > 0)
		assert_done(piv_certificate_parse(buffer_bytes(&object->content), &der, &err) &&
		                slot_certificate_spki(buffer_bytes(&der), spki, &err),
		    err);
	buffer_free(&der);
}

static bool same(const struct buffer *one, const struct buffer *other)
{
	return bytes_equal(buffer_bytes(one), buffer_bytes(other));
}

static void enroll(struct world *world, struct vtoken_plug *plug, const char *slot)
{
	struct course_request request = bench_request("ecdsa-p256", PIV_PIN_ONCE);
	struct clerk clerk = {.pin = BENCH_PIN};
	struct error err = ERROR_EMPTY;

	request.slot = piv_slot_find(slot);
	request.factory_codes = card_management_is_default(vtoken_plug_card(plug));
	assert_done(bench_run(world, plug, &request, &clerk, &err), err);
}

/* The card before, in a file; `key` is what slot FROM holds. */
static void lay_out(struct world *world, const struct kind *kind, const char *path, struct buffer *key)
{
	struct vtoken_plug *plug = bench_fresh_plug(world, kind->personality);
	struct card *card = vtoken_plug_card(plug);

	bench_begin_anew(world);
	enroll(world, plug, FROM);
	if (kind->to_key)
		enroll(world, plug, TO);
	if (!kind->from_certificate)
		card_remove_object(card, piv_slot_find(FROM)->object);
	read_key(card, FROM, key);
	vtoken_plug_keep(plug, path);
	vtoken_plug_free(plug);
}

/* Wherever it broke off: the key that was meant is in one of the slots, with its certificate, if it had one. */
static void assert_is_whole(const struct kind *kind, struct card *card, const struct buffer *key)
{
	struct buffer from = BUFFER_EMPTY, to = BUFFER_EMPTY, certificate = BUFFER_EMPTY;

	read_key(card, FROM, &from);
	read_key(card, TO, &to);
	assert_true(same(&from, key) != same(&to, key));
	if (kind->from_certificate) {
		read_certificate(card, same(&from, key) ? FROM : TO, &certificate);
		assert_true(same(&certificate, key));
	}
	buffer_free(&from);
	buffer_free(&to);
	buffer_free(&certificate);
}

static void assert_moved(const struct kind *kind, struct card *card, const struct buffer *key)
{
	struct buffer to = BUFFER_EMPTY, certificate = BUFFER_EMPTY;

	read_key(card, TO, &to);
	read_certificate(card, TO, &certificate);
	assert_true(same(&to, key));
	assert_true(kind->from_certificate ? same(&certificate, key) : certificate.len == 0);
	assert_null(card_slot(card, piv_slot_find(FROM)->id)->key);
	assert_null(card_object(card, piv_slot_find(FROM)->object));
	assert_true(!kind->from_certificate || card_object(card, 0x5fc10c));
	buffer_free(&to);
	buffer_free(&certificate);
}

static void assert_over(const struct kind *kind, struct card *card, const struct buffer *key)
{
	const struct slot *from = card_slot(card, piv_slot_find(FROM)->id);

	assert_int_equal(card->pin.left, card->pin.total);
	assert_int_equal(card->puk.left, card->puk.total);
	if (kind->call == move) {
		assert_moved(kind, card, key);
		return;
	}
	assert_null(card_object(card, piv_slot_find(FROM)->object));
	assert_true(!from->key || (kind->call == delete &&strcmp(kind->personality, "4.3.5") == 0));
	assert_true(bench_code_is(&card->pin, kind->call == reset ? "123456" : BENCH_PIN));
	if (kind->call == delete &&kind->to_key)
		assert_true(
		    card_slot(card, piv_slot_find(TO)->id)->key && card_object(card, piv_slot_find(TO)->object));
}

typedef void trouble(struct vtoken_plug *plug, unsigned long at);

/* Returns whether the trouble came: past the last command there is none. */
static bool break_off(struct world *world, const struct kind *kind, const char *path, const struct buffer *key,
    trouble *make_trouble, size_t at)
{
	struct vtoken_plug *plug = vtoken_plug_load(path);
	struct card *card = vtoken_plug_card(plug);
	struct clerk clerk = {.pin = BENCH_PIN};
	struct error err = ERROR_EMPTY;
	bool done;

	vtoken_plug_keep(plug, NULL);
	make_trouble(plug, at);
	done = bench_change(world, plug, kind->call, &clerk, &err);
	if (!done) {
		assert_true(err.code == ERROR_CARD_REMOVED || err.code == ERROR_CARD_RESET);
		if (kind->call == move)
			assert_is_whole(kind, card, key);
		assert_true(kind->call == reset || card->pin.left == card->pin.total);
		vtoken_plug_insert(plug);
		/* Where only the last answer was lost nothing is there any more to be moved. */
		if (!bench_change(world, plug, kind->call, &clerk, &err))
			assert_string_equal(error_word(err.code), error_word(ERROR_CARD_SLOT_EMPTY));
	}
	assert_over(kind, card, key);
	vtoken_plug_free(plug);
	return !done;
}

static void each(struct world *world, trouble *make_trouble)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/laid-out", world->folder);
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		struct buffer key = BUFFER_EMPTY;
		size_t at = 1;

		lay_out(world, &kinds[i], path, &key);
		while (break_off(world, &kinds[i], path, &key, make_trouble, at))
			at++;
		assert_true(at > 8);
		buffer_free(&key);
	}
}

static void pulled_before_each_command(void **state)
{
	each(*state, vtoken_plug_pull);
}

static void pulled_after_each_command(void **state)
{
	each(*state, vtoken_plug_pull_after);
}

/* A certificate alone is no key: what lies in the other slot stays. */
static void nothing_is_moved_onto_a_key(void **state)
{
	const struct kind kind = {move, "5.7.4", true, true};
	struct world *world = *state;
	struct buffer key = BUFFER_EMPTY, to = BUFFER_EMPTY, certificate = BUFFER_EMPTY;
	struct clerk clerk = {.pin = BENCH_PIN};
	struct error err = ERROR_EMPTY;
	struct vtoken_plug *plug;
	struct slot *from;
	char path[128];

	snprintf(path, sizeof(path), "%s/laid-out", world->folder);
	lay_out(world, &kind, path, &key);
	plug = vtoken_plug_load(path);
	vtoken_plug_keep(plug, NULL);
	from = card_slot(vtoken_plug_card(plug), piv_slot_find(FROM)->id);
	EVP_PKEY_free(from->key);
	from->key = NULL;
	assert_refused(bench_change(world, plug, move, &clerk, &err), err, ERROR_CARD_SLOT_EMPTY);
	read_key(vtoken_plug_card(plug), TO, &to);
	read_certificate(vtoken_plug_card(plug), TO, &certificate);
	assert_true(to.len > 0 && same(&to, &certificate));
	assert_non_null(card_object(vtoken_plug_card(plug), piv_slot_find(FROM)->object));
	buffer_free(&key);
	buffer_free(&to);
	buffer_free(&certificate);
	vtoken_plug_free(plug);
}

/* What was unfinished of a token that is new again stays unfinished until the disk has room, and no longer. */
static void a_reset_ends_its_journals_after_a_full_disk(void **state)
{
	struct world *world = *state;
	unsigned refused = 0;
	bool done = false;

	for (unsigned long at = 1; !done; at++) {
		struct vtoken_plug *plug = bench_fresh_plug(world, "5.7.4");
		struct course_request request = bench_request("ecdsa-p256", PIV_PIN_ONCE);
		struct clerk clerk = {.pin = BENCH_PIN};
		struct error err = ERROR_EMPTY;

		bench_begin_anew(world);
		vtoken_plug_pull(plug, 20);
		assert_refused(bench_run(world, plug, &request, &clerk, &err), err, ERROR_CARD_REMOVED);
		assert_int_equal(bench_count_journals(world), 1);
		vtoken_plug_insert(plug);
		failing_disk_begin(world->registry, FAILING_DISK_IS_FULL, at);
		done = bench_change(world, plug, reset, &clerk, &err);
		done = failing_disk_end() < at && done;
		refused += bench_count_journals(world) > 0;
		assert_true(bench_code_is(&vtoken_plug_card(plug)->pin, "123456"));
		assert_done(bench_change(world, plug, reset, &clerk, &err), err);
		assert_int_equal(bench_count_journals(world), 0);
		vtoken_plug_free(plug);
	}
	assert_true(refused > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(pulled_before_each_command, bench_open_desk, bench_close_desk),
	    cmocka_unit_test_setup_teardown(pulled_after_each_command, bench_open_desk, bench_close_desk),
	    cmocka_unit_test_setup_teardown(
	        a_reset_ends_its_journals_after_a_full_disk, bench_open_desk, bench_close_desk),
	    cmocka_unit_test_setup_teardown(nothing_is_moved_onto_a_key, bench_open_desk, bench_close_desk),
	};

	return cmocka_run_group_tests_name("keys that move or go", tests, bench_make_world, bench_end_world);
}

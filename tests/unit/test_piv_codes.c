#include "tests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/bytes.h"
#include "common/secret.h"
#include "piv/admin_data.h"
#include "piv/application.h"
#include "piv/authenticate.h"
#include "piv/codes.h"
#include "piv/key.h"
#include "piv/key_history.h"
#include "piv/key_move.h"
#include "piv/management_key.h"
#include "piv/object.h"
#include "piv/trace.h"
#include "tests/unit/mutation.h"
#include "tests/unit/vtoken_transport.h"
#include "tests/vtoken/hex.h"
#include "tests/vtoken/shared_vendor.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static char vendor[64]; /* a link */

static struct secret *secret_of(const char *text)
{
	struct error err = ERROR_EMPTY;
	struct secret *secret = NULL;

	assert_done(secret_new(64, &secret, &err), err);
	assert_done(secret_put(secret, bytes_of_text(text), &err), err);
	return secret;
}

static struct piv *open_token(struct vtoken_plug *plug)
{
	struct transport transport = vtoken_plug_transport(plug);
	struct piv_identity identity;
	struct error err = ERROR_EMPTY;
	struct piv *piv = NULL;

	assert_done(piv_open_over(&transport, &piv, &err), err);
	assert_done(piv_identify(piv, &identity, &err), err);
	return piv;
}

static void prove_management_key(struct piv *piv)
{
	struct error err = ERROR_EMPTY;
	struct secret *key = NULL;

	assert_done(piv_default_management_key(&key, &err), err);
	assert_done(piv_authenticate(piv, NULL, key, &err), err);
	secret_free(key);
}

static enum error_code verify(struct piv *piv, const char *pin)
{
	struct secret *secret = secret_of(pin);
	struct error err = ERROR_EMPTY;
	bool done = piv_pin_verify(piv, secret, NULL, &err);

	secret_free(secret);
	return done ? ERROR_NONE : err.code;
}

static enum error_code change(struct piv *piv, enum piv_code code, const char *present, const char *wanted)
{
	struct secret *first = secret_of(present), *second = secret_of(wanted);
	struct error err = ERROR_EMPTY;
	bool done = piv_code_change(piv, code, first, second, NULL, &err);

	secret_free(first);
	secret_free(second);
	return done ? ERROR_NONE : err.code;
}

static void codes_are_judged_before_they_are_sent(void **state)
{
	static const struct {
		enum piv_code code;
		uint8_t major, minor;
		const char *value;
		enum error_code wanted;
	} rows[] = {
	    {PIV_CODE_PIN, 5, 7, "271828", ERROR_NONE},
	    {PIV_CODE_PIN, 5, 7, "27182818", ERROR_NONE},
	    {PIV_CODE_PIN, 5, 4, "p\xc3\xa4ssw1", ERROR_NONE},
	    {PIV_CODE_PIN, 5, 7, "27182", ERROR_PIN_LENGTH},
	    {PIV_CODE_PIN, 5, 7, "271828182", ERROR_PIN_LENGTH},
	    {PIV_CODE_PIN, 5, 7, "123456", ERROR_CODE_WEAK},
	    {PIV_CODE_PIN, 4, 3, "111111", ERROR_CODE_WEAK},
	    {PIV_CODE_PIN, 5, 7, "234567", ERROR_CODE_WEAK},
	    {PIV_CODE_PIN, 5, 7, "87654321", ERROR_CODE_WEAK},
	    {PIV_CODE_PIN, 5, 7, "121212", ERROR_CODE_WEAK},
	    {PIV_CODE_PIN, 5, 4, "52052052", ERROR_NONE},
	    {PIV_CODE_PIN, 5, 4, "520520", ERROR_CODE_WEAK},
	    {PIV_CODE_PIN, 5, 7, "12341234", ERROR_CODE_WEAK},
	    {PIV_CODE_PIN, 5, 7, "112233", ERROR_CODE_WEAK},
	    {PIV_CODE_PIN, 5, 7, "password", ERROR_CODE_WEAK},
	    /* six bytes in four characters: since 5.7 that is too short */
	    {PIV_CODE_PIN, 5, 4, "\xc3\xa4x\xc3\xb6y", ERROR_NONE},
	    {PIV_CODE_PIN, 5, 7, "\xc3\xa4x\xc3\xb6y", ERROR_PIN_LENGTH},
	    {PIV_CODE_PIN, 5, 7, "\xc3\xa4x\xc3\xb6yz7", ERROR_NONE},
	    {PIV_CODE_PIN, 5, 7, "2718\xff\xff", ERROR_CODE_CHARACTERS},
	    {PIV_CODE_PIN, 5, 7, "2718\t8", ERROR_CODE_CHARACTERS},
	    {PIV_CODE_PUK, 5, 7, "31415926", ERROR_NONE},
	    {PIV_CODE_PUK, 5, 7, "314159", ERROR_PIN_LENGTH},
	    {PIV_CODE_PUK, 5, 7, "12345678", ERROR_CODE_WEAK},
	    {PIV_CODE_PUK, 5, 7,
	        "31415\xc3\xa4"
	        "6",
	        ERROR_CODE_CHARACTERS},
	    {PIV_CODE_PUK, 5, 4,
	        "31415\xc3\xa4"
	        "6",
	        ERROR_NONE},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct piv_version firmware = {rows[i].major, rows[i].minor, 0};
		struct secret *value = secret_of(rows[i].value);
		struct error err = ERROR_EMPTY;
		bool good = piv_code_check(rows[i].code, firmware, value, &err);

		assert_string_equal(error_word(good ? ERROR_NONE : err.code), error_word(rows[i].wanted));
		secret_free(value);
	}
}

static void a_drawn_puk_is_good_and_never_the_same(void **state)
{
	struct secret *one = NULL, *other = NULL;
	struct error err = ERROR_EMPTY;

	(void)state;
	assert_done(piv_code_draw(&one, &err) && piv_code_draw(&other, &err), err);
	assert_done(piv_code_check(PIV_CODE_PUK, (struct piv_version){5, 7, 4}, one, &err), err);
	assert_false(secret_equal(secret_bytes(one), secret_bytes(other)));
	secret_free(one);
	secret_free(other);
}

static void codes_are_changed_and_the_puk_rescues_the_pin(void **state)
{
	struct vtoken_plug *plug = vtoken_plug_new("5.7.4", vendor);
	struct piv *piv = open_token(plug);
	struct secret *puk = secret_of("31415926"), *pin = secret_of("161803");
	struct error err = ERROR_EMPTY;
	unsigned tries = 0;

	(void)state;
	assert_int_equal(change(piv, PIV_CODE_PIN, "999999", "271828"), ERROR_PIN_WRONG);
	assert_int_equal(change(piv, PIV_CODE_PIN, "123456", "271828"), ERROR_NONE);
	assert_int_equal(verify(piv, "123456"), ERROR_PIN_WRONG);
	assert_int_equal(verify(piv, "271828"), ERROR_NONE);
	assert_int_equal(change(piv, PIV_CODE_PUK, "99999999", "31415926"), ERROR_PUK_WRONG);
	assert_int_equal(change(piv, PIV_CODE_PUK, "12345678", "31415926"), ERROR_NONE);
	for (int i = 0; i < 3; i++)
		(void)verify(piv, "999999");
	assert_int_equal(verify(piv, "271828"), ERROR_PIN_BLOCKED);
	assert_refused(piv_pin_unblock(piv, pin, pin, &tries, &err), err, ERROR_PUK_WRONG);
	assert_int_equal(tries, 2);
	assert_done(piv_pin_unblock(piv, puk, pin, NULL, &err), err);
	assert_int_equal(verify(piv, "161803"), ERROR_NONE);
	secret_free(puk);
	secret_free(pin);
	piv_close(piv);
	vtoken_plug_free(plug);
}

static void tries_bring_the_factorys_codes_back(void **state)
{
	struct vtoken_plug *plug = vtoken_plug_new("5.4.3", vendor);
	struct piv *piv = open_token(plug);
	struct error err = ERROR_EMPTY;

	(void)state;
	assert_int_equal(change(piv, PIV_CODE_PIN, "123456", "271828"), ERROR_NONE);
	assert_refused(piv_tries_set(piv, 0, 3, &err), err, ERROR_USAGE);
	assert_refused(piv_tries_set(piv, 5, 16, &err), err, ERROR_USAGE);
	assert_refused(piv_tries_set(piv, 5, 4, &err), err, ERROR_PIN_NEEDED);
	prove_management_key(piv);
	assert_int_equal(verify(piv, "271828"), ERROR_NONE);
	assert_done(piv_tries_set(piv, 5, 4, &err), err);
	assert_int_equal(verify(piv, "123456"), ERROR_NONE);
	assert_int_equal(vtoken_plug_pin_tries(plug), 5);
	piv_close(piv);
	vtoken_plug_free(plug);
}

static void a_reset_wants_both_codes_blocked(void **state)
{
	struct vtoken_plug *plug = vtoken_plug_new("5.7.4", vendor);
	struct piv *piv = open_token(plug);
	struct error err = ERROR_EMPTY;

	(void)state;
	assert_int_equal(change(piv, PIV_CODE_PIN, "123456", "271828"), ERROR_NONE);
	assert_refused(piv_reset(piv, &err), err, ERROR_CARD_STATUS);
	assert_done(piv_codes_block(piv, &err), err);
	assert_int_equal(verify(piv, "271828"), ERROR_PIN_BLOCKED);
	assert_done(piv_reset(piv, &err), err);
	assert_int_equal(verify(piv, "123456"), ERROR_NONE);
	piv_close(piv);
	vtoken_plug_free(plug);
}

/* On each firmware the strongest algorithm it has; and what was stored is found again with the PIN alone. */
static void a_management_key_is_set_and_found_again(void **state)
{
	static const struct {
		const char *personality;
		enum piv_algorithm algorithm;
		struct piv_version firmware;
	} rows[] = {{"5.7.4", PIV_AES192, {5, 7, 4}}, {"5.4.3", PIV_AES192, {5, 4, 3}}, {"4.3.5", PIV_3DES, {4, 3, 5}}};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct vtoken_plug *plug = vtoken_plug_new(rows[i].personality, vendor);
		struct piv *piv = open_token(plug);
		struct secret *key = NULL, *found = NULL, *next = NULL;
		struct piv_admin_data data = {.key_protected = true}, read;
		struct error err = ERROR_EMPTY;

		assert_int_equal(piv_management_algorithm(rows[i].firmware), rows[i].algorithm);
		assert_done(piv_management_key_draw(rows[i].algorithm, &key, &err), err);
		assert_refused(piv_management_key_set(piv, rows[i].algorithm, key, &err), err, ERROR_MANAGEMENT_KEY);
		prove_management_key(piv);
		assert_done(piv_protected_keys_write(piv, key, NULL, &err), err);
		assert_done(piv_admin_data_write(piv, &data, &err), err);
		assert_done(piv_management_key_set(piv, rows[i].algorithm, key, &err), err);
		piv_close(piv);
		piv = open_token(plug);
		assert_done(piv_admin_data_read(piv, &read, &err), err);
		assert_true(read.key_protected && !read.puk_blocked && !read.key_derived);
		assert_refused(piv_protected_keys_read(piv, &found, &next, &err), err, ERROR_PIN_NEEDED);
		assert_int_equal(verify(piv, "123456"), ERROR_NONE);
		assert_done(piv_protected_keys_read(piv, &found, &next, &err), err);
		assert_null(next);
		assert_true(secret_equal(secret_bytes(found), secret_bytes(key)));
		assert_done(piv_authenticate(piv, NULL, found, &err), err);
		secret_free(key);
		secret_free(found);
		piv_close(piv);
		vtoken_plug_free(plug);
	}
}

static void admin_data_is_read_or_refused(void **state)
{
	static const struct {
		const char *name, *content;
		enum error_code code;
		bool blocked, is_protected, derived;
	} rows[] = {
	    {"nothing", "", ERROR_NONE, false, false, false},
	    {"an empty one", "8000", ERROR_NONE, false, false, false},
	    {"protected", "8003 810102", ERROR_NONE, false, true, false},
	    {"both flags, and a time", "8009 810103 8304 65000000", ERROR_NONE, true, true, false},
	    {"derived", "8012 8210 000102030405060708090a0b0c0d0e0f", ERROR_NONE, false, false, true},
	    {"flags of two bytes", "8004 81020000", ERROR_CARD_REPLY, false, false, false},
	    {"a time of five bytes", "8007 8305 0000000000", ERROR_CARD_REPLY, false, false, false},
	    {"something behind", "8000 00", ERROR_TLV_REST, false, false, false},
	    {"something else", "5300", ERROR_TLV_TAG, false, false, false},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct buffer content = BUFFER_EMPTY;
		struct piv_admin_data data;
		struct error err = ERROR_EMPTY;
		char hex[128] = "";
		bool done;

		for (const char *c = rows[i].content; *c; c++)
			if (*c != ' ')
				strncat(hex, c, 1);
		assert_done(hex_take(bytes_of_text(hex), &content, &err), err);
		done = piv_admin_data_parse(buffer_bytes(&content), &data, &err);
		assert_string_equal(error_word(done ? ERROR_NONE : err.code), error_word(rows[i].code));
		assert_true(data.puk_blocked == rows[i].blocked && data.key_protected == rows[i].is_protected &&
		            data.key_derived == rows[i].derived);
		buffer_free(&content);
	}
}

static void parse_damaged(struct bytes damaged, void *context)
{
	struct piv_admin_data data;
	struct secret *key = NULL, *next = NULL;
	unsigned on_card, elsewhere;

	(void)context;
	(void)!piv_admin_data_parse(damaged, &data, NULL);
	(void)!piv_key_history_parse(damaged, &on_card, &elsewhere, NULL);
	if (piv_protected_keys_parse(damaged, &key, &next, NULL))
		assert_true(secret_bytes(key).len >= 16 && secret_bytes(key).len <= 32);
	secret_free(key);
	secret_free(next);
}

static void damaged_objects_are_read_or_refused(void **state)
{
	static const uint8_t admin[] = {0x80, 0x09, 0x81, 1, 3, 0x83, 4, 0x65, 0, 0, 0};
	static const uint8_t keys[] = {0x88, 0x24, 0x89, 0x10, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
	    0x8a, 0x10, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
	static const uint8_t history[] = {0xc1, 1, 2, 0xc2, 1, 0, 0xf3, 0, 0xfe, 0};

	(void)state;
	every_mutation(BYTES_OF(admin), parse_damaged, NULL);
	every_mutation(BYTES_OF(keys), parse_damaged, NULL);
	every_mutation(BYTES_OF(history), parse_damaged, NULL);
}

static void a_key_moves_and_is_counted_and_deleted(void **state)
{
	struct vtoken_plug *plug = vtoken_plug_new("5.7.4", vendor);
	struct piv *piv = open_token(plug);
	const struct piv_slot *from = piv_slot_find("9a"), *to = piv_slot_find("83");
	struct buffer spki = BUFFER_EMPTY, leaf = BUFFER_EMPTY, content = BUFFER_EMPTY;
	struct error err = ERROR_EMPTY;
	unsigned on_card = 0, elsewhere = 0;

	(void)state;
	assert_true(piv_key_can_move((struct piv_version){5, 7, 0}));
	assert_false(piv_key_can_move((struct piv_version){5, 4, 3}));
	assert_refused(piv_key_move(piv, from, to, &err), err, ERROR_MANAGEMENT_KEY);
	prove_management_key(piv);
	assert_refused(piv_key_move(piv, from, to, &err), err, ERROR_CARD_SLOT_EMPTY);
	assert_done(piv_generate(piv, from, PIV_P256, PIV_PIN_ONCE, PIV_TOUCH_NEVER, &spki, &err), err);
	assert_done(piv_key_move(piv, from, to, &err), err);
	assert_done(piv_attest(piv, to, &leaf, &err), err);
	assert_done(piv_key_history_ensure(piv, from, &err), err);
	assert_refused(piv_object_read(piv, PIV_OBJECT_KEY_HISTORY, &content, &err), err, ERROR_CARD_OBJECT_ABSENT);
	assert_done(piv_key_history_ensure(piv, to, &err), err);
	assert_done(piv_key_history_ensure(piv, piv_slot_find("82"), &err), err);
	assert_done(piv_object_read(piv, PIV_OBJECT_KEY_HISTORY, &content, &err), err);
	assert_done(piv_key_history_parse(buffer_bytes(&content), &on_card, &elsewhere, &err), err);
	assert_int_equal(on_card, 2);
	assert_int_equal(elsewhere, 0);
	assert_done(piv_key_delete(piv, to, &err), err);
	assert_refused(piv_attest(piv, to, &leaf, &err), err, ERROR_NOT_ATTESTABLE);
	buffer_free(&spki);
	buffer_free(&leaf);
	buffer_free(&content);
	piv_close(piv);
	vtoken_plug_free(plug);
}

static void keep_line(void *state, const char *text)
{
	struct buffer *lines = state;
	struct error err = ERROR_EMPTY;

	assert_done(buffer_put_format(lines, &err, "%s\n", text), err);
}

/* The very bytes of each code, as hexadecimal text, may stand nowhere; the rest of the course must. */
static void a_trace_shows_no_secret(void **state)
{
	struct vtoken_plug *plug = vtoken_plug_new("5.7.4", vendor);
	struct transport transport = vtoken_plug_transport(plug);
	struct buffer lines = BUFFER_EMPTY, hex = BUFFER_EMPTY;
	struct piv_identity identity;
	struct piv *piv = NULL;
	struct secret *key = NULL, *found = NULL, *next = NULL;
	struct error err = ERROR_EMPTY;
	struct bytes rest;
	uint8_t byte;

	(void)state;
	assert_done(trace_wrap(&transport, (struct trace_sink){&lines, keep_line}, &err), err);
	assert_done(piv_open_over(&transport, &piv, &err) && piv_identify(piv, &identity, &err), err);
	prove_management_key(piv);
	assert_int_equal(change(piv, PIV_CODE_PIN, "123456", "271828"), ERROR_NONE);
	assert_int_equal(change(piv, PIV_CODE_PUK, "12345678", "31415926"), ERROR_NONE);
	assert_int_equal(verify(piv, "271828"), ERROR_NONE);
	assert_done(piv_management_key_draw(PIV_AES192, &key, &err), err);
	assert_done(piv_protected_keys_write(piv, key, NULL, &err), err);
	assert_done(piv_protected_keys_read(piv, &found, &next, &err), err);
	assert_done(piv_management_key_set(piv, PIV_AES192, key, &err), err);
	for (rest = secret_bytes(key); bytes_take_u8(&rest, &byte);)
		assert_done(buffer_put_format(&hex, &err, " %02x", byte), err);
	assert_null(strstr(buffer_text(&lines), buffer_text(&hex)));
	assert_null(strstr(buffer_text(&lines), " 32 37 31 38 32 38"));
	assert_null(strstr(buffer_text(&lines), " 31 32 33 34 35 36"));
	assert_null(strstr(buffer_text(&lines), " 33 31 34 31 35 39"));
	assert_non_null(strstr(buffer_text(&lines), "> 00 a4 04 00 05 a0 00 00 03 08"));
	assert_non_null(strstr(buffer_text(&lines), "> 00 20 00 80 [9 bytes masked]"));
	assert_non_null(strstr(buffer_text(&lines), "< 05 07 04 90 00"));
	secret_free(key);
	secret_free(found);
	buffer_free(&lines);
	buffer_free(&hex);
	piv_close(piv);
	vtoken_plug_free(plug);
}

static int make_vendor(void **state)
{
	struct error err = ERROR_EMPTY;

	(void)state;
	snprintf(vendor, sizeof(vendor), "/tmp/keyenroll-codes.%ld", (long)getpid());
	assert_done(shared_vendor_link(SHARED_VENDOR, vendor, &err), err);
	return 0;
}

static int remove_vendor(void **state)
{
	(void)state;
	return unlink(vendor);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(codes_are_judged_before_they_are_sent),
	    cmocka_unit_test(a_drawn_puk_is_good_and_never_the_same),
	    cmocka_unit_test(codes_are_changed_and_the_puk_rescues_the_pin),
	    cmocka_unit_test(tries_bring_the_factorys_codes_back),
	    cmocka_unit_test(a_reset_wants_both_codes_blocked),
	    cmocka_unit_test(a_management_key_is_set_and_found_again),
	    cmocka_unit_test(admin_data_is_read_or_refused),
	    cmocka_unit_test(damaged_objects_are_read_or_refused),
	    cmocka_unit_test(a_key_moves_and_is_counted_and_deleted),
	    cmocka_unit_test(a_trace_shows_no_secret),
	};

	return cmocka_run_group_tests_name("piv codes", tests, make_vendor, remove_vendor);
}

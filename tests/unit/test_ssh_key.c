#include "tests/unit/unit.h"

#include <openssl/ec.h>
#include <stdio.h>
#include <string.h>

#include "common/base64.h"
#include "tests/unit/mutation.h"
#include "tests/unit/ssh_samples.h"

static bool is_token(enum ssh_key_type type)
{
	return type == SSH_KEY_SK_ECDSA || type == SSH_KEY_SK_ED25519;
}

static void each_type_goes_through_each_form(void **state)
{
	(void)state;
	for (enum ssh_key_type type = SSH_KEY_RSA; type < SSH_KEY_TYPE_COUNT; type++) {
		struct ssh_key again = SSH_KEY_EMPTY;
		struct buffer line = BUFFER_EMPTY, spki = BUFFER_EMPTY;
		struct error err = ERROR_EMPTY;
		struct ssh_sample sample;
		struct bytes comment;

		ssh_sample_init(type, &sample);
		assert_int_equal(sample.key.type, type);
		assert_done(ssh_key_put_line(&sample.key, &line, &err), err);
		assert_true(bytes_start_with(buffer_bytes(&line), ssh_key_type_name(type)));
		assert_done(buffer_put_text(&line, " a comment\n", &err), err);
		assert_done(ssh_key_parse_line(buffer_bytes(&line), &again, &comment, &err), err);
		assert_true(bytes_equal_text(comment, "a comment"));
		assert_true(ssh_key_equal(&sample.key, &again));
		assert_string_equal(buffer_text(&again.application), is_token(type) ? SAMPLE_APPLICATION : "");
		ssh_key_clear(&again);
		assert_done(ssh_key_put_spki(&sample.key, &spki, &err), err);
		assert_done(ssh_key_of_spki(buffer_bytes(&spki), &again, &err), err);
		assert_int_equal(ssh_key_equal(&sample.key, &again), !is_token(type));
		ssh_key_clear(&again);
		buffer_free(&line);
		buffer_free(&spki);
		ssh_sample_clear(&sample);
	}
}

/* A key and the fingerprint that ssh-keygen -l prints for it. */
static void a_known_key_has_its_fingerprint(void **state)
{
	static const char line[] = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIPGl/9Fduk41wUO1M8gXCijQqzI8bxRqsRVbOHOgptLx";
	char fingerprint[SSH_KEY_FINGERPRINT_SIZE];
	struct ssh_key key = SSH_KEY_EMPTY;
	struct error err = ERROR_EMPTY;

	(void)state;
	assert_done(ssh_key_parse_line(bytes_of_text(line), &key, NULL, &err), err);
	assert_done(ssh_key_fingerprint(&key, fingerprint, &err), err);
	assert_string_equal(fingerprint, "SHA256:0qAVthVRu3ih6drNnRzlrg2stiPg/Pk0VvqAYLN5jnU");
	ssh_key_clear(&key);
}

#define TEXT(text) text, sizeof(text) - 1
#define ZEROS_16 "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"

struct wrong_field {
	const char *name;
	enum ssh_key_type type;
	size_t field;
	const char *content;
	size_t len;
	enum error_code code;
};

static void assert_wrong_fields_are_refused(const struct wrong_field *rows, size_t num)
{
	for (size_t i = 0; i < num; i++) {
		struct buffer blob = BUFFER_EMPTY;
		struct ssh_key key = SSH_KEY_EMPTY;
		struct error err = ERROR_EMPTY;
		struct ssh_sample sample;

		ssh_sample_init(rows[i].type, &sample);
		ssh_replace_field(
		    buffer_bytes(&sample.key.blob), rows[i].field, bytes_of(rows[i].content, rows[i].len), &blob);
		if (ssh_key_parse(buffer_bytes(&blob), &key, &err) || err.code != rows[i].code)
			fail_msg("%s: %s", rows[i].name, error_word(err.code));
		assert_null(key.public_key);
		buffer_free(&blob);
		ssh_sample_clear(&sample);
	}
}

static void a_wrong_type_is_refused(void **state)
{
	static const struct wrong_field rows[] = {
	    {"unknown type", SSH_KEY_RSA, 0, TEXT("ssh-dss"), ERROR_SSH_KEY_TYPE},
	    {"certificate type", SSH_KEY_ED25519, 0, TEXT("ssh-ed25519-cert-v01@openssh.com"), ERROR_SSH_KEY_TYPE},
	    {"no type", SSH_KEY_ED25519, 0, TEXT(""), ERROR_SSH_KEY_TYPE},
	    {"unprintable type", SSH_KEY_ED25519, 0, TEXT("\x1b[2J"), ERROR_SSH_KEY_TYPE},
	    {"other type's name", SSH_KEY_ED25519, 0, TEXT("sk-ssh-ed25519@openssh.com"), ERROR_SSH_KEY},
	};

	(void)state;
	assert_wrong_fields_are_refused(rows, sizeof(rows) / sizeof(rows[0]));
}

static void wrong_rsa_numbers_are_refused(void **state)
{
	static const struct wrong_field rows[] = {
	    {"exponent 3", SSH_KEY_RSA, 1, TEXT("\3"), ERROR_SSH_KEY},
	    {"exponent even", SSH_KEY_RSA, 1, TEXT("\1\0\2"), ERROR_SSH_KEY},
	    {"exponent zero", SSH_KEY_RSA, 1, TEXT(""), ERROR_SSH_KEY},
	    {"exponent padded", SSH_KEY_RSA, 1, TEXT("\0\1\0\1"), ERROR_SSH_KEY},
	    {"exponent negative", SSH_KEY_RSA, 1, TEXT("\x81\0\1"), ERROR_SSH_KEY},
	    {"exponent long", SSH_KEY_RSA, 1, TEXT("\1" ZEROS_16 ZEROS_16 "\1"), ERROR_SSH_KEY},
	    {"modulus short", SSH_KEY_RSA, 2, TEXT("\1" ZEROS_16 ZEROS_16 "\1"), ERROR_SSH_KEY},
	    {"modulus zero", SSH_KEY_RSA, 2, TEXT("\0"), ERROR_SSH_KEY},
	};

	(void)state;
	assert_wrong_fields_are_refused(rows, sizeof(rows) / sizeof(rows[0]));
}

static void wrong_points_are_refused(void **state)
{
	static const struct wrong_field rows[] = {
	    {"other curve", SSH_KEY_ECDSA_P256, 1, TEXT("nistp384"), ERROR_SSH_KEY},
	    {"no curve", SSH_KEY_ECDSA_P256, 1, TEXT(""), ERROR_SSH_KEY},
	    {"infinity", SSH_KEY_ECDSA_P256, 2, TEXT("\0"), ERROR_SSH_KEY},
	    {"no point", SSH_KEY_ECDSA_P256, 2, TEXT(""), ERROR_SSH_KEY},
	    {"compressed point", SSH_KEY_ECDSA_P256, 2, TEXT("\2" ZEROS_16 ZEROS_16), ERROR_SSH_KEY},
	    {"origin", SSH_KEY_ECDSA_P256, 2, TEXT("\4" ZEROS_16 ZEROS_16 ZEROS_16 ZEROS_16), ERROR_SSH_KEY},
	    {"hybrid form", SSH_KEY_ECDSA_P256, 2, TEXT("\6" ZEROS_16 ZEROS_16 ZEROS_16 ZEROS_16), ERROR_SSH_KEY},
	    {"short Ed25519", SSH_KEY_ED25519, 1, TEXT(ZEROS_16), ERROR_SSH_KEY},
	    {"long Ed25519", SSH_KEY_ED25519, 1, TEXT(ZEROS_16 ZEROS_16 "\0"), ERROR_SSH_KEY},
	    {"point of order 8", SSH_KEY_ED25519, 1,
	        TEXT("\x26\xe8\x95\x8f\xc2\xb2\x27\xb0\x45\xc3\xf4\x89\xf2\xef\x98\xf0"
	             "\xd5\xdf\xac\x05\xd3\xc6\x33\x39\xb1\x38\x02\x88\x6d\x53\xfc\x85"),
	        ERROR_SSH_KEY},
	    {"token's point of order 8", SSH_KEY_SK_ED25519, 1,
	        TEXT("\xc7\x17\x6a\x70\x3d\x4d\xd8\x4f\xba\x3c\x0b\x76\x0d\x10\x67\x0f"
	             "\x2a\x20\x53\xfa\x2c\x39\xcc\xc6\x4e\xc7\xfd\x77\x92\xac\x03\x7a"),
	        ERROR_SSH_KEY},
	};

	(void)state;
	assert_wrong_fields_are_refused(rows, sizeof(rows) / sizeof(rows[0]));
}

static void a_wrong_application_is_refused(void **state)
{
	static const struct wrong_field rows[] = {
	    {"no application", SSH_KEY_SK_ED25519, 2, TEXT(""), ERROR_SSH_KEY},
	    {"NUL in application", SSH_KEY_SK_ED25519, 2, TEXT("ssh:\0x"), ERROR_SSH_KEY},
	    {"line end in application", SSH_KEY_SK_ECDSA, 3, TEXT("ssh:\n"), ERROR_SSH_KEY},
	};

	(void)state;
	assert_wrong_fields_are_refused(rows, sizeof(rows) / sizeof(rows[0]));
}

static void rsa_sizes_are_bounded(void **state)
{
	static const struct {
		const char *name;
		size_t len; /* bytes of the modulus, a zero in front counted */
		uint8_t first, second, last;
		bool good;
	} rows[] = {
	    {"2048 bits", 257, 0, 0x80, 1, true},
	    {"2048 bits, even", 257, 0, 0x80, 2, false},
	    {"2047 bits", 256, 0x7f, 0xff, 1, false},
	    {"2049 bits", 257, 0x01, 0, 1, true},
	    {"2048 bits, padded twice", 258, 0, 0, 1, false},
	    {"2048 bits, negative", 256, 0x80, 0, 1, false},
	    {"16384 bits", 2049, 0, 0x80, 1, true},
	    {"16385 bits", 2049, 1, 0, 1, false},
	};
	struct ssh_sample sample;

	(void)state;
	ssh_sample_init(SSH_KEY_RSA, &sample);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint8_t modulus[2049] = {rows[i].first, rows[i].second};
		struct buffer blob = BUFFER_EMPTY;
		struct ssh_key key = SSH_KEY_EMPTY;
		struct error err = ERROR_EMPTY;

		modulus[rows[i].len - 1] = rows[i].last;
		ssh_replace_field(buffer_bytes(&sample.key.blob), 2, bytes_of(modulus, rows[i].len), &blob);
		if (ssh_key_parse(buffer_bytes(&blob), &key, &err) != rows[i].good)
			fail_msg("%s: %s", rows[i].name, err.text);
		ssh_key_clear(&key);
		buffer_free(&blob);
	}
	ssh_sample_clear(&sample);
}

static void points_that_anybody_can_sign_for_are_refused(void **state)
{
	static const struct {
		uint8_t first, middle, last;
		bool good;
	} rows[] = {
	    {0x00, 0x00, 0x00, false},
	    {0x00, 0x00, 0x80, false},
	    {0x01, 0x00, 0x00, false},
	    {0x01, 0x00, 0x80, false},
	    {0x03, 0x00, 0x00, true},
	    {0xec, 0xff, 0x7f, false},
	    {0xed, 0xff, 0x7f, false},
	    {0xee, 0xff, 0xff, false},
	    {0xeb, 0xff, 0x7f, true},
	};
	struct ssh_sample sample;

	(void)state;
	ssh_sample_init(SSH_KEY_ED25519, &sample);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct buffer blob = BUFFER_EMPTY;
		struct ssh_key key = SSH_KEY_EMPTY;
		struct error err = ERROR_EMPTY;
		uint8_t point[32];

		memset(point, rows[i].middle, sizeof(point));
		point[0] = rows[i].first;
		point[31] = rows[i].last;
		ssh_replace_field(buffer_bytes(&sample.key.blob), 1, BYTES_OF(point), &blob);
		if (ssh_key_parse(buffer_bytes(&blob), &key, &err) != rows[i].good)
			fail_msg("row %zu: %s", i, err.text);
		ssh_key_clear(&key);
		buffer_free(&blob);
	}
	ssh_sample_clear(&sample);
}

static void a_line_is_one_key(void **state)
{
	static const struct {
		const char *name, *before, *after;
		enum error_code code;
	} rows[] = {
	    {"plain", "ssh-ed25519 ", "", ERROR_NONE},
	    {"line end", "ssh-ed25519 ", "\n", ERROR_NONE},
	    {"comment", "ssh-ed25519 ", " two words\n", ERROR_NONE},
	    {"other type", "ssh-rsa ", "", ERROR_SSH_KEY},
	    {"type cut", "ssh-ed2551 ", "", ERROR_SSH_KEY},
	    {"options", "no-pty ssh-ed25519 ", "", ERROR_BASE64},
	    {"blank in front", " ssh-ed25519 ", "", ERROR_BASE64},
	    {"two blanks", "ssh-ed25519  ", "", ERROR_SSH_KEY},
	    {"blob alone", "", "", ERROR_SSH_KEY},
	    {"two lines", "ssh-ed25519 ", "\nx", ERROR_SSH_KEY},
	    {"two line ends", "ssh-ed25519 ", "\n\n", ERROR_SSH_KEY},
	    {"junk at the blob", "ssh-ed25519 ", "x", ERROR_BASE64},
	};
	struct buffer text = BUFFER_EMPTY;
	struct error err = ERROR_EMPTY;
	struct ssh_sample sample;

	(void)state;
	ssh_sample_init(SSH_KEY_ED25519, &sample);
	assert_done(base64_put(buffer_bytes(&sample.key.blob), &text, &err), err);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct ssh_key key = SSH_KEY_EMPTY;
		char line[256];

		err = ERROR_EMPTY;
		(void)snprintf(line, sizeof(line), "%s%s%s", rows[i].before, buffer_text(&text), rows[i].after);
		if (ssh_key_parse_line(bytes_of_text(line), &key, NULL, &err) != (rows[i].code == ERROR_NONE) ||
		    err.code != rows[i].code)
			fail_msg("%s: %s", rows[i].name, error_word(err.code));
		ssh_key_clear(&key);
	}
	assert_refused(ssh_key_parse_line(BYTES_EMPTY, &(struct ssh_key){0}, NULL, &err), err, ERROR_SSH_KEY);
	buffer_free(&text);
	ssh_sample_clear(&sample);
}

static void kinds_without_a_name_are_refused(void **state)
{
	static const char *const kinds[] = {"X25519", "ED448", "P-224", "secp256k1"};

	(void)state;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		EVP_PKEY *pair = i < 2 ? EVP_PKEY_Q_keygen(NULL, NULL, kinds[i]) : EVP_EC_gen(kinds[i]);
		struct ssh_key key = SSH_KEY_EMPTY;
		struct error err = ERROR_EMPTY;

		assert_non_null(pair);
		assert_refused(ssh_key_of_public(pair, &key, &err), err, ERROR_SSH_KEY_TYPE);
		EVP_PKEY_free(pair);
	}
}

/* What a damaged key still parses as is another key in canonical form. */
static void check_blob(struct bytes damaged, void *context)
{
	struct ssh_key key = SSH_KEY_EMPTY;
	struct error err = ERROR_EMPTY;

	(void)context;
	if (ssh_key_parse(damaged, &key, &err))
		assert_true(bytes_equal(buffer_bytes(&key.blob), damaged));
	else
		assert_true(err.code == ERROR_SSH_KEY || err.code == ERROR_SSH_KEY_TYPE);
	ssh_key_clear(&key);
}

static void check_spki(struct bytes damaged, void *context)
{
	struct buffer again = BUFFER_EMPTY;
	struct ssh_key key = SSH_KEY_EMPTY;
	struct error err = ERROR_EMPTY;

	(void)context;
	if (ssh_key_of_spki(damaged, &key, &err)) {
		assert_done(ssh_key_put_spki(&key, &again, &err), err);
		assert_true(bytes_equal(buffer_bytes(&again), damaged));
	}
	ssh_key_clear(&key);
	buffer_free(&again);
}

static void damage_never_breaks_the_parsers(void **state)
{
	(void)state;
	for (enum ssh_key_type type = SSH_KEY_RSA; type < SSH_KEY_TYPE_COUNT; type++) {
		struct buffer spki = BUFFER_EMPTY;
		struct error err = ERROR_EMPTY;
		struct ssh_sample sample;

		ssh_sample_init(type, &sample);
		every_mutation(buffer_bytes(&sample.key.blob), check_blob, NULL);
		assert_done(ssh_key_put_spki(&sample.key, &spki, &err), err);
		every_mutation(buffer_bytes(&spki), check_spki, NULL);
		assert_done(buffer_put_u8(&spki, 0, &err), err);
		assert_refused(ssh_key_of_spki(buffer_bytes(&spki), &(struct ssh_key){0}, &err), err, ERROR_SSH_KEY);
		assert_done(buffer_put_u8(&sample.key.blob, 0, &err), err);
		assert_refused(
		    ssh_key_parse(buffer_bytes(&sample.key.blob), &(struct ssh_key){0}, &err), err, ERROR_SSH_KEY);
		buffer_free(&spki);
		ssh_sample_clear(&sample);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(each_type_goes_through_each_form),
	    cmocka_unit_test(a_known_key_has_its_fingerprint),
	    cmocka_unit_test(a_wrong_type_is_refused),
	    cmocka_unit_test(wrong_rsa_numbers_are_refused),
	    cmocka_unit_test(wrong_points_are_refused),
	    cmocka_unit_test(a_wrong_application_is_refused),
	    cmocka_unit_test(rsa_sizes_are_bounded),
	    cmocka_unit_test(points_that_anybody_can_sign_for_are_refused),
	    cmocka_unit_test(a_line_is_one_key),
	    cmocka_unit_test(kinds_without_a_name_are_refused),
	    cmocka_unit_test(damage_never_breaks_the_parsers),
	};

	return cmocka_run_group_tests_name("ssh_key", tests, NULL, NULL);
}

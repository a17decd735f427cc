#include "tests/unit/unit.h"

#include <string.h>

#include "common/sshsig.h"
#include "tests/unit/mutation.h"
#include "tests/unit/ssh_samples.h"

#define NAMESPACE "test@keyenroll"
#define MESSAGE bytes_of_text("a record")
#define RAW(text) text, sizeof(text) - 1

static void put_sample(const struct ssh_sample *sample, const char *name_space, struct buffer *blob)
{
	struct buffer data = BUFFER_EMPTY, signature = BUFFER_EMPTY;
	struct error err = ERROR_EMPTY;

	assert_done(sshsig_put_signed_data(name_space, MESSAGE, &data, &err), err);
	ssh_sample_sign(sample, NULL, buffer_bytes(&data), FLAG_PRESENT | FLAG_VERIFIED, &signature);
	assert_done(sshsig_encode(&sample->key, name_space, buffer_bytes(&signature), blob, &err), err);
	buffer_free(&data);
	buffer_free(&signature);
}

static void each_type_signs_and_is_verified(void **state)
{
	(void)state;
	for (enum ssh_key_type type = SSH_KEY_RSA; type < SSH_KEY_TYPE_COUNT; type++) {
		bool token = type == SSH_KEY_SK_ECDSA || type == SSH_KEY_SK_ED25519;
		struct buffer blob = BUFFER_EMPTY, armor = BUFFER_EMPTY;
		struct sshsig sshsig = SSHSIG_EMPTY;
		struct ssh_sk_flags flags;
		struct error err = ERROR_EMPTY;
		struct ssh_sample sample;

		ssh_sample_init(type, &sample);
		put_sample(&sample, NAMESPACE, &blob);
		assert_done(sshsig_put_armor(buffer_bytes(&blob), &armor, &err), err);
		assert_done(sshsig_parse_armor(buffer_bytes(&armor), &sshsig, &err), err);
		assert_true(ssh_key_equal(&sshsig.key, &sample.key));
		assert_string_equal(sshsig.name_space, NAMESPACE);
		assert_true(sshsig.sha512);
		assert_done(sshsig_verify(&sshsig, NAMESPACE, MESSAGE, &flags, &err), err);
		assert_int_equal(flags.user_verified, token);
		assert_refused(sshsig_verify(&sshsig, "file", MESSAGE, NULL, &err), err, ERROR_SSHSIG_NAMESPACE);
		assert_refused(sshsig_verify(&sshsig, NAMESPACE "x", MESSAGE, NULL, &err), err, ERROR_SSHSIG_NAMESPACE);
		assert_refused(
		    sshsig_verify(&sshsig, NAMESPACE, bytes_of_text("a recorD"), NULL, &err), err, ERROR_SSH_SIGNATURE);
		sshsig_clear(&sshsig);
		buffer_free(&blob);
		buffer_free(&armor);
		ssh_sample_clear(&sample);
	}
}

/* A signature over the bare message, as a login would be one, is no SSHSIG. */
static void another_protocols_signature_is_refused(void **state)
{
	struct buffer blob = BUFFER_EMPTY, signature = BUFFER_EMPTY;
	struct sshsig sshsig = SSHSIG_EMPTY;
	struct error err = ERROR_EMPTY;
	struct ssh_sample sample;

	(void)state;
	ssh_sample_init(SSH_KEY_ED25519, &sample);
	ssh_sample_sign(&sample, NULL, MESSAGE, 0, &signature);
	assert_done(sshsig_encode(&sample.key, NAMESPACE, buffer_bytes(&signature), &blob, &err), err);
	assert_done(sshsig_parse(buffer_bytes(&blob), &sshsig, &err), err);
	assert_refused(sshsig_verify(&sshsig, NAMESPACE, MESSAGE, NULL, &err), err, ERROR_SSH_SIGNATURE);
	sshsig_clear(&sshsig);
	buffer_free(&blob);
	buffer_free(&signature);
	ssh_sample_clear(&sample);
}

enum field { FIELD_MAGIC, FIELD_VERSION, FIELD_KEY, FIELD_NAMESPACE, FIELD_RESERVED, FIELD_HASH, FIELD_COUNT };

/* The usual fields of an SSHSIG, one of them replaced. */
static void put_with(const struct ssh_sample *sample, enum field field, struct bytes content, struct buffer *blob)
{
	struct bytes fields[FIELD_COUNT] = {
	    [FIELD_MAGIC] = bytes_of_text("SSHSIG"),
	    [FIELD_VERSION] = bytes_of("\0\0\0\1", 4),
	    [FIELD_KEY] = buffer_bytes(&sample->key.blob),
	    [FIELD_NAMESPACE] = bytes_of_text(NAMESPACE),
	    [FIELD_HASH] = bytes_of_text("sha512"),
	};
	struct error err = ERROR_EMPTY;

	fields[field] = content;
	assert_done(buffer_put(blob, fields[FIELD_MAGIC], &err) && buffer_put(blob, fields[FIELD_VERSION], &err), err);
	for (enum field next = FIELD_KEY; next < FIELD_COUNT; next++)
		assert_done(buffer_put_ssh_string(blob, fields[next], &err), err);
	assert_done(buffer_put_ssh_text(blob, "signature", &err), err);
}

static void each_field_is_checked(void **state)
{
	static const char long_name[] = "nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn"
	                                "nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn";
	static const struct {
		const char *name;
		enum field field;
		const char *content;
		size_t len;
		enum error_code code;
	} rows[] = {
	    {"usual", FIELD_HASH, RAW("sha512"), ERROR_NONE},
	    {"other hash", FIELD_HASH, RAW("sha256"), ERROR_NONE},
	    {"SHA-1", FIELD_HASH, RAW("sha1"), ERROR_SSHSIG},
	    {"SHA-384", FIELD_HASH, RAW("sha384"), ERROR_SSHSIG},
	    {"no hash", FIELD_HASH, RAW(""), ERROR_SSHSIG},
	    {"magic", FIELD_MAGIC, RAW("SSHSIX"), ERROR_SSHSIG},
	    {"version 0", FIELD_VERSION, RAW("\0\0\0\0"), ERROR_SSHSIG},
	    {"version 2", FIELD_VERSION, RAW("\0\0\0\2"), ERROR_SSHSIG},
	    {"no key", FIELD_KEY, RAW(""), ERROR_SSH_KEY},
	    {"certificate", FIELD_KEY, RAW("\0\0\0\x20ssh-ed25519-cert-v01@openssh.com"), ERROR_SSH_KEY_TYPE},
	    {"no namespace", FIELD_NAMESPACE, RAW(""), ERROR_SSHSIG},
	    {"NUL in namespace", FIELD_NAMESPACE, RAW("test@keyenroll\0x"), ERROR_SSHSIG},
	    {"long namespace", FIELD_NAMESPACE, long_name, 128, ERROR_SSHSIG},
	    {"reserved", FIELD_RESERVED, RAW("x"), ERROR_SSHSIG},
	};
	struct ssh_sample sample;

	(void)state;
	ssh_sample_init(SSH_KEY_ED25519, &sample);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct buffer blob = BUFFER_EMPTY;
		struct sshsig sshsig = SSHSIG_EMPTY;
		struct error err = ERROR_EMPTY;

		put_with(&sample, rows[i].field, bytes_of(rows[i].content, rows[i].len), &blob);
		if (sshsig_parse(buffer_bytes(&blob), &sshsig, &err) != (rows[i].code == ERROR_NONE) ||
		    err.code != rows[i].code)
			fail_msg("%s: %s", rows[i].name, error_word(err.code));
		sshsig_clear(&sshsig);
		buffer_free(&blob);
	}
	ssh_sample_clear(&sample);
}

static void namespaces_are_checked_when_signing_too(void **state)
{
	static const char *const bad[] = {"", "a\nb"};
	struct buffer out = BUFFER_EMPTY;
	struct error err = ERROR_EMPTY;
	struct ssh_sample sample;

	(void)state;
	ssh_sample_init(SSH_KEY_ED25519, &sample);
	for (size_t i = 0; i < 2; i++) {
		assert_refused(sshsig_put_signed_data(bad[i], MESSAGE, &out, &err), err, ERROR_SSHSIG);
		assert_refused(sshsig_encode(&sample.key, bad[i], MESSAGE, &out, &err), err, ERROR_SSHSIG);
	}
	assert_int_equal(out.len, 0);
	ssh_sample_clear(&sample);
}

static void armor_has_one_form(void **state)
{
	static const struct {
		const char *name, *text;
		enum error_code code;
	} rows[] = {
	    {"nothing", "", ERROR_SSHSIG},
	    {"begin alone", "-----BEGIN SSH SIGNATURE-----\n", ERROR_SSHSIG},
	    {"no end", "-----BEGIN SSH SIGNATURE-----\nU1NI\n", ERROR_SSHSIG},
	    {"empty", "-----BEGIN SSH SIGNATURE-----\n-----END SSH SIGNATURE-----\n", ERROR_SSHSIG},
	    {"no base64", "-----BEGIN SSH SIGNATURE-----\nU1N\n-----END SSH SIGNATURE-----\n", ERROR_BASE64},
	    {"junk in front", "x\n-----BEGIN SSH SIGNATURE-----\nU1NI\n-----END SSH SIGNATURE-----\n", ERROR_SSHSIG},
	    {"junk behind", "-----BEGIN SSH SIGNATURE-----\nU1NI\n-----END SSH SIGNATURE-----\nx", ERROR_SSHSIG},
	    {"other armor", "-----BEGIN SSH KEY-----\nU1NI\n-----END SSH KEY-----\n", ERROR_SSHSIG},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct sshsig sshsig = SSHSIG_EMPTY;
		struct error err = ERROR_EMPTY;

		if (sshsig_parse_armor(bytes_of_text(rows[i].text), &sshsig, &err) || err.code != rows[i].code)
			fail_msg("%s: %s", rows[i].name, error_word(err.code));
	}
}

static void check_damaged(struct bytes damaged, void *context)
{
	struct sshsig sshsig = SSHSIG_EMPTY;
	struct error err = ERROR_EMPTY;

	(void)context;
	if (sshsig_parse(damaged, &sshsig, &err))
		assert_false(sshsig_verify(&sshsig, NAMESPACE, MESSAGE, NULL, &err));
	assert_int_not_equal(err.code, ERROR_NONE);
	sshsig_clear(&sshsig);
}

static void a_damaged_signature_never_verifies(void **state)
{
	(void)state;
	for (enum ssh_key_type type = SSH_KEY_RSA; type < SSH_KEY_TYPE_COUNT; type++) {
		struct buffer blob = BUFFER_EMPTY;
		struct error err = ERROR_EMPTY;
		struct ssh_sample sample;

		ssh_sample_init(type, &sample);
		put_sample(&sample, NAMESPACE, &blob);
		every_mutation(buffer_bytes(&blob), check_damaged, NULL);
		assert_done(buffer_put_u8(&blob, 0, &err), err);
		check_damaged(buffer_bytes(&blob), NULL);
		buffer_free(&blob);
		ssh_sample_clear(&sample);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(each_type_signs_and_is_verified),
	    cmocka_unit_test(another_protocols_signature_is_refused),
	    cmocka_unit_test(each_field_is_checked),
	    cmocka_unit_test(namespaces_are_checked_when_signing_too),
	    cmocka_unit_test(armor_has_one_form),
	    cmocka_unit_test(a_damaged_signature_never_verifies),
	};

	return cmocka_run_group_tests_name("sshsig", tests, NULL, NULL);
}

#include "tests/unit/unit.h"

#include "tests/unit/mutation.h"
#include "tests/unit/ssh_samples.h"

#define MESSAGE bytes_of_text("what is signed")

static bool is_token(enum ssh_key_type type)
{
	return type == SSH_KEY_SK_ECDSA || type == SSH_KEY_SK_ED25519;
}

static void each_type_verifies_its_own_message_only(void **state)
{
	(void)state;
	for (enum ssh_key_type type = SSH_KEY_RSA; type < SSH_KEY_TYPE_COUNT; type++) {
		struct ssh_sk_flags flags = {.counter = 99};
		struct buffer signature = BUFFER_EMPTY;
		struct ssh_sample sample, other;
		struct error err = ERROR_EMPTY;

		ssh_sample_init(type, &sample);
		ssh_sample_init(type, &other);
		ssh_sample_sign(&sample, NULL, MESSAGE, FLAG_PRESENT, &signature);
		assert_done(ssh_key_verify(&sample.key, buffer_bytes(&signature), MESSAGE, &flags, &err), err);
		assert_int_equal(flags.user_present, is_token(type));
		assert_false(flags.user_verified);
		assert_int_equal(flags.counter, is_token(type) ? SAMPLE_COUNTER : 0);
		assert_refused(ssh_key_verify(&sample.key, buffer_bytes(&signature), bytes_of_text("what"), NULL, &err),
		    err, ERROR_SSH_SIGNATURE);
		assert_refused(ssh_key_verify(&other.key, buffer_bytes(&signature), MESSAGE, NULL, &err), err,
		    ERROR_SSH_SIGNATURE);
		buffer_free(&signature);
		ssh_sample_clear(&sample);
		ssh_sample_clear(&other);
	}
}

static void no_key_verifies_a_signature_of_another_type(void **state)
{
	struct ssh_sample samples[SSH_KEY_TYPE_COUNT];

	(void)state;
	for (enum ssh_key_type type = SSH_KEY_RSA; type < SSH_KEY_TYPE_COUNT; type++)
		ssh_sample_init(type, &samples[type]);
	for (enum ssh_key_type signer = SSH_KEY_RSA; signer < SSH_KEY_TYPE_COUNT; signer++) {
		struct buffer signature = BUFFER_EMPTY;
		struct error err = ERROR_EMPTY;

		ssh_sample_sign(&samples[signer], NULL, MESSAGE, FLAG_PRESENT, &signature);
		for (enum ssh_key_type type = SSH_KEY_RSA; type < SSH_KEY_TYPE_COUNT; type++)
			if (type != signer)
				assert_refused(
				    ssh_key_verify(&samples[type].key, buffer_bytes(&signature), MESSAGE, NULL, &err),
				    err, ERROR_SSH_SIGNATURE);
		buffer_free(&signature);
	}
	for (enum ssh_key_type type = SSH_KEY_RSA; type < SSH_KEY_TYPE_COUNT; type++)
		ssh_sample_clear(&samples[type]);
}

static void rsa_signs_with_sha2_only(void **state)
{
	static const struct {
		const char *format;
		bool good;
	} rows[] = {{"rsa-sha2-256", true}, {"rsa-sha2-512", true}, {"ssh-rsa", false}};
	struct ssh_sample sample;

	(void)state;
	ssh_sample_init(SSH_KEY_RSA, &sample);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct buffer signature = BUFFER_EMPTY;
		struct error err = ERROR_EMPTY;

		ssh_sample_sign(&sample, rows[i].format, MESSAGE, 0, &signature);
		assert_int_equal(
		    ssh_key_verify(&sample.key, buffer_bytes(&signature), MESSAGE, NULL, &err), rows[i].good);
		assert_int_equal(err.code, rows[i].good ? ERROR_NONE : ERROR_SSH_SIGNATURE);
		buffer_free(&signature);
	}
	ssh_sample_clear(&sample);
}

static void a_token_must_have_been_touched(void **state)
{
	static const struct {
		uint8_t flags;
		bool good, verified;
	} rows[] = {{0, false, false}, {FLAG_PRESENT, true, false}, {FLAG_VERIFIED, false, false},
	    {FLAG_PRESENT | FLAG_VERIFIED, true, true}};
	static const enum ssh_key_type types[] = {SSH_KEY_SK_ECDSA, SSH_KEY_SK_ED25519};

	(void)state;
	for (size_t i = 0; i < 2 * sizeof(rows) / sizeof(rows[0]); i++) {
		struct ssh_sk_flags flags = {.counter = 99};
		struct buffer signature = BUFFER_EMPTY;
		struct error err = ERROR_EMPTY;
		struct ssh_sample sample;

		ssh_sample_init(types[i % 2], &sample);
		ssh_sample_sign(&sample, NULL, MESSAGE, rows[i / 2].flags, &signature);
		assert_int_equal(
		    ssh_key_verify(&sample.key, buffer_bytes(&signature), MESSAGE, &flags, &err), rows[i / 2].good);
		assert_int_equal(err.code, rows[i / 2].good ? ERROR_NONE : ERROR_SSH_SIGNATURE);
		if (rows[i / 2].good)
			assert_int_equal(flags.user_verified, rows[i / 2].verified);
		buffer_free(&signature);
		ssh_sample_clear(&sample);
	}
}

static void what_a_piv_token_gives_becomes_a_signature(void **state)
{
	(void)state;
	for (enum ssh_key_type type = SSH_KEY_RSA; type < SSH_KEY_TYPE_COUNT; type++) {
		struct buffer bare = BUFFER_EMPTY, signature = BUFFER_EMPTY;
		struct error err = ERROR_EMPTY;
		struct ssh_sample sample;

		ssh_sample_init(type, &sample);
		ssh_sample_sign_bare(&sample, ssh_key_signature_digest(&sample.key), MESSAGE, &bare);
		if (is_token(type)) {
			assert_null(ssh_key_signature_digest(&sample.key));
			assert_refused(ssh_key_put_signature(&sample.key, buffer_bytes(&bare), &signature, &err), err,
			    ERROR_SSH_KEY_TYPE);
		} else {
			assert_done(ssh_key_put_signature(&sample.key, buffer_bytes(&bare), &signature, &err), err);
			assert_done(ssh_key_verify(&sample.key, buffer_bytes(&signature), MESSAGE, NULL, &err), err);
			buffer_cut(&signature, 0);
			buffer_cut(&bare, bare.len - 1);
			assert_refused(ssh_key_put_signature(&sample.key, buffer_bytes(&bare), &signature, &err), err,
			    ERROR_SSH_SIGNATURE);
			assert_int_equal(signature.len, 0);
		}
		buffer_free(&bare);
		buffer_free(&signature);
		ssh_sample_clear(&sample);
	}
}

static void a_malformed_pair_is_no_signature(void **state)
{
	static const struct {
		const char *name;
		uint8_t der[48];
		size_t len;
	} rows[] = {
	    {"r zero", {0x30, 6, 2, 1, 0, 2, 1, 1}, 8},
	    {"s zero", {0x30, 6, 2, 1, 1, 2, 1, 0}, 8},
	    {"r negative", {0x30, 6, 2, 1, 0x80, 2, 1, 1}, 8},
	    {"junk behind", {0x30, 6, 2, 1, 1, 2, 1, 1, 0}, 9},
	    {"junk inside", {0x30, 7, 2, 1, 1, 2, 1, 1, 0}, 9},
	    {"one number", {0x30, 3, 2, 1, 1}, 5},
	    {"r too long", {0x30, 38, 2, 33, 1, [37] = 2, 1, 1}, 40},
	    {"nothing", {0}, 0},
	};
	struct ssh_sample sample;

	(void)state;
	ssh_sample_init(SSH_KEY_ECDSA_P256, &sample);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct buffer signature = BUFFER_EMPTY;
		struct error err = ERROR_EMPTY;

		if (ssh_key_put_signature(&sample.key, bytes_of(rows[i].der, rows[i].len), &signature, &err) ||
		    err.code != ERROR_SSH_SIGNATURE)
			fail_msg("%s: %s", rows[i].name, error_word(err.code));
		buffer_free(&signature);
	}
	ssh_sample_clear(&sample);
}

static void check_signature(struct bytes damaged, void *context)
{
	const struct ssh_sample *sample = context;
	struct error err = ERROR_EMPTY;

	assert_refused(ssh_key_verify(&sample->key, damaged, MESSAGE, NULL, &err), err, ERROR_SSH_SIGNATURE);
}

static void a_damaged_signature_never_verifies(void **state)
{
	(void)state;
	for (enum ssh_key_type type = SSH_KEY_RSA; type < SSH_KEY_TYPE_COUNT; type++) {
		struct buffer signature = BUFFER_EMPTY;
		struct error err = ERROR_EMPTY;
		struct ssh_sample sample;

		ssh_sample_init(type, &sample);
		ssh_sample_sign(&sample, NULL, MESSAGE, FLAG_PRESENT, &signature);
		every_mutation(buffer_bytes(&signature), check_signature, &sample);
		assert_done(buffer_put_u8(&signature, 0, &err), err);
		check_signature(buffer_bytes(&signature), &sample);
		buffer_free(&signature);
		ssh_sample_clear(&sample);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(each_type_verifies_its_own_message_only),
	    cmocka_unit_test(no_key_verifies_a_signature_of_another_type),
	    cmocka_unit_test(rsa_signs_with_sha2_only),
	    cmocka_unit_test(a_token_must_have_been_touched),
	    cmocka_unit_test(what_a_piv_token_gives_becomes_a_signature),
	    cmocka_unit_test(a_malformed_pair_is_no_signature),
	    cmocka_unit_test(a_damaged_signature_never_verifies),
	};

	return cmocka_run_group_tests_name("ssh_signature", tests, NULL, NULL);
}

/* The record that a key signs, and what its signature must be. */
#include "tests/unit/unit.h"

#include <openssl/sha.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#include "common/file.h"
#include "common/request.h"
#include "common/sshsig.h"
#include "verifier/authentication.h"
#include "verifier/challenge.h"
#include "verifier/configuration.h"
#include "verifier/decision.h"
#include "verifier/host_key.h"

#define HOST_KEY "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAGPrw+s9xKMHEFTeRtYyXFObz6kz+LjBnKhpPzz4C4W root@host\n"

enum { PRESENT = 0x01, VERIFIED = 0x04 };

static const struct request request = {
    .code = REQUEST_AGENT,
    .account = {(const uint8_t *)"root", 4},
    .service = {(const uint8_t *)"sudo", 4},
    .caller = {(const uint8_t *)"alice", 5},
    .command = {(const uint8_t *)"sudo reboot", 11},
};

static void make_folder(char *folder)
{
	assert_non_null(mkdtemp(folder));
}

static void the_record_says_host_account_and_command(void **state)
{
	static const uint8_t challenge[CHALLENGE_SIZE] = {0xab};
	char folder[] = "/tmp/keyenroll-challenge-XXXXXX", path[96], host_key[SSH_KEY_FINGERPRINT_SIZE], wanted[1024];
	struct buffer record = BUFFER_EMPTY;
	struct error err = ERROR_EMPTY;
	struct utsname host;

	(void)state;
	make_folder(folder);
	assert_int_equal(uname(&host), 0);
	host_key_find(folder, host_key);
	assert_string_equal(host_key, "none");
	(void)snprintf(path, sizeof(path), "%s/ssh_host_ed25519_key.pub", folder);
	assert_done(file_store(path, bytes_of_text(HOST_KEY), 0644, &err), err);
	host_key_find(folder, host_key);
	assert_memory_equal(host_key, "SHA256:", 7);
	(void)snprintf(wanted, sizeof(wanted),
	    "keyenroll authentication 1\nhost %s\nhost-key %s\naccount root\nservice sudo\ncaller alice\ncommand sudo "
	    "reboot\n"
	    "time 2026-11-24T13:00:00Z\nchallenge ab%062d\n",
	    host.nodename, host_key, 0);
	assert_done(challenge_put_record(&request, folder, 1795525200, BYTES_OF(challenge), &record, &err), err);
	assert_string_equal(buffer_text(&record), wanted);
	buffer_free(&record);
	assert_int_equal(remove(path), 0);
	assert_int_equal(remove(folder), 0);
}

static void no_two_challenges_are_the_same(void **state)
{
	struct buffer one = BUFFER_EMPTY, other = BUFFER_EMPTY;
	struct error err = ERROR_EMPTY;

	(void)state;
	assert_done(challenge_draw(&request, 1795525200, &one, &err), err);
	assert_done(challenge_draw(&request, 1795525200, &other, &err), err);
	assert_false(bytes_equal(buffer_bytes(&one), buffer_bytes(&other)));
	buffer_free(&one);
	buffer_free(&other);
}

/* A security key in software: its private key, and the SSH key. */
struct security_key {
	EVP_PKEY *private_key;
	struct ssh_key key;
};

static void security_key_make(struct security_key *made)
{
	uint8_t point[32];
	size_t len = sizeof(point);
	struct buffer blob = BUFFER_EMPTY;
	struct error err = ERROR_EMPTY;

	made->private_key = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	assert_non_null(made->private_key);
	assert_int_equal(EVP_PKEY_get_raw_public_key(made->private_key, point, &len), 1);
	assert_done(buffer_put_ssh_text(&blob, "sk-ssh-ed25519@openssh.com", &err) &&
	                buffer_put_ssh_string(&blob, BYTES_OF(point), &err) &&
	                buffer_put_ssh_text(&blob, "ssh:", &err) &&
	                ssh_key_parse(buffer_bytes(&blob), &made->key, &err),
	    err);
	buffer_free(&blob);
}

/* Source: OpenSSH PROTOCOL.u2f, SSH U2F Signatures. */
static void sign(const struct security_key *with, struct bytes message, uint8_t flags, struct buffer *signature)
{
	uint8_t application[SHA256_DIGEST_LENGTH], hash[SHA256_DIGEST_LENGTH], bare[64];
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	struct buffer data = BUFFER_EMPTY;
	struct error err = ERROR_EMPTY;
	size_t len = sizeof(bare);

	SHA256((const uint8_t *)"ssh:", 4, application);
	SHA256(message.data, message.len, hash);
	assert_done(buffer_put(&data, BYTES_OF(application), &err) && buffer_put_u8(&data, flags, &err) &&
	                buffer_put_u32(&data, 7, &err) && buffer_put(&data, BYTES_OF(hash), &err),
	    err);
	assert_int_equal(EVP_DigestSignInit(context, NULL, NULL, NULL, with->private_key), 1);
	assert_int_equal(EVP_DigestSign(context, bare, &len, data.data, data.len), 1);
	assert_done(buffer_put_ssh_text(signature, "sk-ssh-ed25519@openssh.com", &err) &&
	                buffer_put_ssh_string(signature, BYTES_OF(bare), &err) &&
	                buffer_put_u8(signature, flags, &err) && buffer_put_u32(signature, 7, &err),
	    err);
	EVP_MD_CTX_free(context);
	buffer_free(&data);
}

static void a_security_key_was_touched_and_verified_its_person(void **state)
{
	static const struct {
		const char *name;
		uint8_t flags;
		bool verification;
		enum error_code code;
	} rows[] = {
	    {"touched", PRESENT, false, ERROR_NONE},
	    {"touched, with PIN", PRESENT | VERIFIED, false, ERROR_NONE},
	    {"touched, with PIN, which is wanted", PRESENT | VERIFIED, true, ERROR_NONE},
	    {"touched, without the PIN that is wanted", PRESENT, true, ERROR_PIN_NEEDED},
	    {"with PIN, but untouched", VERIFIED, true, ERROR_SSH_SIGNATURE},
	    {"neither", 0, false, ERROR_SSH_SIGNATURE},
	};
	struct buffer to_sign = BUFFER_EMPTY;
	struct error err = ERROR_EMPTY;
	struct security_key key;

	(void)state;
	security_key_make(&key);
	assert_done(challenge_draw(&request, 1795525200, &to_sign, &err), err);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct buffer signature = BUFFER_EMPTY;

		err = ERROR_EMPTY;
		sign(&key, buffer_bytes(&to_sign), rows[i].flags, &signature);
		if (challenge_check(&key.key, buffer_bytes(&signature), buffer_bytes(&to_sign), rows[i].verification,
		        &err) != (rows[i].code == ERROR_NONE) ||
		    err.code != rows[i].code)
			fail_msg("%s: %s", rows[i].name, error_word(err.code));
		buffer_free(&signature);
	}
	buffer_free(&to_sign);
	ssh_key_clear(&key.key);
	EVP_PKEY_free(key.private_key);
}

/* What a proof by this key meets. No key is enrolled here: one that gets as far as the snapshot was believed. */
static enum error_code conclude(const struct security_key *key, bool wants_verification, uint8_t flags)
{
	static const struct host_view nothing;
	struct authentication begun = {.request = request, .num_candidates = 1};
	struct candidate *candidate = &begun.candidates[0];
	struct buffer signature = BUFFER_EMPTY, proof = BUFFER_EMPTY;
	struct decision decision = DECISION_EMPTY;
	struct error err = ERROR_EMPTY;
	enum error_code code;

	candidate->key = key->key;
	candidate->wants_verification = wants_verification;
	assert_done(buffer_put(&candidate->offered, buffer_bytes(&key->key.blob), &err) &&
	                challenge_draw(&request, 1795525200, &begun.to_sign, &err),
	    err);
	sign(key, buffer_bytes(&begun.to_sign), flags, &signature);
	assert_done(authentication_put_proof(candidate, buffer_bytes(&signature), &proof, &err), err);
	authentication_conclude(&begun, buffer_bytes(&proof), &nothing, 1795525200, &decision);
	code = decision.error.code;
	assert_int_equal(decision.verdict, REQUEST_REFUSED);
	decision_clear(&decision);
	buffer_free(&candidate->offered);
	buffer_free(&begun.to_sign);
	buffer_free(&signature);
	buffer_free(&proof);
	return code;
}

static void a_login_wants_the_verification_that_its_key_wants(void **state)
{
	struct security_key key;

	(void)state;
	security_key_make(&key);
	assert_int_equal(conclude(&key, false, PRESENT), ERROR_SNAPSHOT_ABSENT);
	assert_int_equal(conclude(&key, true, PRESENT | VERIFIED), ERROR_SNAPSHOT_ABSENT);
	assert_int_equal(conclude(&key, true, PRESENT), ERROR_PIN_NEEDED);
	ssh_key_clear(&key.key);
	EVP_PKEY_free(key.private_key);
}

static void a_signature_of_something_else_does_not_fit(void **state)
{
	struct buffer to_sign = BUFFER_EMPTY, other = BUFFER_EMPTY, login = BUFFER_EMPTY;
	struct bytes wrong[2];
	struct error err = ERROR_EMPTY;
	struct security_key key;

	(void)state;
	security_key_make(&key);
	assert_done(challenge_draw(&request, 1795525200, &to_sign, &err), err);
	assert_done(challenge_draw(&request, 1795525200, &other, &err), err);
	assert_done(sshsig_put_signed_data("git", bytes_of_text("a commit"), &login, &err), err);
	wrong[0] = buffer_bytes(&other);
	wrong[1] = buffer_bytes(&login);
	for (size_t i = 0; i < 2; i++) {
		struct buffer signature = BUFFER_EMPTY;

		err = ERROR_EMPTY;
		sign(&key, wrong[i], PRESENT | VERIFIED, &signature);
		assert_refused(challenge_check(&key.key, buffer_bytes(&signature), buffer_bytes(&to_sign), false, &err),
		    err, ERROR_SSH_SIGNATURE);
		buffer_free(&signature);
	}
	buffer_free(&to_sign);
	buffer_free(&other);
	buffer_free(&login);
	ssh_key_clear(&key.key);
	EVP_PKEY_free(key.private_key);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_record_says_host_account_and_command),
	    cmocka_unit_test(no_two_challenges_are_the_same),
	    cmocka_unit_test(a_security_key_was_touched_and_verified_its_person),
	    cmocka_unit_test(a_login_wants_the_verification_that_its_key_wants),
	    cmocka_unit_test(a_signature_of_something_else_does_not_fit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

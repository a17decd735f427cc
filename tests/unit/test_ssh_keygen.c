/* What ssh-keygen writes is read here, and what is written here ssh-keygen takes. */
#include "tests/unit/unit.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/base64.h"
#include "common/file.h"
#include "common/process.h"
#include "common/ssh_certificate.h"
#include "common/sshsig.h"
#include "tests/unit/certificate_samples.h"

#define NAMESPACE "test@keyenroll"
#define MESSAGE bytes_of_text("a message\n")
#define WORDS_MAXIMUM 24
#define FILE_MAXIMUM ((size_t)64 * 1024)

/* The key types that ssh-keygen can make without a token. */
static const struct {
	const char *type, *bits;
	enum ssh_key_type wanted;
} makes[] = {
    {"rsa", "2048", SSH_KEY_RSA},
    {"rsa", "3072", SSH_KEY_RSA},
    {"ecdsa", "256", SSH_KEY_ECDSA_P256},
    {"ecdsa", "384", SSH_KEY_ECDSA_P384},
    {"ecdsa", "521", SSH_KEY_ECDSA_P521},
    {"ed25519", "256", SSH_KEY_ED25519},
};
#define NUM_MAKES (sizeof(makes) / sizeof(makes[0]))

static int leave_folder(void **state)
{
	DIR *folder = opendir(".");
	struct dirent *entry;
	int failed;

	while (folder != NULL && (entry = readdir(folder)) != NULL)
		if (strncmp(entry->d_name, ".", 1) != 0)
			(void)unlink(entry->d_name);
	(void)closedir(folder);
	failed = chdir("/") != 0 || rmdir(*state) != 0;
	free(*state);
	return failed;
}

/* ssh-keygen with these words; NULL ends them. */
static bool keygen(struct bytes input, struct buffer *output, struct error *err, ...)
{
	char *argv[WORDS_MAXIMUM + 1] = {strdup("ssh-keygen")};
	const char *word;
	size_t num = 1;
	va_list words;
	bool done;

	va_start(words, err);
	while (num < WORDS_MAXIMUM && (word = va_arg(words, const char *)) != NULL)
		argv[num++] = strdup(word);
	va_end(words);
	done = process_run("ssh-keygen", argv, NULL, input, output, 60000, err);
	while (num > 0)
		free(argv[--num]);
	return done;
}

/* Makes the key pairs make0 … in a fresh folder, for all tests. */
static int enter_folder(void **state)
{
	char *folder = strdup("/tmp/keyenroll-test-XXXXXX");
	struct buffer output = BUFFER_EMPTY;
	struct error err = ERROR_EMPTY;

	*state = folder;
	if (folder == NULL || mkdtemp(folder) == NULL || chdir(folder) != 0)
		return 1;
	for (size_t i = 0; i < NUM_MAKES; i++) {
		char name[16];

		(void)snprintf(name, sizeof(name), "make%zu", i);
		assert_done(keygen(BYTES_EMPTY, &output, &err, "-q", "-t", makes[i].type, "-b", makes[i].bits, "-N", "",
		                "-C", "a comment", "-f", name, NULL),
		    err);
	}
	buffer_free(&output);
	return 0;
}

static void load_key(const char *path, struct ssh_key *key)
{
	struct buffer line = BUFFER_EMPTY;
	struct error err = ERROR_EMPTY;

	assert_done(file_load(path, FILE_MAXIMUM, &line, &err), err);
	assert_done(ssh_key_parse_line(buffer_bytes(&line), key, NULL, &err), err);
	buffer_free(&line);
}

/* The base64 text between PEM's lines. */
static void take_pem(struct bytes pem, struct buffer *der)
{
	struct buffer text = BUFFER_EMPTY;
	struct error err = ERROR_EMPTY;
	struct bytes line;

	while (bytes_take_until(&pem, '\n', &line))
		if (!bytes_start_with(line, "-----"))
			assert_done(buffer_put(&text, line, &err), err);
	assert_done(base64_parse(buffer_bytes(&text), der, &err), err);
	buffer_free(&text);
}

static void keys_fingerprints_and_spki_agree(void **state)
{
	(void)state;
	for (size_t i = 0; i < NUM_MAKES; i++) {
		struct buffer listed = BUFFER_EMPTY, pem = BUFFER_EMPTY, theirs = BUFFER_EMPTY, ours = BUFFER_EMPTY;
		struct ssh_key key = SSH_KEY_EMPTY;
		struct error err = ERROR_EMPTY;
		char path[16], fingerprint[SSH_KEY_FINGERPRINT_SIZE];

		(void)snprintf(path, sizeof(path), "make%zu.pub", i);
		load_key(path, &key);
		assert_int_equal(key.type, makes[i].wanted);
		assert_done(ssh_key_fingerprint(&key, fingerprint, &err), err);
		assert_done(keygen(BYTES_EMPTY, &listed, &err, "-l", "-f", path, NULL), err);
		assert_non_null(strstr(buffer_text(&listed), fingerprint));
		/* older releases cannot write Ed25519 in this form */
		if (keygen(BYTES_EMPTY, &pem, &err, "-e", "-m", "PKCS8", "-f", path, NULL)) {
			take_pem(buffer_bytes(&pem), &theirs);
			assert_done(ssh_key_put_spki(&key, &ours, &err), err);
			assert_true(bytes_equal(buffer_bytes(&ours), buffer_bytes(&theirs)));
		} else {
			assert_int_equal(key.type, SSH_KEY_ED25519);
		}
		buffer_free(&listed);
		buffer_free(&pem);
		buffer_free(&theirs);
		buffer_free(&ours);
		ssh_key_clear(&key);
	}
}

static void check_their_signature(const char *path, const char *hash)
{
	struct ssh_key key = SSH_KEY_EMPTY;
	struct sshsig sshsig = SSHSIG_EMPTY;
	struct buffer armor = BUFFER_EMPTY, again = BUFFER_EMPTY, blob = BUFFER_EMPTY;
	struct error err = ERROR_EMPTY;
	char option[32], public_path[24];

	(void)snprintf(option, sizeof(option), "hashalg=%s", hash);
	(void)snprintf(public_path, sizeof(public_path), "%s.pub", path);
	load_key(public_path, &key);
	assert_done(
	    keygen(MESSAGE, &armor, &err, "-q", "-Y", "sign", "-n", NAMESPACE, "-O", option, "-f", path, NULL), err);
	assert_done(sshsig_parse_armor(buffer_bytes(&armor), &sshsig, &err), err);
	assert_true(ssh_key_equal(&sshsig.key, &key));
	assert_int_equal(sshsig.sha512, strcmp(hash, "sha512") == 0);
	assert_done(sshsig_verify(&sshsig, NAMESPACE, MESSAGE, NULL, &err), err);
	assert_refused(
	    sshsig_verify(&sshsig, NAMESPACE, bytes_of_text("a message"), NULL, &err), err, ERROR_SSH_SIGNATURE);
	take_pem(buffer_bytes(&armor), &blob);
	assert_done(sshsig_put_armor(buffer_bytes(&blob), &again, &err), err);
	assert_string_equal(buffer_text(&again), buffer_text(&armor));
	sshsig_clear(&sshsig);
	buffer_free(&armor);
	buffer_free(&again);
	buffer_free(&blob);
	ssh_key_clear(&key);
}

static void their_signatures_verify_here(void **state)
{
	(void)state;
	for (size_t i = 0; i < NUM_MAKES; i++) {
		char path[16];

		(void)snprintf(path, sizeof(path), "make%zu", i);
		check_their_signature(path, "sha512");
		check_their_signature(path, "sha256");
	}
}

/* Writes the signature and the list of who may sign. */
static void store_our_signature(const struct ssh_sample *sample)
{
	struct buffer data = BUFFER_EMPTY, signature = BUFFER_EMPTY, blob = BUFFER_EMPTY, armor = BUFFER_EMPTY,
	              signers = BUFFER_EMPTY;
	struct error err = ERROR_EMPTY;

	assert_done(sshsig_put_signed_data(NAMESPACE, MESSAGE, &data, &err), err);
	ssh_sample_sign(sample, NULL, buffer_bytes(&data), FLAG_PRESENT, &signature);
	assert_done(sshsig_encode(&sample->key, NAMESPACE, buffer_bytes(&signature), &blob, &err) &&
	                sshsig_put_armor(buffer_bytes(&blob), &armor, &err) &&
	                file_store("message.sig", buffer_bytes(&armor), 0600, &err),
	    err);
	assert_done(buffer_put_text(&signers, "tester ", &err) && ssh_key_put_line(&sample->key, &signers, &err) &&
	                buffer_put_text(&signers, "\n", &err) &&
	                file_store("signers", buffer_bytes(&signers), 0600, &err),
	    err);
	buffer_free(&data);
	buffer_free(&signature);
	buffer_free(&blob);
	buffer_free(&armor);
	buffer_free(&signers);
}

static void our_signatures_verify_there(void **state)
{
	(void)state;
	for (enum ssh_key_type type = SSH_KEY_RSA; type < SSH_KEY_TYPE_COUNT; type++) {
		struct buffer output = BUFFER_EMPTY;
		struct error err = ERROR_EMPTY;
		struct ssh_sample sample;

		ssh_sample_init(type, &sample);
		store_our_signature(&sample);
		assert_done(keygen(MESSAGE, &output, &err, "-Y", "verify", "-f", "signers", "-I", "tester", "-n",
		                NAMESPACE, "-s", "message.sig", NULL),
		    err);
		assert_false(keygen(bytes_of_text("another"), &output, &err, "-Y", "verify", "-f", "signers", "-I",
		    "tester", "-n", NAMESPACE, "-s", "message.sig", NULL));
		buffer_free(&output);
		ssh_sample_clear(&sample);
	}
}

static void load_certificate(const char *path, struct ssh_certificate *certificate)
{
	struct buffer line = BUFFER_EMPTY;
	struct error err = ERROR_EMPTY;

	assert_done(file_load(path, FILE_MAXIMUM, &line, &err), err);
	assert_done(ssh_certificate_parse_line(buffer_bytes(&line), certificate, &err), err);
	buffer_free(&line);
}

/* 8 KiB of base64, as an attestation takes. */
static void put_evidence_option(struct buffer *option)
{
	struct error err = ERROR_EMPTY;

	assert_done(buffer_put_text(option, "extension:evidence@keyenroll=", &err), err);
	for (size_t i = 0; i < 1024; i++)
		assert_done(buffer_put_text(option, "QUJDREVG", &err), err);
}

static void check_their_certificate(const char *authority_path, const struct ssh_key *subject)
{
	struct buffer output = BUFFER_EMPTY, option = BUFFER_EMPTY, line = BUFFER_EMPTY;
	struct ssh_certificate certificate = SSH_CERTIFICATE_EMPTY;
	struct bytes evidence, principals, name;
	struct error err = ERROR_EMPTY;

	put_evidence_option(&option);
	assert_done(ssh_key_put_line(subject, &line, &err), err);
	assert_done(file_store("subject.pub", buffer_bytes(&line), 0600, &err), err);
	assert_done(keygen(BYTES_EMPTY, &output, &err, "-q", "-s", authority_path, "-I", "an id", "-n", "alice,bob",
	                "-z", "9", "-V", "0x10:0x20", "-O", buffer_text(&option), "-O", "extension:another@keyenroll",
	                "-O", "force-command=true", "subject.pub", NULL),
	    err);
	load_certificate("subject-cert.pub", &certificate);
	assert_true(ssh_key_equal(&certificate.key, subject));
	assert_int_equal(certificate.serial, 9);
	assert_int_equal(certificate.valid_after, 0x10);
	assert_int_equal(certificate.valid_before, 0x20);
	assert_true(bytes_equal_text(certificate.key_id, "an id"));
	principals = certificate.principals;
	assert_true(ssh_certificate_take_principal(&principals, &name) && bytes_equal_text(name, "alice"));
	assert_true(ssh_certificate_take_principal(&principals, &name) && bytes_equal_text(name, "bob"));
	assert_true(ssh_certificate_find_extension(&certificate, "evidence@keyenroll", &evidence));
	assert_int_equal(evidence.len, 8 * 1024);
	assert_true(certificate.critical_options.len > 0);
	ssh_certificate_clear(&certificate);
	buffer_free(&output);
	buffer_free(&option);
	buffer_free(&line);
}

static void their_certificates_are_read_here(void **state)
{
	struct ssh_key authority = SSH_KEY_EMPTY;
	struct ssh_certificate certificate = SSH_CERTIFICATE_EMPTY;
	struct ssh_sample subject;

	(void)state;
	for (enum ssh_key_type type = SSH_KEY_RSA; type < SSH_KEY_TYPE_COUNT; type++) {
		ssh_sample_init(type, &subject);
		check_their_certificate("make5", &subject.key);
		ssh_sample_clear(&subject);
	}
	ssh_sample_init(SSH_KEY_ECDSA_P256, &subject);
	for (size_t i = 0; i < NUM_MAKES; i++) {
		char path[16];

		(void)snprintf(path, sizeof(path), "make%zu", i);
		check_their_certificate(path, &subject.key);
		(void)snprintf(path, sizeof(path), "make%zu.pub", i);
		load_key(path, &authority);
		load_certificate("subject-cert.pub", &certificate);
		assert_true(ssh_key_equal(&certificate.authority, &authority));
		ssh_certificate_clear(&certificate);
		ssh_key_clear(&authority);
	}
	ssh_sample_clear(&subject);
}

static void their_other_certificates_are_refused(void **state)
{
	static const struct {
		const char *name, *option, *value;
		enum error_code code;
	} rows[] = {
	    {"host", "-h", "-nhost", ERROR_SSH_CERTIFICATE},
	    {"for everybody", "-z", "1", ERROR_SSH_CERTIFICATE_PRINCIPALS},
	    {"SHA-1", "-nalice", "-tssh-rsa", ERROR_SSH_SIGNATURE},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct ssh_certificate certificate = SSH_CERTIFICATE_EMPTY;
		struct buffer output = BUFFER_EMPTY, line = BUFFER_EMPTY;
		struct error err = ERROR_EMPTY;

		assert_done(keygen(BYTES_EMPTY, &output, &err, "-q", "-s", "make0", "-I", "id", rows[i].option,
		                rows[i].value, "make5.pub", NULL),
		    err);
		assert_done(file_load("make5-cert.pub", FILE_MAXIMUM, &line, &err), err);
		if (ssh_certificate_parse_line(buffer_bytes(&line), &certificate, &err) || err.code != rows[i].code)
			fail_msg("%s: %s", rows[i].name, error_word(err.code));
		buffer_free(&output);
		buffer_free(&line);
	}
}

/* So the certificates of the other tests are real ones. */
static void our_sample_certificates_are_read_there(void **state)
{
	(void)state;
	for (enum ssh_key_type type = SSH_KEY_RSA; type < SSH_KEY_TYPE_COUNT; type++) {
		struct buffer blob = BUFFER_EMPTY, line = BUFFER_EMPTY, output = BUFFER_EMPTY;
		struct ssh_certificate certificate = SSH_CERTIFICATE_EMPTY;
		struct certificate_content content;
		struct error err = ERROR_EMPTY;
		struct ssh_sample sample;

		ssh_sample_init(type, &sample);
		content = certificate_content_usual(&sample, &sample);
		certificate_sample_put(&content, &blob);
		assert_done(ssh_certificate_parse(buffer_bytes(&blob), &certificate, &err) &&
		                ssh_certificate_put_line(&certificate, &line, &err) &&
		                file_store("ours-cert.pub", buffer_bytes(&line), 0600, &err),
		    err);
		assert_done(keygen(BYTES_EMPTY, &output, &err, "-L", "-f", "ours-cert.pub", NULL), err);
		assert_non_null(strstr(buffer_text(&output), "alice"));
		ssh_certificate_clear(&certificate);
		ssh_sample_clear(&sample);
		buffer_free(&blob);
		buffer_free(&line);
		buffer_free(&output);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(keys_fingerprints_and_spki_agree),
	    cmocka_unit_test(their_signatures_verify_here),
	    cmocka_unit_test(our_signatures_verify_there),
	    cmocka_unit_test(their_certificates_are_read_here),
	    cmocka_unit_test(their_other_certificates_are_refused),
	    cmocka_unit_test(our_sample_certificates_are_read_there),
	};

	if (system("command -v ssh-keygen >/dev/null") != 0) {
		(void)fprintf(stderr, "test_ssh_keygen: skipped, ssh-keygen is not installed\n");
		return 77;
	}
	return cmocka_run_group_tests_name("ssh_keygen", tests, enter_folder, leave_folder);
}

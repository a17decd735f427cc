#include "tests/unit/unit.h"

#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/base64.h"
#include "common/file.h"
#include "common/process.h"
#include "common/sshsig.h"
#include "registry/signer.h"
#include "tests/unit/enrollment_samples.h"

/* A folder of its own for each test; ssh-keygen's temporary one goes into it as well, and must be gone afterwards. */
struct fixture {
	char folder[64], key[96], public_key[96], allowed[96], record[96], signature[96];
	struct ssh_sample subject, registrar; /* of the registrar only the public half is known here */
};

static bool run(const char *path, const char *const arguments[], struct bytes input)
{
	struct buffer output = BUFFER_EMPTY;
	char *argv[20] = {NULL};
	struct error err = ERROR_EMPTY;
	bool done;

	for (size_t i = 0; arguments[i] != NULL; i++)
		argv[i] = strdup(arguments[i]);
	done = process_run(path, argv, NULL, input, &output, 60000, &err);
	if (!done)
		print_message("%s\n", err.text);
	for (size_t i = 0; argv[i] != NULL; i++)
		free(argv[i]);
	buffer_free(&output);
	return done;
}

static int make_folder(void **state)
{
	static struct fixture fixture;
	struct buffer line = BUFFER_EMPTY;
	struct error err = ERROR_EMPTY;

	fixture = (struct fixture){.folder = "/tmp/keyenroll-test.XXXXXX"};
	assert_non_null(mkdtemp(fixture.folder));
	assert_int_equal(setenv("TMPDIR", fixture.folder, 1), 0);
	(void)snprintf(fixture.key, sizeof(fixture.key), "%s/registrar", fixture.folder);
	(void)snprintf(fixture.public_key, sizeof(fixture.public_key), "%s/registrar.pub", fixture.folder);
	(void)snprintf(fixture.allowed, sizeof(fixture.allowed), "%s/allowed", fixture.folder);
	(void)snprintf(fixture.record, sizeof(fixture.record), "%s/record", fixture.folder);
	(void)snprintf(fixture.signature, sizeof(fixture.signature), "%s/record.sig", fixture.folder);
	*state = &fixture;
	if (access("/usr/bin/ssh-keygen", X_OK) != 0)
		return 0;
	assert_true(run("ssh-keygen",
	    (const char *const[]){"ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "desk", "-f", fixture.key, NULL},
	    BYTES_EMPTY));
	assert_done(file_load(fixture.public_key, 4096, &line, &err), err);
	line.len--; /* the line end */
	assert_done(
	    ssh_key_parse_line(buffer_bytes(&line), &fixture.registrar.key, &(struct bytes){NULL, 0}, &err), err);
	ssh_sample_init(SSH_KEY_ECDSA_P384, &fixture.subject);
	buffer_free(&line);
	return 0;
}

static int remove_folder(void **state)
{
	struct fixture *fixture = *state;

	(void)unlink(fixture->key);
	(void)unlink(fixture->public_key);
	(void)unlink(fixture->allowed);
	(void)unlink(fixture->record);
	(void)unlink(fixture->signature);
	ssh_sample_clear(&fixture->subject);
	ssh_key_clear(&fixture->registrar.key);
	/* nothing else may be left in it */
	return rmdir(fixture->folder);
}

static bool skip_without_ssh_keygen(void)
{
	if (access("/usr/bin/ssh-keygen", X_OK) == 0)
		return false;
	print_message("ssh-keygen is not installed: skipped\n");
	skip();
	return true;
}

static struct signing_order usual_order(const struct fixture *fixture, struct bytes content)
{
	return (struct signing_order){
	    .key = &fixture->subject.key,
	    .registrar_key = fixture->key,
	    .person = "alice",
	    .key_id = "alice piv 12345678/9a",
	    .serial = 18446744073709551615U,
	    .valid_after = 1700000000,
	    .valid_before = 1900000000,
	    .extension = ENROLLMENT_EXTENSION,
	    .content = content,
	};
}

static void what_ssh_keygen_signs_is_an_enrollment(void **state)
{
	const struct fixture *fixture = *state;
	struct enrollment_content content = enrollment_content_usual(&fixture->subject, &fixture->registrar);
	struct buffer extension = BUFFER_EMPTY, certificate = BUFFER_EMPTY;
	struct enrollment enrollment = ENROLLMENT_EMPTY;
	struct signing_order order;
	struct error err = ERROR_EMPTY;

	if (skip_without_ssh_keygen())
		return;
	enrollment_sample_prove(&content, &extension);
	order = usual_order(fixture, buffer_bytes(&extension));
	assert_done(signer_sign(&order, &certificate, &err), err);
	assert_done(enrollment_parse(buffer_bytes(&certificate), &enrollment, &err), err);
	assert_string_equal(enrollment.person, "alice");
	assert_true(bytes_equal_text(enrollment.certificate.key_id, "alice piv 12345678/9a"));
	assert_true(enrollment.certificate.serial == UINT64_MAX);
	assert_int_equal(enrollment.certificate.valid_after, 1700000000);
	assert_int_equal(enrollment.certificate.valid_before, 1900000000);
	assert_true(ssh_key_equal(&enrollment.certificate.authority, &fixture->registrar.key));
	enrollment_clear(&enrollment);
	buffer_free(&certificate);
	buffer_free(&extension);
}

static void large_evidence_fits(void **state)
{
	const struct fixture *fixture = *state;
	struct buffer extension = BUFFER_EMPTY, certificate = BUFFER_EMPTY;
	struct ssh_certificate parsed = SSH_CERTIFICATE_EMPTY;
	static const uint8_t much[60000];
	struct signing_order order;
	struct bytes content;
	struct error err = ERROR_EMPTY;

	if (skip_without_ssh_keygen())
		return;
	assert_done(base64_put(BYTES_OF(much), &extension, &err), err);
	order = usual_order(fixture, buffer_bytes(&extension));
	assert_done(signer_sign(&order, &certificate, &err), err);
	assert_done(ssh_certificate_parse(buffer_bytes(&certificate), &parsed, &err), err);
	assert_true(ssh_certificate_find_extension(&parsed, ENROLLMENT_EXTENSION, &content));
	assert_true(bytes_equal(content, buffer_bytes(&extension)));
	ssh_certificate_clear(&parsed);
	buffer_free(&certificate);
	buffer_free(&extension);
}

static void a_missing_key_is_an_error_that_leaves_nothing(void **state)
{
	const struct fixture *fixture = *state;
	struct signing_order order = usual_order(fixture, bytes_of_text("AAAA"));
	struct buffer certificate = BUFFER_EMPTY;
	struct error err;

	if (skip_without_ssh_keygen())
		return;
	order.registrar_key = "/nonexistent/key";
	assert_refused(signer_sign(&order, &certificate, &err), err, ERROR_PROGRAM);
	assert_int_equal(certificate.len, 0);
	order = usual_order(fixture, bytes_of_text("AAAA"));
	order.valid_before = order.valid_after;
	assert_refused(signer_sign(&order, &certificate, &err), err, ERROR_BUG);
	order = usual_order(fixture, bytes_of_text("AAAA"));
	assert_int_equal(setenv("TMPDIR", "/nonexistent", 1), 0);
	assert_refused(signer_sign(&order, &certificate, &err), err, ERROR_FILE);
}

/* The operator at a terminal: waits for the question, types the answer, reads on to the end. */
static void answer(int terminal, const char *question, const char *line)
{
	char seen[4096] = "";
	size_t len = 0;
	bool answered = false;

	for (;;) {
		struct pollfd ready = {.fd = terminal, .events = POLLIN};
		ssize_t got;

		if (poll(&ready, 1, 20000) != 1 || len + 1 >= sizeof(seen))
			break;
		got = read(terminal, seen + len, sizeof(seen) - 1 - len);
		if (got <= 0)
			break;
		len += (size_t)got;
		seen[len] = '\0';
		if (!answered && strstr(seen, question) != NULL) {
			answered = true;
			assert_int_equal(write(terminal, line, strlen(line)), strlen(line));
		}
	}
	if (!answered)
		fail_msg("was not asked: %s", seen);
}

static void a_passphrase_is_asked_for_at_the_terminal(void **state)
{
	const struct fixture *fixture = *state;
	const struct signing_order order = usual_order(fixture, bytes_of_text("AAAA"));
	struct buffer certificate = BUFFER_EMPTY;
	int terminal, status;
	pid_t child;

	if (skip_without_ssh_keygen())
		return;
	assert_true(run("ssh-keygen",
	    (const char *const[]){"ssh-keygen", "-q", "-p", "-P", "", "-N", "a phrase", "-f", fixture->key, NULL},
	    BYTES_EMPTY));
	child = forkpty(&terminal, NULL, NULL, NULL);
	assert_true(child >= 0);
	if (child == 0) {
		struct error err = ERROR_EMPTY;

		_exit(signer_sign(&order, &certificate, &err) && certificate.len > 0 ? 0 : 1);
	}
	answer(terminal, "passphrase", "a phrase\n");
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	(void)close(terminal);
}

static pid_t start_agent(const char *path)
{
	pid_t agent = fork();

	if (agent == 0) {
		(void)execlp("ssh-agent", "ssh-agent", "-D", "-a", path, (char *)NULL);
		_exit(127);
	}
	for (int i = 0; i < 500 && access(path, F_OK) != 0; i++)
		(void)poll(NULL, 0, 10);
	return agent;
}

/* The private half is in the agent alone: its file is away. */
static void an_agent_may_hold_the_key(void **state)
{
	const struct fixture *fixture = *state;
	struct signing_order order = usual_order(fixture, bytes_of_text("AAAA"));
	struct buffer certificate = BUFFER_EMPTY;
	struct error err = ERROR_EMPTY;
	char path[96];
	pid_t agent;

	if (skip_without_ssh_keygen())
		return;
	(void)snprintf(path, sizeof(path), "%s/agent", fixture->folder);
	agent = start_agent(path);
	assert_int_equal(setenv("SSH_AUTH_SOCK", path, 1), 0);
	assert_true(run("ssh-add", (const char *const[]){"ssh-add", "-q", fixture->key, NULL}, BYTES_EMPTY));
	assert_int_equal(unlink(fixture->key), 0);
	order.registrar_key = fixture->public_key;
	order.agent = true;
	assert_done(signer_sign(&order, &certificate, &err), err);
	assert_true(certificate.len > 0);
	assert_int_equal(kill(agent, SIGTERM), 0);
	assert_int_equal(waitpid(agent, NULL, 0), agent);
	(void)unlink(path);
	buffer_free(&certificate);
}

static void store_text(const char *path, struct buffer *text)
{
	struct error err = ERROR_EMPTY;

	assert_done(file_store(path, buffer_bytes(text), 0600, &err), err);
	buffer_free(text);
}

static void ssh_keygen_verifies_the_proof(void **state)
{
	const struct fixture *fixture = *state;
	struct enrollment_content content = enrollment_content_usual(&fixture->subject, &fixture->registrar);
	struct buffer extension = BUFFER_EMPTY, certificate = BUFFER_EMPTY, text = BUFFER_EMPTY, record = BUFFER_EMPTY;
	const char *const verify[] = {"ssh-keygen", "-Y", "verify", "-n", POSSESSION_NAMESPACE, "-I", "alice", "-f",
	    fixture->allowed, "-s", fixture->signature, NULL};
	struct enrollment enrollment = ENROLLMENT_EMPTY;
	struct signing_order order;
	struct error err = ERROR_EMPTY;

	if (skip_without_ssh_keygen())
		return;
	enrollment_sample_prove(&content, &extension);
	order = usual_order(fixture, buffer_bytes(&extension));
	assert_done(signer_sign(&order, &certificate, &err), err);
	assert_done(enrollment_parse(buffer_bytes(&certificate), &enrollment, &err), err);
	assert_done(possession_encode(&enrollment.possession, &record, &err), err);
	assert_done(buffer_put_text(&text, "alice ", &err), err);
	assert_done(ssh_key_put_line(&enrollment.certificate.key, &text, &err), err);
	assert_done(buffer_put_text(&text, "\n", &err), err);
	store_text(fixture->allowed, &text);
	assert_done(sshsig_put_armor(buffer_bytes(&enrollment.possession_signature), &text, &err), err);
	store_text(fixture->signature, &text);
	assert_true(run("ssh-keygen", verify, buffer_bytes(&record)));
	assert_done(buffer_put_text(&record, " ", &err), err);
	assert_false(run("ssh-keygen", verify, buffer_bytes(&record)));
	enrollment_clear(&enrollment);
	buffer_free(&record);
	buffer_free(&certificate);
	buffer_free(&extension);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(what_ssh_keygen_signs_is_an_enrollment, make_folder, remove_folder),
	    cmocka_unit_test_setup_teardown(large_evidence_fits, make_folder, remove_folder),
	    cmocka_unit_test_setup_teardown(a_missing_key_is_an_error_that_leaves_nothing, make_folder, remove_folder),
	    cmocka_unit_test_setup_teardown(a_passphrase_is_asked_for_at_the_terminal, make_folder, remove_folder),
	    cmocka_unit_test_setup_teardown(an_agent_may_hold_the_key, make_folder, remove_folder),
	    cmocka_unit_test_setup_teardown(ssh_keygen_verifies_the_proof, make_folder, remove_folder),
	};

	return cmocka_run_group_tests_name("signer", tests, NULL, NULL);
}

/* pam_keyenroll.so with mode=agent, loaded by libpam, and a verifier that runs: whose agent is asked, and what an agent may say. */
#include "tests/unit/unit.h"

#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <openssl/pem.h>
#include <security/pam_appl.h>

#include "common/file.h"
#include "common/framing.h"
#include "common/process.h"
#include "tests/unit/running_verifier.h"
#include "verifier/listen.h"

#define MODULE_IN_BUILD ".libs/pam_keyenroll.so"

static struct enrolled_host host;
static struct running_verifier verifier;
static char module[300], owner[256], agent_path[96];
static struct buffer enrolled, stranger; /* key blobs */
static EVP_PKEY *enrolled_pair, *stranger_pair;

static void install_module(void)
{
	struct buffer object = BUFFER_EMPTY;
	struct error err = ERROR_EMPTY;

	assert_done(file_load(MODULE_IN_BUILD, 16 << 20, &object, &err), err);
	(void)snprintf(module, sizeof(module), "%s/pam_keyenroll.so", host.folder);
	assert_done(file_store(module, buffer_bytes(&object), 0755, &err), err);
	buffer_free(&object);
}

static void write_service(void)
{
	struct buffer text = BUFFER_EMPTY;
	struct error err = ERROR_EMPTY;
	char path[160];

	assert_done(
	    buffer_put_format(&text, &err, "auth required %s mode=agent socket=%s\n", module, verifier.socket), err);
	(void)snprintf(path, sizeof(path), "%s/sudo", host.config);
	assert_done(file_store(path, buffer_bytes(&text), 0644, &err), err);
	buffer_free(&text);
}

static void make_stranger(void)
{
	struct ssh_key key = SSH_KEY_EMPTY;
	struct error err = ERROR_EMPTY;

	stranger_pair = EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256");
	assert_done(ssh_key_of_public(stranger_pair, &key, &err), err);
	assert_done(buffer_put(&stranger, buffer_bytes(&key.blob), &err), err);
	ssh_key_clear(&key);
}

static int make_fixture(void **state)
{
	struct enrollment_order order = ENROLLMENT_ORDER_GOOD;
	const struct passwd *entry = getpwuid(getuid());
	struct error err = ERROR_EMPTY;

	(void)state;
	assert_non_null(entry);
	(void)snprintf(owner, sizeof(owner), "%s", entry->pw_name);
	order.pair = &enrolled_pair;
	assert_done(enrolled_host_make(&host, &err), err);
	install_module();
	assert_done(enrolled_host_enroll(&host, &order, &enrolled, &err), err);
	assert_done(enrolled_host_publish(&host, time(NULL), &err), err);
	make_stranger();
	assert_done(running_verifier_start(&verifier, &host, &err), err);
	write_service();
	(void)snprintf(agent_path, sizeof(agent_path), "%s/agent", host.folder);
	return 0;
}

static int drop_fixture(void **state)
{
	(void)state;
	assert_true(running_verifier_stop(&verifier));
	enrolled_host_clear(&host);
	buffer_free(&enrolled);
	buffer_free(&stranger);
	EVP_PKEY_free(enrolled_pair);
	EVP_PKEY_free(stranger_pair);
	return 0;
}

/* sudo's silence: nobody is told anything. */
static int converse(int num, const struct pam_message **messages, struct pam_response **responses, void *data)
{
	(void)num, (void)messages, (void)responses;
	*(int *)data += 1;
	return PAM_CONV_ERR;
}

static void skip_delay(int code, unsigned delay_us, void *data)
{
	(void)code, (void)delay_us, (void)data;
}

/* What sudo is told.
 *   path  of the agent; NULL: the environment names none */
static int authenticate(const char *user, const char *caller, const char *path)
{
	void (*function)(int, unsigned, void *) = skip_delay;
	int num_messages = 0, code;
	const struct pam_conv conversation = {converse, &num_messages};
	pam_handle_t *handle = NULL;
	const void *delay;

	memcpy(&delay, &function, sizeof(delay));
	assert_int_equal(path == NULL ? unsetenv("SSH_AUTH_SOCK") : setenv("SSH_AUTH_SOCK", path, 1), 0);
	assert_int_equal(pam_start_confdir("sudo", user, &conversation, host.config, &handle), PAM_SUCCESS);
	assert_int_equal(pam_set_item(handle, PAM_FAIL_DELAY, delay), PAM_SUCCESS);
	assert_int_equal(pam_set_item(handle, PAM_RUSER, caller), PAM_SUCCESS);
	code = pam_authenticate(handle, PAM_SILENT);
	assert_int_equal(pam_end(handle, code), PAM_SUCCESS);
	assert_int_equal(num_messages, 0);
	return code;
}

/* What an agent does. */
struct manner {
	const char *name;
	int code;                     /* what PAM is told of it */
	bool has_stranger;            /* lists a software key, and lists it first */
	bool has_enrolled;            /* lists the token's */
	bool signs_by_stranger;       /* with the software key, whichever is asked for */
	bool signs_other_data;        /* one byte more than it was given */
	bool refuses;                 /* to sign */
	bool hangs_up_on_list;        /* without a word */
	bool hangs_up_on_sign;        /* without a word */
	bool is_silent_about_list;    /* for ever */
	struct bytes list, signature; /* says this instead, if it is not empty */
};

static void put_signature(EVP_PKEY *pair, struct bytes data, struct buffer *signature)
{
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	struct ssh_key key = SSH_KEY_EMPTY;
	struct error err = ERROR_EMPTY;
	uint8_t bare[128];
	size_t len = sizeof(bare);

	if (!ssh_key_of_public(pair, &key, &err) || EVP_DigestSignInit(context, NULL, EVP_sha256(), NULL, pair) != 1 ||
	    EVP_DigestSign(context, bare, &len, data.data, data.len) != 1 ||
	    !ssh_key_put_signature(&key, bytes_of(bare, len), signature, &err))
		_exit(1);
	ssh_key_clear(&key);
	EVP_MD_CTX_free(context);
}

/* Source: draft-ietf-sshm-ssh-agent, SSH_AGENT_IDENTITIES_ANSWER. */
static bool put_list(const struct manner *manner, struct buffer *out, struct error *err)
{
	uint32_t num = (manner->has_stranger ? 1U : 0) + (manner->has_enrolled ? 1U : 0);

	return buffer_put_u8(out, 12, err) && buffer_put_u32(out, num, err) &&
	       (!manner->has_stranger || (buffer_put_ssh_string(out, buffer_bytes(&stranger), err) &&
	                                     buffer_put_ssh_text(out, "software", err))) &&
	       (!manner->has_enrolled || (buffer_put_ssh_string(out, buffer_bytes(&enrolled), err) &&
	                                     buffer_put_ssh_text(out, "token", err)));
}

/* Source: draft-ietf-sshm-ssh-agent, SSH_AGENT_SIGN_RESPONSE. Whoever asks for the software key asks what he must not. */
static bool put_signed(const struct manner *manner, struct bytes question, struct buffer *out, struct error *err)
{
	struct buffer signature = BUFFER_EMPTY, to_sign = BUFFER_EMPTY;
	struct bytes key, data;
	bool done;

	if (!bytes_take_ssh_string(&question, &key) || !bytes_take_ssh_string(&question, &data) ||
	    !bytes_equal(key, buffer_bytes(&enrolled)))
		return error_set(err, ERROR_AGENT, "not this one");
	if (manner->refuses)
		return buffer_put_u8(out, 5, err);
	done = buffer_put(&to_sign, data, err) && (!manner->signs_other_data || buffer_put_u8(&to_sign, 0, err));
	if (done)
		put_signature(
		    manner->signs_by_stranger ? stranger_pair : enrolled_pair, buffer_bytes(&to_sign), &signature);
	done = done && buffer_put_u8(out, 14, err) && buffer_put_ssh_string(out, buffer_bytes(&signature), err);
	buffer_free(&signature);
	buffer_free(&to_sign);
	return done;
}

/* The whole answer, with its length; empty: none. */
static bool put_answer(const struct manner *manner, struct bytes question, struct buffer *out, struct error *err)
{
	bool lists = question.len == 1;
	struct bytes said = lists ? manner->list : manner->signature;
	struct buffer content = BUFFER_EMPTY;
	bool done;

	if (said.len > 0)
		return buffer_put(out, said, err);
	if (lists ? manner->hangs_up_on_list : manner->hangs_up_on_sign)
		return true;
	if (!bytes_take(&question, 1, &said))
		return false;
	done = (lists ? put_list(manner, &content, err) : put_signed(manner, question, &content, err)) &&
	       buffer_put_ssh_string(out, buffer_bytes(&content), err);
	buffer_free(&content);
	return done;
}

static void serve_one(const struct manner *manner, int client)
{
	struct buffer answer = BUFFER_EMPTY;
	struct error err = ERROR_EMPTY;
	uint8_t part[4096];
	ssize_t len = recv(client, part, sizeof(part), 0);
	struct bytes received = bytes_of(part, len < 0 ? 0 : (size_t)len), question;

	while (manner->is_silent_about_list)
		(void)pause();
	if (bytes_take_ssh_string(&received, &question) && put_answer(manner, question, &answer, &err))
		(void)send(client, answer.data, answer.len, MSG_NOSIGNAL);
	buffer_free(&answer);
	(void)close(client);
}

static pid_t start_agent(const struct manner *manner)
{
	struct error err = ERROR_EMPTY;
	int listener;
	pid_t agent;

	assert_done(listen_at(agent_path, &listener, &err), err);
	agent = fork();
	assert_true(agent >= 0);
	if (agent == 0) {
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL); /* also where the test breaks off */
		(void)close(verifier.stop);
		for (;;)
			serve_one(manner, accept(listener, NULL, NULL));
	}
	(void)close(listener);
	return agent;
}

static void end_agent(pid_t agent)
{
	assert_int_equal(kill(agent, SIGKILL), 0);
	assert_int_equal(waitpid(agent, NULL, 0), agent);
	(void)unlink(agent_path);
}

static void only_the_enrolled_keys_signature_counts(void **state)
{
	static const uint8_t endless_list[] = {0x7f, 0xff, 0xff, 0xff, 12, 0, 0, 0, 1},
	                     many_keys[] = {0, 0, 0, 5, 12, 0xff, 0xff, 0xff, 0xff}, half_list[] = {0, 0, 0, 5, 12, 0},
	                     empty[] = {0, 0, 0, 0}, no_keys[] = {0, 0, 0, 5, 12, 0, 0, 0, 0},
	                     long_signature[] = {0, 4, 0, 1, 14, 0, 4, 0, 0},
	                     no_signature[] = {0, 0, 0, 5, 14, 0, 0, 0, 0};
	const struct manner manners[] = {
	    {"the token's key", PAM_SUCCESS, .has_enrolled = true},
	    {"behind a software key", PAM_SUCCESS, .has_stranger = true, .has_enrolled = true},
	    {"a software key", PAM_PERM_DENIED, .has_stranger = true},
	    {"no key", PAM_AUTHINFO_UNAVAIL, .list = BYTES_OF(no_keys)},
	    {"another key signs", PAM_PERM_DENIED, .has_enrolled = true, .signs_by_stranger = true},
	    {"other data", PAM_PERM_DENIED, .has_enrolled = true, .signs_other_data = true},
	    {"refuses", PAM_AUTHINFO_UNAVAIL, .has_enrolled = true, .refuses = true},
	    {"hangs up", PAM_AUTHINFO_UNAVAIL, .has_enrolled = true, .hangs_up_on_list = true},
	    {"hangs up on the question", PAM_AUTHINFO_UNAVAIL, .has_enrolled = true, .hangs_up_on_sign = true},
	    {"is silent", PAM_AUTHINFO_UNAVAIL, .is_silent_about_list = true},
	    {"a list of 2 GiB", PAM_AUTHINFO_UNAVAIL, .list = BYTES_OF(endless_list)},
	    {"a list of four billion keys", PAM_AUTHINFO_UNAVAIL, .list = BYTES_OF(many_keys)},
	    {"half a list", PAM_AUTHINFO_UNAVAIL, .list = BYTES_OF(half_list)},
	    {"an empty list", PAM_AUTHINFO_UNAVAIL, .list = BYTES_OF(empty)},
	    {"a signature that is too long", PAM_AUTHINFO_UNAVAIL, .has_enrolled = true,
	        .signature = BYTES_OF(long_signature)},
	    {"an empty signature", PAM_AUTHINFO_UNAVAIL, .has_enrolled = true, .signature = BYTES_OF(no_signature)},
	    {"an empty answer", PAM_AUTHINFO_UNAVAIL, .has_enrolled = true, .signature = BYTES_OF(empty)},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(manners) / sizeof(manners[0]); i++) {
		pid_t agent = start_agent(&manners[i]);
		int code = authenticate("alice", owner, agent_path);

		end_agent(agent);
		if (code != manners[i].code)
			fail_msg("%s: %s", manners[i].name, pam_strerror(NULL, code));
	}
}

/* The agent must be the caller's own, and be where he says; the account must be one that the key's person may enter. */
static void the_agent_is_the_callers(void **state)
{
	static const struct manner manner = {.has_enrolled = true};
	const struct {
		const char *name, *user, *caller, *path;
		int code;
	} rows[] = {
	    {"as it is meant", "alice", owner, agent_path, PAM_SUCCESS},
	    {"another account", "bob", owner, agent_path, PAM_PERM_DENIED},
	    {"another's agent", "alice", "nobody", agent_path, PAM_AUTHINFO_UNAVAIL},
	    {"a caller whom nobody knows", "alice", "no-such-caller", agent_path, PAM_PERM_DENIED},
	    {"no caller, and an account that nobody knows", "alice", "", agent_path, PAM_PERM_DENIED},
	    {"none in the environment", "alice", owner, NULL, PAM_AUTHINFO_UNAVAIL},
	    {"nothing there", "alice", owner, "/nowhere/agent", PAM_AUTHINFO_UNAVAIL},
	    {"no path", "alice", owner, "agent", PAM_AUTHINFO_UNAVAIL},
	    {"the verifier itself", "alice", owner, verifier.socket, PAM_AUTHINFO_UNAVAIL},
	};
	pid_t agent = start_agent(&manner);

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int code = authenticate(rows[i].user, rows[i].caller, rows[i].path);

		if (code != rows[i].code)
			fail_msg("%s: %s", rows[i].name, pam_strerror(NULL, code));
	}
	end_agent(agent);
}

static bool run(const char *const argv[])
{
	struct buffer output = BUFFER_EMPTY;
	struct error err = ERROR_EMPTY;
	bool done = process_run(argv[0], (char *const *)(uintptr_t)argv, NULL, BYTES_EMPTY, &output, 0, &err);

	buffer_free(&output);
	return done;
}

static void store_pair(EVP_PKEY *pair, const char *path)
{
	struct error err = ERROR_EMPTY;
	BIO *text = BIO_new(BIO_s_mem());
	char *content;
	long len;

	assert_int_equal(PEM_write_bio_PrivateKey(text, pair, NULL, NULL, 0, NULL, NULL), 1);
	len = BIO_get_mem_data(text, &content);
	assert_done(file_store(path, bytes_of((const uint8_t *)content, (size_t)len), 0600, &err), err);
	BIO_free(text);
}

/* OpenSSH's own, first without and then with the enrolled key. */
static void a_real_agent_signs(void **state)
{
	char software[96], token[96];
	pid_t agent;

	(void)state;
	(void)snprintf(software, sizeof(software), "%s/software", host.folder);
	(void)snprintf(token, sizeof(token), "%s/token", host.folder);
	store_pair(stranger_pair, software);
	store_pair(enrolled_pair, token);
	agent = fork();
	assert_true(agent >= 0);
	if (agent == 0) {
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
		(void)execlp("ssh-agent", "ssh-agent", "-D", "-a", agent_path, (char *)NULL);
		_exit(127);
	}
	for (int i = 0; i < 500 && access(agent_path, F_OK) != 0; i++)
		(void)poll(NULL, 0, 10);
	assert_int_equal(authenticate("alice", owner, agent_path), PAM_AUTHINFO_UNAVAIL);
	assert_true(run((const char *const[]){"ssh-add", "-q", software, NULL}));
	assert_int_equal(authenticate("alice", owner, agent_path), PAM_PERM_DENIED);
	assert_true(run((const char *const[]){"ssh-add", "-q", token, NULL}));
	assert_int_equal(authenticate("alice", owner, agent_path), PAM_SUCCESS);
	assert_int_equal(authenticate("bob", owner, agent_path), PAM_PERM_DENIED);
	end_agent(agent);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(only_the_enrolled_keys_signature_counts),
	    cmocka_unit_test(the_agent_is_the_callers),
	    cmocka_unit_test(a_real_agent_signs),
	};

	return cmocka_run_group_tests_name("pam agent", tests, make_fixture, drop_fixture);
}

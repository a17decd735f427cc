/* pam_keyenroll.so itself, loaded by libpam from a service file that each row writes; and the tables it rests on. */
#include "tests/unit/unit.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <security/pam_appl.h>

#include "common/base64.h"
#include "common/client.h"
#include "common/deadline.h"
#include "common/file.h"
#include "pam_module/options.h"
#include "pam_module/pam_code.h"
#include "tests/unit/running_verifier.h"
#include "verifier/listen.h"

#define MODULE_IN_BUILD ".libs/pam_keyenroll.so"
#define NOBODY 65534

static struct enrolled_host host;
static struct running_verifier verifier;
static char module[300], services[96];
/* SSH_AUTH_INFO_0 as sshd would write it. */
static struct buffer attested, software, attested_and_hostbased, password;

/* The module as an installation has it: where any user may read it, and a build under /root may not be entered. */
static void install_module(void)
{
	struct buffer object = BUFFER_EMPTY;
	struct error err = ERROR_EMPTY;

	assert_done(file_load(MODULE_IN_BUILD, 16 << 20, &object, &err), err);
	(void)snprintf(module, sizeof(module), "%s/pam_keyenroll.so", host.folder);
	assert_done(file_store(module, buffer_bytes(&object), 0755, &err), err);
	buffer_free(&object);
}

static void put_line(struct buffer *out, const char *method, struct bytes blob)
{
	struct bytes type, rest = blob;
	struct error err = ERROR_EMPTY;

	assert_true(bytes_take_ssh_string(&rest, &type));
	assert_done(buffer_put_format(out, &err, "%s ", method) && buffer_put(out, type, &err) &&
	                buffer_put_text(out, " ", &err) && base64_put(blob, out, &err) &&
	                buffer_put_text(out, "\n", &err),
	    err);
}

static int make_fixture(void **state)
{
	struct enrollment_order order = ENROLLMENT_ORDER_GOOD;
	struct buffer enrolled = BUFFER_EMPTY;
	EVP_PKEY *pair = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	struct ssh_key unknown = SSH_KEY_EMPTY;
	struct error err = ERROR_EMPTY;

	(void)state;
	assert_done(enrolled_host_make(&host, &err), err);
	install_module();
	assert_done(enrolled_host_enroll(&host, &order, &enrolled, &err), err);
	assert_done(enrolled_host_publish(&host, time(NULL), &err), err);
	assert_done(ssh_key_of_public(pair, &unknown, &err), err);
	put_line(&attested, "publickey", buffer_bytes(&enrolled));
	put_line(&software, "publickey", buffer_bytes(&unknown.blob));
	put_line(&attested_and_hostbased, "publickey", buffer_bytes(&enrolled));
	put_line(&attested_and_hostbased, "hostbased", buffer_bytes(&enrolled));
	assert_done(buffer_put_text(&password, "password\n", &err), err);
	(void)snprintf(services, sizeof(services), "%s", host.config);
	assert_done(running_verifier_start(&verifier, &host, &err), err);
	EVP_PKEY_free(pair);
	ssh_key_clear(&unknown);
	buffer_free(&enrolled);
	return 0;
}

static int drop_fixture(void **state)
{
	(void)state;
	assert_true(running_verifier_stop(&verifier));
	enrolled_host_clear(&host);
	buffer_free(&attested);
	buffer_free(&software);
	buffer_free(&attested_and_hostbased);
	buffer_free(&password);
	return 0;
}

/* The kernel's audit, as libpam calls it: here in place of libaudit, since few machines for tests let anybody write there. */
static struct {
	int type, result;
	char op[128], account[64];
} audited;
static size_t num_audited;

int __attribute__((visibility("default"))) audit_open(void);
void __attribute__((visibility("default"))) audit_close(int fd);
int __attribute__((visibility("default"))) audit_log_acct_message(int fd, int type, const char *program, const char *op,
    const char *name, unsigned id, const char *from, const char *address, const char *terminal, int result);

int audit_open(void)
{
	return 4711;
}

void audit_close(int fd)
{
	assert_int_equal(fd, 4711);
}

int audit_log_acct_message(int fd, int type, const char *program, const char *op, const char *name, unsigned id,
    const char *from, const char *address, const char *terminal, int result)
{
	(void)fd, (void)program, (void)id, (void)from, (void)address, (void)terminal;
	/* libpam puts a prefix of its own before what modules say. */
	op = strstr(op, "keyenroll:");
	if (op == NULL)
		return 1;
	num_audited++;
	audited.type = type;
	audited.result = result;
	(void)snprintf(audited.op, sizeof(audited.op), "%s", op);
	(void)snprintf(audited.account, sizeof(audited.account), "%s", name == NULL ? "" : name);
	return 1;
}

/* A directory that takes no notice of case, as Active Directory: any spelling finds the account, which has one name. */
int __attribute__((visibility("default"))) getpwnam_r(const char *restrict name, struct passwd *restrict entry,
    char *restrict text, size_t size, struct passwd **restrict found);

int getpwnam_r(const char *restrict name, struct passwd *restrict entry, char *restrict text, size_t size,
    struct passwd **restrict found)
{
	static char canonical[] = "alice";

	(void)text, (void)size;
	*entry = (struct passwd){.pw_name = canonical, .pw_uid = 1000, .pw_gid = 1000};
	*found = strcasecmp(name, canonical) == 0 ? entry : NULL;
	return 0;
}

/* The module must not talk to anybody. */
static int converse(int num, const struct pam_message **messages, struct pam_response **responses, void *data)
{
	(void)num, (void)messages, (void)responses;
	*(int *)data += 1;
	return PAM_CONV_ERR;
}

static void write_service(const char *service, const char *options)
{
	struct buffer text = BUFFER_EMPTY;
	struct error err = ERROR_EMPTY;
	char path[160];

	for (size_t i = 0; i < 3; i++)
		assert_done(buffer_put_format(&text, &err, "%s required %s %s\n",
		                ((const char *const[]){"auth", "account", "session"})[i], module, options),
		    err);
	(void)snprintf(path, sizeof(path), "%s/%s", services, service);
	assert_done(file_store(path, buffer_bytes(&text), 0644, &err), err);
	buffer_free(&text);
}

typedef int phase(pam_handle_t *handle, int flags);

/* What a call must leave as it was in the process that makes it. */
struct process_state {
	struct buffer descriptors, environment;
	struct sigaction actions[NSIG];
	sigset_t mask;
	mode_t file_mask;
	char folder[256];
};

extern char **environ;

static void note_process(struct process_state *state)
{
	struct error err = ERROR_EMPTY;
	char path[32], target[128];

	*state = (struct process_state){.descriptors = BUFFER_EMPTY};
	for (int i = 0; i < 256; i++) {
		ssize_t len;

		(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", i);
		len = readlink(path, target, sizeof(target));
		if (len > 0)
			assert_done(buffer_put_format(&state->descriptors, &err, "%d %d %.*s\n", i, fcntl(i, F_GETFD),
			                (int)len, target),
			    err);
	}
	for (char **variable = environ; *variable != NULL; variable++)
		assert_done(buffer_put_format(&state->environment, &err, "%s\n", *variable), err);
	for (int i = 1; i < NSIG; i++)
		(void)sigaction(i, NULL, &state->actions[i]);
	(void)sigprocmask(SIG_SETMASK, NULL, &state->mask);
	state->file_mask = umask(022);
	(void)umask(state->file_mask);
	assert_non_null(getcwd(state->folder, sizeof(state->folder)));
}

static void compare_process(struct process_state *before)
{
	struct process_state after;

	note_process(&after);
	assert_string_equal(buffer_text(&before->descriptors), buffer_text(&after.descriptors));
	assert_string_equal(buffer_text(&before->environment), buffer_text(&after.environment));
	for (int i = 1; i < NSIG; i++) {
		assert_ptr_equal(before->actions[i].sa_handler, after.actions[i].sa_handler);
		assert_int_equal(before->actions[i].sa_flags, after.actions[i].sa_flags);
		assert_int_equal(sigismember(&before->mask, i), sigismember(&after.mask, i));
	}
	assert_int_equal(before->file_mask, after.file_mask);
	assert_string_equal(before->folder, after.folder);
	buffer_free(&before->descriptors);
	buffer_free(&before->environment);
	buffer_free(&after.descriptors);
	buffer_free(&after.environment);
}

/* The delay that the last call asked for; libpam is kept from making it. */
static unsigned fail_delay_us;

static void note_delay(int code, unsigned delay_us, void *data)
{
	(void)data;
	fail_delay_us = code == PAM_SUCCESS ? 0 : delay_us;
}

/* PAM hands functions over as pointers to data. */
static const void *note_delay_pointer(void)
{
	void (*function)(int, unsigned, void *) = note_delay;
	const void *pointer;

	memcpy(&pointer, &function, sizeof(pointer));
	return pointer;
}

/* PAM_RHOST for the calls to come; NULL: nobody says. */
static const char *remote_host;

/* What libpam makes of the module in this phase; the process is as before after it. */
static int run_phase(phase *call, const char *service, const char *user, const char *auth_info)
{
	int num_messages = 0, code;
	const struct pam_conv conversation = {converse, &num_messages};
	struct process_state before;
	pam_handle_t *handle = NULL;
	char variable[4096];

	assert_int_equal(pam_start_confdir(service, user, &conversation, services, &handle), PAM_SUCCESS);
	assert_int_equal(pam_set_item(handle, PAM_FAIL_DELAY, note_delay_pointer()), PAM_SUCCESS);
	if (auth_info != NULL) {
		assert_true(snprintf(variable, sizeof(variable), "SSH_AUTH_INFO_0=%s", auth_info) < 4096);
		assert_int_equal(pam_putenv(handle, variable), PAM_SUCCESS);
	}
	assert_int_equal(pam_set_item(handle, PAM_RHOST, remote_host), PAM_SUCCESS);
	fail_delay_us = 0;
	note_process(&before);
	code = call(handle, PAM_SILENT);
	compare_process(&before);
	assert_int_equal(pam_end(handle, code), PAM_SUCCESS);
	assert_int_equal(num_messages, 0);
	return code;
}

static void only_an_attested_session_opens(void **state)
{
	const struct {
		const char *name, *service, *options, *user, *auth_info;
		int code;
	} rows[] = {
	    {"attested", "sshd", "mode=ssh", "alice", buffer_text(&attested), PAM_SUCCESS},
	    {"attested, spelled otherwise", "sshd", "mode=ssh", "ALICE", buffer_text(&attested), PAM_SUCCESS},
	    {"another service, named", "bastion", "mode=ssh service=bastion", "alice", buffer_text(&attested),
	        PAM_SUCCESS},
	    {"software key", "sshd", "mode=ssh", "alice", buffer_text(&software), PAM_PERM_DENIED},
	    {"another account", "sshd", "mode=ssh", "bob", buffer_text(&attested), PAM_PERM_DENIED},
	    {"hostbased too", "sshd", "mode=ssh", "alice", buffer_text(&attested_and_hostbased), PAM_PERM_DENIED},
	    {"password", "sshd", "mode=ssh", "alice", buffer_text(&password), PAM_PERM_DENIED},
	    {"variable absent", "sshd", "mode=ssh", "alice", NULL, PAM_PERM_DENIED},
	    {"variable empty", "sshd", "mode=ssh", "alice", "", PAM_PERM_DENIED},
	    {"variable strange", "sshd", "mode=ssh", "alice", "publickey", PAM_PERM_DENIED},
	    {"name strange", "sshd", "mode=ssh", "al\nice", buffer_text(&attested), PAM_PERM_DENIED},
	    {"no user", "sshd", "mode=ssh", NULL, buffer_text(&attested), PAM_PERM_DENIED},
	    {"unknown option", "sshd", "mode=ssh nullok", "alice", buffer_text(&attested), PAM_SERVICE_ERR},
	    {"unknown mode", "sshd", "mode=sshd", "alice", buffer_text(&attested), PAM_SERVICE_ERR},
	    {"no mode", "sshd", "", "alice", buffer_text(&attested), PAM_SERVICE_ERR},
	    {"another service", "su", "mode=ssh", "alice", buffer_text(&attested), PAM_SERVICE_ERR},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char options[256];
		int code;

		(void)snprintf(options, sizeof(options), "%s socket=%s", rows[i].options, verifier.socket);
		write_service(rows[i].service, options);
		code = run_phase(pam_open_session, rows[i].service, rows[i].user, rows[i].auth_info);
		if (code != rows[i].code)
			fail_msg("%s: %s", rows[i].name, pam_strerror(NULL, code));
	}
}

/* sshd hands PAM the name as it was typed, and asks about keys by the account's own. */
static void an_account_has_one_name(void **state)
{
	static const char rules[] = "mode = audit\nstage \"first\" {\naccount = alice\nmode = enforce\n}\n";
	const struct {
		const char *user, *auth_info;
		int code;
	} rows[] = {
	    {"alice", buffer_text(&attested), PAM_SUCCESS},
	    {"Alice", buffer_text(&attested), PAM_SUCCESS},
	    {"alice", buffer_text(&software), PAM_PERM_DENIED},
	    {"Alice", buffer_text(&software), PAM_PERM_DENIED},
	    {"bob", buffer_text(&software), PAM_SUCCESS},
	};
	struct error err = ERROR_EMPTY;
	char path[160], options[256];

	(void)state;
	(void)snprintf(path, sizeof(path), "%s/host.conf", host.config);
	(void)snprintf(options, sizeof(options), "mode=ssh socket=%s", verifier.socket);
	assert_done(file_store(path, bytes_of_text(rules), 0644, &err), err);
	write_service("sshd", options);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int code = run_phase(pam_open_session, "sshd", rows[i].user, rows[i].auth_info);

		if (code != rows[i].code)
			fail_msg("%s, row %zu: %s", rows[i].user, i, pam_strerror(NULL, code));
	}
	assert_int_equal(unlink(path), 0);
}

static void each_phase_decides_only_what_it_can(void **state)
{
	const struct {
		const char *name;
		phase *call;
		const char *options, *auth_info;
		int code;
	} rows[] = {
	    {"auth after a key (keyboard-interactive)", pam_authenticate, "mode=ssh", buffer_text(&attested),
	        PAM_SUCCESS},
	    {"auth after a software key", pam_authenticate, "mode=ssh", buffer_text(&software), PAM_PERM_DENIED},
	    {"auth that sees no key", pam_authenticate, "mode=ssh", "", PAM_PERM_DENIED},
	    {"auth without mode", pam_authenticate, "", buffer_text(&attested), PAM_SERVICE_ERR},
	    {"auth, a token that nobody plugs in", pam_authenticate, "mode=local wait=1", NULL, PAM_AUTHINFO_UNAVAIL},
	    {"auth, no agent", pam_authenticate, "mode=agent", NULL, PAM_AUTHINFO_UNAVAIL},
	    {"account after a key", pam_acct_mgmt, "mode=ssh", buffer_text(&attested), PAM_SUCCESS},
	    {"account after a software key", pam_acct_mgmt, "mode=ssh", buffer_text(&software), PAM_PERM_DENIED},
	    {"account that sees no key", pam_acct_mgmt, "mode=ssh", "", PAM_PERM_DENIED},
	    {"account that sees no key, which the session will", pam_acct_mgmt, "mode=ssh account=session", "",
	        PAM_SUCCESS},
	    {"account=session and a software key", pam_acct_mgmt, "mode=ssh account=session", buffer_text(&software),
	        PAM_PERM_DENIED},
	    {"account=session without the variable", pam_acct_mgmt, "mode=ssh account=session", NULL, PAM_PERM_DENIED},
	    {"account of a console", pam_acct_mgmt, "mode=local", NULL, PAM_SERVICE_ERR},
	    {"credentials", pam_setcred, "mode=ssh", NULL, PAM_SUCCESS},
	    {"end of a session", pam_close_session, "mode=ssh", NULL, PAM_SUCCESS},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char options[256];
		int code;

		(void)snprintf(options, sizeof(options), "%s socket=%s", rows[i].options, verifier.socket);
		write_service("sshd", options);
		code = run_phase(rows[i].call, "sshd", "alice", rows[i].auth_info);
		if (code != rows[i].code)
			fail_msg("%s: %s", rows[i].name, pam_strerror(NULL, code));
		assert_int_equal(fail_delay_us > 0, rows[i].call == pam_authenticate && rows[i].code != PAM_SUCCESS);
	}
}

/* A token that is plugged in here is not of somebody who sits elsewhere; one who sits here has none plugged in. */
static void a_local_token_is_for_who_sits_here(void **state)
{
	static const struct {
		const char *remote;
		int code;
	} rows[] = {
	    {"", PAM_AUTHINFO_UNAVAIL},
	    {"::1", PAM_AUTHINFO_UNAVAIL},
	    {"192.0.2.7", PAM_PERM_DENIED},
	    {"localhost.example", PAM_PERM_DENIED},
	};
	char options[256];

	(void)state;
	(void)snprintf(options, sizeof(options), "mode=local wait=1 socket=%s", verifier.socket);
	write_service("login", options);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int code;

		remote_host = rows[i].remote;
		code = run_phase(pam_authenticate, "login", "alice", NULL);
		if (code != rows[i].code)
			fail_msg("%s: %s", rows[i].remote, pam_strerror(NULL, code));
	}
	remote_host = NULL;
}

/* Source: libaudit.h for the numbers. */
static void each_decision_is_one_audit_record(void **state)
{
	const struct {
		phase *call;
		const char *options, *auth_info, *op;
		int type, result;
	} rows[] = {
	    {pam_open_session, "mode=ssh", buffer_text(&attested), "keyenroll:session reason=none", 1101, 1},
	    {pam_open_session, "mode=ssh", buffer_text(&software), "keyenroll:session reason=enrollment.absent", 1101,
	        0},
	    {pam_open_session, "mode=ssh", "", "keyenroll:session reason=auth-info.format", 1101, 0},
	    {pam_acct_mgmt, "mode=ssh account=session", "", "keyenroll:account reason=none", 1101, 1},
	    {pam_acct_mgmt, "", "", "keyenroll:account reason=usage", 1101, 0},
	    {pam_authenticate, "mode=ssh", buffer_text(&attested), "keyenroll:proof reason=none", 1100, 1},
	    {pam_authenticate, "mode=ssh", "", "keyenroll:proof reason=auth-info.format", 1100, 0},
	};

	(void)state;
	if (dlopen("libaudit.so.1", RTLD_NOLOAD | RTLD_NOW) == NULL)
		skip(); /* this libpam has no audit */
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char options[256];

		(void)snprintf(options, sizeof(options), "%s socket=%s", rows[i].options, verifier.socket);
		write_service("sshd", options);
		num_audited = 0;
		(void)run_phase(rows[i].call, "sshd", "alice", rows[i].auth_info);
		assert_int_equal(num_audited, 1);
		if (strncmp(audited.op, rows[i].op, strlen(rows[i].op)) != 0)
			fail_msg("%s", audited.op);
		assert_int_equal(audited.type, rows[i].type);
		assert_int_equal(audited.result, rows[i].result);
		assert_string_equal(audited.account, "alice");
	}
}

/* A host that is not root has no fallback: it must be told so at once. In a child, since there is no way back to root. */
static bool is_denied_at_once(void)
{
	struct deadline late = deadline_in(1000);
	pid_t child = fork();
	int status = -1;

	if (child == 0) {
		if (getuid() == 0 && setuid(NOBODY) < 0)
			_exit(99);
		_exit(run_phase(pam_open_session, "sshd", "alice", buffer_text(&attested)));
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), PAM_AUTHINFO_UNAVAIL);
	return deadline_left_ms(late) > 0;
}

/* Once in a few times also where the machine is busy. */
static void without_a_verifier_another_user_is_denied(void **state)
{
	char options[256];
	bool at_once = false;

	(void)state;
	(void)snprintf(options, sizeof(options), "mode=ssh socket=%s/absent", host.folder);
	write_service("sshd", options);
	for (int i = 0; i < 10 && !at_once; i++)
		at_once = is_denied_at_once();
	assert_true(at_once);
}

static void a_hung_verifier_is_a_denial_in_time(void **state)
{
	struct deadline late = deadline_in(CLIENT_TIMEOUT_MS + 20000);
	struct error err = ERROR_EMPTY;
	char path[128], options[256];
	int listener;

	(void)state;
	(void)snprintf(path, sizeof(path), "%s/hung", host.folder);
	(void)snprintf(options, sizeof(options), "mode=ssh socket=%s", path);
	write_service("sshd", options);
	assert_done(listen_at(path, &listener, &err), err);
	assert_int_equal(run_phase(pam_open_session, "sshd", "alice", buffer_text(&attested)), PAM_AUTHINFO_UNAVAIL);
	assert_true(deadline_left_ms(late) > 0);
	close(listener);
}

static void consent_alone_is_success(void **state)
{
	(void)state;
	assert_int_equal(pam_code(true, ERROR_NONE), PAM_SUCCESS);
	assert_int_equal(pam_code(false, ERROR_PIN_WRONG), PAM_AUTH_ERR);
	assert_int_equal(pam_code(false, ERROR_PIN_BLOCKED), PAM_MAXTRIES);
	for (enum error_code code = ERROR_NONE; code < ERROR_CODE_COUNT; code++) {
		int found = pam_code(false, code);

		if (found == PAM_SUCCESS || found == PAM_IGNORE || found == PAM_NEW_AUTHTOK_REQD)
			fail_msg("%s becomes %d", error_word(code), found);
	}
}

static void an_options_typo_is_an_error(void **state)
{
	static const struct {
		const char *words[3];
		int num;
		enum error_code code;
	} rows[] = {
	    {{"mode=ssh"}, 1, ERROR_NONE},
	    {{"mode=ssh", "socket=/x", "service=y"}, 3, ERROR_NONE},
	    {{NULL}, 0, ERROR_NONE},
	    {{"mode=SSH"}, 1, ERROR_USAGE},
	    {{"mode="}, 1, ERROR_USAGE},
	    {{"mode"}, 1, ERROR_USAGE},
	    {{"Mode=ssh"}, 1, ERROR_USAGE},
	    {{"mode=local", "wait=600", "talk"}, 3, ERROR_NONE},
	    {{"mode=agent"}, 1, ERROR_NONE},
	    {{"mode=ssh", "account=session"}, 2, ERROR_NONE},
	    {{"mode=ssh", "debug"}, 2, ERROR_USAGE},
	    {{"wait=0"}, 1, ERROR_USAGE},
	    {{"wait="}, 1, ERROR_USAGE},
	    {{"wait=601"}, 1, ERROR_USAGE},
	    {{"wait=-1"}, 1, ERROR_USAGE},
	    {{"wait=4294967297"}, 1, ERROR_USAGE},
	    {{"wait=5s"}, 1, ERROR_USAGE},
	    {{"talkative"}, 1, ERROR_USAGE},
	    {{"account=yes"}, 1, ERROR_USAGE},
	    {{"socket=verifier.sock"}, 1, ERROR_USAGE},
	    {{"service="}, 1, ERROR_USAGE},
	    {{""}, 1, ERROR_USAGE},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct module_options options;
		struct error err = ERROR_EMPTY;

		if (module_options_parse(rows[i].num, rows[i].words, &options, &err) != (rows[i].code == ERROR_NONE) ||
		    err.code != rows[i].code)
			fail_msg("row %zu: %s", i, err.text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(only_an_attested_session_opens),
	    cmocka_unit_test(an_account_has_one_name),
	    cmocka_unit_test(each_phase_decides_only_what_it_can),
	    cmocka_unit_test(a_local_token_is_for_who_sits_here),
	    cmocka_unit_test(each_decision_is_one_audit_record),
	    cmocka_unit_test(without_a_verifier_another_user_is_denied),
	    cmocka_unit_test(a_hung_verifier_is_a_denial_in_time),
	    cmocka_unit_test(consent_alone_is_success),
	    cmocka_unit_test(an_options_typo_is_an_error),
	};

	return cmocka_run_group_tests_name("pam module", tests, make_fixture, drop_fixture);
}

/* Memory, or reading, fails at each call of a login's decision. Who would be refused stays so; who would be let in gets the very line that he
 * always gets, or a refusal with its reason. */
#include "tests/unit/unit.h"

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <time.h>
#include <unistd.h>

#include "common/file.h"
#include "common/request.h"
#include "tests/fault/sweep.h"
#include "tests/unit/enrolled_host.h"
#include "verifier/answer.h"
#include "verifier/names.h"

#define STRIDE_OF_FRESH_HOST 193
#define STRIDE_OF_ACCEPTANCES 5
#define STRIDE_OF_REFUSALS 23

/* Keys by what is odd about their enrollment. */
enum sample { GOOD, REVOKED, EXPIRED, OTHER_VENDOR, OTHER_REGISTRAR, BOB, OPERATOR, SAMPLE_COUNT };

static struct fixture {
	struct enrolled_host host;
	struct buffer keys[SAMPLE_COUNT], certificates[SAMPLE_COUNT];
	struct configuration *configuration;
	int64_t now; /* when the short enrollment is over */
	bool own_groups;
} fixture;

static struct enrollment_order order_of(enum sample sample)
{
	struct enrollment_order order = ENROLLMENT_ORDER_GOOD;

	order.revoked = sample == REVOKED;
	if (sample == EXPIRED)
		order.valid_before = 5;
	if (sample == OTHER_VENDOR)
		order.vendor = "other-vendor";
	if (sample == OTHER_REGISTRAR)
		order.registrar = "other-registrar";
	if (sample == BOB)
		order.person = "bob";
	if (sample == OPERATOR)
		order.person = "operator";
	return order;
}

static bool keep_certificate(const struct store_entry *entry, void *context, struct error *err)
{
	return buffer_put(context, entry->certificate, err);
}

static void enroll(enum sample sample)
{
	const struct enrollment_order order = order_of(sample);
	struct ssh_key key = SSH_KEY_EMPTY;
	char fingerprint[SSH_KEY_FINGERPRINT_SIZE];
	struct error err = ERROR_EMPTY;

	assert_done(enrolled_host_enroll(&fixture.host, &order, &fixture.keys[sample], &err), err);
	assert_done(ssh_key_parse(buffer_bytes(&fixture.keys[sample]), &key, &err) &&
	                ssh_key_fingerprint(&key, fingerprint, &err) &&
	                store_each(fixture.host.store, NULL, fingerprint, keep_certificate,
	                    &fixture.certificates[sample], &err),
	    err);
	ssh_key_clear(&key);
}

static void write_file(const char *name, const char *content)
{
	struct error err = ERROR_EMPTY;
	char path[160];

	(void)snprintf(path, sizeof(path), "%s/%s", fixture.host.folder, name);
	assert_done(file_store(path, bytes_of_text(content), 0644, &err), err);
}

/* Accounts and groups of this test's own, where it may see others than the machine's. */
static bool mount_over(const char *name, const char *content, const char *place)
{
	char path[160];

	write_file(name, content);
	(void)snprintf(path, sizeof(path), "%s/%s", fixture.host.folder, name);
	return mount(path, place, NULL, MS_BIND, NULL) == 0;
}

static bool make_groups(void)
{
	return geteuid() == 0 && unshare(CLONE_NEWNS) == 0 && mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
	       mount_over("passwd", "root:x:0:0::/root:/bin/sh\noperator:x:4711:4711::/:/bin/sh\n", "/etc/passwd") &&
	       mount_over("group", "root:x:0:\noperator:x:4711:\nvisitors:x:4712:operator\n", "/etc/group") &&
	       mount_over("nsswitch", "passwd: files\ngroup: files\n", "/etc/nsswitch.conf");
}

static void load_configuration(void)
{
	struct error err = ERROR_EMPTY;
	struct host_view view;

	configuration_free(fixture.configuration);
	assert_done(configuration_new(&fixture.host.folders, &fixture.configuration, &err) &&
	                configuration_refresh(fixture.configuration, NULL, &view, &err),
	    err);
}

static int make_fixture(void **state)
{
	struct error err = ERROR_EMPTY;

	(void)state;
	assert_done(enrolled_host_make(&fixture.host, &err), err);
	for (enum sample sample = GOOD; sample < SAMPLE_COUNT; sample++)
		enroll(sample);
	fixture.now = time(NULL) + 10;
	assert_done(enrolled_host_publish(&fixture.host, time(NULL) - 60, &err), err);
	load_configuration();
	fixture.own_groups = make_groups();
	return 0;
}

static int drop_fixture(void **state)
{
	(void)state;
	configuration_free(fixture.configuration);
	if (fixture.own_groups)
		(void)(umount("/etc/passwd") + umount("/etc/group") + umount("/etc/nsswitch.conf"));
	enrolled_host_clear(&fixture.host);
	for (enum sample sample = GOOD; sample < SAMPLE_COUNT; sample++)
		buffer_free(&fixture.keys[sample]), buffer_free(&fixture.certificates[sample]);
	return 0;
}

struct question {
	const char *name;
	enum request_code code;
	const char *account;
	enum sample sample;
	bool accepted;
	bool fresh_host; /* the files are read for this request */
	bool asks_for_groups;
	struct buffer message;
};

static void put_message(struct question *question)
{
	const struct buffer *key = question->code == REQUEST_PRINCIPALS ? &fixture.certificates[question->sample]
	                                                                : &fixture.keys[question->sample];
	const struct request request = {.code = question->code,
	    .account = bytes_of_text(question->account),
	    .service = bytes_of_text("sshd"),
	    .methods = {{bytes_of_text("publickey"), buffer_bytes(key)}},
	    .num_methods = 1};
	struct error err = ERROR_EMPTY;

	assert_done(request_encode(&request, &question->message, &err), err);
}

/* What the one who asked makes of it: no reply is a refusal, whose reason stands in the error. */
static void read_reply(const struct buffer *reply, struct outcome *outcome)
{
	struct bytes rest = buffer_bytes(reply), message;
	struct error err = ERROR_EMPTY;
	struct reply read;

	assert_true(bytes_take_ssh_string(&rest, &message) && rest.len == 0);
	assert_done(reply_parse(message, &read, &err), err);
	outcome->done = read.verdict == REQUEST_ACCEPTED;
	outcome->code = bytes_equal_text(read.reason, error_word(ERROR_NONE)) ? ERROR_NONE : ERROR_PROTOCOL;
	outcome_put(outcome, read.output);
}

static void run_question(void *context, struct outcome *outcome)
{
	const struct question *question = context;
	const struct peer peer = {.user = 0, .process = getpid()};
	struct bytes in = buffer_bytes(&question->message), message = BYTES_EMPTY;
	struct configuration *configuration = question->fresh_host ? NULL : fixture.configuration;
	struct buffer reply = BUFFER_EMPTY;
	struct names names = NAMES_EMPTY;
	struct error err = ERROR_EMPTY;
	bool replied = bytes_take_ssh_string(&in, &message) &&
	               (configuration != NULL || configuration_new(&fixture.host.folders, &configuration, &err)) &&
	               answer(configuration, &peer, message, fixture.now, &names, NULL, &reply, &err);

	(void)fault_disarm();
	if (replied)
		read_reply(&reply, outcome);
	else
		outcome->code = err.code;
	names_clear(&names);
	if (question->fresh_host)
		configuration_free(configuration);
	buffer_free(&reply);
}

/* Reading is done in few calls, memory is asked for in hundreds. */
static unsigned long stride_of(const struct question *question, enum fault_kind kind)
{
	if (kind != FAULT_MEMORY)
		return 1;
	if (question->fresh_host)
		return STRIDE_OF_FRESH_HOST;
	return question->accepted ? STRIDE_OF_ACCEPTANCES : STRIDE_OF_REFUSALS;
}

/* The undisturbed answer is what the row says, or the sweep shows nothing. */
static void ask(struct question *question, enum fault_kind kind)
{
	struct outcome *calm = calloc(1, sizeof(*calm));
	const struct sweep asking = {.name = question->name,
	    .kind = kind,
	    .stride = stride_of(question, kind),
	    .run = run_question,
	    .context = question,
	    .only_from_then_on = question->asks_for_groups,
	    .may_die = question->fresh_host};

	assert_non_null(calm);
	put_message(question);
	run_question(question, calm);
	if (calm->done != question->accepted)
		fail_msg("%s: %s", question->name, calm->done ? "accepted" : "refused");
	free(calm);
	sweep(&asking);
	buffer_free(&question->message);
}

static void a_running_verifier(void **state)
{
	struct question questions[] = {
	    {"a good key", REQUEST_AUTHORIZED_KEYS, "alice", GOOD, true, false, false, BUFFER_EMPTY},
	    {"another's key", REQUEST_AUTHORIZED_KEYS, "alice", BOB, false, false, false, BUFFER_EMPTY},
	    {"a revoked key", REQUEST_AUTHORIZED_KEYS, "alice", REVOKED, false, false, false, BUFFER_EMPTY},
	    {"an expired key", REQUEST_AUTHORIZED_KEYS, "alice", EXPIRED, false, false, false, BUFFER_EMPTY},
	    {"another vendor's key", REQUEST_AUTHORIZED_KEYS, "alice", OTHER_VENDOR, false, false, false, BUFFER_EMPTY},
	    {"another registrar's key", REQUEST_AUTHORIZED_KEYS, "alice", OTHER_REGISTRAR, false, false, false,
	        BUFFER_EMPTY},
	    {"a good certificate", REQUEST_PRINCIPALS, "alice", GOOD, true, false, false, BUFFER_EMPTY},
	    {"a revoked certificate", REQUEST_PRINCIPALS, "alice", REVOKED, false, false, false, BUFFER_EMPTY},
	    {"a session", REQUEST_SESSION, "alice", GOOD, true, false, false, BUFFER_EMPTY},
	    {"a revoked key's session", REQUEST_SESSION, "alice", REVOKED, false, false, false, BUFFER_EMPTY},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(questions) / sizeof(questions[0]); i++)
		for (enum fault_kind kind = FAULT_MEMORY; kind <= FAULT_READ; kind++)
			ask(&questions[i], kind);
}

/* As --once does it. */
static void a_host_that_reads_its_files(void **state)
{
	struct question questions[] = {
	    {"a good key, files read", REQUEST_AUTHORIZED_KEYS, "alice", GOOD, true, true, false, BUFFER_EMPTY},
	    {"a revoked key, files read", REQUEST_AUTHORIZED_KEYS, "alice", REVOKED, false, true, false, BUFFER_EMPTY},
	    {"a revoked certificate, files read", REQUEST_PRINCIPALS, "alice", REVOKED, false, true, false,
	        BUFFER_EMPTY},
	    {"another vendor's key, files read", REQUEST_AUTHORIZED_KEYS, "alice", OTHER_VENDOR, false, true, false,
	        BUFFER_EMPTY},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(questions) / sizeof(questions[0]); i++)
		for (enum fault_kind kind = FAULT_MEMORY; kind <= FAULT_READ; kind++)
			ask(&questions[i], kind);
}

/* A rule that refuses a group must not be passed by because nobody could say who is in it. The C library asks one service after the
 * other and tells of the last one's trouble only, so one failure alone may be lost in it. */
static void a_group_that_is_refused(void **state)
{
	struct question visitor = {
	    "one of a refused group", REQUEST_AUTHORIZED_KEYS, "operator", OPERATOR, false, false, true, BUFFER_EMPTY};
	char path[160];

	(void)state;
	if (!fixture.own_groups)
		skip();
	write_file("config/policy.conf",
	    "rule \"visitors\" {\ngroup = { \"visitors\" }\nthen = refuse\n}\nrule \"all\" {\nthen = accept\n}\n");
	load_configuration();
	for (enum fault_kind kind = FAULT_MEMORY; kind <= FAULT_READ; kind++)
		ask(&visitor, kind);
	(void)snprintf(path, sizeof(path), "%s/policy.conf", fixture.host.config);
	assert_int_equal(unlink(path), 0);
	load_configuration();
}

static void run_groups(void *context, struct outcome *outcome)
{
	struct name_entry entry = NAME_ENTRY_EMPTY;
	struct error err = ERROR_EMPTY;

	outcome->done = name_entry_load(context, &entry, &err);
	(void)fault_disarm();
	outcome->code = err.code;
	for (size_t i = 0; i < entry.num_groups; i++) {
		outcome_put(outcome, bytes_of_text(entry.groups[i]));
		outcome_put(outcome, bytes_of_text(" "));
	}
	name_entry_clear(&entry);
}

/* Where one service alone is asked, its trouble is seen: all groups, or an error. */
static void the_groups_of_an_account(void **state)
{
	char name[] = "operator";
	const struct sweep loading = {.name = "groups", .kind = FAULT_MEMORY, .run = run_groups, .context = name};
	struct name_entry entry = NAME_ENTRY_EMPTY;
	struct error err = ERROR_EMPTY;

	(void)state;
	if (!fixture.own_groups)
		skip();
	/* The C library reads nsswitch.conf once; of having no memory for that it dies. */
	assert_done(name_entry_load(name, &entry, &err), err);
	name_entry_clear(&entry);
	sweep(&loading);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_groups_of_an_account),
	    cmocka_unit_test(a_running_verifier),
	    cmocka_unit_test(a_host_that_reads_its_files),
	    cmocka_unit_test(a_group_that_is_refused),
	};

	return cmocka_run_group_tests_name("logins without memory", tests, make_fixture, drop_fixture);
}

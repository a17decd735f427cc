/* Names, and a name service that hangs or dies: the loop runs as it does on a host, and only libc's last step, the question to a
 * directory, is this program's own. */
#include "tests/unit/unit.h"

#include <dlfcn.h>
#include <grp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "common/client.h"
#include "common/deadline.h"
#include "common/file.h"
#include "common/request.h"
#include "tests/unit/running_verifier.h"
#include "verifier/names.h"
#include "verifier/serve.h"

#define NOBODY 65534
/* A fraction of what a hanging look-up takes. */
#define AT_ONCE_MS 700
#define HANGING 24
#define TRIES 8

/* How a child ends that was not refused in time. */
#define LATE 1
#define WRONG 2

static struct enrolled_host host;
static struct running_verifier verifier;
static struct buffer alice_key, slow_key, fatal_key;

/* Of the directory's people one never comes back, and one takes the process with it. */
int getgrouplist(const char *name, gid_t group, gid_t *groups, int *num)
{
	int (*real)(const char *, gid_t, gid_t *, int *) =
	    (int (*)(const char *, gid_t, gid_t *, int *))dlsym(RTLD_NEXT, "getgrouplist");

	while (strcmp(name, "slow") == 0)
		(void)poll(NULL, 0, 1000);
	if (strcmp(name, "fatal") == 0)
		(void)raise(SIGKILL);
	return real(name, group, groups, num);
}

static void enroll(const char *person, struct buffer *key)
{
	struct enrollment_order order = ENROLLMENT_ORDER_GOOD;
	struct error err = ERROR_EMPTY;

	order.person = person;
	assert_done(enrolled_host_enroll(&host, &order, key, &err), err);
}

static void change_rules(const char *content)
{
	struct error err = ERROR_EMPTY;
	char path[160];

	(void)snprintf(path, sizeof(path), "%s/host.conf", host.config);
	assert_done(file_store(path, bytes_of_text(content), 0644, &err), err);
}

static int make_fixture(void **state)
{
	struct error err = ERROR_EMPTY;

	(void)state;
	assert_done(enrolled_host_make(&host, &err), err);
	enroll("alice", &alice_key);
	enroll("slow", &slow_key);
	enroll("fatal", &fatal_key);
	assert_done(enrolled_host_publish(&host, time(NULL), &err), err);
	assert_done(running_verifier_start(&verifier, &host, &err), err);
	return 0;
}

static int drop_fixture(void **state)
{
	(void)state;
	assert_true(running_verifier_stop(&verifier));
	enrolled_host_clear(&host);
	buffer_free(&alice_key);
	buffer_free(&slow_key);
	buffer_free(&fatal_key);
	return 0;
}

/* What is said of a session by this key, and after how long. */
static enum error_code ask(const char *account, const struct buffer *key, int *took_ms)
{
	const struct client client = {.socket = verifier.socket, .timeout_ms = CLIENT_TIMEOUT_MS};
	const struct request request = {.code = REQUEST_SESSION,
	    .account = bytes_of_text(account),
	    .service = bytes_of_text("sshd"),
	    .methods = {{bytes_of_text("publickey"), buffer_bytes(key)}},
	    .num_methods = 1};
	struct deadline far = deadline_in(60000);
	struct buffer message = BUFFER_EMPTY;
	struct error err = ERROR_EMPTY;
	struct reply reply;

	if (client_ask(&client, &request, &message, &reply, &err))
		(void)!client_consent(&reply, &err);
	buffer_free(&message);
	*took_ms = 60000 - deadline_left_ms(far);
	return err.code;
}

static int end_of_child(enum error_code code, int took_ms)
{
	if (code != ERROR_NAME_SERVICE)
		return code == ERROR_VERIFIER_DEADLINE ? LATE : WRONG;
	return took_ms < CLIENT_TIMEOUT_MS ? 0 : LATE;
}

/* A child that asks for somebody of whom the directory does not know yet.
 *   user  as whom */
static pid_t start_hanging(uid_t user)
{
	pid_t child = fork();
	enum error_code code;
	int took_ms;

	assert_true(child >= 0);
	if (child > 0)
		return child;
	if (user != 0 && (setgid(user) < 0 || setuid(user) < 0))
		_exit(2);
	code = ask("slow", &slow_key, &took_ms);
	_exit(end_of_child(code, took_ms));
}

/* Whether it was refused in time; it must be refused. */
static bool child_is_well(pid_t child)
{
	int status = -1;

	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) <= LATE);
	return WEXITSTATUS(status) == 0;
}

/* Whether it was answered at once; no other answer may come. */
static bool is_answered(const char *account, const struct buffer *key, enum error_code wanted)
{
	int took_ms = -1;
	enum error_code code = ask(account, key, &took_ms);

	if (code != wanted && code != ERROR_VERIFIER_DEADLINE)
		fail_msg("%s: %s", account, error_word(code));
	return code == wanted && took_ms <= AT_ONCE_MS;
}

/* A machine that is busy is late now and then, and not each time. */
static void assert_in_one_of_a_few(bool (*is_right)(void))
{
	for (int i = 0; i < TRIES; i++)
		if (is_right())
			return;
	fail_msg("not in %d times", TRIES);
}

/* The groups of an account decide here, so everybody is looked up. */
#define RULES "account \"alice\" {\nperson = alice\ngroup = wheel\n}\n"

static bool many_hang_and_the_others_do_not(void)
{
	pid_t children[HANGING];
	bool right = is_answered("alice", &alice_key, ERROR_NONE);

	for (size_t i = 0; i < HANGING; i++)
		children[i] = start_hanging(0);
	(void)poll(NULL, 0, 300);
	for (int i = 0; i < 5; i++)
		right = is_answered("alice", &alice_key, ERROR_NONE) && right;
	for (size_t i = 0; i < HANGING; i++)
		right = child_is_well(children[i]) && right;
	return right;
}

static void a_name_service_that_hangs_costs_the_others_nothing(void **state)
{
	(void)state;
	change_rules(RULES);
	assert_in_one_of_a_few(many_hang_and_the_others_do_not);
}

static bool one_hangs_and_another_does_not(void)
{
	pid_t child = start_hanging(NOBODY);
	bool right;

	(void)poll(NULL, 0, 300);
	right = is_answered("alice", &alice_key, ERROR_NONE);
	return child_is_well(child) && right;
}

static void nor_where_somebody_asks_about_himself(void **state)
{
	(void)state;
	if (getuid() != 0)
		skip(); /* only root can become somebody else */
	change_rules("");
	assert_in_one_of_a_few(one_hangs_and_another_does_not);
}

static bool nobody_is_looked_up(void)
{
	return is_answered("slow", &slow_key, ERROR_NONE) && is_answered("alice", &slow_key, ERROR_ENROLLMENT_PERSON);
}

static void where_no_rule_names_a_group_nobody_is_looked_up(void **state)
{
	(void)state;
	change_rules("stage \"pilot\" {\naccount = bob\nmode = audit\n}\n");
	assert_in_one_of_a_few(nobody_is_looked_up);
}

static bool one_dies_and_the_next_is_served(void)
{
	return is_answered("fatal", &fatal_key, ERROR_SYSTEM) && is_answered("alice", &alice_key, ERROR_NONE);
}

/* A module of a name service that falls takes a worker with it. */
static void a_name_service_that_dies_is_a_refusal(void **state)
{
	(void)state;
	change_rules(RULES);
	assert_in_one_of_a_few(one_dies_and_the_next_is_served);
}

/* bob is watched, since nothing is known of him here. */
static bool who_is_known_is_watched_and_who_hangs_is_not(void)
{
	return is_answered("alice", &alice_key, ERROR_NONE) && is_answered("bob", &alice_key, ERROR_NONE) &&
	       child_is_well(start_hanging(0));
}

/* Whether an account is only watched hangs on its groups: unless they are known it is not. */
static void a_mode_by_group_is_not_guessed(void **state)
{
	(void)state;
	change_rules("mode = audit\nstage \"first\" {\ngroup = wheel\nmode = enforce\n}\n");
	assert_in_one_of_a_few(who_is_known_is_watched_and_who_hangs_is_not);
}

static void put_sample(struct buffer *bytes)
{
	char wheel[] = "wheel", staff[] = "staff", *groups[] = {wheel, staff};
	const struct name_entry entry = {.has_account = true, .user = 1000, .groups = groups, .num_groups = 2};
	struct error err = ERROR_EMPTY;

	assert_done(name_entry_put(&entry, bytes, &err), err);
}

static void an_entry_is_read_as_it_was_written(void **state)
{
	struct name_entry entry = NAME_ENTRY_EMPTY;
	struct buffer bytes = BUFFER_EMPTY;
	struct error err = ERROR_EMPTY;
	struct bytes whole, part;

	(void)state;
	put_sample(&bytes);
	assert_done(name_entry_parse(buffer_bytes(&bytes), &entry, &err), err);
	assert_true(entry.has_account);
	assert_int_equal(entry.user, 1000);
	assert_int_equal(entry.num_groups, 2);
	assert_string_equal(entry.groups[0], "wheel");
	assert_string_equal(entry.groups[1], "staff");
	name_entry_clear(&entry);
	for (size_t len = 0; len < bytes.len; len++) {
		whole = buffer_bytes(&bytes);
		assert_true(bytes_take(&whole, len, &part));
		assert_refused(name_entry_parse(part, &entry, &err), err, ERROR_PROTOCOL);
	}
	/* a group that is shorter as text is another group */
	bytes.data[bytes.len - 1] = 0;
	assert_refused(name_entry_parse(buffer_bytes(&bytes), &entry, &err), err, ERROR_PROTOCOL);
	bytes.data[bytes.len - 1] = 'f';
	assert_done(buffer_put_u8(&bytes, 0, &err), err);
	assert_refused(name_entry_parse(buffer_bytes(&bytes), &entry, &err), err, ERROR_PROTOCOL);
	for (size_t bit = 0; bit < 8 * bytes.len; bit++) {
		bytes.data[bit / 8] ^= (uint8_t)(1U << bit % 8);
		(void)!name_entry_parse(buffer_bytes(&bytes), &entry, &err);
		name_entry_clear(&entry);
		bytes.data[bit / 8] ^= (uint8_t)(1U << bit % 8);
	}
	buffer_free(&bytes);
}

/* Whoever waits for nobody notes the first name, and what is known of one, good or bad, is not asked for twice. */
static void what_is_wanted_becomes_known(void **state)
{
	struct names names = NAMES_EMPTY_WAITS_NOT;
	const struct name_entry *entry = NULL;
	struct error err = ERROR_EMPTY, why = ERROR_EMPTY;
	struct buffer bytes = BUFFER_EMPTY;
	struct bytes report;

	(void)state;
	put_sample(&bytes);
	report = buffer_bytes(&bytes);
	assert_refused(names_find(&names, "root", &entry, &err), err, ERROR_NAME_SERVICE);
	assert_refused(names_find(&names, "bob", &entry, &err), err, ERROR_NAME_SERVICE);
	assert_string_equal(names.wanted, "root");
	assert_done(names_take(&names, &report, NULL, &err), err);
	assert_string_equal(names.wanted, "");
	assert_done(names_find(&names, "root", &entry, &err), err);
	assert_int_equal(entry->user, 1000);
	assert_refused(names_find(&names, "bob", &entry, &err), err, ERROR_NAME_SERVICE);
	error_set(&why, ERROR_DEADLINE, "too late");
	assert_done(names_take(&names, NULL, &why, &err), err);
	assert_refused(names_find(&names, "bob", &entry, &err), err, ERROR_DEADLINE);
	assert_string_equal(names.wanted, "");
	names_clear(&names);
	buffer_free(&bytes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(an_entry_is_read_as_it_was_written),
	    cmocka_unit_test(what_is_wanted_becomes_known),
	    cmocka_unit_test(a_name_service_that_hangs_costs_the_others_nothing),
	    cmocka_unit_test(nor_where_somebody_asks_about_himself),
	    cmocka_unit_test(where_no_rule_names_a_group_nobody_is_looked_up),
	    cmocka_unit_test(a_name_service_that_dies_is_a_refusal),
	    cmocka_unit_test(a_mode_by_group_is_not_guessed),
	};

	return cmocka_run_group_tests_name("names", tests, make_fixture, drop_fixture);
}

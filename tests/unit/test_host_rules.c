/* host.conf: what is read and what is refused, and what its rules say. */
#include "tests/unit/unit.h"

#include <nss.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "verifier/host_rules.h"
#include "verifier/name_entry.h"

static struct host_rules *parse(const char *text)
{
	struct host_rules *rules = NULL;
	struct error err = ERROR_EMPTY;

	assert_done(host_rules_parse(bytes_of_text(text), "host.conf", &rules, &err), err);
	return rules;
}

struct host_file {
	const char *text, *sentence; /* sentence NULL: it is good */
};

static void assert_sentences(const struct host_file *rows, size_t num)
{
	for (size_t i = 0; i < num; i++) {
		struct host_rules *rules = NULL;
		struct error err = ERROR_EMPTY;
		bool done = host_rules_parse(bytes_of_text(rows[i].text), "host.conf", &rules, &err);

		host_rules_free(rules);
		if (done != (rows[i].sentence == NULL) || (!done && err.code != ERROR_HOST_FILE) ||
		    (!done && strstr(err.text, rows[i].sentence) == NULL))
			fail_msg("%s: %s [%s]", rows[i].text, err.text, error_word(err.code));
	}
}

static void good_values_are_read_bad_ones_named(void **state)
{
	static const struct host_file rows[] = {
	    {"", NULL},
	    {"# nothing\n", NULL},
	    {"mode = audit\nwarn-age = 6h\nrefuse-age = 3d\nhost-class = bastion\n", NULL},
	    {"account \"root\" {\n}\n", NULL},
	    {"break-glass \"rescue\" {\nfrom = { \"console\", \"192.0.2.7\", \"2001:db8::7\" }\n}\n", NULL},
	    {"mode = lenient\n", "host.conf:1: mode wants one of"},
	    {"\nmode = audit\nmode = off\n", "host.conf:3: 'mode' is given twice"},
	    {"host-class = \"\"\n", "host.conf:1: host-class is empty"},
	    {"refuse-age = 3\n", "host.conf:1: refuse-age: '3' is no time"},
	    {"minimum-tokens = 2\nreplace-within = 30d\n", NULL},
	    {"minimum-tokens = 0\n", "host.conf:1: minimum-tokens wants a number from 1 to 9"},
	    {"minimum-tokens = 10\n", "host.conf:1: minimum-tokens wants a number from 1 to 9"},
	    {"minimum-tokens = \"\"\n", "host.conf:1: minimum-tokens wants a number from 1 to 9"},
	    {"minimum-tokens = two\n", "host.conf:1: minimum-tokens wants a number from 1 to 9"},
	    {"minimum-tokens = a\n", "host.conf:1: minimum-tokens wants a number from 1 to 9"},
	    {"minimum-tokens = 9\n", NULL},
	    {"replace-within = 3\n", "host.conf:1: replace-within: '3' is no time"},
	    {"methods = { hostbased, gssapi-with-mic }\n", NULL},
	    {"methods = publickey\n", "host.conf:1: methods wants some of"},
	    {"methods = { hostbased, none }\n", "host.conf:1: methods wants some of"},
	    {"# one\nmode = audit\n\nmethods = {\nhostbased,\nnone\n}\n", "host.conf:6: methods wants some of"},
	    {"mode = audit\nwarn-age = 6h\nhost-class = bastion\nminimum-tokens = x\n", "host.conf:4: minimum-tokens"},
	    {"# one\n\n// two # three\n/* four\nfive */ mode = audit # \"six\nfoo = 7\n",
	        "host.conf:6: no such option 'foo'"},
	    {"host-class = \"a # b // c /* d\" /* e */\nfoo = 2\n", "host.conf:2: no such option 'foo'"},
	    {"host-class = 'a\\'# b'\nfoo = 2\n", "host.conf:2: no such option 'foo'"},
	    {"host-class = a//b\nfoo = 2\n", "host.conf:2: no such option 'foo'"},
	    {"warn-age = soon\n", "host.conf:1: warn-age: 'soon' is no time"},
	};

	(void)state;
	assert_sentences(rows, sizeof(rows) / sizeof(rows[0]));
}

static void good_sections_are_read_bad_ones_named(void **state)
{
	static const struct host_file rows[] = {
	    {"accounts \"root\" {\n}\n", "host.conf:1: "},
	    {"account {\n}\n", "host.conf:1: "},
	    {"account \"ro ot\" {\n}\n", "host.conf:2: account \"ro ot\": a name with byte 0x20"},
	    {"account \"root\" {\nperson = \"a:b\"\n}\n", "host.conf:2: account \"root\": person: a name with ':'"},
	    {"account \"root\" {\ngroup = \"a:b\"\n}\n", "host.conf:2: account \"root\": group: a name with ':'"},
	    {"stage \"x\" {\naccount = \"a:b\"\nmode = audit\n}\n",
	        "host.conf:2: stage \"x\": account: a name with ':'"},
	    {"stage \"x\" {\ngroup = \"a:b\"\nmode = audit\n}\n", "host.conf:2: stage \"x\": group: a name with ':'"},
	    {"account \"root\" {\nuser = \"alice\"\n}\n", "host.conf:2: no such option 'user'"},
	    {"account \"root\" {\nline = 7\n}\n", "host.conf:2: no such option 'line'"},
	    {"account \"root\" {\n}\naccount \"root\" {\n}\n", "host.conf:3: "},
	    {"account \"root\" {\nperson = \"alice\"\n", "host.conf:4: a section has no closing brace"},
	    {"stage \"x\" {\nmode = audit\n}\n", "host.conf:2: stage \"x\": a stage is for accounts or groups"},
	    {"stage \"x\" {\naccount = \"bob\"\n}\n", "host.conf:2: stage \"x\": mode wants one of"},
	    {"break-glass \"rescue\" {\n}\n", "host.conf:2: break-glass \"rescue\": from = is missing"},
	    {"break-glass \"rescue\" {\nfrom = \"desk.example.org\"\n}\n", "neither \"console\" nor an IP address"},
	    {"break-glass \"rescue\" {\nfrom = \"192.0.2.0/24\"\n}\n", "neither \"console\" nor an IP address"},
	    {"mode = \"${HOME}\"\n", "host.conf:1: '${' is not possible here"},
	};

	(void)state;
	assert_sentences(rows, sizeof(rows) / sizeof(rows[0]));
}

static void without_a_file_each_has_his_own(void **state)
{
	static const struct host_person alice = {.name = "alice"};
	struct host_rules *rules = NULL;
	struct error err = ERROR_EMPTY;

	(void)state;
	assert_done(host_rules_load("/nonexistent/host.conf", &rules, &err), err);
	assert_done(host_rules_may_enter(rules, &alice, "alice", &err), err);
	assert_refused(host_rules_may_enter(rules, &alice, "root", &err), err, ERROR_ENROLLMENT_PERSON);
	assert_int_equal(host_rules_mode(rules, &alice), HOST_MODE_ENFORCE);
	assert_null(host_rules_class(rules));
	assert_int_equal(host_rules_refuse_age(rules), 0);
	assert_int_equal(host_rules_minimum_tokens(rules), 1);
	assert_int_equal(host_rules_replace_within(rules), 14 * 86400);
	assert_false(host_rules_is_break_glass(rules, "alice"));
	assert_null(host_rules_break_glass_at(rules, 0));
	host_rules_free(rules);
}

static void a_file_of_everybody_is_not_believed(void **state)
{
	char path[] = "/tmp/keyenroll-host-rules.XXXXXX";
	int descriptor = mkstemp(path);
	struct host_rules *rules = NULL;
	struct error err = ERROR_EMPTY;

	(void)state;
	assert_true(descriptor >= 0);
	assert_int_equal(write(descriptor, "mode = off\n", 11), 11);
	assert_done(host_rules_load(path, &rules, &err), err);
	assert_int_equal(host_rules_mode(rules, &(struct host_person){.name = "alice"}), HOST_MODE_OFF);
	host_rules_free(rules);
	assert_int_equal(fchmod(descriptor, 0666), 0);
	assert_refused(host_rules_load(path, &rules, &err), err, ERROR_PERMISSIONS);
	assert_int_equal(close(descriptor), 0);
	assert_int_equal(unlink(path), 0);
}

/* It may hold rules that are stricter than none. */
static void a_file_that_nobody_can_look_for_is_not_absent(void **state)
{
	char path[512] = "/";
	struct host_rules *rules = NULL;
	struct error err = ERROR_EMPTY;

	(void)state;
	memset(path + 1, 'x', 300); /* no name is so long */
	assert_refused(host_rules_load(path, &rules, &err), err, ERROR_FILE);
}

static void accounts_are_entered_by_person_or_group(void **state)
{
	static const char *const wheel[] = {"users", "wheel"};
	static const struct {
		const char *person, *account;
		bool in_wheel, may;
	} rows[] = {
	    {"alice", "root", false, true},
	    {"bob", "root", false, false},
	    {"bob", "root", true, true},
	    {"root", "root", false, false},
	    {"alice", "alice", false, true},
	    {"alice", "closed", true, false},
	    {"closed", "closed", true, false},
	    {"bob", "alice", true, false},
	    {"alic", "alice", false, false},
	};
	struct host_rules *rules =
	    parse("account root {\nperson = alice\ngroup = { admin, wheel }\n}\naccount closed {\n}\n");

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct host_person person = {rows[i].person, wheel, rows[i].in_wheel ? 2 : 1};
		struct error err = ERROR_EMPTY;

		if (host_rules_may_enter(rules, &person, rows[i].account, &err) != rows[i].may)
			fail_msg("%s to %s", rows[i].person, rows[i].account);
	}
	host_rules_free(rules);
}

static void the_first_stage_that_names_an_account_decides(void **state)
{
	static const char *const staff[] = {"staff"};
	const struct host_person alice = {.name = "alice"}, bob = {"bob", staff, 1}, carol = {.name = "carol"},
	                         dave = {"dave", staff, 1};
	struct host_rules *rules = parse("mode = off\nstage one {\naccount = { alice, dave }\nmode = enforce\n}\n"
	                                 "stage two {\naccount = alice\ngroup = staff\nmode = audit\n}\n");

	(void)state;
	assert_int_equal(host_rules_mode(rules, &alice), HOST_MODE_ENFORCE);
	assert_int_equal(host_rules_mode(rules, &bob), HOST_MODE_AUDIT);
	assert_int_equal(host_rules_mode(rules, &carol), HOST_MODE_OFF);
	assert_int_equal(host_rules_mode(rules, &dave), HOST_MODE_ENFORCE);
	host_rules_free(rules);
}

static void glass_breaks_only_where_it_is_allowed(void **state)
{
	static const struct {
		const char *account, *remote;
		bool may;
	} rows[] = {
	    {"rescue", "", true},
	    {"rescue", "192.0.2.7", true},
	    {"rescue", "::ffff:192.0.2.7", true},
	    {"rescue", "2001:db8:0:0:0:0:0:7", true},
	    {"rescue", "192.0.2.8", false},
	    {"rescue", "192.0.2.70", false},
	    {"rescue", "desk.example.org", false},
	    {"rescue", "console", false},
	    {"far", "", false},
	    {"far", "192.0.2.9", true},
	    {"alice", "", false},
	    {"alice", "192.0.2.7", false},
	};
	struct host_rules *rules = parse("break-glass rescue {\nfrom = { console, 192.0.2.7, \"2001:db8::7\" }\n}\n"
	                                 "break-glass far {\nfrom = 192.0.2.9\n}\n");

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct error err = ERROR_EMPTY;

		if (host_rules_break_glass_check(rules, rows[i].account, bytes_of_text(rows[i].remote), &err) !=
		        rows[i].may ||
		    err.code != (rows[i].may ? ERROR_NONE : ERROR_BREAK_GLASS))
			fail_msg("%s from \"%s\": %s", rows[i].account, rows[i].remote, err.text);
	}
	assert_true(host_rules_is_break_glass(rules, "rescue"));
	assert_string_equal(host_rules_break_glass_at(rules, 1), "far");
	assert_null(host_rules_break_glass_at(rules, 2));
	host_rules_free(rules);
}

static void methods_beside_a_key_are_named(void **state)
{
	static const struct {
		const char *method;
		bool always, named;
	} rows[] = {
	    {"password", true, true},
	    {"keyboard-interactive/pam", true, true},
	    {"hostbased", false, true},
	    {"gssapi-with-mic", false, false},
	    {"keyboard-interactive/bsdauth", false, false},
	    {"none", false, false},
	    {"", false, false},
	};
	struct host_rules *silent = parse(""), *names = parse("methods = hostbased\n");

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (host_rules_allows_method(silent, bytes_of_text(rows[i].method)) != rows[i].always ||
		    host_rules_allows_method(names, bytes_of_text(rows[i].method)) != rows[i].named)
			fail_msg("%s", rows[i].method);
	host_rules_free(silent);
	host_rules_free(names);
}

static void groups_are_those_of_the_host(void **state)
{
	struct name_entry entry = NAME_ENTRY_EMPTY;
	struct error err = ERROR_EMPTY;
	bool found = false;

	(void)state;
	assert_done(name_entry_load("root", &entry, &err), err);
	for (size_t i = 0; i < entry.num_groups; i++)
		found = found || strcmp(entry.groups[i], "root") == 0;
	assert_true(found);
	name_entry_clear(&entry);
	assert_done(name_entry_load("nobody-of-this-name", &entry, &err), err);
	assert_int_equal(entry.num_groups, 0);
	name_entry_clear(&entry);
}

/* A process that can open no file cannot read /etc/passwd: that is no answer, and no empty list. */
static void groups_that_cannot_be_looked_up_are_no_groups(void **state)
{
	struct name_entry entry = NAME_ENTRY_EMPTY;
	struct error err = ERROR_EMPTY;
	struct rlimit before, none;

	(void)state;
	assert_int_equal(__nss_configure_lookup("passwd", "files"), 0);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
	none = (struct rlimit){.rlim_cur = 0, .rlim_max = before.rlim_max};
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
	assert_refused(name_entry_load("nobody-of-this-name", &entry, &err), err, ERROR_NAME_SERVICE);
	assert_int_equal(entry.num_groups, 0);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(good_values_are_read_bad_ones_named),
	    cmocka_unit_test(good_sections_are_read_bad_ones_named),
	    cmocka_unit_test(without_a_file_each_has_his_own),
	    cmocka_unit_test(a_file_of_everybody_is_not_believed),
	    cmocka_unit_test(a_file_that_nobody_can_look_for_is_not_absent),
	    cmocka_unit_test(accounts_are_entered_by_person_or_group),
	    cmocka_unit_test(the_first_stage_that_names_an_account_decides),
	    cmocka_unit_test(glass_breaks_only_where_it_is_allowed),
	    cmocka_unit_test(methods_beside_a_key_are_named),
	    cmocka_unit_test(groups_are_those_of_the_host),
	    cmocka_unit_test(groups_that_cannot_be_looked_up_are_no_groups),
	};

	return cmocka_run_group_tests_name("host rules", tests, NULL, NULL);
}

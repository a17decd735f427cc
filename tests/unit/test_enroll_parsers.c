#include <string.h>

#include "tests/unit/mutation.h"
#include "tests/unit/unit.h"

#include "common/secret.h"
#include "enroll/journal.h"
#include "enroll/journal_record.h"
#include "enroll/logins.h"
#include "enroll/people.h"
#include "enroll/pinentry.h"

/* ---- the list of a batch ------------------------------------------------------------------------------------------------- */

static void a_list_is_read_line_by_line(void **state)
{
	static const char text[] = "user,serial\r\n# the new ones\r\n\r\nalice,12345678\r\nbob\r\ncarol,4294967295";
	struct people people = PEOPLE_EMPTY;
	struct error err = ERROR_EMPTY;

	(void)state;
	assert_done(people_parse(bytes_of_text(text), &people, &err), err);
	assert_int_equal(people.num, 3);
	assert_string_equal(people.rows[0].name, "alice");
	assert_string_equal(people.rows[0].serial, "12345678");
	assert_string_equal(people.rows[1].name, "bob");
	assert_string_equal(people.rows[1].serial, "");
	assert_string_equal(people.rows[2].serial, "4294967295");
	people_clear(&people);
}

static void a_list_is_read_as_spreadsheets_write_it(void **state)
{
	static const char *const texts[] = {
	    "\xef\xbb\xbfuser,serial\r\nalice,12345678\r\nbob,\r\n,\r\n",
	    "\xef\xbb\xbf\"user\";\"serial\"\r\n\"alice\";\"12345678\"\r\n\"bob\";\r\n",
	    "user;serial\nalice;12345678\nbob;\"\"",
	    "USER;Serial\r\nalice;12345678\r\nbob\r\n",
	    "\357\273\277alice, 12345678 \nbob , ",
	    "\"user\"\n\"alice\",\"12345678\"\n \"bob\"\n",
	};
	struct error err = ERROR_EMPTY;

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct people people = PEOPLE_EMPTY;

		assert_done(people_parse(bytes_of_text(texts[i]), &people, &err), err);
		assert_int_equal(people.num, 2);
		assert_string_equal(people.rows[0].name, "alice");
		assert_string_equal(people.rows[0].serial, "12345678");
		assert_string_equal(people.rows[1].name, "bob");
		assert_string_equal(people.rows[1].serial, "");
		people_clear(&people);
	}
}

static void a_list_that_is_none_is_refused_with_its_line(void **state)
{
	static const struct {
		const char *name, *text;
		enum error_code code;
		const char *where; /* NULL: the whole list */
	} rows[] = {
	    {"nothing", "", ERROR_TEXT, NULL},
	    {"a heading alone", "user,serial\n", ERROR_TEXT, NULL},
	    {"comments alone", "# alice\n\n", ERROR_TEXT, NULL},
	    {"a heading further down", "alice\nuser,serial\n", ERROR_TEXT, "line 2"},
	    {"no name", "alice\n,12\n", ERROR_PERSON_NAME, "line 2"},
	    {"a name with a blank", "alice\nbob smith\n", ERROR_PERSON_NAME, "line 2"},
	    {"a quote that does not end", "\"alice,12\n", ERROR_PERSON_NAME, "line 1"},
	    {"a quote alone", "alice\n\"\n", ERROR_PERSON_NAME, "line 2"},
	    {"quotes in quotes", "\"\"alice\"\",12\n", ERROR_PERSON_NAME, "line 1"},
	    {"a comma in quotes", "\"alice,12\"\n", ERROR_PERSON_NAME, "line 1"},
	    {"the mark of UTF-8 further down", "alice\n\357\273\277bob\n", ERROR_PERSON_NAME, "line 2"},
	    {"letters for a serial", "alice,abc\n", ERROR_TEXT, "line 1"},
	    {"a serial with a blank", "alice,1 2\n", ERROR_TEXT, "line 1"},
	    {"a serial of more than 32 bits", "alice,4294967296\n", ERROR_TEXT, "line 1"},
	    {"a serial that begins with 0", "alice,012\n", ERROR_TEXT, "line 1"},
	    {"a third column", "alice,12,helpdesk\n", ERROR_TEXT, "line 1"},
	    {"somebody twice", "alice,1\nbob\nalice,2\n", ERROR_TEXT, "line 3"},
	    {"a token twice", "alice,1\nbob,1\n", ERROR_TEXT, "line 2"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct people people = PEOPLE_EMPTY;
		struct error err;

		assert_refused(people_parse(bytes_of_text(rows[i].text), &people, &err), err, rows[i].code);
		if (people.rows != NULL)
			fail_msg("%s leaves people behind", rows[i].name);
		if (rows[i].where != NULL && strncmp(err.text, rows[i].where, strlen(rows[i].where)) != 0)
			fail_msg("%s: %s", rows[i].name, err.text);
	}
}

static void read_people(struct bytes damaged, void *context)
{
	struct people people = PEOPLE_EMPTY;
	struct error err = ERROR_EMPTY;

	(void)context;
	if (people_parse(damaged, &people, &err))
		assert_true(people.num > 0);
	else
		assert_true(err.code != ERROR_NONE && people.rows == NULL);
	people_clear(&people);
}

/* ---- sshd's log ---------------------------------------------------------------------------------------------------------- */

static void a_login_is_what_sshd_says_itself(void **state)
{
	static const struct {
		const char *line;
		bool login;
	} rows[] = {
	    {"Accepted password for bob from 192.0.2.7 port 50022 ssh2", true},
	    {"Nov 24 13:00:00 host sshd[1]: Accepted password for bob from 192.0.2.7 port 50022 ssh2", true},
	    {"2026-11-24T13:00:00.123+01:00 host sshd-session[1]: Accepted password for bob from ::1 port 1 ssh2",
	        true},
	    {"Nov 24 13:00:00 host sshd[1]: Invalid user Accepted password for bob from ::1 port 1 ssh2", false},
	    {"Nov 24 13:00:00 host sshd[1]: Invalid user sshd: Accepted password for bob from ::1 port 1", false},
	    {"Invalid user x Accepted password for bob from 192.0.2.7 port 50022 ssh2", false},
	    {"Nov 24 13:00:00 host mallory[1]: Accepted password for bob from 192.0.2.7 port 50022 ssh2", false},
	    {"Nov 24 13:00:00 host sshd[1]:", false},
	    {"ssh", false},
	};
	struct error err = ERROR_EMPTY;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct logins logins = LOGINS_EMPTY;

		assert_done(logins_add(bytes_of_text(rows[i].line), &logins, &err), err);
		if ((logins.found == 1) != rows[i].login)
			fail_msg("%s: %llu logins", rows[i].line, (unsigned long long)logins.found);
		if (rows[i].login)
			assert_string_equal(logins.list[0].account, "bob");
		logins_clear(&logins);
	}
}

/* ---- pinentry ------------------------------------------------------------------------------------------------------------ */

/* "" where it is refused with the code. */
static void assert_answer(const char *answers, const char *wanted, enum error_code code)
{
	struct secret *secret = NULL;
	struct error err = ERROR_EMPTY;

	assert_done(secret_new(8, &secret, &err), err);
	if (code == ERROR_NONE) {
		assert_done(pinentry_parse(bytes_of_text(answers), secret, &err), err);
		assert_true(bytes_equal_text(secret_bytes(secret), wanted));
	} else {
		assert_refused(pinentry_parse(bytes_of_text(answers), secret, &err), err, code);
	}
	secret_free(secret);
}

static void answers_of_pinentry_are_told_apart(void **state)
{
	static const struct {
		const char *answers, *wanted;
		enum error_code code;
	} rows[] = {
	    {"OK Pleased to meet you\nOK\nOK\nD 123456\nOK\nOK closing connection\n", "123456", ERROR_NONE},
	    {"OK\nD 12%25%0a34\nOK\n", "12%\n34", ERROR_NONE},
	    {"OK\nD 12\nD 34\nOK\n", "1234", ERROR_NONE},
	    {"OK\nS STATUS\n# a comment\n\nD 12 34\nOK", "12 34", ERROR_NONE},
	    {"OK\nOK\n", "", ERROR_DECLINED},
	    {"OK\nD \nOK\n", "", ERROR_DECLINED},
	    {"OK\nERR 83886179 Operation cancelled <Pinentry>\n", "", ERROR_DECLINED},
	    {"OK\nERR 83886142 Timeout <Pinentry>\n", "", ERROR_PROGRAM},
	    {"OK\nERR\n", "", ERROR_PROGRAM},
	    {"OK\nERR 99999999999999999999999999999999\n", "", ERROR_PROGRAM},
	    {"OK\nD 12\nERR 83886179 cancelled\n", "", ERROR_DECLINED},
	    {"OK\nD 12%2\nOK\n", "", ERROR_PROTOCOL},
	    {"OK\nD 12%zz\nOK\n", "", ERROR_PROTOCOL},
	    {"OK\nD 123456789\nOK\n", "", ERROR_LIMIT},
	    {"", "", ERROR_DECLINED},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_answer(rows[i].answers, rows[i].wanted, rows[i].code);
}

static void read_answers(struct bytes damaged, void *context)
{
	struct secret *secret = NULL;
	struct error err = ERROR_EMPTY;

	(void)context;
	assert_done(secret_new(16, &secret, &err), err);
	if (pinentry_parse(damaged, secret, &err))
		assert_true(secret_bytes(secret).len > 0);
	else
		assert_true(err.code != ERROR_NONE);
	secret_free(secret);
}

/* ---- the journal --------------------------------------------------------------------------------------------------------- */

#define HEAD                                                                                                           \
	"keyenroll-journal 1\n1795541000 person alice\n1795541000 device 12345678\n1795541000 slot 9a\n"               \
	"1795541000 algorithm ecdsa-p256\n1795541000 pin-policy once\n1795541000 touch-policy never\n"                 \
	"1795541000 days 365\n1795541000 factory no\n"

static const char journal[] = HEAD "1795541001 begin generate\n1795541002 key SHA256:abc\n1795541002 done generate\n"
                                   "1795541003 begin pin\n1795541003 done pin\n1795541004 sealed escrow/12345678.cms\n"
                                   "1795541004 begin puk\n";

static void a_journal_says_how_far_it_went(void **state)
{
	struct journal_record record;
	struct error err = ERROR_EMPTY;

	(void)state;
	assert_done(journal_parse(bytes_of_text(journal), &record, &err), err);
	assert_string_equal(record.person, "alice");
	assert_true(record.has_serial && record.serial == 12345678);
	assert_string_equal(record.slot->name, "9a");
	assert_string_equal(record.algorithm->name, "ecdsa-p256");
	assert_int_equal(record.begun_at, 1795541000);
	assert_string_equal(record.begun, "puk");
	assert_string_equal(record.done, "pin");
	assert_string_equal(record.key, "SHA256:abc");
	assert_true(record.generate_begun && record.pin_begun && record.puk_begun && !record.ended);
}

/* A power cut leaves half a line at the end, which did not happen yet. */
static void a_line_without_end_does_not_count(void **state)
{
	struct journal_record record;
	struct error err = ERROR_EMPTY;

	(void)state;
	assert_done(journal_parse(bytes_of_text(HEAD "1795541001 begin pin\n1795541002 begin pu"), &record, &err), err);
	assert_string_equal(record.begun, "pin");
	assert_false(record.puk_begun);
	assert_done(journal_parse(bytes_of_text(HEAD "1795541001 end enrolled"), &record, &err), err);
	assert_false(record.ended);
	assert_done(journal_parse(bytes_of_text(HEAD "1795541001 end enrolled\n"), &record, &err), err);
	assert_true(record.ended);
}

static void what_is_no_journal_is_refused(void **state)
{
	static const char *const rows[] = {
	    "",
	    "keyenroll-journal 2\n",
	    "keyenroll-journal 1\n",
	    "keyenroll-journal 1\n1795541000 person alice\n",
	    HEAD "begin pin\n",
	    HEAD "-1 begin pin\n",
	    HEAD "1795541001\n",
	    HEAD "\n",
	    HEAD "1795541001 juggle pin\n",
	    HEAD "1795541001 person alice smith\n",
	    HEAD "1795541001 device 4294967296\n",
	    HEAD "1795541001 device x\n",
	    HEAD "1795541001 slot 9b\n",
	    HEAD "1795541001 algorithm rot13\n",
	    HEAD "1795541001 pin-policy sometimes\n",
	    HEAD "1795541001 touch-policy sometimes\n",
	    HEAD "1795541001 days 0\n",
	    HEAD "1795541001 days 36501\n",
	    HEAD "1795541001 factory perhaps\n",
	    HEAD "1795541001 begin a-step-whose-name-is-longer-than-any-that-there-is\n",
	    HEAD "1795541001 end \n",
	    HEAD "1795541001 begin p\x1bn\n",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct journal_record record;
		struct error err = ERROR_EMPTY;

		if (journal_parse(bytes_of_text(rows[i]), &record, &err) || err.code != ERROR_JOURNAL)
			fail_msg("row %zu: %s", i, err.text);
	}
}

static void read_journal(struct bytes damaged, void *context)
{
	struct journal_record record;
	struct error err = ERROR_EMPTY;

	(void)context;
	if (journal_parse(damaged, &record, &err))
		assert_true(
		    record.person[0] != '\0' && record.slot != NULL && record.algorithm != NULL && record.days > 0);
	else
		assert_int_equal(err.code, ERROR_JOURNAL);
}

static void damage_is_borne(void **state)
{
	(void)state;
	every_mutation(bytes_of_text("user,serial\r\nalice,12345678\nbob\n"), read_people, NULL);
	every_mutation(bytes_of_text("OK\nD 12%2534\nERR 99 cancelled\n"), read_answers, NULL);
	every_mutation(bytes_of_text(journal), read_journal, NULL);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_list_is_read_line_by_line),
	    cmocka_unit_test(a_list_is_read_as_spreadsheets_write_it),
	    cmocka_unit_test(a_list_that_is_none_is_refused_with_its_line),
	    cmocka_unit_test(a_login_is_what_sshd_says_itself),
	    cmocka_unit_test(answers_of_pinentry_are_told_apart),
	    cmocka_unit_test(a_journal_says_how_far_it_went),
	    cmocka_unit_test(a_line_without_end_does_not_count),
	    cmocka_unit_test(what_is_no_journal_is_refused),
	    cmocka_unit_test(damage_is_borne),
	};

	return cmocka_run_group_tests_name("what the desk reads", tests, NULL, NULL);
}

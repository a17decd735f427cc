/* The verbs' table, the options and what is printed from them. */
#include "tests/unit/unit.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/file.h"
#include "enroll/failure.h"
#include "enroll/help.h"
#include "enroll/options.h"
#include "enroll/report.h"
#include "enroll/verb.h"

enum { OPTION_USER, OPTION_COUNT, OPTION_YES };

static const struct option_row table[] = {
    [OPTION_USER] = {"user", "USER", "whose"},
    [OPTION_COUNT] = {"count", "NUMBER", "how many"},
    [OPTION_YES] = {"yes", NULL, "do it"},
    OPTION_ROWS_END,
};

/* Up to five words behind the verb. */
static bool parse(const char *const words[6], struct options *options, struct error *err)
{
	static char storage[7][64];
	static char *argv[8];
	int argc = 1;

	snprintf(storage[0], sizeof(storage[0]), "verb");
	argv[0] = storage[0];
	for (size_t i = 0; i < 6 && words[i]; i++) {
		snprintf(storage[argc], sizeof(storage[argc]), "%s", words[i]);
		argv[argc] = storage[argc];
		argc++;
	}
	argv[argc] = NULL;
	return options_parse(table, argc, argv, options, err);
}

static void options_are_read_by_their_table(void **state)
{
	static const struct {
		const char *words[6];
		enum error_code code;
		const char *user;
		bool yes;
		size_t num_arguments;
	} rows[] = {
	    {{NULL}, ERROR_NONE, NULL, false, 0},
	    {{"--user", "alice", "one"}, ERROR_NONE, "alice", false, 1},
	    {{"one", "--user=alice", "two", "--yes"}, ERROR_NONE, "alice", true, 2},
	    {{"--", "--yes"}, ERROR_NONE, NULL, false, 1},
	    {{"-"}, ERROR_NONE, NULL, false, 1},
	    {{"--user"}, ERROR_USAGE, NULL, false, 0},
	    {{"--user", ""}, ERROR_USAGE, NULL, false, 0},
	    {{"--user="}, ERROR_USAGE, NULL, false, 0},
	    {{"one", ""}, ERROR_USAGE, NULL, false, 0},
	    {{"--user", "a", "--user", "b"}, ERROR_USAGE, NULL, false, 0},
	    {{"--yes", "--yes"}, ERROR_USAGE, NULL, false, 0},
	    {{"--yes=no"}, ERROR_USAGE, NULL, false, 0},
	    {{"--unknown"}, ERROR_USAGE, NULL, false, 0},
	    {{"-x"}, ERROR_USAGE, NULL, false, 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct options options;
		struct error err = ERROR_EMPTY;

		if (rows[i].code != ERROR_NONE) {
			assert_refused(parse(rows[i].words, &options, &err), err, rows[i].code);
			continue;
		}
		assert_done(parse(rows[i].words, &options, &err), err);
		assert_int_equal(options_given(&options, OPTION_YES), rows[i].yes);
		assert_int_equal(options.num_arguments, rows[i].num_arguments);
		assert_string_equal(
		    options_text(&options, OPTION_USER, "nobody"), rows[i].user ? rows[i].user : "nobody");
	}
}

static void numbers_have_bounds(void **state)
{
	static const struct {
		const char *text;
		bool good;
	} rows[] = {{"1", true}, {"10", true}, {"0", false}, {"11", false}, {"1x", false}, {"x", false},
	    {"99999999999999999999", false}, {"-1", false}};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct options options;
		struct error err = ERROR_EMPTY;
		long number = 0;

		assert_done(parse((const char *const[6]){"--count", rows[i].text}, &options, &err), err);
		if (rows[i].good)
			assert_done(options_number(&options, OPTION_COUNT, 1, 10, 5, &number, &err), err);
		else
			assert_refused(
			    options_number(&options, OPTION_COUNT, 1, 10, 5, &number, &err), err, ERROR_USAGE);
	}
}

static void each_row_of_the_table_is_whole(void **state)
{
	const struct verb *verb;

	(void)state;
	for (size_t i = 0; (verb = verb_at(i)) != NULL; i++) {
		size_t num = 0;

		assert_ptr_equal(verb_find(verb->name), verb);
		assert_true(verb->summary && verb->synopsis && verb->description && !verb->run == !!verb->on_token);
		assert_true(verb->min_arguments <= verb->max_arguments);
		for (; verb->options[num].name; num++)
			for (size_t j = 0; j < num; j++)
				assert_string_not_equal(verb->options[j].name, verb->options[num].name);
		assert_true(num <= OPTIONS_MAXIMUM);
	}
	assert_null(verb_find("no-such-verb"));
}

/* print_into: what `print` writes to standard output, as text. */
static void print_into(void (*print)(const struct verb *verb), const struct verb *verb, struct buffer *text)
{
	struct error err = ERROR_EMPTY;
	char path[] = "/tmp/keyenroll-frame.XXXXXX";
	int saved = dup(STDOUT_FILENO), file = mkstemp(path);

	assert_true(saved >= 0 && file >= 0);
	fflush(stdout);
	dup2(file, STDOUT_FILENO);
	print(verb);
	fflush(stdout);
	dup2(saved, STDOUT_FILENO);
	close(saved);
	close(file);
	assert_done(file_load(path, 65536, text, &err), err);
	unlink(path);
}

static void print_overview(const struct verb *verb)
{
	(void)verb;
	help_overview();
}

static void assert_fits_80_columns(struct bytes text)
{
	struct bytes line;

	while (bytes_take_until(&text, '\n', &line))
		if (line.len > 80)
			fail_msg("%zu columns: %.*s", line.len, (int)line.len, (const char *)line.data);
}

static void help_fits_a_serial_console(void **state)
{
	struct buffer text = BUFFER_EMPTY;

	(void)state;
	print_into(print_overview, NULL, &text);
	assert_non_null(strstr(buffer_text(&text), "verify"));
	assert_fits_80_columns(buffer_bytes(&text));
	buffer_free(&text);
	for (size_t i = 0; verb_at(i); i++) {
		print_into(help_verb, verb_at(i), &text);
		assert_non_null(strstr(buffer_text(&text), verb_at(i)->name));
		assert_fits_80_columns(buffer_bytes(&text));
		buffer_free(&text);
	}
}

static void each_report_has_a_schema(void **state)
{
	const char *top = getenv("top_srcdir");
	char path[512];

	(void)state;
	for (size_t i = 0; verb_at(i); i++)
		for (const struct option_row *row = verb_at(i)->options; row->name; row++) {
			if (strcmp(row->name, "json") != 0)
				continue;
			snprintf(path, sizeof(path), "%s/enroll/schema/%s.json", top ? top : ".", verb_at(i)->name);
			for (char *blank = strrchr(path, '/'); *blank; blank++)
				*blank = *blank == ' ' ? '-' : *blank;
			if (!file_exists(path))
				fail_msg("there is no %s", path);
		}
}

static void print_lines(const struct verb *verb)
{
	char text[REPORT_TIME_SIZE];

	(void)verb;
	report_line("a %s b", "\033[31m\nx\x7f");
	report_line("%s", report_time(0, text));
	report_line("%s", report_time(1800000000, text));
}

static void control_characters_do_not_reach_the_terminal(void **state)
{
	struct buffer text = BUFFER_EMPTY;

	(void)state;
	print_into(print_lines, NULL, &text);
	assert_string_equal(buffer_text(&text), "a ?[31m?x? b\n1970-01-01T00:00:00Z\n2027-01-15T08:00:00Z\n");
	buffer_free(&text);
}

static void what_stops_an_operator_comes_with_advice(void **state)
{
	(void)state;
	for (enum error_code code = ERROR_NONE + 1; code < ERROR_CODE_COUNT; code++)
		if (error_category(code) == ERROR_CATEGORY_USAGE || code == ERROR_PCSC || code == ERROR_CARD_SEVERAL)
			assert_non_null(failure_advice(code));
	assert_null(failure_advice(ERROR_NONE));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(options_are_read_by_their_table),
	    cmocka_unit_test(numbers_have_bounds),
	    cmocka_unit_test(each_row_of_the_table_is_whole),
	    cmocka_unit_test(help_fits_a_serial_console),
	    cmocka_unit_test(each_report_has_a_schema),
	    cmocka_unit_test(control_characters_do_not_reach_the_terminal),
	    cmocka_unit_test(what_stops_an_operator_comes_with_advice),
	};

	return cmocka_run_group_tests_name("enroll frame", tests, NULL, NULL);
}

#include "enroll/batch.h"

#include <string.h>

#include "common/language.h"
#include "enroll/codes.h"
#include "enroll/enrolling.h"
#include "enroll/failure.h"
#include "enroll/house.h"
#include "enroll/input.h"
#include "enroll/interrupt.h"
#include "enroll/people.h"
#include "enroll/prompt.h"
#include "enroll/report.h"
#include "enroll/terminal.h"
#include "enroll/token.h"
#include "enroll/unfinished.h"
#include "enroll/verb.h"
#include "piv/reader.h"

struct tally {
	size_t enrolled, failed, left; /* left: had no turn, and have no row */
	bool over;                     /* the operator has enough */
	json_t *rows;
};

/* How it went for one person. */
struct outcome {
	struct piv_identity token; /* empty for none */
	bool unfinished;           /* the token has a journal that can be resumed */
	struct error reason;       /* none: enrolled */
};

static bool add_row(struct tally *tally, const struct people_row *row, const struct outcome *outcome,
    json_t *left_behind, struct error *err)
{
	const struct error *reason = &outcome->reason;
	bool failed = reason->code != ERROR_NONE;
	json_t *one = json_pack("{s:s, s:o, s:b, s:b, s:O, s:o}", "person", row->name, "serial",
	    outcome->token.has_serial ? json_integer(outcome->token.serial) : json_null(), "enrolled", !failed,
	    "unfinished", outcome->unfinished, "left_behind", left_behind, "error",
	    failed ? json_pack("{s:s, s:s}", "code", error_word(reason->code), "sentence", reason->text) : json_null());

	tally->enrolled += !failed;
	tally->failed += failed;
	if (json_array_append_new(tally->rows, one) < 0)
		return error_set(err, ERROR_MEMORY, "no memory for the report");
	return true;
}

/* Waits until the token of the person before is out, so that nobody gets two. */
static bool wait_for_next(struct enrolling *enrolling, const char *reader, struct error *err)
{
	struct reader_list list = READER_LIST_EMPTY;
	const struct reader *found;
	bool done;

	if (!reader[0] || !terminal_is_there())
		return true;
	done = reader_list_load(enrolling->house.context, &list, err);
	found = done ? reader_list_find(&list, reader) : NULL;
	if (found && found->card_present)
		terminal_say("Take that token out.");
	while (done && found && found->card_present) {
		done = token_await(enrolling->house.context, &list, err);
		found = done ? reader_list_find(&list, reader) : NULL;
	}
	reader_list_clear(&list);
	return done;
}

static bool enroll_one(
    struct enrolling *enrolling, const struct people_row *row, char reader[READER_NAME_SIZE], struct outcome *outcome)
{
	struct token_choice choice = house_choice(enrolling->invocation);
	struct token token = TOKEN_EMPTY;

	/* Whose token is not at hand can be passed over, which a wait could not be. */
	if (row->serial[0]) {
		choice.serial = row->serial;
		choice.at_once = true;
	}
	if (!enrolling_check_person(enrolling, row->name, &outcome->reason) ||
	    !token_open(enrolling->house.context, &choice, &token, &outcome->reason))
		return false;
	memcpy(reader, token.reader, READER_NAME_SIZE);
	outcome->token = token.identity;
	return enrolling_run(enrolling, row->name, &token, &outcome->reason);
}

/* One bad token does not put its person off to another list, where somebody can plug in another. */
static bool wants_again(const struct enrolling *enrolling, const struct people_row *row, struct tally *tally)
{
	char question[ACCOUNT_NAME_MAXIMUM + 128], answer[16];
	struct error reason = ERROR_EMPTY;

	if (!codes_can_ask(&enrolling->answers.pin))
		return false;
	snprintf(question, sizeof(question),
	    translated("Take another token if need be, and press Enter to try %s again; or type next: "), row->name);
	tally->over = !prompt_line(question, answer, sizeof(answer), &reason);
	return !tally->over && answer[0] == '\0';
}

/* Each person has a line of his own, whether the token wants it or not. */
static bool enroll_with_line(
    struct enrolling *enrolling, const struct people_row *row, char reader[READER_NAME_SIZE], struct outcome *outcome)
{
	struct codes_source *source = &enrolling->answers.pin;
	struct codes_line line;
	bool done;

	if (source->descriptor < 0)
		return enroll_one(enrolling, row, reader, outcome);
	codes_line_read(source->descriptor, &line);
	source->line = &line;
	done = enroll_one(enrolling, row, reader, outcome);
	source->line = NULL;
	codes_line_clear(&line);
	return done;
}

static bool is_unfinished(const struct enrolling *enrolling, const struct piv_identity *token)
{
	struct unfinished unfinished = UNFINISHED_EMPTY;
	bool found = unfinished_find_token(enrolling->house.registry, token, &unfinished, NULL);

	unfinished_clear(&unfinished);
	return found;
}

/* Who gets another token leaves the one that failed; when that was half done, somebody has to finish or to empty it. */
static void leave_behind(const struct enrolling *enrolling, const struct outcome *outcome, json_t *left_behind)
{
	json_t *serial = json_integer(outcome->token.serial);

	if (is_unfinished(enrolling, &outcome->token))
		(void)json_array_append(left_behind, serial);
	json_decref(serial);
}

/* The token that the row is about has its own members, and one that was tried twice is one. */
static void leave_each_once(const struct outcome *outcome, json_t *left_behind)
{
	for (size_t i = json_array_size(left_behind); i-- > 0;) {
		json_t *serial = json_array_get(left_behind, i);
		bool again = outcome->token.has_serial && json_integer_value(serial) == outcome->token.serial;

		for (size_t other = 0; other < i; other++)
			again = again || json_equal(json_array_get(left_behind, other), serial);
		if (again)
			(void)json_array_remove(left_behind, i);
	}
}

static bool run_row(struct enrolling *enrolling, const struct people *people, size_t at, char reader[READER_NAME_SIZE],
    struct tally *tally, struct error *err)
{
	const struct people_row *row = &people->rows[at];
	struct outcome outcome = {.reason = ERROR_EMPTY};
	json_t *left_behind = json_array();
	bool again, done;

	tally->over = !row->serial[0] && !wait_for_next(enrolling, reader, &outcome.reason);
	terminal_say("%zu of %zu: %s", at + 1, people->num, row->name);
	again = !tally->over;
	while (again) {
		outcome = (struct outcome){.reason = ERROR_EMPTY};
		again = !enroll_with_line(enrolling, row, reader, &outcome);
		if (again) {
			(void)failure_report(&outcome.reason, NULL, false);
			leave_behind(enrolling, &outcome, left_behind);
		}
		again = again && wants_again(enrolling, row, tally);
	}
	outcome.unfinished = outcome.reason.code != ERROR_NONE && is_unfinished(enrolling, &outcome.token);
	tally->left--;
	leave_each_once(&outcome, left_behind);
	done = add_row(tally, row, &outcome, left_behind, err);
	json_decref(left_behind);
	if (done)
		terminal_say("%zu enrolled, %zu not, %zu to go.", tally->enrolled, tally->failed, tally->left);
	return done;
}

static void say_row(json_t *row)
{
	json_t *error = json_object_get(row, "error"), *serial;
	size_t i;

	report_line("%-20s %s%s", json_string_value(json_object_get(row, "person")),
	    json_is_null(error) ? translated("enrolled") : translated("NOT enrolled: "),
	    json_is_null(error) ? "" : json_string_value(json_object_get(error, "sentence")));
	if (json_is_true(json_object_get(row, "unfinished")))
		report_line("%-20s unfinished: keyenroll resume --serial %lld", "",
		    (long long)json_integer_value(json_object_get(row, "serial")));
	json_array_foreach(json_object_get(row, "left_behind"), i, serial)
	{
		report_line("%-20s another token is unfinished: keyenroll resume, or abandon, --serial %lld", "",
		    (long long)json_integer_value(serial));
	}
}

static void say_rows(const struct tally *tally)
{
	json_t *row;
	size_t i;

	json_array_foreach(tally->rows, i, row)
	{
		say_row(row);
	}
	report_line("%zu enrolled, %zu not", tally->enrolled, tally->failed);
	if (tally->left > 0)
		report_line("%zu had no turn", tally->left);
}

static bool report(struct enrolling *enrolling, const struct tally *tally, struct error *err)
{
	if (!enrolling->invocation->json) {
		say_rows(tally);
		return report_end(err);
	}
	return report_take_json("batch",
	    json_pack("{s:O, s:I, s:I, s:I}", "people", tally->rows, "enrolled", (json_int_t)tally->enrolled, "failed",
	        (json_int_t)tally->failed, "left", (json_int_t)tally->left),
	    err);
}

bool batch_run(struct enrolling *enrolling, const char *path, bool *all, struct error *err)
{
	struct people people = PEOPLE_EMPTY;
	struct buffer text = BUFFER_UP_TO(INPUT_MAXIMUM);
	struct tally tally = {.rows = json_array()};
	char reader[READER_NAME_SIZE] = "";
	bool done = input_load(path, &text, err) &&
	            (people_parse(buffer_bytes(&text), &people, err) || error_prefix(err, "%s", path));

	enrolling->quiet = enrolling->answers.many = true;
	tally.left = people.num;
	interrupt_hold();
	for (size_t i = 0; done && !tally.over && interrupt_check(NULL) && i < people.num; i++)
		done = run_row(enrolling, &people, i, reader, &tally, err);
	done = done && report(enrolling, &tally, err);
	*all = tally.enrolled == people.num;
	json_decref(tally.rows);
	people_clear(&people);
	buffer_free(&text);
	return done;
}

#include "enroll/guided_desk.h"

#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "common/language.h"
#include "enroll/arrivals.h"
#include "enroll/course.h"
#include "enroll/enroll_dialogue.h"
#include "enroll/enrolling.h"
#include "enroll/failure.h"
#include "enroll/house.h"
#include "enroll/journal_record.h"
#include "enroll/prompt.h"
#include "enroll/resuming.h"
#include "enroll/terminal.h"
#include "enroll/token.h"
#include "enroll/unfinished.h"
#include "piv/slot.h"
#include "registry/store.h"

/* The preflight with the usual wishes; the token is let go again while the operator is asked. */
static bool look(struct enrolling *enrolling, struct token *token, struct error *err)
{
	struct course_means means = house_means(&enrolling->house);
	struct course_dialogue dialogue = enroll_dialogue(&enrolling->answers);
	struct course_request request = enrolling->request;
	struct course course;
	bool done;

	request.person = "";
	request.now = (int64_t)time(NULL);
	course_init(&course, &request, &means, &dialogue, token);
	done = course_look(&course, err);
	if (done) {
		terminal_say(course.pin_state.is_default
		                 ? N_("It can be enrolled; it has the factory's codes, which are changed on the way.")
		                 : N_("It can be enrolled."));
	}
	course_clear(&course);
	return done;
}

/* What it is, and whose, by the serial that it claims. */
static bool introduce(const struct enrolling *enrolling, const struct token *token, struct error *err)
{
	struct piv_version firmware = token->identity.firmware;
	char name[TOKEN_NAME_SIZE], device[64], person[ACCOUNT_NAME_MAXIMUM] = "";

	terminal_say(
	    "This is %s, firmware %u.%u.%u.", token_name(token, name), firmware.major, firmware.minor, firmware.patch);
	snprintf(device, sizeof(device), "piv %lu", (unsigned long)token->identity.serial);
	if (token->identity.has_serial &&
	    !store_find_holder(enrolling->house.desk.store, device, (int64_t)time(NULL), person, err))
		return false;
	if (person[0])
		terminal_say("It is enrolled for %s. Before somebody else gets it: keyenroll revoke --reason TEXT %lu",
		    person, (unsigned long)token->identity.serial);
	return true;
}

/* Completion for lines: of the accounts that begin so, if it is only one.
 *   name  in: what was typed; out: the whole name where it is clear */
static unsigned complete(char name[ACCOUNT_NAME_MAXIMUM])
{
	char found[ACCOUNT_NAME_MAXIMUM] = "";
	const struct passwd *account;
	unsigned num = 0;

	if (getpwnam(name))
		return 1;
	setpwent();
	while ((account = getpwent()) != NULL)
		if (strncmp(account->pw_name, name, strlen(name)) == 0) {
			num++;
			snprintf(found, sizeof(found), "%s", account->pw_name);
		}
	endpwent();
	if (num == 1)
		snprintf(name, ACCOUNT_NAME_MAXIMUM, "%s", found);
	return num;
}

/* What was typed is no account; the only one that begins so is meant only if the operator says so. */
static bool ask_completed(const char *name, bool *again, struct error *err)
{
	char question[ACCOUNT_NAME_MAXIMUM + 128], answer[16];

	snprintf(question, sizeof(question), translated("That is %s. Press Enter if so, or type no: "), name);
	if (!prompt_line(question, answer, sizeof(answer), err))
		return false;
	*again = answer[0] != '\0';
	return true;
}

/* Who is used to shells ends what is to be completed with a tab. */
static void drop_tabs(char *name)
{
	size_t len = strlen(name);

	while (len > 0 && (name[len - 1] == '\t' || name[len - 1] == ' '))
		name[--len] = '\0';
}

static bool settle_person(
    const struct enrolling *enrolling, char name[ACCOUNT_NAME_MAXIMUM], bool *again, struct error *err)
{
	struct error reason = ERROR_EMPTY;
	char typed[ACCOUNT_NAME_MAXIMUM];
	unsigned num;

	drop_tabs(name);
	snprintf(typed, sizeof(typed), "%s", name);
	num = name[0] ? complete(name) : 0;
	if (num == 1 && strcmp(typed, name) != 0)
		return ask_completed(name, again, err);
	if (num > 1) {
		terminal_say("%u accounts begin with \"%s\"; type more of the name.", num, name);
		*again = true;
	} else if (!enrolling_check_person(enrolling, name, &reason)) {
		(void)failure_report(&reason, NULL, false);
		*again = true;
	}
	return true;
}

/* *again: the operator was not clear; the question comes once more. */
static bool ask_person(
    const struct enrolling *enrolling, char name[ACCOUNT_NAME_MAXIMUM], bool *again, struct error *err)
{
	*again = false;
	if (prompt_line("Who gets it? (Enter: nobody, another token) ", name, ACCOUNT_NAME_MAXIMUM, err))
		return !name[0] || settle_person(enrolling, name, again, err);
	*again = err->code == ERROR_LIMIT;
	if (*again)
		(void)failure_report(err, NULL, false);
	return *again;
}

/* The same token, by what it said before. */
static bool enroll_same(struct enrolling *enrolling, const struct token *seen, const char *name, struct error *err)
{
	struct token_choice choice = {.reader = seen->reader};
	struct token token = TOKEN_EMPTY;

	if (!token_open(enrolling->house.context, &choice, &token, err))
		return false;
	if (token.identity.serial == seen->identity.serial && token.identity.has_serial == seen->identity.has_serial)
		return enrolling_run(enrolling, name, &token, err);
	token_close(&token);
	return error_set(err, ERROR_CARD_CHANGED, "another token is in the reader now");
}

/* A course of this token that was broken off comes before anything else.
 *   goes_on  out: the operator wants that */
static bool offer_to_resume(const struct unfinished *unfinished, bool *goes_on, struct error *err)
{
	char answer[16];

	if (journal_enrolls(&unfinished->record))
		terminal_say("Its enrollment for %s was broken off.", unfinished->record.person);
	else
		terminal_say("Setting the tries of its PIN and PUK was broken off.");
	if (!prompt_line("Press Enter to go on with it, or type no to leave it: ", answer, sizeof(answer), err))
		return false;
	/* Whoever types anything has something against it: "nein", "n", "NO". */
	*goes_on = answer[0] == '\0';
	if (!*goes_on && journal_enrolls(&unfinished->record))
		terminal_say("\"keyenroll abandon\" takes the unfinished key out of it.");
	return true;
}

/* *turn: it had its turn by that. */
static void resume_token(struct enrolling *enrolling, struct token *token, bool *turn, bool *over)
{
	struct unfinished unfinished = UNFINISHED_EMPTY;
	struct error reason = ERROR_EMPTY;
	bool goes_on = false;

	*turn = unfinished_find_token(enrolling->house.registry, &token->identity, &unfinished, &reason);
	if (*turn) {
		token_close(token);
		*over = !offer_to_resume(&unfinished, &goes_on, &reason);
		if (!*over && goes_on && !resuming_run(enrolling, &unfinished, &reason))
			(void)failure_report(&reason, NULL, false);
	} else if (reason.code != ERROR_JOURNAL_ABSENT) {
		*turn = true;
		token_close(token);
		(void)failure_report(&reason, NULL, false);
	}
	unfinished_clear(&unfinished);
}

static void enroll_token(struct enrolling *enrolling, struct token *token, bool *over)
{
	struct error reason = ERROR_EMPTY;
	struct token seen = *token;
	char name[ACCOUNT_NAME_MAXIMUM] = "";
	bool again = true;

	seen.piv = NULL;
	if (!look(enrolling, token, &reason)) {
		(void)failure_report(&reason, NULL, false);
		return;
	}
	while (again && !*over)
		*over = !ask_person(enrolling, name, &again, &reason);
	if (!*over && name[0] && !enroll_same(enrolling, &seen, name, &reason))
		(void)failure_report(&reason, NULL, false);
}

/* What is wrong with one token ends only its turn. *over: the operator has enough. */
static void serve_token(struct enrolling *enrolling, struct arrivals *arrivals, const char *reader, bool *over)
{
	struct token_choice choice = {.reader = reader[0] ? reader : NULL, .at_once = true};
	struct token token = TOKEN_EMPTY;
	struct error reason = ERROR_EMPTY;
	bool opened = token_open(enrolling->house.context, &choice, &token, &reason), turn = false;

	arrivals_serve(arrivals, opened ? token.reader : NULL);
	if (!opened || !introduce(enrolling, &token, &reason)) {
		(void)failure_report(&reason, NULL, false);
		token_close(&token);
		return;
	}
	resume_token(enrolling, &token, &turn, over);
	if (!turn)
		enroll_token(enrolling, &token, over);
}

static bool serve(struct enrolling *enrolling, struct error *err)
{
	struct arrivals arrivals = ARRIVALS_EMPTY;
	char reader[READER_NAME_SIZE] = "";
	bool over = false, done = true;

	terminal_say("The desk is open. Ctrl-D at a question, or Ctrl-C, ends it.");
	while (!over && (done = arrivals_wait(enrolling->house.context, &arrivals, reader, err)))
		serve_token(enrolling, &arrivals, reader, &over);
	arrivals_clear(&arrivals);
	if (done)
		terminal_say("The desk is closed.");
	return done;
}

bool guided_desk_run(struct invocation *invocation, struct error *err)
{
	struct enrolling enrolling = ENROLLING_EMPTY;
	bool done = enrolling_init(invocation, &enrolling, err) && house_open(invocation, &enrolling.house, err) &&
	            serve(&enrolling, err);

	enrolling_clear(&enrolling);
	return done;
}

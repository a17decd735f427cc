#include "enroll/guided_desk.h"

#include <pwd.h>
#include <stdio.h>
#include <string.h>

#include "common/language.h"
#include "enroll/enrolling.h"
#include "enroll/failure.h"
#include "enroll/prompt.h"
#include "enroll/terminal.h"

static bool any_card(const struct reader_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		if (list->readers[i].card_present)
			return true;
	return false;
}

/* Until a card is there, or none is any more. */
static bool wait_until(struct reader_context *context, bool there, const char *sentence, struct error *err)
{
	struct reader_list list = READER_LIST_EMPTY;
	bool changed, done = reader_list_load(context, &list, err);

	if (done && any_card(&list) != there)
		terminal_say("%s", translated(sentence));
	while (done && any_card(&list) != there)
		done = reader_list_wait(context, &list, -1, &changed, err);
	reader_list_clear(&list);
	return done;
}

/* The preflight with the usual wishes; the token is let go again while the operator is asked. */
static bool look(struct enrolling *enrolling, struct token *token, struct error *err)
{
	struct course_means means = house_means(&enrolling->house);
	struct course_dialogue dialogue = enroll_dialogue(&enrolling->answers);
	struct course_request request = enrolling->request;
	struct piv_version firmware = token->identity.firmware;
	char name[TOKEN_NAME_SIZE];
	struct course course;
	bool done;

	request.person = "";
	terminal_say(
	    "This is %s, firmware %u.%u.%u.", token_name(token, name), firmware.major, firmware.minor, firmware.patch);
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

/* *again: the operator was not clear; the question comes once more. */
static bool ask_person(
    const struct enrolling *enrolling, char name[ACCOUNT_NAME_MAXIMUM], bool *again, struct error *err)
{
	struct error reason = ERROR_EMPTY;
	char typed[ACCOUNT_NAME_MAXIMUM];
	unsigned num;

	*again = false;
	if (!prompt_line("Who gets it? (Enter: nobody, another token) ", name, ACCOUNT_NAME_MAXIMUM, err))
		return false;
	if (!name[0])
		return true;
	snprintf(typed, sizeof(typed), "%s", name);
	num = complete(name);
	if (num == 1 && strcmp(typed, name) != 0)
		terminal_say("That is %s.", name);
	if (num > 1) {
		terminal_say("%u accounts begin with \"%s\"; type more of the name.", num, name);
		*again = true;
	} else if (!enrolling_check_person(enrolling, name, &reason)) {
		(void)failure_report(&reason, false);
		*again = true;
	}
	return true;
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

/* What is wrong with one token ends only its turn. *over: the operator has enough. */
static void serve_token(struct enrolling *enrolling, bool *over)
{
	struct token_choice any = {NULL, NULL};
	struct token token = TOKEN_EMPTY, seen;
	struct error reason = ERROR_EMPTY;
	char name[ACCOUNT_NAME_MAXIMUM] = "";
	bool again = true;

	if (!token_open(enrolling->house.context, &any, &token, &reason)) {
		(void)failure_report(&reason, false);
		return;
	}
	seen = token;
	seen.piv = NULL;
	if (!look(enrolling, &token, &reason)) {
		(void)failure_report(&reason, false);
		return;
	}
	while (again && !*over)
		*over = !ask_person(enrolling, name, &again, &reason);
	if (!*over && name[0] && !enroll_same(enrolling, &seen, name, &reason))
		(void)failure_report(&reason, false);
}

static bool serve(struct enrolling *enrolling, struct error *err)
{
	struct reader_context *context = enrolling->house.context;
	bool over = false;

	terminal_say("The desk is open. Ctrl-D at a question, or Ctrl-C, ends it.");
	while (!over) {
		if (!wait_until(context, true, N_("Plug in a token."), err))
			return false;
		serve_token(enrolling, &over);
		if (!over && !wait_until(context, false, N_("Take the token out."), err))
			return false;
	}
	terminal_say("The desk is closed.");
	return true;
}

bool guided_desk_run(struct invocation *invocation, struct error *err)
{
	struct enrolling enrolling = ENROLLING_EMPTY;
	bool done = enrolling_init(invocation, &enrolling, err) && house_open(invocation, &enrolling.house, err) &&
	            serve(&enrolling, err);

	enrolling_clear(&enrolling);
	return done;
}

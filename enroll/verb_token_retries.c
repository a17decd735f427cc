#include "common/language.h"
#include "enroll/report.h"
#include "enroll/token_session.h"
#include <stdio.h>
#include <stdlib.h>

static const struct option_row options[] = {
    OPTION_ROW_SERIAL,
    OPTION_ROW_READER,
    OPTION_ROW_PIN_FD,
    OPTION_ROW_PUK_FD,
    OPTION_ROW_ESCROW,
    OPTION_ROW_REGISTRY,
    OPTION_ROW_MANAGEMENT_KEY_FD,
    OPTION_ROW_PINENTRY,
    {"yes", NULL, N_("do it without asking")},
    OPTION_ROW_TRACE,
    OPTION_ROWS_END,
};

static bool read_tries(const char *text, unsigned *tries, struct error *err)
{
	char *end;
	unsigned long number = strtoul(text, &end, 10);

	if (!text[0] || *end || number < 1 || number > 15)
		return error_set(err, ERROR_USAGE, "\"%s\" is no number of tries from 1 to 15", text);
	*tries = (unsigned)number;
	return true;
}

static bool work(const struct invocation *invocation, struct token_session *session, struct error *err)
{
	struct course *course = &session->course;
	char name[TOKEN_NAME_SIZE], question[TOKEN_NAME_SIZE + 16];
	unsigned pin_tries, puk_tries;

	snprintf(question, sizeof(question), translated("PIN of %s"), token_name(&course->token, name));
	if (!read_tries(invocation->options.arguments[0], &pin_tries, err) ||
	    !read_tries(invocation->options.arguments[1], &puk_tries, err))
		return false;
	if (course->pin_state.is_default)
		return error_set(
		    err, ERROR_CODE_DEFAULT, "the PIN is the factory's: change that first, by \"token pin\"");
	if (!token_session_confirm(session, translated("the present PUK is lost, a new one is set"), err) ||
	    !codes_ask(&session->answers.pin, question, "--pin-fd", &course->pin, err) ||
	    !token_session_manage(session, err) || !token_codes_set_tries(course, pin_tries, puk_tries, err))
		return false;
	report_line("The PIN of %s has %u tries, its PUK %u.", name, pin_tries, puk_tries);
	if (course->sealed.len > 0)
		report_line("The new PUK is sealed in %s.", buffer_text(&course->sealed));
	return true;
}

static bool run(struct invocation *invocation, struct error *err)
{
	struct token_session session;
	bool done = token_session_open(invocation, &session, err) && work(invocation, &session, err) && report_end(err);

	token_session_close(&session);
	return done;
}

const struct verb verb_token_retries = {
    .name = "token retries",
    .summary = N_("set how often PIN and PUK may be tried"),
    .synopsis = "[OPTION]... PIN-TRIES PUK-TRIES",
    .description = N_("Sets the tries (1 to 15). The token forgets both codes over that: the PIN is\n"
                      "set again at once, and the PUK is a new one, shown or sealed before.\n"),
    .options = options,
    .min_arguments = 2,
    .max_arguments = 2,
    .run = run,
};

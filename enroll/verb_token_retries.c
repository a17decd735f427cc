#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/language.h"
#include "enroll/options.h"
#include "enroll/report.h"
#include "enroll/token_session.h"
#include "enroll/verb.h"
#include "piv/codes.h"

static const struct option_row options[] = {
    OPTION_ROW_SERIAL,
    OPTION_ROW_READER,
    OPTION_ROW_PIN_FD,
    OPTION_ROW_PUK_FD,
    OPTION_ROW_ESCROW,
    OPTION_ROW_REGISTRY,
    OPTION_ROW_MANAGEMENT_KEY_FD,
    OPTION_ROW_PINENTRY,
    OPTION_ROW_YES,
    OPTION_ROW_TRACE,
    OPTION_ROWS_END,
};

/* One or two digits, and nothing else that strtoul would take. */
static bool read_tries(const char *text, unsigned *tries, struct error *err)
{
	unsigned long number =
	    strspn(text, "0123456789") == strlen(text) && strlen(text) <= 2 ? strtoul(text, NULL, 10) : 0;

	if (number < 1 || number > PIV_TRIES_MAXIMUM)
		return error_set(err, ERROR_USAGE, "\"%s\" is no number of tries from 1 to 15", text);
	*tries = (unsigned)number;
	return true;
}

static bool work(struct token_session *session, struct error *err)
{
	struct course *course = &session->course;
	struct course_request *request = &course->request;
	char name[TOKEN_NAME_SIZE];

	token_name(&course->token, name);
	if (!read_tries(session->invocation->options.arguments[0], &request->pin_tries, err) ||
	    !read_tries(session->invocation->options.arguments[1], &request->puk_tries, err) ||
	    !token_session_confirm(session, translated("the present PUK is lost, a new one is set"), err))
		return false;
	if (!course_run_retries(course, err)) {
		enroll_explain_journal(course);
		return false;
	}
	report_line("The PIN of %s has %u tries, its PUK %u.", name, request->pin_tries, request->puk_tries);
	if (course->sealed.len > 0)
		report_line("The new PUK is sealed in %s.", buffer_text(&course->sealed));
	return true;
}

const struct verb verb_token_retries = {
    .name = "token retries",
    .summary = N_("set how often PIN and PUK may be tried"),
    .synopsis = "[OPTION]... PIN-TRIES PUK-TRIES",
    .description = N_("Sets the tries (1 to 15). The token forgets both codes over that: the PIN is\n"
                      "set again at once, and the PUK is a new one, shown or sealed before. What is\n"
                      "broken off, \"resume\" goes on with.\n"),
    .options = options,
    .min_arguments = 2,
    .max_arguments = 2,
    .on_token = work,
};

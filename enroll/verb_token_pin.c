#include <stdio.h>

#include "common/language.h"
#include "common/secret.h"
#include "enroll/options.h"
#include "enroll/report.h"
#include "enroll/token_session.h"
#include "enroll/verb.h"

static const struct option_row options[] = {
    OPTION_ROW_SERIAL,
    OPTION_ROW_READER,
    OPTION_ROW_PIN_FD,
    OPTION_ROW_NEW_PIN_FD,
    OPTION_ROW_PINENTRY,
    OPTION_ROW_FACTORY_CODES,
    OPTION_ROW_TRACE,
    OPTION_ROWS_END,
};

static bool work(struct token_session *session, struct error *err)
{
	struct course *course = &session->course;
	char name[TOKEN_NAME_SIZE], question[TOKEN_NAME_SIZE + 16];

	token_name(&course->token, name);
	snprintf(question, sizeof(question), translated("PIN of %s"), name);
	if (course->pin_state.says_tries && course->pin_state.tries_left == 0)
		return error_set(err, ERROR_PIN_BLOCKED, "the PIN is blocked: no try is left");
	codes_warn_last(course->pin_state.says_tries, course->pin_state.tries_left, question);
	if ((!course->pin_state.is_default &&
	        !codes_ask(&session->answers.pin, question, "--pin-fd", &course->pin, err)) ||
	    !token_session_new_pin(session, token_codes_set_pin, NULL, err))
		return false;
	report_line("The PIN of %s is changed.", name);
	return true;
}

const struct verb verb_token_pin = {
    .name = "token pin",
    .summary = N_("change the PIN"),
    .synopsis = "[OPTION]...",
    .description = N_("Proves the present PIN and sets a new one, typed twice. The rules for a new\n"
                      "PIN are told when one does not fit; nothing is sent then.\n"),
    .options = options,
    .on_token = work,
};

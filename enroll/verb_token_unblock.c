#include "common/language.h"
#include "common/secret.h"
#include "enroll/options.h"
#include "enroll/report.h"
#include "enroll/token_session.h"
#include "enroll/verb.h"
#include "piv/codes.h"
#include <stdio.h>

static const struct option_row options[] = {
    OPTION_ROW_SERIAL,
    OPTION_ROW_READER,
    OPTION_ROW_PRESENT_PUK_FD,
    OPTION_ROW_NEW_PIN_FD,
    OPTION_ROW_PINENTRY,
    OPTION_ROW_TRACE,
    OPTION_ROWS_END,
};

static bool set(struct course *course, const struct secret *wanted, const void *context, struct error *err)
{
	return piv_pin_unblock(course->token.piv, context, wanted, NULL, err);
}

static bool work(struct token_session *session, struct error *err)
{
	struct course *course = &session->course;
	struct codes_source source = session->answers.pin;
	struct secret *puk = NULL;
	char name[TOKEN_NAME_SIZE], question[TOKEN_NAME_SIZE + 16];
	bool done;

	snprintf(question, sizeof(question), translated("PUK of %s"), token_name(&course->token, name));
	codes_warn_last(course->puk_state.says_tries, course->puk_state.tries_left, question);
	done = token_session_puk_check(session, err) &&
	       house_descriptor(session->invocation, "present-puk-fd", &source.descriptor, err) &&
	       codes_ask(&source, question, "--present-puk-fd", &puk, err) &&
	       token_session_new_pin(session, set, puk, err);
	secret_free(puk);
	if (done)
		report_line("The PIN of %s is set.", name);
	return done;
}

static bool run(struct invocation *invocation, struct error *err)
{
	return token_session_run(invocation, work, err);
}

const struct verb verb_token_unblock = {
    .name = "token unblock",
    .summary = N_("set a new PIN by means of the PUK"),
    .synopsis = "[OPTION]...",
    .description = N_("For a PIN that is blocked or forgotten. A wrong PUK costs a try of the PUK;\n"
                      "when none is left only \"token reset\" helps.\n"),
    .options = options,
    .run = run,
};

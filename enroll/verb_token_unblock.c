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
	struct secret *puk = NULL;
	char name[TOKEN_NAME_SIZE];
	bool done = token_session_ask_puk(session, &puk, err) && token_session_new_pin(session, set, puk, err);

	secret_free(puk);
	if (done)
		report_line("The PIN of %s is set.", token_name(&session->course.token, name));
	return done;
}

const struct verb verb_token_unblock = {
    .name = "token unblock",
    .summary = N_("set a new PIN by means of the PUK"),
    .synopsis = "[OPTION]...",
    .description = N_("For a PIN that is blocked or forgotten. A wrong PUK costs a try of the PUK;\n"
                      "when none is left only \"token reset\" helps.\n"),
    .options = options,
    .on_token = work,
};

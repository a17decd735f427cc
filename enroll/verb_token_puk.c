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
    OPTION_ROW_PRESENT_PUK_FD,
    OPTION_ROW_PUK_FD,
    OPTION_ROW_ESCROW,
    OPTION_ROW_REGISTRY,
    OPTION_ROW_PINENTRY,
    OPTION_ROW_FACTORY_CODES,
    OPTION_ROW_TRACE,
    OPTION_ROWS_END,
};

static bool work(struct token_session *session, struct error *err)
{
	struct course *course = &session->course;
	struct secret *present = NULL;
	char name[TOKEN_NAME_SIZE];
	bool done = (course->puk_state.is_default ? token_session_puk_check(session, err)
	                                          : token_session_ask_puk(session, &present, err)) &&
	            token_codes_new_puk(course, present, err);

	secret_free(present);
	token_name(&course->token, name);
	if (done && course->sealed.len > 0)
		report_line("The PUK of %s is a new one, sealed in %s.", name, buffer_text(&course->sealed));
	else if (done)
		report_line("The PUK of %s is the one that was shown.", name);
	return done;
}

const struct verb verb_token_puk = {
    .name = "token puk",
    .summary = N_("give the token a new PUK"),
    .synopsis = "[OPTION]...",
    .description = N_("Proves the present PUK and sets a random one, which is shown once before, or\n"
                      "sealed by --escrow. The factory's PUK need not be given.\n"),
    .options = options,
    .on_token = work,
};

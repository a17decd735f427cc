#include "common/language.h"
#include "common/secret.h"
#include "enroll/options.h"
#include "enroll/report.h"
#include "enroll/token_session.h"
#include "enroll/verb.h"
#include <stdio.h>

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
	struct codes_source source = session->answers.pin;
	struct secret *present = NULL;
	char name[TOKEN_NAME_SIZE], question[TOKEN_NAME_SIZE + 16];
	bool done;

	snprintf(question, sizeof(question), translated("PUK of %s"), token_name(&course->token, name));
	codes_warn_last(course->puk_state.says_tries, course->puk_state.tries_left, question);
	if (!token_session_puk_check(session, err) ||
	    !house_descriptor(session->invocation, "present-puk-fd", &source.descriptor, err) ||
	    (!course->puk_state.is_default && !codes_ask(&source, question, "--present-puk-fd", &present, err)))
		return false;
	done = token_codes_new_puk(course, present, err);
	secret_free(present);
	if (done && course->sealed.len > 0)
		report_line("The PUK of %s is a new one, sealed in %s.", name, buffer_text(&course->sealed));
	else if (done)
		report_line("The PUK of %s is the one that was shown.", name);
	return done;
}

static bool run(struct invocation *invocation, struct error *err)
{
	return token_session_run(invocation, work, err);
}

const struct verb verb_token_puk = {
    .name = "token puk",
    .summary = N_("give the token a new PUK"),
    .synopsis = "[OPTION]...",
    .description = N_("Proves the present PUK and sets a random one, which is shown once before, or\n"
                      "sealed by --escrow. The factory's PUK need not be given.\n"),
    .options = options,
    .run = run,
};

#include "common/language.h"
#include "enroll/options.h"
#include "enroll/report.h"
#include "enroll/token_session.h"
#include "enroll/verb.h"

static const struct option_row options[] = {
    OPTION_ROW_SERIAL,
    OPTION_ROW_READER,
    OPTION_ROW_PIN_FD,
    OPTION_ROW_ESCROW,
    OPTION_ROW_REGISTRY,
    OPTION_ROW_MANAGEMENT_KEY_FD,
    OPTION_ROW_PINENTRY,
    OPTION_ROW_TRACE,
    OPTION_ROWS_END,
};

static bool work(struct token_session *session, struct error *err)
{
	struct course *course = &session->course;
	char name[TOKEN_NAME_SIZE];

	if (!token_session_manage(session, err) || !token_codes_new_management_key(course, err))
		return false;
	token_name(&course->token, name);
	if (course->sealed.len > 0)
		report_line("The management key of %s is a new one, sealed in %s.", name, buffer_text(&course->sealed));
	else
		report_line("The management key of %s is a new one, kept in it behind the PIN.", name);
	return true;
}

const struct verb verb_token_management_key = {
    .name = "token management-key",
    .summary = N_("give the token a new management key"),
    .synopsis = "[OPTION]...",
    .description = N_("Sets a random management key, AES where the firmware has it. It is kept in the\n"
                      "token behind the PIN, as other tools keep it, or sealed by --escrow.\n"),
    .options = options,
    .on_token = work,
};

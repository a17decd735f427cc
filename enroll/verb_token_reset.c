#include "common/language.h"
#include "enroll/destroyed.h"
#include "enroll/options.h"
#include "enroll/report.h"
#include "enroll/token_session.h"
#include "enroll/unfinished.h"
#include "enroll/verb.h"
#include "piv/codes.h"

static const struct option_row options[] = {
    OPTION_ROW_SERIAL,
    OPTION_ROW_READER,
    OPTION_ROW_YES,
    OPTION_ROW_REGISTRY,
    OPTION_ROW_TRACE,
    OPTION_ROWS_END,
};

static bool work(struct token_session *session, struct error *err)
{
	struct course *course = &session->course;
	struct destroyed destroyed = {.num = 0};
	char name[TOKEN_NAME_SIZE];

	if (!token_session_confirm(
	        session, translated("all keys, certificates and codes of its PIV application are destroyed"), err))
		return false;
	destroyed_note_all(&destroyed, course->token.piv);
	if (!piv_codes_block(course->token.piv, err) || !piv_reset(course->token.piv, err))
		return false;
	report_line("The PIV application of %s is as the factory made it.", token_name(&course->token, name));
	destroyed_end(&destroyed, session, "destroyed by token reset");
	return unfinished_end_all(session->house.registry, &course->identity, "reset", course->request.now, err);
}

const struct verb verb_token_reset = {
    .name = "token reset",
    .summary = N_("make the PIV application as the factory made it"),
    .synopsis = "[OPTION]...",
    .description = N_("Destroys all keys, certificates and codes of the PIV application; the\n"
                      "attestation key stays, other applications of the token too. No code is needed:\n"
                      "the tries of PIN and PUK are used up on purpose. What was unfinished of this\n"
                      "token is ended by it, and so are the enrollments of its keys; without a\n"
                      "registry it is said how.\n"),
    .options = options,
    .on_token = work,
};

#include <stdio.h>

#include "common/language.h"
#include "enroll/destroyed.h"
#include "enroll/options.h"
#include "enroll/report.h"
#include "enroll/token_session.h"
#include "enroll/verb.h"

static const struct option_row options[] = {
    OPTION_ROWS_MANAGEMENT,
    OPTION_ROW_YES,
    OPTION_ROW_REGISTRY,
    OPTION_ROW_TRACE,
    OPTION_ROWS_END,
};

static bool work(struct token_session *session, struct error *err)
{
	struct course *course = &session->course;
	struct destroyed destroyed = {.num = 0};
	char loss[96];
	bool deleted;

	if (!token_session_slot(session->invocation->options.arguments[0], &course->request.slot, err))
		return false;
	snprintf(loss, sizeof(loss), translated("the key in slot %s is destroyed, and what was encrypted to it"),
	    course->request.slot->name);
	if (!token_session_confirm(session, loss, err) || !token_session_manage(session, err))
		return false;
	destroyed_note(&destroyed, course->token.piv, course->request.slot);
	if (!course_put_back(course, &deleted, err))
		return false;
	report_line(deleted ? N_("Slot %s is empty.")
	                    : N_("The certificate of slot %s is deleted; this firmware cannot delete the key itself."),
	    course->request.slot->name);
	if (deleted)
		destroyed_end(&destroyed, session, "destroyed by delete");
	return true;
}

const struct verb verb_delete = {
    .name = "delete",
    .summary = N_("delete the key and the certificate of a slot"),
    .synopsis = "[OPTION]... SLOT",
    .description = N_("The key is gone for good, and what is enrolled of it ends; without a registry\n"
                      "it is said how. Firmware before 5.7 cannot delete a key: there only the\n"
                      "certificate goes, that is said, and the enrollment stays.\n"),
    .options = options,
    .min_arguments = 1,
    .max_arguments = 1,
    .on_token = work,
};

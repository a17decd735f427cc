#include <stdio.h>

#include "common/language.h"
#include "enroll/destroyed.h"
#include "enroll/options.h"
#include "enroll/report.h"
#include "enroll/token_session.h"
#include "enroll/verb.h"
#include "piv/key_move.h"
#include "piv/slot_move.h"

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
	const struct piv_slot *from, *to;
	struct destroyed destroyed = {.num = 0};
	struct error reason = ERROR_EMPTY;
	char loss[96];

	if (!token_session_slot(session->invocation->options.arguments[0], &from, err) ||
	    !token_session_slot(session->invocation->options.arguments[1], &to, err))
		return false;
	if (from == to)
		return error_set(err, ERROR_USAGE, "the key is in slot %s already", to->name);
	if (!piv_key_can_move(course->identity.firmware))
		return error_set(err, ERROR_CARD_UNSUPPORTED, "this firmware cannot move keys: 5.7 is the first");
	snprintf(loss, sizeof(loss), translated("a key in slot %s is destroyed"), to->name);
	if (!token_session_confirm(session, loss, err) || !token_session_manage(session, err))
		return false;
	/* Where the key has moved already, it is the one in the other slot. */
	if (token_session_slot_used(session, from, &reason))
		destroyed_note(&destroyed, course->token.piv, to);
	if (!piv_slot_move(course->token.piv, from, to, err))
		return false;
	report_line("The key of slot %s is in slot %s.", from->name, to->name);
	destroyed_end(&destroyed, session, "destroyed by move");
	return true;
}

const struct verb verb_move = {
    .name = "move",
    .summary = N_("move a key to another slot"),
    .synopsis = "[OPTION]... FROM TO",
    .description = N_("Moves a key and its certificate; firmware 5.7 and later. A key in the other\n"
                      "slot is destroyed, and what is enrolled of it ends; without a registry it is\n"
                      "said how. The attestation of a moved key names the slot that it was asked for.\n"
                      "Broken off, the same call again ends it.\n"),
    .options = options,
    .min_arguments = 2,
    .max_arguments = 2,
    .on_token = work,
};

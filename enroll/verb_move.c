#include "common/language.h"
#include "enroll/report.h"
#include "enroll/token_session.h"
#include <stdio.h>

#include "enroll/options.h"
#include "enroll/verb.h"
#include "piv/certificate.h"
#include "piv/key_history.h"
#include "piv/key_move.h"
#include "piv/object.h"

static const struct option_row options[] = {
    OPTION_ROW_SERIAL,
    OPTION_ROW_READER,
    OPTION_ROW_PIN_FD,
    OPTION_ROW_MANAGEMENT_KEY_FD,
    OPTION_ROW_PINENTRY,
    OPTION_ROW_YES,
    OPTION_ROW_TRACE,
    OPTION_ROWS_END,
};

/* The certificate goes along: written at its new place before it goes from the old one. */
static bool move_certificate(struct piv *piv, const struct piv_slot *from, const struct piv_slot *to, struct error *err)
{
	struct buffer certificate = BUFFER_EMPTY;
	struct error reason = ERROR_EMPTY;
	bool there = piv_certificate_read(piv, from, &certificate, &reason), done;

	if (there)
		done = piv_certificate_write(piv, to, buffer_bytes(&certificate), err) &&
		       piv_object_write(piv, from->object, BYTES_EMPTY, err) && piv_key_history_ensure(piv, to, err);
	else
		done = reason.code == ERROR_CARD_OBJECT_ABSENT || error_set(err, reason.code, "%s", reason.text);
	buffer_free(&certificate);
	return done;
}

static bool work(struct token_session *session, struct error *err)
{
	struct course *course = &session->course;
	const struct piv_slot *from, *to;
	char loss[96];

	if (!token_session_slot(session, 0, &from, err) || !token_session_slot(session, 1, &to, err))
		return false;
	if (from == to)
		return error_set(err, ERROR_USAGE, "the key is in slot %s already", to->name);
	if (!piv_key_can_move(course->identity.firmware))
		return error_set(err, ERROR_CARD_UNSUPPORTED, "this firmware cannot move keys: 5.7 is the first");
	snprintf(loss, sizeof(loss), translated("a key in slot %s is destroyed"), to->name);
	if (!token_session_confirm(session, loss, err) || !token_session_manage(session, err) ||
	    !piv_key_move(course->token.piv, from, to, err) || !move_certificate(course->token.piv, from, to, err))
		return false;
	report_line("The key of slot %s is in slot %s.", from->name, to->name);
	return true;
}

static bool run(struct invocation *invocation, struct error *err)
{
	return token_session_run(invocation, work, err);
}

const struct verb verb_move = {
    .name = "move",
    .summary = N_("move a key to another slot"),
    .synopsis = "[OPTION]... FROM TO",
    .description = N_("Moves a key and its certificate; firmware 5.7 and later. A key in the other\n"
                      "slot is destroyed. The attestation of a moved key names the slot that it was\n"
                      "asked for.\n"),
    .options = options,
    .min_arguments = 2,
    .max_arguments = 2,
    .run = run,
};

#include "common/language.h"
#include "enroll/input.h"
#include "enroll/options.h"
#include "enroll/report.h"
#include "enroll/token_session.h"
#include "enroll/verb.h"
#include "piv/certificate.h"

static const struct option_row options[] = {
    OPTION_ROWS_MANAGEMENT,
    OPTION_ROW_TRACE,
    OPTION_ROWS_END,
};

static bool work(struct token_session *session, struct error *err)
{
	struct course *course = &session->course;
	struct buffer certificate = BUFFER_EMPTY;
	bool done = token_session_slot(session->invocation->options.arguments[0], &course->request.slot, err) &&
	            input_load_certificate(session->invocation->options.arguments[1], &certificate, err) &&
	            token_session_slot_used(session, course->request.slot, err) &&
	            course_certificate_check(course, buffer_bytes(&certificate), err) &&
	            token_session_manage(session, err) &&
	            piv_certificate_write(course->token.piv, course->request.slot, buffer_bytes(&certificate), err);

	buffer_free(&certificate);
	if (done)
		report_line("The certificate stands beside the key in slot %s.", course->request.slot->name);
	return done;
}

const struct verb verb_certificate = {
    .name = "certificate",
    .summary = N_("put a CA's certificate beside the key in a slot"),
    .synopsis = "[OPTION]... SLOT FILE",
    .description = N_("FILE (PEM or DER, - for standard input) has to be for the key that the slot\n"
                      "holds and the token attests. It replaces the certificate that is there; the\n"
                      "key and its enrollment stay as they are.\n"),
    .options = options,
    .min_arguments = 2,
    .max_arguments = 2,
    .on_token = work,
};

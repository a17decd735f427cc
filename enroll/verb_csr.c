#include "common/file.h"
#include "common/language.h"
#include "enroll/configuration.h"
#include "enroll/options.h"
#include "enroll/pem.h"
#include "enroll/report.h"
#include "enroll/terminal.h"
#include "enroll/token_session.h"
#include "enroll/verb.h"
#include "policy/trust.h"

enum {
	OPTION_SLOT,
	OPTION_OUT,
	OPTION_SERIAL,
	OPTION_READER,
	OPTION_PIN_FD,
	OPTION_PINENTRY,
	OPTION_TRUST,
	OPTION_BUNDLE,
	OPTION_TRACE,
};

static const struct option_row options[] = {
    [OPTION_SLOT] = {"slot", "SLOT", N_("the slot of the key (9a)")},
    [OPTION_OUT] = {"out", "FILE", N_("write the request there, not on standard output")},
    [OPTION_SERIAL] = OPTION_ROW_SERIAL,
    [OPTION_READER] = OPTION_ROW_READER,
    [OPTION_PIN_FD] = OPTION_ROW_PIN_FD,
    [OPTION_PINENTRY] = OPTION_ROW_PINENTRY,
    [OPTION_TRUST] = OPTION_ROW_TRUST,
    [OPTION_BUNDLE] = OPTION_ROW_BUNDLE,
    [OPTION_TRACE] = OPTION_ROW_TRACE,
    OPTION_ROWS_END,
};

static bool hand_over(const char *path, struct bytes pem, struct error *err)
{
	if (path)
		return file_store(path, pem, 0644, err);
	(void)fwrite(pem.data, 1, pem.len, stdout);
	return report_end(err);
}

static bool work(struct token_session *session, struct error *err)
{
	const struct options *given = &session->invocation->options;
	struct course *course = &session->course;
	struct buffer request = BUFFER_EMPTY, pem = BUFFER_EMPTY;
	struct trust *trust = NULL;
	bool done = token_session_slot(options_text(given, OPTION_SLOT, "9a"), &course->request.slot, err) &&
	            token_session_slot_used(session, course->request.slot, err) &&
	            configuration_trust(&session->invocation->configuration, &trust, err);

	course->means.trust = trust;
	done = done && course_csr(course, given->arguments[0], &request, err) &&
	       pem_put("CERTIFICATE REQUEST", buffer_bytes(&request), &pem, err) &&
	       hand_over(options_output(given, OPTION_OUT), buffer_bytes(&pem), err);
	course->means.trust = NULL;
	trust_free(trust);
	buffer_free(&request);
	buffer_free(&pem);
	return done;
}

const struct verb verb_csr = {
    .name = "csr",
    .summary = N_("make a certificate request with the key's attestation in it"),
    .synopsis = "[OPTION]... NAME",
    .description = N_("Prints a request (PKCS#10, PEM) for the key in a slot, signed by that key, for a\n"
                      "certificate of NAME. The token's attestation is in it, so that a CA can check\n"
                      "that the key lives in hardware: \"keyenroll verify --csr\" does. What the CA\n"
                      "issues, \"keyenroll certificate\" puts beside the key.\n"),
    .options = options,
    .min_arguments = 1,
    .max_arguments = 1,
    .on_token = work,
};

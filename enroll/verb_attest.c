#include <openssl/pem.h>
#include <stdio.h>

#include "common/language.h"
#include "enroll/options.h"
#include "enroll/report.h"
#include "enroll/token_session.h"
#include "enroll/verb.h"
#include "piv/certificate.h"
#include "piv/key.h"

static const struct option_row options[] = {
    OPTION_ROW_SERIAL,
    OPTION_ROW_READER,
    OPTION_ROW_TRACE,
    OPTION_ROWS_END,
};

static void print_certificate(struct bytes der)
{
	(void)PEM_write(stdout, PEM_STRING_X509, "", der.data, (long)der.len);
}

static bool work(struct token_session *session, struct error *err)
{
	struct course *course = &session->course;
	const struct piv_slot *slot;
	struct buffer leaf = BUFFER_EMPTY, device = BUFFER_EMPTY;
	bool done;

	done = token_session_slot(session->invocation->options.arguments[0], &slot, err) &&
	       token_session_slot_used(session, slot, err) && piv_attest(course->token.piv, slot, &leaf, err) &&
	       piv_certificate_read(course->token.piv, piv_slot_find("f9"), &device, err);
	if (done) {
		print_certificate(buffer_bytes(&leaf));
		print_certificate(buffer_bytes(&device));
	}
	buffer_free(&leaf);
	buffer_free(&device);
	return done;
}

const struct verb verb_attest = {
    .name = "attest",
    .summary = N_("print the attestation of the key in a slot"),
    .synopsis = "[OPTION]... SLOT",
    .description = N_("Prints two certificates as PEM: the token's attestation of the key, and its\n"
                      "device certificate (f9). \"keyenroll verify\" and other verifiers read that.\n"
                      "Changes nothing.\n"),
    .options = options,
    .min_arguments = 1,
    .max_arguments = 1,
    .on_token = work,
};

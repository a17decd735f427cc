#include <stddef.h>

#include "common/language.h"
#include "enroll/batch.h"
#include "enroll/enrolling.h"
#include "enroll/house.h"
#include "enroll/options.h"
#include "enroll/token.h"
#include "enroll/verb.h"
#include "fido/authenticator.h"

/* Found by their names: house.h, enrolling.h. */
static const struct option_row options[] = {
    OPTION_ROW_SERIAL,
    OPTION_ROW_READER,
    {"from", "FILE", N_("enroll a list of lines USER or USER,SERIAL")},
    {"slot", "SLOT", N_("the slot for the key (9a)")},
    {"algorithm", "NAME", N_("ecdsa-p256 or -p384, ed25519, rsa-2048 to rsa-4096")},
    {"pin-policy", "WHEN", N_("when the key wants the PIN: once, always (once)")},
    {"touch-policy", "WHEN", N_("when a touch: never, always, cached (never)")},
    {"days", "NUMBER", N_("how long the enrollment is good (365)")},
    {"certificate", "FILE", N_("keep the key in the slot, and put this to it")},
    {"out", "FILE", N_("write the enrollment there; FIDO2: the key's files")},
    OPTION_ROW_PIN_FD,
    OPTION_ROW_PINENTRY,
    OPTION_ROW_PUK_FD,
    OPTION_ROW_ESCROW,
    OPTION_ROW_MANAGEMENT_KEY_FD,
    OPTION_ROW_FACTORY_CODES,
    {"tries", "NUMBER", N_("how often PIN and PUK of a fresh token may be tried")},
    OPTION_ROW_YES_REPLACE,
    {"fido", NULL, N_("a FIDO2 key, ed25519 or ecdsa-p256")},
    {"resident", NULL, N_("FIDO2: keep the key handle in the token as well")},
    {"verify-required", NULL, N_("FIDO2: the PIN at every use")},
    {"application", "NAME", N_("FIDO2: what the key is for (ssh:)")},
    OPTION_ROW_REGISTRY,
    OPTION_ROWS_APPRAISAL,
    OPTION_ROW_TRACE,
    OPTION_ROW_JSON,
    OPTION_ROWS_END,
};

static bool enroll_person(struct enrolling *enrolling, const char *person, struct error *err)
{
	struct token_choice choice = house_choice(enrolling->invocation);
	struct authenticator authenticator = AUTHENTICATOR_EMPTY;
	struct token token = TOKEN_EMPTY;

	if (!enrolling_check_person(enrolling, person, err))
		return false;
	if (enrolling->request.fido)
		return token_open_fido(&choice, &authenticator, err) &&
		       enrolling_run_fido(enrolling, person, &authenticator, err);
	return token_open(enrolling->house.context, &choice, &token, err) &&
	       enrolling_run(enrolling, person, &token, err);
}

/* A list, or one person. */
static bool arguments_check(const struct options *given, struct error *err)
{
	const char *list = options_find(given, "from");

	if (list && given->num_arguments > 0)
		return error_set(err, ERROR_USAGE, "either a USER or --from FILE");
	if (!list && given->num_arguments == 0)
		return error_set(err, ERROR_USAGE, "too few arguments: a USER, or --from FILE");
	if (list && options_find(given, "fido"))
		return error_set(err, ERROR_USAGE, "--fido is about one person: each key has files of its own");
	if (list && (options_find(given, "out") || options_find(given, "certificate")))
		return error_set(err, ERROR_USAGE, "--out and --certificate are about one person");
	return true;
}

static bool run(struct invocation *invocation, struct error *err)
{
	const struct options *given = &invocation->options;
	const char *list = options_find(given, "from");
	struct enrolling enrolling = ENROLLING_EMPTY;
	bool all = true;
	bool done =
	    arguments_check(given, err) && enrolling_init(invocation, &enrolling, err) &&
	    house_open(invocation, &enrolling.house, err) &&
	    (list ? batch_run(&enrolling, list, &all, err) : enroll_person(&enrolling, given->arguments[0], err));

	invocation->status = all ? 0 : 1;
	enrolling_clear(&enrolling);
	return done;
}

const struct verb verb_enroll = {
    .name = "enroll",
    .summary = N_("make a key in a token and bind it to a user"),
    .synopsis = "[OPTION]... USER | --from FILE",
    .description = N_("Has the token make a key, appraises the token's attestation of it, lets the key\n"
                      "prove that it is here, and records the enrollment with the registrar's\n"
                      "signature. Unless all of that is well, nothing is recorded. A token with the\n"
                      "factory's codes gets the user's PIN, a random PUK, shown once or sealed, and a\n"
                      "random management key. A key that is in the slot already is destroyed only\n"
                      "after its loss was confirmed. What is broken off, \"resume\" goes on with. Values\n"
                      "in parentheses are the defaults; the algorithm is ecdsa-p256.\n"),
    .options = options,
    .max_arguments = 1,
    .run = run,
};

#include <limits.h>
#include <pwd.h>
#include <string.h>

#include "common/file.h"
#include "enroll/appraising.h"
#include "enroll/codes.h"
#include "enroll/enroll_dialogue.h"
#include "enroll/operator.h"
#include "enroll/terminal.h"

enum {
	OPTION_SERIAL,
	OPTION_READER,
	OPTION_SLOT,
	OPTION_ALGORITHM,
	OPTION_PIN_POLICY,
	OPTION_TOUCH_POLICY,
	OPTION_DAYS,
	OPTION_OUT,
	OPTION_PIN_FD,
	OPTION_MANAGEMENT_KEY_FD,
	OPTION_YES,
	OPTION_FIDO,
	OPTION_RESIDENT,
	OPTION_VERIFY_REQUIRED,
	OPTION_APPLICATION,
	OPTION_REGISTRY,
	OPTION_POLICY,
	OPTION_TRUST,
	OPTION_BUNDLE,
	OPTION_REGISTRARS,
	OPTION_JSON,
};

static const struct option_row options[] = {
    [OPTION_SERIAL] = {"serial", "NUMBER", "the token with this serial"},
    [OPTION_READER] = {"reader", "NAME", "the token in the reader that \"tokens\" names so"},
    [OPTION_SLOT] = {"slot", "SLOT", "the slot for the key (9a)"},
    [OPTION_ALGORITHM] = {"algorithm", "NAME", "ecdsa-p256 or -p384, ed25519, rsa-2048 to rsa-4096"},
    [OPTION_PIN_POLICY] = {"pin-policy", "WHEN", "when the key wants the PIN: once, always (once)"},
    [OPTION_TOUCH_POLICY] = {"touch-policy", "WHEN", "when a touch: never, always, cached (never)"},
    [OPTION_DAYS] = {"days", "NUMBER", "how long the enrollment is good (365)"},
    [OPTION_OUT] = {"out", "FILE", "write the enrollment there; FIDO2: the key's files"},
    [OPTION_PIN_FD] = {"pin-fd", "N", "read the PIN from descriptor N, up to a line end"},
    [OPTION_MANAGEMENT_KEY_FD] = {"management-key-fd", "N", "the same for the management key, in hexadecimal"},
    [OPTION_YES] = {"yes", NULL, "replace a key that is in the slot, without asking"},
    [OPTION_FIDO] = {"fido", NULL, "a FIDO2 key, ed25519 or ecdsa-p256"},
    [OPTION_RESIDENT] = {"resident", NULL, "FIDO2: keep the key handle in the token as well"},
    [OPTION_VERIFY_REQUIRED] = {"verify-required", NULL, "FIDO2: the PIN at every use"},
    [OPTION_APPLICATION] = {"application", "NAME", "FIDO2: what the key is for (ssh:)"},
    [OPTION_REGISTRY] = OPTION_ROW_REGISTRY,
    [OPTION_POLICY] = OPTION_ROW_POLICY,
    [OPTION_TRUST] = OPTION_ROW_TRUST,
    [OPTION_BUNDLE] = OPTION_ROW_BUNDLE,
    [OPTION_REGISTRARS] = OPTION_ROW_REGISTRARS,
    [OPTION_JSON] = OPTION_ROW_JSON,
    OPTION_ROWS_END,
};

/* What is opened for one course, and closed again whatever happens. */
struct house {
	struct desk desk;
	struct registrars registrars;
	struct trust *trust;
	struct policy *policy;
	struct secret *management_key;
	struct reader_context *context;
};

static bool read_fido_words(const struct options *given, struct course_fido *fido, struct error *err)
{
	const char *algorithm = options_text(given, OPTION_ALGORITHM, "ed25519");

	fido->type = strcmp(algorithm, "ed25519") == 0 ? SSH_KEY_SK_ED25519 : SSH_KEY_SK_ECDSA;
	fido->application = options_text(given, OPTION_APPLICATION, "ssh:");
	fido->resident = options_given(given, OPTION_RESIDENT);
	fido->verification = options_given(given, OPTION_VERIFY_REQUIRED);
	fido->path = options_text(given, OPTION_OUT, NULL);
	if (fido->type == SSH_KEY_SK_ECDSA && strcmp(algorithm, "ecdsa-p256") != 0)
		return error_set(err, ERROR_USAGE, "--algorithm wants ed25519 or ecdsa-p256 for a FIDO2 key");
	if (strncmp(fido->application, "ssh:", 4) != 0)
		return error_set(err, ERROR_USAGE, "--application begins with \"ssh:\"");
	return fido->path != NULL ||
	       error_set(err, ERROR_USAGE, "--fido wants --out FILE: the key cannot be used without its files");
}

static bool read_words(const struct options *given, struct course_request *request, struct error *err)
{
	if (request->fido != NULL)
		return true;
	request->slot = piv_slot_find(options_text(given, OPTION_SLOT, "9a"));
	request->algorithm = piv_algorithm_find(options_text(given, OPTION_ALGORITHM, "ecdsa-p256"));
	if (!request->slot || strcmp(request->slot->name, "f9") == 0)
		return error_set(err, ERROR_USAGE, "--slot wants 9a, 9c, 9d, 9e or 82 to 95");
	if (!request->algorithm || request->algorithm->type == PIV_KEY_TYPE_SYMMETRIC ||
	    request->algorithm->type == PIV_KEY_TYPE_AGREEMENT)
		return error_set(err, ERROR_USAGE, "--algorithm wants a name of a key that signs, such as ecdsa-p256");
	if (!piv_pin_policy_find(options_text(given, OPTION_PIN_POLICY, "once"), &request->pin_policy))
		return error_set(
		    err, ERROR_USAGE, "--pin-policy wants once, always, match-once, match-always or never");
	if (!piv_touch_policy_find(options_text(given, OPTION_TOUCH_POLICY, "never"), &request->touch_policy))
		return error_set(err, ERROR_USAGE, "--touch-policy wants never, always or cached");
	return true;
}

static bool read_request(const struct invocation *invocation, struct course_request *request, struct error *err)
{
	const struct options *given = &invocation->options;

	request->person = given->arguments[0];
	request->now = invocation->now;
	if (!account_name_check(bytes_of_text(request->person), err) ||
	    !options_number(given, OPTION_DAYS, 1, 36500, 365, &request->days, err) || !read_words(given, request, err))
		return false;
	if (!getpwnam(request->person))
		terminal_warn("this machine knows no account \"%s\"; is the name right?", request->person);
	return true;
}

static bool read_descriptor(const struct options *given, size_t row, int *descriptor, struct error *err)
{
	long number;

	if (!options_number(given, row, 0, INT_MAX, -1, &number, err))
		return false;
	*descriptor = (int)number;
	return true;
}

static bool house_open(const struct invocation *invocation, struct house *house, struct error *err)
{
	const struct places *configuration = &invocation->configuration;
	int descriptor;

	return secret_forbid_dumps(err) && desk_open(buffer_text(&configuration->registry), &house->desk, err) &&
	       registrars_load(buffer_text(&configuration->registrars), &house->registrars, err) &&
	       configuration_trust(configuration, &house->trust, err) &&
	       configuration_policy(configuration, &house->policy, err) &&
	       read_descriptor(&invocation->options, OPTION_MANAGEMENT_KEY_FD, &descriptor, err) &&
	       (descriptor < 0 || codes_management_key(descriptor, &house->management_key, err)) &&
	       reader_context_new(&house->context, err);
}

static void house_close(struct house *house)
{
	desk_close(&house->desk);
	registrars_clear(&house->registrars);
	trust_free(house->trust);
	policy_free(house->policy);
	secret_free(house->management_key);
	reader_context_free(house->context);
}

/* ssh finds the certificate of a key by its name. */
static bool put_certificate_path(const char *path, const struct course *course, struct buffer *out, struct error *err)
{
	return buffer_put_text(out, path, err) &&
	       (course->request.fido == NULL || buffer_put_text(out, "-cert.pub", err));
}

static bool write_certificate(const char *path, const struct course *course, struct error *err)
{
	struct buffer line = BUFFER_EMPTY, whole = BUFFER_EMPTY;
	bool done = !path || (put_certificate_path(path, course, &whole, err) &&
	                         ssh_certificate_put_line(&course->enrollment.certificate, &line, err) &&
	                         buffer_put_text(&line, "\n", err) &&
	                         file_store(buffer_text(&whole), buffer_bytes(&line), 0644, err));

	buffer_free(&line);
	buffer_free(&whole);
	return done || error_prefix(err, "the enrollment is recorded, but not written out");
}

static bool run_course(const struct invocation *invocation, struct course *course, struct error *err)
{
	if (!course_run(course, err)) {
		enroll_explain_refusal(course);
		return false;
	}
	return write_certificate(options_text(&invocation->options, OPTION_OUT, NULL), course, err) &&
	       enroll_summary(invocation, course, err);
}

static bool enroll_token(
    const struct invocation *invocation, const struct course_request *request, struct house *house, struct error *err)
{
	const struct options *given = &invocation->options;
	struct token_choice choice = {
	    options_text(given, OPTION_SERIAL, NULL), options_text(given, OPTION_READER, NULL)};
	struct course_means means = {
	    &house->desk, &house->registrars, house->trust, house->policy, house->management_key};
	struct enroll_answers answers = {.yes = options_given(given, OPTION_YES)};
	struct course_dialogue dialogue = enroll_dialogue(&answers);
	struct token token = TOKEN_EMPTY;
	struct authenticator authenticator = AUTHENTICATOR_EMPTY;
	struct course course;
	bool done;

	if (!read_descriptor(given, OPTION_PIN_FD, &answers.pin_descriptor, err) ||
	    !(request->fido != NULL ? token_open_fido(&choice, &authenticator, err)
	                            : token_open(house->context, &choice, &token, err)))
		return false;
	if (request->fido != NULL)
		course_init_fido(&course, request, &means, &dialogue, &authenticator);
	else
		course_init(&course, request, &means, &dialogue, &token);
	done = run_course(invocation, &course, err);
	course_clear(&course);
	return done;
}

static bool run(struct invocation *invocation, struct error *err)
{
	struct house house = {.desk = DESK_EMPTY};
	char name[ACCOUNT_NAME_MAXIMUM];
	struct course_fido fido;
	struct course_request request = {.operator_name = name};
	bool done = true;

	operator_name(name);
	if (options_given(&invocation->options, OPTION_FIDO)) {
		request.fido = &fido;
		done = read_fido_words(&invocation->options, &fido, err);
	}
	done = done && read_request(invocation, &request, err) && house_open(invocation, &house, err) &&
	       enroll_token(invocation, &request, &house, err);
	house_close(&house);
	return done;
}

const struct verb verb_enroll = {
    .name = "enroll",
    .summary = "make a key in a token and bind it to a user",
    .synopsis = "[OPTION]... USER",
    .description = "Has the token make a key, appraises the token's attestation of it, lets the key\n"
                   "prove that it is here, and records the enrollment with the registrar's\n"
                   "signature. Unless all of that is well, nothing is recorded. A key that is in the\n"
                   "slot already is destroyed only after its loss was confirmed. Values in\n"
                   "parentheses are the defaults; the algorithm is ecdsa-p256.\n",
    .options = options,
    .min_arguments = 1,
    .max_arguments = 1,
    .run = run,
};

#include "enroll/enrolling.h"

#include <pwd.h>
#include <string.h>
#include <time.h>

#include "common/file.h"
#include "enroll/input.h"
#include "enroll/operator.h"
#include "enroll/options.h"
#include "enroll/prompt.h"
#include "enroll/terminal.h"
#include "enroll/verb.h"
#include "piv/codes.h"

static const char *word_of(const struct options *given, const char *name, const char *fallback)
{
	const char *word = options_find(given, name);

	return word ? word : fallback;
}

static bool read_fido_words(const struct options *given, struct course_fido *fido, struct error *err)
{
	const char *algorithm = word_of(given, "algorithm", "ed25519");

	fido->type = strcmp(algorithm, "ed25519") == 0 ? SSH_KEY_SK_ED25519 : SSH_KEY_SK_ECDSA;
	fido->application = options_find(given, "application");
	fido->resident = options_find(given, "resident") != NULL;
	fido->verification = options_find(given, "verify-required") != NULL;
	fido->path = options_find(given, "out");
	if (fido->type == SSH_KEY_SK_ECDSA && strcmp(algorithm, "ecdsa-p256") != 0)
		return error_set(err, ERROR_USAGE, "--algorithm wants ed25519 or ecdsa-p256 for a FIDO2 key");
	if (fido->application && strncmp(fido->application, "ssh:", 4) != 0)
		return error_set(err, ERROR_USAGE, "--application begins with \"ssh:\"");
	return fido->path != NULL ||
	       error_set(err, ERROR_USAGE, "--fido wants --out FILE: the key cannot be used without its files");
}

static bool read_words(const struct options *given, struct course_request *request, struct error *err)
{
	if (request->fido)
		return true;
	request->slot = piv_slot_find(word_of(given, "slot", "9a"));
	request->algorithm = piv_algorithm_find(word_of(given, "algorithm", "ecdsa-p256"));
	if (!request->slot || strcmp(request->slot->name, "f9") == 0)
		return error_set(err, ERROR_USAGE, "--slot wants 9a, 9c, 9d, 9e or 82 to 95");
	if (!request->algorithm || request->algorithm->type == PIV_KEY_TYPE_SYMMETRIC ||
	    request->algorithm->type == PIV_KEY_TYPE_AGREEMENT)
		return error_set(err, ERROR_USAGE,
		    "--algorithm wants ecdsa-p256, ecdsa-p384, ed25519, rsa-2048, rsa-3072 or rsa-4096");
	request->pin_policy_is_open = options_find(given, "pin-policy") == NULL;
	request->touch_policy_is_open = options_find(given, "touch-policy") == NULL;
	if (!piv_pin_policy_find(word_of(given, "pin-policy", "once"), &request->pin_policy))
		return error_set(
		    err, ERROR_USAGE, "--pin-policy wants once, always, match-once, match-always or never");
	if (!piv_touch_policy_find(word_of(given, "touch-policy", "never"), &request->touch_policy))
		return error_set(err, ERROR_USAGE, "--touch-policy wants never, always or cached");
	return true;
}

static bool read_numbers(const struct options *given, struct course_request *request, struct error *err)
{
	long tries;

	if (!options_find_number(given, "days", 1, 36500, 365, &request->days, err) ||
	    !options_find_number(given, "tries", 1, PIV_TRIES_MAXIMUM, 0, &tries, err))
		return false;
	request->pin_tries = request->puk_tries = (unsigned)tries;
	return true;
}

bool enrolling_init(const struct invocation *invocation, struct enrolling *enrolling, struct error *err)
{
	const struct options *given = &invocation->options;
	const char *certificate = options_find(given, "certificate");

	*enrolling =
	    (struct enrolling){.invocation = invocation, .house = HOUSE_EMPTY, .out = options_find(given, "out")};
	operator_name(enrolling->operator_name);
	enrolling->request.operator_name = enrolling->operator_name;
	enrolling->request.now = invocation->now;
	enrolling->request.factory_codes = options_find(given, "factory-codes") != NULL;
	enrolling->answers.yes = options_find(given, "yes") != NULL;
	if (options_find(given, "fido"))
		enrolling->request.fido = &enrolling->fido;
	enrolling->answers.pin.pinentry = options_find(given, "pinentry") != NULL;
	if ((enrolling->request.fido && !read_fido_words(given, &enrolling->fido, err)) ||
	    !read_words(given, &enrolling->request, err) || !read_numbers(given, &enrolling->request, err) ||
	    !house_descriptor(invocation, "pin-fd", &enrolling->answers.pin.descriptor, err) ||
	    !house_descriptor(invocation, "puk-fd", &enrolling->answers.puk_descriptor, err) ||
	    (certificate && !input_load_certificate(certificate, &enrolling->certificate, err)))
		return false;
	enrolling->request.certificate = buffer_bytes(&enrolling->certificate);
	return true;
}

void enrolling_clear(struct enrolling *enrolling)
{
	buffer_free(&enrolling->certificate);
	house_close(&enrolling->house);
}

bool enrolling_check_person(const struct enrolling *enrolling, const char *person, struct error *err)
{
	char answer[16];

	if (!account_name_check(bytes_of_text(person), err))
		return false;
	if (getpwnam(person) || enrolling->answers.yes)
		return true;
	terminal_warn("this machine knows no account \"%s\"; is the name right?", person);
	if (!terminal_is_there())
		return true;
	if (!prompt_line("Type yes to enroll that name all the same: ", answer, sizeof(answer), err))
		return false;
	return prompt_is_yes(answer) || error_set(err, ERROR_DECLINED, "\"%s\" was not enrolled", person);
}

/* ssh finds the certificate of a key by the name of the key's file. */
static bool put_certificate_path(const char *path, const struct course *course, struct buffer *out, struct error *err)
{
	const struct course_fido *fido = course->request.fido;

	return buffer_put_text(out, path, err) &&
	       (fido == NULL || fido->path == NULL || buffer_put_text(out, "-cert.pub", err));
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

static bool run_course(struct enrolling *enrolling, struct course *course, struct error *err)
{
	if (!course_run(course, err)) {
		enroll_explain_refusal(course);
		enroll_explain_journal(course);
		return false;
	}
	return write_certificate(enrolling->out, course, err);
}

/* Where the summary is the caller's, and has no line for it. */
static void say_ended(const struct course *course)
{
	if (course->ended != 0)
		terminal_say("The enrollment number %llu has ended: its key was in this slot, and is destroyed.",
		    (unsigned long long)course->ended);
}

static bool run_and_sum_up(struct enrolling *enrolling, struct course *course, struct error *err)
{
	if (!run_course(enrolling, course, err))
		return false;
	if (enrolling->quiet)
		say_ended(course);
	return enrolling->quiet || enroll_summary(enrolling->invocation, course, err) ||
	       error_prefix(err, "the enrollment is recorded, but not written out");
}

/* A desk is open for days: each enrollment has the time at which it begins. */
static struct course_request request_for(const struct enrolling *enrolling, const char *person)
{
	struct course_request request = enrolling->request;

	request.person = person;
	request.now = (int64_t)time(NULL);
	return request;
}

static void begin(
    struct enrolling *enrolling, const struct course_request *request, struct token *token, struct course *course)
{
	struct course_means means = house_means(&enrolling->house);
	struct course_dialogue dialogue = enroll_dialogue(&enrolling->answers);

	course_init(course, request, &means, &dialogue, token);
}

bool enrolling_run(struct enrolling *enrolling, const char *person, struct token *token, struct error *err)
{
	const struct course_request request = request_for(enrolling, person);
	struct course course;
	bool done;

	begin(enrolling, &request, token, &course);
	done = run_and_sum_up(enrolling, &course, err);
	course_clear(&course);
	return done;
}

bool enrolling_run_fido(
    struct enrolling *enrolling, const char *person, struct authenticator *authenticator, struct error *err)
{
	struct course_means means = house_means(&enrolling->house);
	struct course_dialogue dialogue = enroll_dialogue(&enrolling->answers);
	const struct course_request request = request_for(enrolling, person);
	struct course course;
	bool done;

	course_init_fido(&course, &request, &means, &dialogue, authenticator);
	done = run_and_sum_up(enrolling, &course, err);
	course_clear(&course);
	return done;
}

bool enrolling_import(
    struct enrolling *enrolling, const char *person, struct ssh_key *key, struct evidence *evidence, struct error *err)
{
	const struct course_fido made_elsewhere = {
	    .type = key->type, .application = buffer_text(&key->application), .path = NULL};
	struct course_means means = house_means(&enrolling->house);
	struct course_dialogue dialogue = enroll_dialogue(&enrolling->answers);
	struct course_request request = request_for(enrolling, person);
	struct course course;
	bool done;

	request.fido = &made_elsewhere;
	done = course_init_import(&course, &request, &means, &dialogue, key, evidence, err) &&
	       run_and_sum_up(enrolling, &course, err);
	course_clear(&course);
	return done;
}

static bool run_retries(struct course *course, struct error *err)
{
	if (course_run_retries(course, err))
		return true;
	enroll_explain_journal(course);
	return false;
}

/* What was wanted when it began, and not what the command line says now. */
static void request_of(const struct journal_record *record, struct course_request *request)
{
	request->person = journal_enrolls(record) ? record->person : NULL;
	request->slot = record->slot;
	request->algorithm = record->algorithm;
	request->pin_policy_is_open = request->touch_policy_is_open = false;
	request->pin_policy = record->pin_policy;
	request->touch_policy = record->touch_policy;
	request->days = record->days;
	request->pin_tries = record->pin_tries;
	request->puk_tries = record->puk_tries;
	request->certificate = buffer_bytes(&record->certificate);
}

bool enrolling_resume(struct enrolling *enrolling, const struct journal_record *record, struct journal **journal,
    struct token *token, struct error *err)
{
	struct course_request request = request_for(enrolling, NULL);
	struct course course;
	bool done;

	request_of(record, &request);
	begin(enrolling, &request, token, &course);
	course_resume(&course, record, journal);
	done = journal_enrolls(record) ? run_course(enrolling, &course, err)
	                               : course_codes_state(&course, err) && run_retries(&course, err);
	done = done && enroll_resumed(enrolling->invocation, record, &course, err);
	course_clear(&course);
	return done;
}

#include "enroll/course.h"

#include <stdio.h>
#include <string.h>

#include "common/language.h"
#include "common/secret.h"
#include "enroll/journal.h"
#include "piv/certificate.h"
#include "piv/key_move.h"
#include "piv/object.h"

/* A step and what the operator reads while it runs. */
static const struct course_step {
	const char *name, *sentence;
	bool changes; /* the token or the registry: from the first such step on there is a journal */
	bool (*run)(struct course *course, struct error *err);
} piv_steps[] = {
    {"preflight", N_("Looking at the token"), false, course_preflight},
    {"codes", N_("Asking for the PIN"), false, course_codes},
    {"management", N_("Proving the management key"), false, course_management},
    {"generate", N_("The token makes the key; an RSA key may take a minute"), true, course_generate},
    {"attest", N_("The token attests the key"), false, course_attest},
    {"appraise", N_("Appraising the attestation"), false, course_appraise},
    {"tries", N_("Setting the tries of PIN and PUK"), true, course_tries},
    {"pin", N_("Setting the PIN"), true, course_pin},
    {"certificate", N_("The key signs the slot's certificate"), false, course_certificate},
    {"possession", N_("The key signs the enrollment's record"), false, course_possession},
    {"install", N_("Writing the certificate to the token"), true, course_install},
    {"seal", N_("Sealing the codes that the token gets"), true, course_seal},
    {"puk", N_("Setting the PUK"), true, course_puk},
    {"management-key", N_("Setting the management key"), true, course_management_key},
    {"release", N_("The token is finished"), false, course_release},
    {"sign", N_("The registrar signs"), true, course_sign},
    {"check", N_("Checking the enrollment as a host does"), false, course_check},
    {"record", N_("Recording it in the registry"), true, course_record},
};

/* The tries alone: the token forgets both codes over that. */
static const struct course_step retries_steps[] = {
    {"preflight", N_("Looking at the token"), false, course_retries_preflight},
    {"codes", N_("Asking for the PIN"), false, course_codes},
    {"prove", N_("Proving the management key and the PIN"), false, course_retries_prove},
    {"tries", N_("Setting the tries of PIN and PUK"), true, course_retries_set},
    {"pin", N_("Setting the PIN"), true, course_pin},
    {"seal", N_("Sealing the PUK that the token gets"), true, course_seal},
    {"puk", N_("Setting the PUK"), true, course_puk},
};

/* Nothing in a FIDO2 token is replaced by a new key, so there is nothing to go on with or to put back. The files come last but one:
 * they lie there for an enrollment only, and a record is never without them. */
static const struct course_step fido_steps[] = {
    {"preflight", N_("Looking at the token"), false, course_fido_preflight},
    {"codes", N_("Asking for the PIN"), false, course_fido_codes},
    {"generate", N_("The token makes the key"), false, course_fido_generate},
    {"attest", N_("The token's attestation of it"), false, course_fido_attest},
    {"appraise", N_("Appraising the attestation"), false, course_appraise},
    {"possession", N_("The key signs the enrollment's record"), false, course_fido_possession},
    {"release", N_("The token is finished"), false, course_fido_release},
    {"sign", N_("The registrar signs"), false, course_sign},
    {"check", N_("Checking the enrollment as a host does"), false, course_check},
    {"files", N_("Writing the key files"), false, course_fido_files},
    {"record", N_("Recording it in the registry"), false, course_record},
};

/* A key that was made elsewhere: there is no token. */
static const struct course_step import_steps[] = {
    {"appraise", N_("Appraising the attestation"), false, course_appraise},
    {"possession", N_("The attestation stands for the proof of possession"), false, course_import_possession},
    {"sign", N_("The registrar signs"), false, course_sign},
    {"check", N_("Checking the enrollment as a host does"), false, course_check},
    {"record", N_("Recording it in the registry"), false, course_record},
};

void course_init(struct course *course, const struct course_request *request, const struct course_means *means,
    const struct course_dialogue *dialogue, struct token *token)
{
	*course = (struct course){
	    .request = *request,
	    .means = *means,
	    .dialogue = *dialogue,
	    .token = *token,
	    .identity = token->identity,
	    .evidence = EVIDENCE_EMPTY,
	    .enrollment = ENROLLMENT_EMPTY,
	};
	*token = TOKEN_EMPTY;
}

void course_init_fido(struct course *course, const struct course_request *request, const struct course_means *means,
    const struct course_dialogue *dialogue, struct authenticator *authenticator)
{
	struct token none = TOKEN_EMPTY;

	course_init(course, request, means, dialogue, &none);
	course->authenticator = *authenticator;
	*authenticator = AUTHENTICATOR_EMPTY;
}

bool course_init_import(struct course *course, const struct course_request *request, const struct course_means *means,
    const struct course_dialogue *dialogue, struct ssh_key *key, struct evidence *evidence, struct error *err)
{
	struct token none = TOKEN_EMPTY;

	course_init(course, request, means, dialogue, &none);
	course->key = *key;
	course->evidence = *evidence;
	*key = SSH_KEY_EMPTY;
	*evidence = EVIDENCE_EMPTY;
	return ssh_key_put_spki(&course->key, &course->spki, err);
}

const char *course_token_name(const struct course *course, char text[TOKEN_NAME_SIZE])
{
	if (course->request.fido == NULL)
		return token_name(&course->token, text);
	snprintf(text, TOKEN_NAME_SIZE, translated("the token in %.*s"), READER_NAME_SIZE, course->authenticator.title);
	return text;
}

void course_resume(struct course *course, const struct journal_record *record, struct journal **journal)
{
	course->record = *record;
	course->resumes = true;
	course->request.factory_codes = course->request.factory_codes || record->factory_codes;
	course->journal = *journal;
	*journal = NULL;
}

static void forget_secrets(struct course *course)
{
	secret_free(course->pin);
	secret_free(course->new_puk);
	secret_free(course->new_management_key);
	secret_free(course->management_key);
	course->pin = course->new_puk = course->new_management_key = course->management_key = NULL;
}

void course_clear(struct course *course)
{
	forget_secrets(course);
	token_close(&course->token);
	authenticator_close(&course->authenticator);
	credential_clear(&course->credential);
	journal_close(course->journal);
	course->journal = NULL;
	piv_metadata_clear(&course->pin_state);
	piv_metadata_clear(&course->puk_state);
	piv_metadata_clear(&course->management);
	buffer_free(&course->sealed);
	buffer_free(&course->spki);
	ssh_key_clear(&course->key);
	buffer_free(&course->leaf);
	buffer_free(&course->device_certificate);
	evidence_clear(&course->evidence);
	buffer_free(&course->slot_certificate);
	buffer_free(&course->possession_signature);
	buffer_free(&course->certificate);
	enrollment_clear(&course->enrollment);
}

bool course_note(struct course *course, const char *word, const char *rest, struct error *err)
{
	return !course->journal || journal_note(course->journal, word, rest, course->request.now, err);
}

static bool begin_journal(struct course *course, struct error *err)
{
	const struct course_request *request = &course->request;
	struct journal_record record = {.has_serial = course->identity.has_serial,
	    .serial = course->identity.serial,
	    .slot = request->slot,
	    .algorithm = request->algorithm,
	    .pin_policy = request->pin_policy,
	    .touch_policy = request->touch_policy,
	    .days = request->days,
	    .pin_tries = request->pin_tries,
	    .puk_tries = request->puk_tries,
	    .factory_codes = request->factory_codes};
	bool done;

	if (request->person && !bytes_to_text(bytes_of_text(request->person), record.person, sizeof(record.person)))
		return error_set(err, ERROR_PERSON_NAME, "the person's name is too long");
	done = buffer_put(&record.certificate, request->certificate, err) &&
	       journal_begin(course->means.registry, &record, request->now, &course->journal, err);
	journal_record_clear(&record);
	return done;
}

/* A line about a step that changes nothing need not be on disk before the token is spoken to. */
static bool note_step(struct course *course, const char *word, const struct course_step *step, struct error *err)
{
	const int64_t now = course->request.now;

	if (!course->journal)
		return true;
	return step->changes ? journal_note(course->journal, word, step->name, now, err)
	                     : journal_mention(course->journal, word, step->name, now, err);
}

/* Before something changes there is a journal; what was done until then stands in it as well. */
static bool open_journal(
    struct course *course, const struct course_step *steps, const struct course_step *step, struct error *err)
{
	if (course->journal || !step->changes)
		return true;
	if (!begin_journal(course, err))
		return false;
	for (; steps < step; steps++)
		if (!note_step(course, "begin", steps, err) || !note_step(course, "done", steps, err))
			return false;
	return true;
}

static bool run_step(
    struct course *course, const struct course_step *steps, const struct course_step *step, struct error *err)
{
	return open_journal(course, steps, step, err) && note_step(course, "begin", step, err) &&
	       step->run(course, err) && note_step(course, "done", step, err);
}

/* What cannot be proved, or what the policy refuses, does not stay in the token; where that cannot be done now, the journal stays
 * for it. */
static void put_refused_back(struct course *course)
{
	struct error problem = ERROR_EMPTY;
	bool deleted = false;

	if (!course->journal || !course->made_key || !course->managed || !course->token.piv)
		return;
	if (!course_put_back(course, &deleted, &problem) ||
	    !journal_end(course->journal, "refused", course->request.now, &problem)) {
		course->dialogue.warn(course->dialogue.state, problem.text);
		return;
	}
	journal_close(course->journal);
	course->journal = NULL;
}

static void finish(struct course *course)
{
	struct error problem = ERROR_EMPTY;

	/* The enrollment stands in the registry; the next resume finds it there and ends the journal. */
	if (course->journal &&
	    !journal_end(course->journal, course->request.person ? "enrolled" : "done", course->request.now, &problem))
		course->dialogue.warn(course->dialogue.state, problem.text);
	journal_close(course->journal);
	course->journal = NULL;
}

/* ---- steps that have nothing to do in this course ---- */

static bool sets_no_tries(const struct course *course)
{
	return course->request.pin_tries == 0;
}

static bool keeps_pin(const struct course *course)
{
	return !course->pin_state.is_default;
}

static bool seals_nothing(const struct course *course)
{
	return course->means.escrow == NULL || (!course->puk_state.is_default && !course->management.is_default);
}

static bool keeps_puk(const struct course *course)
{
	return !course->puk_state.is_default;
}

static bool keeps_management_key(const struct course *course)
{
	return !course->management.is_default;
}

static const struct {
	bool (*run)(struct course *course, struct error *err);
	bool (*is_idle)(const struct course *course);
} idle_steps[] = {
    {course_tries, sets_no_tries},
    {course_pin, keeps_pin},
    {course_seal, seals_nothing},
    {course_puk, keeps_puk},
    {course_management_key, keeps_management_key},
};

static bool is_idle(const struct course *course, const struct course_step *step)
{
	for (size_t i = 0; i < sizeof(idle_steps) / sizeof(*idle_steps); i++)
		if (idle_steps[i].run == step->run)
			return idle_steps[i].is_idle(course);
	return false;
}

static bool run_steps(struct course *course, const struct course_step *steps, size_t count, struct error *err)
{
	const struct course_dialogue *dialogue = &course->dialogue;

	for (size_t i = 0; i < count; i++) {
		dialogue->before(
		    dialogue->state, steps[i].name, is_idle(course, &steps[i]) ? NULL : translated(steps[i].sentence));
		if (!run_step(course, steps, &steps[i], err)) {
			dialogue->after(dialogue->state, steps[i].name, err);
			if (steps[i].run == course_appraise || err->code == ERROR_NOT_ATTESTABLE)
				put_refused_back(course);
			course_fido_forget_files(course);
			forget_secrets(course);
			return false;
		}
		dialogue->after(dialogue->state, steps[i].name, NULL);
	}
	finish(course);
	return true;
}

#define COUNT(steps) (sizeof(steps) / sizeof(*(steps)))

bool course_run(struct course *course, struct error *err)
{
	const struct course_fido *fido = course->request.fido;

	if (fido == NULL)
		return run_steps(course, piv_steps, COUNT(piv_steps), err);
	if (fido->path == NULL)
		return run_steps(course, import_steps, COUNT(import_steps), err);
	return run_steps(course, fido_steps, COUNT(fido_steps), err);
}

bool course_run_retries(struct course *course, struct error *err)
{
	return run_steps(course, retries_steps, COUNT(retries_steps), err);
}

/* What is not done because of what was wanted, whatever the token says. */
static bool is_never_done(const struct journal_record *record, const struct course_step *step)
{
	bool brought = record->certificate.len > 0;

	return (step->run == course_tries && record->pin_tries == 0) ||
	       (brought && (step->run == course_generate || step->run == course_certificate));
}

void course_each_step_left(
    const struct journal_record *record, void (*visit)(void *state, const char *sentence), void *state)
{
	const struct course_step *steps = journal_enrolls(record) ? piv_steps : retries_steps;
	size_t count = journal_enrolls(record) ? COUNT(piv_steps) : COUNT(retries_steps), first = 0;

	for (size_t i = 0; i < count; i++)
		if (strcmp(steps[i].name, record->done) == 0)
			first = i + 1;
	for (size_t i = first; i < count; i++)
		if (!is_never_done(record, &steps[i]))
			visit(state, translated(steps[i].sentence));
}

bool course_put_back(struct course *course, bool *deleted, struct error *err)
{
	const struct piv_slot *slot = course->request.slot;
	struct error reason = ERROR_EMPTY;

	*deleted = false;
	/* The key goes last: as long as it is there, what was broken off is known by it. */
	if (!piv_object_write(course->token.piv, slot->object, BYTES_EMPTY, err))
		return false;
	if (!piv_key_can_move(course->identity.firmware))
		return true;
	*deleted = piv_key_delete(course->token.piv, slot, &reason) || reason.code == ERROR_CARD_SLOT_EMPTY;
	if (!*deleted && reason.code != ERROR_CARD_UNSUPPORTED)
		*err = reason;
	return *deleted || reason.code == ERROR_CARD_UNSUPPORTED;
}

/* Whether the slot holds what the course made. */
static bool holds_made_key(struct course *course, bool *held, struct error *err)
{
	const struct journal_record *record = &course->record;
	char found[SSH_KEY_FINGERPRINT_SIZE];
	struct error reason = ERROR_EMPTY;

	*held = false;
	/* "before" stands in the journal before the token is asked for a key. */
	if (!record->before[0] || record->certificate.len > 0)
		return true;
	if (!course_take_attested(course, record->key, held, &reason)) {
		*err = reason;
		return reason.code == ERROR_NOT_ATTESTABLE;
	}
	if (!*held || record->key[0])
		return true;
	if (!ssh_key_fingerprint(&course->key, found, err))
		return false;
	*held = strcmp(found, record->before) != 0;
	return true;
}

bool course_abandon(struct course *course, bool *held, bool *deleted, struct error *err)
{
	*deleted = false;
	if (!holds_made_key(course, held, err))
		return false;
	if (!*held)
		return true;
	if (!course_codes_state(course, err) || !course_management(course, err))
		return false;
	/* A course that is resumed needs it no more; taking the key out does. */
	if (!course->managed)
		return error_set(err, ERROR_MANAGEMENT_KEY,
		    "the token has its new management key already, which was sealed: give it by --management-key-fd, "
		    "or finish with \"keyenroll resume\", which needs it no more");
	return course_put_back(course, deleted, err);
}

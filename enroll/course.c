#include "enroll/course.h"

#include <stdio.h>

#include "common/secret.h"

/* A step and what the operator reads while it runs. */
static const struct course_step {
	const char *name, *sentence;
	bool (*run)(struct course *course, struct error *err);
} piv_steps[] = {
    {"preflight", "Looking at the token", course_preflight},
    {"codes", "Asking for the PIN", course_codes},
    {"management", "Proving the management key", course_management},
    {"generate", "The token makes the key; an RSA key may take a minute", course_generate},
    {"attest", "The token attests the key", course_attest},
    {"appraise", "Appraising the attestation", course_appraise},
    {"certificate", "The key signs the slot's certificate", course_certificate},
    {"possession", "The key signs the enrollment's record", course_possession},
    {"install", "Writing the certificate to the token", course_install},
    {"release", "The token is finished", course_release},
    {"sign", "The registrar signs", course_sign},
    {"check", "Checking the enrollment as a host does", course_check},
    {"record", "Recording it in the registry", course_record},
};

static const struct course_step fido_steps[] = {
    {"preflight", "Looking at the token", course_fido_preflight},
    {"codes", "Asking for the PIN", course_fido_codes},
    {"generate", "The token makes the key", course_fido_generate},
    {"attest", "The token's attestation of it", course_fido_attest},
    {"appraise", "Appraising the attestation", course_appraise},
    {"possession", "The key signs the enrollment's record", course_fido_possession},
    {"files", "Writing the key files", course_fido_files},
    {"release", "The token is finished", course_fido_release},
    {"sign", "The registrar signs", course_sign},
    {"check", "Checking the enrollment as a host does", course_check},
    {"record", "Recording it in the registry", course_record},
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

const char *course_token_name(const struct course *course, char text[TOKEN_NAME_SIZE])
{
	if (course->request.fido == NULL)
		return token_name(&course->token, text);
	snprintf(text, TOKEN_NAME_SIZE, "the token in %.*s", READER_NAME_SIZE, course->authenticator.title);
	return text;
}

void course_clear(struct course *course)
{
	secret_free(course->pin);
	course->pin = NULL;
	token_close(&course->token);
	authenticator_close(&course->authenticator);
	credential_clear(&course->credential);
	buffer_free(&course->spki);
	ssh_key_clear(&course->key);
	buffer_free(&course->device_certificate);
	evidence_clear(&course->evidence);
	buffer_free(&course->slot_certificate);
	buffer_free(&course->possession_signature);
	buffer_free(&course->certificate);
	enrollment_clear(&course->enrollment);
}

static bool run_steps(struct course *course, const struct course_step *steps, size_t count, struct error *err)
{
	const struct course_dialogue *dialogue = &course->dialogue;

	for (size_t i = 0; i < count; i++) {
		dialogue->before(dialogue->state, steps[i].name, steps[i].sentence);
		if (!steps[i].run(course, err)) {
			dialogue->after(dialogue->state, steps[i].name, err);
			return false;
		}
		dialogue->after(dialogue->state, steps[i].name, NULL);
	}
	return true;
}

bool course_run(struct course *course, struct error *err)
{
	if (course->request.fido != NULL)
		return run_steps(course, fido_steps, sizeof(fido_steps) / sizeof(*fido_steps), err);
	return run_steps(course, piv_steps, sizeof(piv_steps) / sizeof(*piv_steps), err);
}

#include "enroll/course.h"

#include "common/secret.h"

/* A step and what the operator reads while it runs. */
static const struct course_step {
	const char *name, *sentence;
	bool (*run)(struct course *course, struct error *err);
} steps[] = {
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

void course_clear(struct course *course)
{
	secret_free(course->pin);
	course->pin = NULL;
	token_close(&course->token);
	buffer_free(&course->spki);
	ssh_key_clear(&course->key);
	buffer_free(&course->device_certificate);
	evidence_clear(&course->evidence);
	buffer_free(&course->slot_certificate);
	buffer_free(&course->possession_signature);
	buffer_free(&course->certificate);
	enrollment_clear(&course->enrollment);
}

bool course_run(struct course *course, struct error *err)
{
	const struct course_dialogue *dialogue = &course->dialogue;

	for (size_t i = 0; i < sizeof(steps) / sizeof(*steps); i++) {
		dialogue->before(dialogue->state, steps[i].name, steps[i].sentence);
		if (!steps[i].run(course, err)) {
			dialogue->after(dialogue->state, steps[i].name, err);
			return false;
		}
		dialogue->after(dialogue->state, steps[i].name, NULL);
	}
	return true;
}

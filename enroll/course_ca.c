#include <string.h>

#include "enroll/course.h"
#include "piv/certificate_request.h"
#include "piv/public_key.h"
#include "policy/appraise.h"
#include "policy/policy.h"

/* Whether it is genuine, not whether it is liked: what the CA wants of keys only the CA knows. */
static bool appraise_genuine(struct course *course, struct error *err)
{
	struct policy *policy = NULL;
	struct appraisal appraisal = {.evidence = &course->evidence,
	    .expected_spki = buffer_bytes(&course->spki),
	    .expected_slot = course->request.slot->name,
	    .trust = course->means.trust,
	    .now = course->request.now};
	const struct reason *refusal;

	if (!policy_new_evidence_only(&policy, err))
		return false;
	appraisal.policy = policy;
	appraise(&appraisal, &course->result);
	policy_free(policy);
	if (course->result.verdict == VERDICT_ACCEPTED)
		return true;
	refusal = result_first_refusal(&course->result);
	return refusal ? error_set(err, refusal->code, "%s", refusal->sentence)
	               : error_set(err, ERROR_BUG, "a refusal came without a reason");
}

bool course_take_algorithm(struct course *course, struct error *err)
{
	course->request.algorithm = piv_public_key_algorithm(buffer_bytes(&course->spki));
	return course->request.algorithm != NULL ||
	       error_set(
	           err, ERROR_CARD_UNSUPPORTED, "the key in slot %s is of no known kind", course->request.slot->name);
}

static bool ask_for_pin(struct course *course, struct error *err)
{
	const struct course_dialogue *dialogue = &course->dialogue;
	const struct claim *policy = result_find_claim(&course->result, CLAIM_PIN_POLICY);

	if (policy != NULL && strcmp(policy->value, "never") == 0)
		return true;
	return dialogue->ask_pin(dialogue->state, course, COURSE_PIN_PRESENT, NULL, &course->pin, err);
}

static bool key_signs(
    void *state, enum piv_digest digest, struct bytes message, struct buffer *signature, struct error *err)
{
	return course_key_sign(state, digest, message, signature, err);
}

bool course_csr(struct course *course, const char *person, struct buffer *request, struct error *err)
{
	struct certificate_request wanted = {.person = person};
	bool same;

	if (!course_can_attest(course, err) || !course_take_attested(course, "", &same, err) ||
	    !course_attest(course, err) || !course_take_algorithm(course, err) || !appraise_genuine(course, err) ||
	    !ask_for_pin(course, err))
		return false;
	wanted.algorithm = course->request.algorithm->algorithm;
	wanted.spki = buffer_bytes(&course->spki);
	wanted.attestation = buffer_bytes(&course->leaf);
	wanted.device_certificate = buffer_bytes(&course->device_certificate);
	return certificate_request_make(&wanted, (struct x509_signer){course, key_signs}, request, err);
}

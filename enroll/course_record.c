#include <stdio.h>

#include "common/language.h"
#include "enroll/course.h"
#include "enroll/desk.h"
#include "policy/appraise.h"
#include "policy/device_name.h"
#include "registry/signer.h"
#include "registry/store.h"

/* Clocks of hosts differ by a little, and a user tries at once whether it works. */
#define CLOCK_TOLERANCE_SECONDS 300
#define DAY_SECONDS 86400

static struct appraisal appraisal_of(const struct course *course)
{
	return (struct appraisal){
	    .evidence = &course->evidence,
	    .trust = course->means.trust,
	    .policy = course->means.policy,
	    .expected_spki = buffer_bytes(&course->spki),
	    .expected_slot = course->request.fido == NULL ? course->request.slot->name : NULL,
	    .expected_application = buffer_bytes(&course->key.application),
	    .person = course->request.person,
	    .now = course->request.now,
	};
}

static bool refusal(const struct result *result, struct error *err)
{
	for (size_t i = 0; i < result->num_reasons; i++)
		if (!result->reasons[i].warning)
			return error_set(err, result->reasons[i].code, "%s", result->reasons[i].sentence);
	return error_set(err, ERROR_POLICY, "the appraisal does not accept this token, and gives no reason");
}

static void pass_warnings_on(const struct course *course)
{
	for (size_t i = 0; i < course->result.num_reasons; i++)
		if (course->result.reasons[i].warning)
			course->dialogue.warn(course->dialogue.state, course->result.reasons[i].sentence);
}

/* The rule that accepted may let an enrollment live for a shorter time than was asked for. */
static void settle_life(struct course *course)
{
	int64_t life = (int64_t)course->request.days * DAY_SECONDS, maximum = course->result.maximum_life;

	if (maximum > 0 && life > maximum) {
		life = maximum;
		course->dialogue.warn(
		    course->dialogue.state, translated("the policy lets this enrollment live for a shorter time"));
	}
	course->valid_after = course->request.now - CLOCK_TOLERANCE_SECONDS;
	course->valid_before = course->request.now + life;
}

/* Two serials, one signed and one merely said, that differ: somebody else's token is being shown. */
static bool note_device(struct course *course, struct error *err)
{
	const struct claim *serial = result_find_claim(&course->result, CLAIM_SERIAL);
	char claimed[16];

	if (!serial || serial->grade != CLAIM_PROVEN)
		return true;
	snprintf(claimed, sizeof(claimed), "%lu", (unsigned long)course->identity.serial);
	if (course->request.fido == NULL && course->identity.has_serial &&
	    !bytes_equal_text(bytes_of_text(claimed), serial->value))
		return error_set(err, ERROR_CARD_CHANGED, "the token says it is %s, and its attestation says %s",
		    claimed, serial->value);
	device_name(&course->result, course->device);
	return true;
}

bool course_appraise(struct course *course, struct error *err)
{
	struct appraisal appraisal = appraisal_of(course);

	appraise(&appraisal, &course->result);
	if (course->result.verdict != VERDICT_ACCEPTED)
		return refusal(&course->result, err);
	pass_warnings_on(course);
	settle_life(course);
	return note_device(course, err);
}

/* "alice piv 12345678/9a": what a person reads in logs and in ssh-keygen -L. */
static bool put_key_id(const struct course *course, struct buffer *key_id, struct error *err)
{
	const char *device = course->device[0] ? course->device : evidence_format_name(course->evidence.format);

	if (course->request.fido != NULL)
		return buffer_put_format(key_id, err, "%s %s", course->request.person, device);
	return buffer_put_format(key_id, err, "%s %s/%s", course->request.person, device, course->request.slot->name);
}

bool course_sign(struct course *course, struct error *err)
{
	const struct desk *desk = course->means.desk;
	const struct buffer *module = &desk->settings.pkcs11_module;
	struct buffer content = BUFFER_EMPTY, key_id = BUFFER_EMPTY;
	bool done = false;

	if (enrollment_put_extension(
	        &course->evidence, &course->possession, buffer_bytes(&course->possession_signature), &content, err) &&
	    put_key_id(course, &key_id, err) && store_next_serial(desk->store, &course->serial, err))
		done = signer_sign(&(struct signing_order){.key = &course->key,
		                       .registrar_key = buffer_text(&desk->settings.key_path),
		                       .agent = desk->settings.agent,
		                       .pkcs11_module = module->len > 0 ? buffer_text(module) : NULL,
		                       .person = course->request.person,
		                       .key_id = buffer_text(&key_id),
		                       .serial = course->serial,
		                       .valid_after = course->valid_after,
		                       .valid_before = course->valid_before,
		                       .extension = ENROLLMENT_EXTENSION,
		                       .content = buffer_bytes(&content)},
		    &course->certificate, err);
	buffer_free(&content);
	buffer_free(&key_id);
	return done;
}

bool course_check(struct course *course, struct error *err)
{
	struct appraisal appraisal = appraisal_of(course);

	return enrollment_parse(buffer_bytes(&course->certificate), &course->enrollment, err) &&
	       enrollment_check(&course->enrollment, course->means.registrars, &appraisal, &course->result, err);
}

bool course_record(struct course *course, struct error *err)
{
	return store_add_in_place(course->means.desk->store, &course->enrollment, course->device, course->record.before,
	    course->request.operator_name, course->request.now, &course->ended, err);
}

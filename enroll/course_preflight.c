#include <stdio.h>
#include <string.h>

#include "common/language.h"
#include "enroll/course.h"
#include "enroll/desk.h"
#include "enroll/journal.h"
#include "enroll/key_wishes.h"
#include "piv/authenticate.h"
#include "piv/certificate.h"
#include "policy/appraise.h"
#include "policy/forecast.h"
#include "registry/store.h"

/* The first firmware that attests. A card that tells no firmware has no such instruction either. */
static const struct piv_version first_attesting = {4, 3, 0};

/* Before, an empty VERIFY is not to be relied on. */
static const struct piv_version first_telling_tries = {4, 3, 2};

static bool attestation_check(const struct course *course, struct error *err)
{
	struct piv_version firmware = course->identity.firmware;

	if (firmware.major == 0)
		return error_set(
		    err, ERROR_NOT_ATTESTABLE, "this PIV card has no attestation: it cannot prove its keys");
	if (!piv_version_reaches(firmware, first_attesting))
		return error_set(err, ERROR_NOT_ATTESTABLE,
		    "firmware %u.%u.%u is too old to attest keys: 4.3 is the first", firmware.major, firmware.minor,
		    firmware.patch);
	return true;
}

static bool algorithm_check(const struct course *course, struct error *err)
{
	struct piv_version firmware = course->identity.firmware;
	const struct piv_algorithm_row *algorithm = course->request.algorithm;

	if (!piv_version_reaches(firmware, algorithm->since))
		return error_set(err, ERROR_CARD_UNSUPPORTED,
		    "firmware %u.%u.%u cannot make %s keys: %u.%u is the first", firmware.major, firmware.minor,
		    firmware.patch, algorithm->title, algorithm->since.major, algorithm->since.minor);
	return true;
}

static bool device_certificate_check(struct course *course, struct error *err)
{
	if (piv_certificate_read(course->token.piv, piv_slot_find("f9"), &course->device_certificate, err))
		return true;
	if (err->code == ERROR_CARD_OBJECT_ABSENT)
		return error_set(err, ERROR_NOT_ATTESTABLE,
		    "the token's attestation certificate (f9) is gone, so nothing it makes can be proved");
	return false;
}

bool course_can_attest(struct course *course, struct error *err)
{
	return attestation_check(course, err) && device_certificate_check(course, err);
}

/* Whose the token is already, by the serial it claims; what counts in the end is the signed one, at `record`. */
static bool holder_check(const struct course *course, struct error *err)
{
	char device[64];

	if (!course->identity.has_serial)
		return true;
	snprintf(device, sizeof(device), "piv %lu", (unsigned long)course->identity.serial);
	return store_check_device(course->means.desk->store, device, course->request.person, course->request.now, err);
}

static bool refuse_unfinished(const char *name, const struct journal_record *record, void *context, struct error *err)
{
	const struct course *course = context;

	(void)name;
	if (!record->has_serial || !course->identity.has_serial || record->serial != course->identity.serial)
		return true;
	if (!journal_enrolls(record))
		return error_set(
		    err, ERROR_JOURNAL_OPEN, "the tries of this token's codes were being set, which is not finished");
	return error_set(err, ERROR_JOURNAL_OPEN, "an enrollment of this token for %s is not finished", record->person);
}

bool course_journal_check(struct course *course, struct error *err)
{
	return course->resumes || (journal_each(course->means.registry, refuse_unfinished, course, err) &&
	                              journal_check(course->means.registry, err));
}

/* Before anything is asked for or made: whether the enrollment could be recorded in the end. */
bool course_registry_check(struct course *course, struct error *err)
{
	return store_check_writable(course->means.desk->store, err);
}

static bool refusal(const struct result *result, struct error *err)
{
	for (size_t i = 0; i < result->num_reasons; i++)
		if (!result->reasons[i].warning)
			return error_set(err, result->reasons[i].code, "%s", result->reasons[i].sentence);
	return error_set(err, ERROR_POLICY, "the policy does not accept this token, and gives no reason");
}

static void take_wishes(struct course *course, const struct key_wishes *wishes)
{
	struct course_request *request = &course->request;

	if (wishes->pin != request->pin_policy)
		course->dialogue.warn(
		    course->dialogue.state, translated("the policy wants the PIN at every use of this key"));
	if (wishes->touch != request->touch_policy)
		course->dialogue.warn(course->dialogue.state, translated("the policy wants a touch for this key"));
	request->pin_policy = wishes->pin;
	request->touch_policy = wishes->touch;
}

/* A certificate that is brought is for a key that is there, whose policies nobody asked for: the appraisal will tell. */
static bool policy_check(struct course *course, struct error *err)
{
	const struct course_request *request = &course->request;
	const struct piv_version firmware = course->identity.firmware;
	const struct appraisal appraisal = {.trust = course->means.trust,
	    .policy = course->means.policy,
	    .person = request->person,
	    .now = request->now};
	const struct forecast forecast = {.device_certificate = buffer_bytes(&course->device_certificate),
	    .firmware = {firmware.major, firmware.minor, firmware.patch},
	    .has_serial = course->identity.has_serial,
	    .serial = course->identity.serial,
	    .slot = request->slot->name,
	    .key_algorithm = request->algorithm->name};
	struct key_wishes wishes = {.pin_is_open = request->pin_policy_is_open,
	    .touch_is_open = request->touch_policy_is_open,
	    .pin = request->pin_policy,
	    .touch = request->touch_policy};

	if (request->certificate.len > 0)
		return true;
	if (!key_wishes_settle(&appraisal, &forecast, &wishes, &course->result))
		return refusal(&course->result, err);
	take_wishes(course, &wishes);
	return true;
}

/* Older firmware tells the tries of the PIN when it is asked to verify nothing. */
static bool ask_pin_tries(struct course *course, struct error *err)
{
	struct piv_metadata *pin = &course->pin_state;
	unsigned left = 0;

	if (!piv_version_reaches(course->identity.firmware, first_telling_tries))
		return true;
	if (!piv_pin_tries(course->token.piv, &left, &pin->says_tries, err))
		return false;
	pin->tries_left = (uint8_t)left;
	return true;
}

/* Of a token that cannot tell, the operator says whether the codes are the factory's. */
bool course_codes_state(struct course *course, struct error *err)
{
	struct piv *piv = course->token.piv;
	bool tells, pin_known = false, puk_known = false;

	if (!piv_metadata_find_management(piv, &course->management, &tells, err) ||
	    (tells && (!piv_metadata_find(piv, PIV_REFERENCE_PIN, &course->pin_state, &pin_known, err) ||
	                  !piv_metadata_find(piv, PIV_REFERENCE_PUK, &course->puk_state, &puk_known, err))) ||
	    (!tells && !ask_pin_tries(course, err)))
		return false;
	course->knows_codes = pin_known && course->pin_state.says_default;
	if (!course->knows_codes) {
		course->pin_state.is_default = course->request.factory_codes;
		course->puk_state.is_default = course->request.factory_codes;
	}
	return true;
}

bool course_blocked_check(const struct course *course, struct error *err)
{
	if (course->pin_state.says_tries && course->pin_state.tries_left == 0)
		return error_set(err, ERROR_PIN_BLOCKED, "the PIN is blocked: no try is left");
	/* A PUK that is somebody's may be blocked on purpose; the factory's cannot be changed then. */
	if (course->puk_state.is_default && course->puk_state.says_tries && course->puk_state.tries_left == 0)
		return error_set(err, ERROR_PUK_BLOCKED, "the PUK is the factory's and blocked: it cannot be changed");
	return true;
}

bool course_wanted_tries_check(const struct course *course, struct error *err)
{
	const struct course_request *request = &course->request;

	return course->knows_codes || course->resumes || (request->pin_tries != 1 && request->puk_tries != 1) ||
	       error_set(err, ERROR_USAGE,
	           "this token does not tell whether a code was set, and with one try nobody could find out: 2 are the "
	           "least");
}

static bool codes_check(struct course *course, struct error *err)
{
	if (!course_blocked_check(course, err) || !course_wanted_tries_check(course, err))
		return false;
	if (course->puk_state.is_default && !course->means.escrow && !course->dialogue.show_puk)
		return error_set(err, ERROR_PUK_RECIPIENT,
		    "the token gets a new PUK, and there is nobody to show it to: say --escrow FILE or --puk-fd N");
	return true;
}

static bool slot_is_used(struct course *course, bool *used, struct error *err)
{
	struct piv_metadata metadata = PIV_METADATA_EMPTY;
	struct buffer certificate = BUFFER_EMPTY;
	struct error reason = ERROR_EMPTY;
	bool done;

	if (course->knows_codes) {
		done = piv_metadata_find(course->token.piv, course->request.slot->id, &metadata, used, err);
		piv_metadata_clear(&metadata);
		return done;
	}
	/* Older firmware does not tell; a certificate is the sign that somebody uses the slot. */
	*used = piv_certificate_read(course->token.piv, course->request.slot, &certificate, &reason);
	buffer_free(&certificate);
	if (*used || reason.code == ERROR_CARD_OBJECT_ABSENT)
		return true;
	*err = reason;
	return false;
}

/* What a broken-off course had begun to replace is not asked about again. */
static bool slot_check(struct course *course, struct error *err)
{
	course->slot_used = true;
	if (course->request.certificate.len > 0)
		return course_take_certificate(course, err);
	if (course->resumes && course->record.generate_begun)
		return true;
	if (!slot_is_used(course, &course->slot_used, err))
		return false;
	return !course->slot_used || course->dialogue.may_destroy(course->dialogue.state, course, err);
}

bool course_preflight(struct course *course, struct error *err)
{
	return attestation_check(course, err) && algorithm_check(course, err) && course_registry_check(course, err) &&
	       course_journal_check(course, err) && holder_check(course, err) &&
	       device_certificate_check(course, err) && policy_check(course, err) && course_codes_state(course, err) &&
	       codes_check(course, err) && slot_check(course, err);
}

bool course_look(struct course *course, struct error *err)
{
	return attestation_check(course, err) && algorithm_check(course, err) && course_journal_check(course, err) &&
	       device_certificate_check(course, err) && policy_check(course, err) && course_codes_state(course, err) &&
	       codes_check(course, err);
}

#include <stdio.h>
#include <string.h>

#include "enroll/course.h"
#include "piv/certificate.h"
#include "piv/metadata.h"

/* The first firmware that attests. A card that tells no firmware has no such instruction either. */
static const struct piv_version first_attesting = {4, 3, 0};

static bool firmware_check(const struct course *course, struct error *err)
{
	struct piv_version firmware = course->identity.firmware;
	const struct piv_algorithm_row *algorithm = course->request.algorithm;

	if (firmware.major == 0)
		return error_set(
		    err, ERROR_NOT_ATTESTABLE, "this PIV card has no attestation: it cannot prove its keys");
	if (!piv_version_reaches(firmware, first_attesting))
		return error_set(err, ERROR_NOT_ATTESTABLE,
		    "firmware %u.%u.%u is too old to attest keys: 4.3 is the first", firmware.major, firmware.minor,
		    firmware.patch);
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

/* Whose the token is already, by the serial it claims; what counts in the end is the signed one, at `record`. */
struct holder {
	const struct course *course;
	char device[64];
};

static bool refuse_other_holder(const struct store_entry *entry, void *context, struct error *err)
{
	const struct holder *holder = context;

	if (entry->state != STORE_ACTIVE || strcmp(entry->device, holder->device) != 0 ||
	    strcmp(entry->person, holder->course->request.person) == 0 ||
	    entry->valid_before <= holder->course->request.now)
		return true;
	return error_set(err, ERROR_ENROLLMENT_EXISTS, "this token is enrolled for %s", entry->person);
}

static bool holder_check(const struct course *course, struct error *err)
{
	struct holder holder = {.course = course};

	if (!course->identity.has_serial)
		return true;
	snprintf(holder.device, sizeof(holder.device), "piv %lu", (unsigned long)course->identity.serial);
	return store_each(course->means.desk->store, NULL, NULL, refuse_other_holder, &holder, err);
}

/* *known: whether the token could say it. Not every firmware has this instruction. */
static bool read_known(
    struct course *course, uint8_t reference, struct piv_metadata *metadata, bool *known, struct error *err)
{
	struct error reason = ERROR_EMPTY;

	*known = piv_metadata_read(course->token.piv, reference, metadata, &reason);
	if (*known || reason.code == ERROR_CARD_UNSUPPORTED || reason.code == ERROR_CARD_SLOT_EMPTY)
		return true;
	*err = reason;
	return false;
}

static bool code_check(struct course *course, uint8_t reference, const char *warning, bool needed, struct error *err)
{
	struct piv_metadata metadata = PIV_METADATA_EMPTY;
	bool known, done = read_known(course, reference, &metadata, &known, err);

	if (done && known && needed && metadata.says_tries && metadata.tries_left == 0)
		done = error_set(err, ERROR_PIN_BLOCKED, "the PIN is blocked: no try is left");
	if (done && known && metadata.says_default && metadata.is_default)
		course->dialogue.warn(course->dialogue.state, warning);
	piv_metadata_clear(&metadata);
	return done;
}

static bool slot_is_used(struct course *course, bool *used, struct error *err)
{
	static const struct piv_version first_with_metadata = {5, 3, 0};
	struct piv_metadata metadata = PIV_METADATA_EMPTY;
	struct buffer certificate = BUFFER_EMPTY;
	struct error reason = ERROR_EMPTY;
	bool done;

	if (piv_version_reaches(course->identity.firmware, first_with_metadata)) {
		done = read_known(course, course->request.slot->id, &metadata, used, err);
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

static bool slot_check(struct course *course, struct error *err)
{
	bool used;

	if (!slot_is_used(course, &used, err))
		return false;
	return !used || course->dialogue.may_destroy(course->dialogue.state, course, err);
}

bool course_preflight(struct course *course, struct error *err)
{
	return firmware_check(course, err) && holder_check(course, err) && device_certificate_check(course, err) &&
	       code_check(course, PIV_REFERENCE_PIN,
	           "the PIN is still the factory's: have the user change it before he takes the token", true, err) &&
	       code_check(course, PIV_REFERENCE_PUK, "the PUK is still the factory's", false, err) &&
	       slot_check(course, err);
}

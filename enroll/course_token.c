#include <string.h>

#include "common/sshsig.h"
#include "enroll/course.h"
#include "piv/certificate.h"
#include "piv/identifiers.h"
#include "piv/metadata.h"
#include "piv/slot_certificate.h"

bool course_codes(struct course *course, struct error *err)
{
	if (course->request.pin_policy == PIV_PIN_NEVER)
		return true;
	return course->dialogue.ask_pin(course->dialogue.state, course, false, 0, &course->pin, err);
}

static bool prove_management_key(struct course *course, const struct secret *key, struct error *err)
{
	struct piv_metadata metadata = PIV_METADATA_EMPTY;
	struct error reason = ERROR_EMPTY;
	bool known = piv_metadata_read(course->token.piv, PIV_REFERENCE_MANAGEMENT, &metadata, &reason), done;

	if (!known && reason.code != ERROR_CARD_UNSUPPORTED) {
		*err = reason;
		return false;
	}
	done = piv_authenticate(course->token.piv, known ? &metadata : NULL, key, err);
	if (done && known && metadata.says_default && metadata.is_default)
		course->dialogue.warn(course->dialogue.state,
		    "the management key is still the factory's: whoever holds the token can replace its keys");
	piv_metadata_clear(&metadata);
	return done;
}

bool course_management(struct course *course, struct error *err)
{
	struct secret *factory = NULL;
	bool done;

	if (course->means.management_key)
		return prove_management_key(course, course->means.management_key, err);
	done = piv_default_management_key(&factory, err) && prove_management_key(course, factory, err);
	secret_free(factory);
	return done;
}

bool course_generate(struct course *course, struct error *err)
{
	const struct course_request *request = &course->request;

	return piv_generate(course->token.piv, request->slot, request->algorithm->algorithm, request->pin_policy,
	           request->touch_policy, &course->spki, err) &&
	       ssh_key_of_spki(buffer_bytes(&course->spki), &course->key, err);
}

bool course_attest(struct course *course, struct error *err)
{
	struct buffer leaf = BUFFER_EMPTY;
	bool done =
	    piv_attest(course->token.piv, course->request.slot, &leaf, err) &&
	    evidence_of_piv(buffer_bytes(&leaf), buffer_bytes(&course->device_certificate), &course->evidence, err);

	buffer_free(&leaf);
	return done;
}

static bool verify_pin(struct course *course, struct error *err)
{
	const struct course_dialogue *dialogue = &course->dialogue;
	unsigned tries_left = 0;

	while (!piv_pin_verify(course->token.piv, course->pin, &tries_left, err)) {
		/* The last try is the user's to lose, with the PUK at hand, and not this program's. */
		if (err->code != ERROR_PIN_WRONG || tries_left < 2)
			return false;
		secret_free(course->pin);
		course->pin = NULL;
		if (!dialogue->ask_pin(dialogue->state, course, true, tries_left, &course->pin, err))
			return false;
	}
	return true;
}

/* Whether one VERIFY is good for all that follows: only the signed policy counts, not what was asked for. */
static bool pin_lasts(const struct course *course)
{
	const struct claim *policy = result_find_claim(&course->result, CLAIM_PIN_POLICY);

	return policy && (strcmp(policy->value, "once") == 0 || strcmp(policy->value, "match-once") == 0);
}

static bool wants_touch(const struct course *course)
{
	const struct claim *policy = result_find_claim(&course->result, CLAIM_TOUCH_POLICY);

	return policy && strcmp(policy->value, "never") != 0;
}

/* The PIN directly before the signature: with a policy of "always" any command in between loses it. */
static bool sign(
    struct course *course, enum piv_digest digest, struct bytes message, struct buffer *signature, struct error *err)
{
	if (course->pin && !course->unlocked) {
		if (!verify_pin(course, err))
			return false;
		course->unlocked = pin_lasts(course);
	}
	if (wants_touch(course))
		course->dialogue.touch(course->dialogue.state);
	return piv_sign(course->token.piv, course->request.slot, course->request.algorithm->algorithm, digest, message,
	    signature, err);
}

static bool sign_for_certificate(
    void *state, enum piv_digest digest, struct bytes message, struct buffer *signature, struct error *err)
{
	return sign(state, digest, message, signature, err);
}

bool course_certificate(struct course *course, struct error *err)
{
	struct slot_certificate wanted = {
	    .person = course->request.person,
	    .not_before = course->valid_after,
	    .not_after = course->valid_before,
	    .algorithm = course->request.algorithm->algorithm,
	    .spki = buffer_bytes(&course->spki),
	};

	return slot_certificate_make(
	    &wanted, (struct slot_certificate_signer){course, sign_for_certificate}, &course->slot_certificate, err);
}

/* SSH's digest for the key, in the words of the card. */
static enum piv_digest ssh_digest(const struct ssh_key *key)
{
	const EVP_MD *digest = ssh_key_signature_digest(key);

	if (!digest || EVP_MD_get_size(digest) == 64)
		return PIV_SHA512;
	return EVP_MD_get_size(digest) == 48 ? PIV_SHA384 : PIV_SHA256;
}

static bool sign_record(struct course *course, struct buffer *sshsig, struct error *err)
{
	struct buffer to_sign = BUFFER_EMPTY, bare = BUFFER_EMPTY, signature = BUFFER_EMPTY;
	bool done = possession_put_to_sign(&course->possession, &to_sign, err) &&
	            sign(course, ssh_digest(&course->key), buffer_bytes(&to_sign), &bare, err) &&
	            ssh_key_put_signature(&course->key, buffer_bytes(&bare), &signature, err) &&
	            sshsig_encode(&course->key, POSSESSION_NAMESPACE, buffer_bytes(&signature), sshsig, err);

	buffer_free(&to_sign);
	buffer_free(&bare);
	buffer_free(&signature);
	return done;
}

bool course_possession(struct course *course, struct error *err)
{
	return possession_draw(&course->means.desk->registrar, course->request.person, &course->evidence,
	           course->request.now, &course->possession, err) &&
	       sign_record(course, &course->possession_signature, err);
}

bool course_install(struct course *course, struct error *err)
{
	if (!piv_certificate_write(
	        course->token.piv, course->request.slot, buffer_bytes(&course->slot_certificate), err) ||
	    !piv_identifiers_ensure(course->token.piv, err))
		return false;
	secret_free(course->pin);
	course->pin = NULL;
	return true;
}

bool course_release(struct course *course, struct error *err)
{
	(void)err;
	token_close(&course->token);
	return true;
}

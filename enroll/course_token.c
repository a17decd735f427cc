#include <stdio.h>
#include <string.h>

#include "common/secret.h"
#include "common/sshsig.h"
#include "enroll/course.h"
#include "enroll/desk.h"
#include "enroll/patience.h"
#include "piv/certificate.h"
#include "piv/identifiers.h"
#include "piv/key.h"
#include "piv/key_history.h"
#include "piv/slot_certificate.h"
#include "policy/certificate.h"
#include "registry/store.h"

/* So long a token may take to sign before it is said that it waits for a touch. */
#define TOUCH_PATIENCE_MS 200
#define GENERATE_PATIENCE_MS 5000

static void forget_key(struct course *course)
{
	buffer_free(&course->leaf);
	buffer_free(&course->spki);
	ssh_key_clear(&course->key);
}

bool course_take_attested(struct course *course, const char *fingerprint, bool *same, struct error *err)
{
	struct buffer leaf = BUFFER_EMPTY, spki = BUFFER_EMPTY;
	struct ssh_key key = SSH_KEY_EMPTY;
	struct certificate parsed;
	char found[SSH_KEY_FINGERPRINT_SIZE];
	bool done = piv_attest(course->token.piv, course->request.slot, &leaf, err) &&
	            certificate_parse(buffer_bytes(&leaf), &parsed, err) && buffer_put(&spki, parsed.spki, err) &&
	            ssh_key_of_spki(parsed.spki, &key, err) && ssh_key_fingerprint(&key, found, err);

	*same = done && (!fingerprint[0] || strcmp(found, fingerprint) == 0);
	if (*same) {
		forget_key(course);
		course->leaf = leaf;
		course->spki = spki;
		course->key = key;
		return true;
	}
	buffer_free(&leaf);
	buffer_free(&spki);
	ssh_key_clear(&key);
	return done;
}

static bool note_key(struct course *course, const char *word, struct error *err)
{
	char fingerprint[SSH_KEY_FINGERPRINT_SIZE];

	return ssh_key_fingerprint(&course->key, fingerprint, err) && course_note(course, word, fingerprint, err);
}

static bool is_for_key(const struct course *course, struct bytes certificate, bool *fits, struct error *err)
{
	struct buffer spki = BUFFER_EMPTY;
	bool done = slot_certificate_spki(certificate, &spki, err);

	*fits = done && bytes_equal(buffer_bytes(&spki), buffer_bytes(&course->spki));
	buffer_free(&spki);
	return done;
}

bool course_certificate_check(struct course *course, struct bytes certificate, struct error *err)
{
	bool same, fits;

	if (!course_take_attested(course, "", &same, err))
		return false;
	if (!is_for_key(course, certificate, &fits, err))
		return error_prefix(err, "the certificate for the slot");
	return fits || error_set(err, ERROR_KEY_MISMATCH, "the certificate is for another key than the one in slot %s",
	                   course->request.slot->name);
}

bool course_take_certificate(struct course *course, struct error *err)
{
	return course_certificate_check(course, course->request.certificate, err) &&
	       course_take_algorithm(course, err) &&
	       store_check_key(course->means.desk->store, &course->key, course->request.now, err) &&
	       buffer_put(&course->slot_certificate, course->request.certificate, err);
}

/* Before the key is made, what it replaces: `abandon` may find the slot with a key that no line names, and the enrollment of what is
 * replaced ends with the new one's record. Of several tries to make a key the first has noted that; but a slot that is empty by now was
 * emptied by somebody else, and where its key went nobody knows. */
static bool note_before(struct course *course, struct error *err)
{
	struct error reason = ERROR_EMPTY;
	char *before = course->record.before;
	bool there = false, done = true;

	if (course->slot_used && !course_take_attested(course, "", &there, &reason) &&
	    reason.code != ERROR_NOT_ATTESTABLE) {
		*err = reason;
		return false;
	}
	if (!there || !before[0]) {
		snprintf(before, sizeof(course->record.before), "-");
		done = (!there || ssh_key_fingerprint(&course->key, before, err)) &&
		       course_note(course, "before", before, err);
	}
	forget_key(course);
	return done;
}

static bool make_key(struct course *course, struct error *err)
{
	const struct course_request *request = &course->request;
	const struct course_dialogue *dialogue = &course->dialogue;
	struct patience *patience =
	    patience_begin(GENERATE_PATIENCE_MS, GENERATE_PATIENCE_MS, dialogue->wait, dialogue->state);
	bool done = piv_generate(course->token.piv, request->slot, request->algorithm->algorithm, request->pin_policy,
	    request->touch_policy, &course->spki, err);

	patience_end(patience);
	course->made_key = done;
	return done && ssh_key_of_spki(buffer_bytes(&course->spki), &course->key, err);
}

/* The key of the journal, if the token still has it; any trouble in asking means a new key. */
static bool has_journals_key(struct course *course, struct error *err)
{
	struct error reason = ERROR_EMPTY;
	bool same = false;

	if (!course->resumes || !course->record.key[0])
		return false;
	if (course->leaf.len > 0)
		return true;
	if (!course_take_attested(course, course->record.key, &same, &reason) &&
	    error_category(reason.code) == ERROR_CATEGORY_DEVICE && reason.code != ERROR_NOT_ATTESTABLE)
		*err = reason;
	course->made_key = same;
	return same;
}

bool course_generate(struct course *course, struct error *err)
{
	*err = ERROR_EMPTY;
	if (course->request.certificate.len > 0)
		return note_key(course, "key", err);
	if (has_journals_key(course, err))
		return true;
	if (err->code != ERROR_NONE)
		return false;
	return note_before(course, err) && make_key(course, err) && note_key(course, "key", err);
}

/* Of a key that the token made itself, the answer to a wish for its attestation means something else than of any key. */
static bool attest_made_key(struct course *course, struct error *err)
{
	const struct piv_slot *slot = course->request.slot;

	if (piv_attest(course->token.piv, slot, &course->leaf, err))
		return true;
	if (err->code != ERROR_NOT_ATTESTABLE || !course->made_key)
		return error_false();
	return error_set(err, ERROR_NOT_ATTESTABLE,
	    "the token made the key in slot %s, and cannot attest it: its attestation key (f9) is gone, which nothing "
	    "brings back",
	    slot->name);
}

bool course_attest(struct course *course, struct error *err)
{
	return (course->leaf.len > 0 || attest_made_key(course, err)) &&
	       evidence_of_piv(
	           buffer_bytes(&course->leaf), buffer_bytes(&course->device_certificate), &course->evidence, err);
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
bool course_key_sign(
    struct course *course, enum piv_digest digest, struct bytes message, struct buffer *signature, struct error *err)
{
	struct patience *patience = NULL;
	bool done;

	if (course->pin && !course->unlocked) {
		if (!course_verify_pin(course, err))
			return false;
		course->unlocked = pin_lasts(course);
	}
	if (wants_touch(course))
		patience = patience_begin(TOUCH_PATIENCE_MS, 0, course->dialogue.touch, course->dialogue.state);
	done = piv_sign(course->token.piv, course->request.slot, course->request.algorithm->algorithm, digest, message,
	    signature, err);
	patience_end(patience);
	return done;
}

static bool sign_for_certificate(
    void *state, enum piv_digest digest, struct bytes message, struct buffer *signature, struct error *err)
{
	return course_key_sign(state, digest, message, signature, err);
}

/* A resumed course may have written it already. */
static bool certificate_is_there(struct course *course)
{
	struct buffer found = BUFFER_EMPTY;
	bool fits = false;
	bool there = course->resumes && piv_certificate_read(course->token.piv, course->request.slot, &found, NULL) &&
	             is_for_key(course, buffer_bytes(&found), &fits, NULL);

	buffer_free(&found);
	return there && fits;
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

	if (course->slot_certificate.len > 0 || certificate_is_there(course))
		return true;
	return slot_certificate_make(
	    &wanted, (struct x509_signer){course, sign_for_certificate}, &course->slot_certificate, err);
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
	            course_key_sign(course, ssh_digest(&course->key), buffer_bytes(&to_sign), &bare, err) &&
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

/* A token that still has the factory's codes was nobody's before: it gets new identifiers without a look at the old ones. */
static bool write_identifiers(struct course *course, struct error *err)
{
	bool fresh = course->knows_codes && course->puk_state.is_default && course->management.is_default;

	return fresh ? piv_identifiers_write(course->token.piv, err) : piv_identifiers_ensure(course->token.piv, err);
}

bool course_install(struct course *course, struct error *err)
{
	secret_free(course->pin);
	course->pin = NULL;
	if (!course->managed)
		return true;
	if (course->slot_certificate.len > 0 && !piv_certificate_write(course->token.piv, course->request.slot,
	                                            buffer_bytes(&course->slot_certificate), err))
		return false;
	return write_identifiers(course, err) && piv_key_history_ensure(course->token.piv, course->request.slot, err);
}

bool course_release(struct course *course, struct error *err)
{
	(void)err;
	token_close(&course->token);
	return true;
}

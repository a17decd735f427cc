#include "registry/enrollment.h"

#include <stdio.h>
#include <string.h>

#include "common/base64.h"
#include "common/language.h"
#include "common/sshsig.h"
#include "policy/appraise.h"
#include "policy/result.h"
#include "registry/attested_possession.h"
#include "registry/registrars.h"

#define FORM "keyenroll-enrollment-1"

/* How far the clocks of the helpdesk and of a host may be apart. */
#define CLOCK_SKEW_SECONDS 300

void enrollment_clear(struct enrollment *enrollment)
{
	ssh_certificate_clear(&enrollment->certificate);
	evidence_clear(&enrollment->evidence);
	buffer_free(&enrollment->possession_signature);
	*enrollment = ENROLLMENT_EMPTY;
}

bool enrollment_put_extension(const struct evidence *evidence, const struct possession *possession,
    struct bytes possession_signature, struct buffer *out, struct error *err)
{
	struct buffer encoded = BUFFER_EMPTY, record = BUFFER_EMPTY, content = BUFFER_EMPTY;
	bool done;

	done =
	    evidence_encode(evidence, &encoded, err) && possession_encode(possession, &record, err) &&
	    buffer_put_ssh_text(&content, FORM, err) && buffer_put_ssh_string(&content, buffer_bytes(&encoded), err) &&
	    buffer_put_ssh_string(&content, buffer_bytes(&record), err) &&
	    buffer_put_ssh_string(&content, possession_signature, err) && base64_put(buffer_bytes(&content), out, err);
	buffer_free(&encoded);
	buffer_free(&record);
	buffer_free(&content);
	return done;
}

static bool read_person(struct enrollment *enrollment, struct error *err)
{
	struct bytes principals = enrollment->certificate.principals, name, other;

	if (!ssh_certificate_take_principal(&principals, &name))
		return error_set(err, ERROR_ENROLLMENT, "the certificate names nobody");
	if (ssh_certificate_take_principal(&principals, &other))
		return error_set(err, ERROR_ENROLLMENT, "the certificate names more than one person");
	if (!account_name_check(name, err))
		return error_prefix(err, "principal");
	return bytes_to_text(name, enrollment->person, sizeof(enrollment->person)) ||
	       error_set(err, ERROR_ENROLLMENT, "the name of the person is too long");
}

static bool read_content(struct bytes content, struct enrollment *enrollment, struct error *err)
{
	struct bytes form, evidence, record, signature;

	if (!bytes_take_ssh_string(&content, &form) || !bytes_equal_text(form, FORM))
		return error_set(err, ERROR_ENROLLMENT, "%s is not of the form %s", ENROLLMENT_EXTENSION, FORM);
	if (!bytes_take_ssh_string(&content, &evidence) || !bytes_take_ssh_string(&content, &record) ||
	    !bytes_take_ssh_string(&content, &signature) || content.len > 0)
		return error_set(err, ERROR_ENROLLMENT, "%s is cut short or too long", ENROLLMENT_EXTENSION);
	return evidence_parse(evidence, &enrollment->evidence, err) &&
	       possession_parse(record, &enrollment->possession, err) &&
	       buffer_put(&enrollment->possession_signature, signature, err);
}

static bool read_extension(struct enrollment *enrollment, struct error *err)
{
	struct buffer content = BUFFER_EMPTY;
	struct bytes text;
	bool done;

	if (!ssh_certificate_find_extension(&enrollment->certificate, ENROLLMENT_EXTENSION, &text))
		return error_set(
		    err, ERROR_ENROLLMENT, "the certificate has no %s: it is no enrollment", ENROLLMENT_EXTENSION);
	done = base64_parse(text, &content, err) || error_prefix(err, ENROLLMENT_EXTENSION);
	done = done && read_content(buffer_bytes(&content), enrollment, err);
	buffer_free(&content);
	return done;
}

/* A record is bound to one registrar, one person, one evidence: none of them can be exchanged under the same signature. */
static bool check_record(const struct enrollment *enrollment, struct error *err)
{
	const struct possession *possession = &enrollment->possession;
	char registrar[SSH_KEY_FINGERPRINT_SIZE];
	uint8_t hash[EVIDENCE_HASH_SIZE];

	if (!ssh_key_fingerprint(&enrollment->certificate.authority, registrar, err) ||
	    !evidence_hash(&enrollment->evidence, hash, err))
		return false;
	if (strcmp(possession->registrar, registrar) != 0)
		return error_set(err, ERROR_ENROLLMENT_POSSESSION, "the key was proven to another registrar, %s",
		    possession->registrar);
	if (strcmp(possession->person, enrollment->person) != 0)
		return error_set(
		    err, ERROR_ENROLLMENT_POSSESSION, "the key was proven for another person, %s", possession->person);
	if (!bytes_equal(BYTES_OF(possession->evidence_hash), BYTES_OF(hash)))
		return error_set(err, ERROR_ENROLLMENT_POSSESSION, "the key was proven with other evidence");
	return true;
}

static bool check_signature(const struct enrollment *enrollment, struct error *err)
{
	struct sshsig sshsig = SSHSIG_EMPTY;
	struct buffer record = BUFFER_EMPTY;
	bool done = false;

	if (!sshsig_parse(buffer_bytes(&enrollment->possession_signature), &sshsig, err) ||
	    !possession_encode(&enrollment->possession, &record, err))
		goto out;
	if (!ssh_key_equal(&sshsig.key, &enrollment->certificate.key)) {
		error_set(err, ERROR_ENROLLMENT_POSSESSION, "the proof of possession was signed by another key");
		goto out;
	}
	done = sshsig_verify(&sshsig, POSSESSION_NAMESPACE, buffer_bytes(&record), NULL, err);
out:
	sshsig_clear(&sshsig);
	buffer_free(&record);
	return done;
}

static bool check_possession(const struct enrollment *enrollment, struct error *err)
{
	if (!check_record(enrollment, err))
		return false;
	if (enrollment->possession_signature.len == 0
	        ? attested_possession_check(&enrollment->possession, &enrollment->evidence, err)
	        : check_signature(enrollment, err))
		return true;
	/* one word for a proof that does not hold, whatever part of it fails; trouble of this machine keeps its own */
	if (err != NULL && error_category(err->code) != ERROR_CATEGORY_SYSTEM)
		err->code = ERROR_ENROLLMENT_POSSESSION;
	return error_prefix(err, "proof of possession");
}

/* Such a key signs in a form of its own, that names application and touch; a plain key of the same numbers would not. */
static bool check_key_type(const struct enrollment *enrollment, struct error *err)
{
	return enrollment->evidence.format == EVIDENCE_PIV || enrollment->certificate.key.application.len > 0 ||
	       error_set(err, ERROR_ENROLLMENT,
	           "the evidence is of a FIDO key, and the enrolled key is not of a FIDO type (sk-…)");
}

bool enrollment_parse(struct bytes blob, struct enrollment *enrollment, struct error *err)
{
	struct enrollment found = ENROLLMENT_EMPTY;
	bool done = false;

	if (!ssh_certificate_parse(blob, &found.certificate, err))
		goto out;
	if (found.certificate.critical_options.len > 0) {
		error_set(err, ERROR_ENROLLMENT, "an enrollment has no critical options");
		goto out;
	}
	if (!read_person(&found, err) || !read_extension(&found, err) || !check_key_type(&found, err) ||
	    !check_possession(&found, err))
		goto out;
	*enrollment = found;
	found = ENROLLMENT_EMPTY;
	done = true;
out:
	enrollment_clear(&found);
	return done;
}

/* The end of a life is the first second that is no longer in it, as in sshd. */
static bool check_life(const struct enrollment *enrollment, int64_t now, struct error *err)
{
	const struct ssh_certificate *certificate = &enrollment->certificate;

	if (now < 0 || (uint64_t)now < certificate->valid_after)
		return error_set(
		    err, ERROR_ENROLLMENT_NOT_YET, "the enrollment of %s is not valid yet", enrollment->person);
	if ((uint64_t)now >= certificate->valid_before)
		return error_set(err, ERROR_ENROLLMENT_EXPIRED, "the enrollment of %s is over", enrollment->person);
	/* else a registrar who is not valid yet could date a record into the time when it will be */
	if (enrollment->possession.time > now + CLOCK_SKEW_SECONDS)
		return error_set(err, ERROR_ENROLLMENT_NOT_YET,
		    "the enrollment of %s says that it was made later than now", enrollment->person);
	return true;
}

/* A rule may let an enrollment live for less than its registrar said. */
static bool check_policy_life(
    const struct enrollment *enrollment, int64_t enrolled_at, struct result *result, struct error *err)
{
	struct error reason = ERROR_EMPTY;

	if (result->maximum_life == 0 || result->appraised_at - enrolled_at < result->maximum_life)
		return true;
	(void)error_set(&reason, ERROR_ENROLLMENT_EXPIRED, "the enrollment of %s is older than rule \"%s\" allows",
	    enrollment->person, result->rule);
	result_refuse(result, &reason, NULL);
	if (err != NULL)
		*err = reason;
	return false;
}

static bool appraise_evidence(
    const struct enrollment *enrollment, const struct appraisal *appraisal, struct result *result, struct error *err)
{
	struct appraisal asked = *appraisal;
	struct buffer spki = BUFFER_EMPTY;
	const struct reason *refusal;

	if (!ssh_key_put_spki(&enrollment->certificate.key, &spki, err))
		return false;
	asked.evidence = &enrollment->evidence;
	asked.expected_spki = buffer_bytes(&spki);
	asked.expected_application = buffer_bytes(&enrollment->certificate.key.application);
	asked.person = enrollment->person;
	/* zero would say that it is being enrolled now */
	asked.enrolled_at = enrollment->possession.time > 0 ? enrollment->possession.time : 1;
	appraise(&asked, result);
	buffer_free(&spki);
	if (result->verdict == VERDICT_ACCEPTED)
		return check_policy_life(enrollment, asked.enrolled_at, result, err);
	refusal = result_first_refusal(result);
	if (refusal == NULL)
		return error_set(err, ERROR_BUG, "a refusal came without a reason");
	return error_set(err, refusal->code, "%s", refusal->sentence);
}

bool enrollment_check(const struct enrollment *enrollment, const struct registrars *registrars,
    const struct appraisal *appraisal, struct result *result, struct error *err)
{
	struct error reason = ERROR_EMPTY;

	*result = (struct result){.verdict = VERDICT_REFUSED, .appraised_at = appraisal->now};
	if (registrars_check(registrars, &enrollment->certificate.authority, enrollment->possession.time, &reason) &&
	    check_life(enrollment, appraisal->now, &reason) &&
	    appraise_evidence(enrollment, appraisal, result, &reason))
		return true;
	if (result->num_reasons == 0) {
		(void)snprintf(
		    result->format, sizeof(result->format), "%s", evidence_format_name(enrollment->evidence.format));
		result_refuse(result, &reason, NULL);
	}
	if (err != NULL)
		*err = reason;
	return false;
}

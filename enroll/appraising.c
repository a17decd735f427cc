#include "enroll/appraising.h"

#include "policy/appraise.h"
#include "policy/evidence_input.h"
#include "policy/result.h"
#include "registry/registrars.h"

void exhibit_clear(struct exhibit *exhibit)
{
	enrollment_clear(&exhibit->enrollment);
	evidence_clear(&exhibit->evidence);
	buffer_free(&exhibit->spki);
	buffer_free(&exhibit->application);
	*exhibit = EXHIBIT_EMPTY;
}

/* An enrollment as a line begins with "TYPE-cert-v01@openssh.com BASE64". */
static bool is_certificate_line(struct bytes input)
{
	static const char ending[] = "-cert-v01@openssh.com";
	struct bytes rest = input, word;

	if (!bytes_take_until(&rest, ' ', &word) || word.len < sizeof(ending) - 1 || word.len > 64)
		return false;
	return bytes_take(&word, word.len - (sizeof(ending) - 1), &rest) && bytes_equal_text(word, ending);
}

static bool enrollment_of_line(struct bytes line, struct enrollment *enrollment, struct error *err)
{
	struct ssh_certificate certificate = SSH_CERTIFICATE_EMPTY;
	bool done = ssh_certificate_parse_line(line, &certificate, err) &&
	            enrollment_parse(buffer_bytes(&certificate.blob), enrollment, err);

	ssh_certificate_clear(&certificate);
	return done;
}

bool exhibit_read(struct bytes input, struct exhibit *exhibit, struct error *err)
{
	if (is_certificate_line(input)) {
		exhibit->is_enrollment = true;
		return enrollment_of_line(input, &exhibit->enrollment, err);
	}
	if (ssh_certificate_is(input)) {
		exhibit->is_enrollment = true;
		return enrollment_parse(input, &exhibit->enrollment, err);
	}
	return evidence_read(input, &exhibit->evidence, err);
}

bool exhibit_read_request(struct bytes input, struct exhibit *exhibit, struct error *err)
{
	return evidence_read_request(input, &exhibit->evidence, &exhibit->spki, err);
}

static bool demand_spki(struct exhibit *exhibit, struct bytes spki, struct error *err)
{
	if (exhibit->spki.len == 0)
		return buffer_put(&exhibit->spki, spki, err);
	if (!bytes_equal(buffer_bytes(&exhibit->spki), spki))
		return error_set(
		    err, ERROR_KEY_MISMATCH, "the certificate request is for another key than the given one");
	return true;
}

bool exhibit_demand_key(struct exhibit *exhibit, const struct ssh_key *key, struct error *err)
{
	struct buffer spki = BUFFER_EMPTY;
	bool done = ssh_key_put_spki(key, &spki, err) && demand_spki(exhibit, buffer_bytes(&spki), err) &&
	            buffer_put(&exhibit->application, buffer_bytes(&key->application), err);

	buffer_free(&spki);
	return done;
}

/* The caller's key against the certified one: appraisal itself compares the certified one with the attested one. */
static bool key_check(const struct exhibit *exhibit, struct error *err)
{
	struct buffer certified = BUFFER_EMPTY;
	bool done =
	    exhibit->spki.len == 0 ||
	    (ssh_key_put_spki(&exhibit->enrollment.certificate.key, &certified, err) &&
	        (bytes_equal(buffer_bytes(&exhibit->spki), buffer_bytes(&certified)) ||
	            error_set(err, ERROR_KEY_MISMATCH, "the enrollment is for another key than the given one")));

	buffer_free(&certified);
	return done;
}

static bool evidence_only(
    const struct exhibit *exhibit, struct appraisal appraisal, struct result *result, struct error *err)
{
	struct buffer certified = BUFFER_EMPTY;
	bool done = ssh_key_put_spki(&exhibit->enrollment.certificate.key, &certified, err);

	if (done) {
		appraisal.evidence = &exhibit->enrollment.evidence;
		appraisal.expected_spki = buffer_bytes(&certified);
		appraisal.expected_application = buffer_bytes(&exhibit->enrollment.certificate.key.application);
		appraise(&appraisal, result);
	}
	buffer_free(&certified);
	return done;
}

static void enrollment_appraise(const struct exhibit *exhibit, const struct registrars *registrars,
    const struct appraisal *appraisal, struct result *result)
{
	struct error err = ERROR_EMPTY;
	bool done;

	if (registrars)
		done = enrollment_check(&exhibit->enrollment, registrars, appraisal, result, &err) ||
		       result->verdict != VERDICT_ACCEPTED;
	else
		done = evidence_only(exhibit, *appraisal, result, &err);
	if (!done || !key_check(exhibit, &err))
		result_refuse(result, &err, NULL);
}

void exhibit_appraise(const struct exhibit *exhibit, const struct registrars *registrars,
    const struct appraisal *appraisal, struct result *result)
{
	struct appraisal whole = *appraisal;

	*result = (struct result){.verdict = VERDICT_REFUSED};
	if (exhibit->is_enrollment) {
		enrollment_appraise(exhibit, registrars, appraisal, result);
		return;
	}
	whole.evidence = &exhibit->evidence;
	whole.expected_spki = buffer_bytes(&exhibit->spki);
	whole.expected_application = buffer_bytes(&exhibit->application);
	appraise(&whole, result);
}

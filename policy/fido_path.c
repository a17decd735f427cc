#include "policy/fido_path.h"

#include <stdio.h>

#include "common/language.h"
#include "policy/certificate.h"
#include "policy/digest.h"
#include "policy/fido_attestation.h"
#include "policy/fido_certificate.h"
#include "policy/fido_defects.h"
#include "policy/fido_metadata.h"
#include "policy/fido_statement.h"
#include "policy/result.h"
#include "policy/signature.h"

static bool parse(struct fido_attestation *attestation, size_t index, struct result *result, struct error *err)
{
	struct bytes der = attestation->statement.certificates[index];

	if (index == 0 && !fido_defect_mend(&der, &attestation->mended, err))
		return false;
	if (attestation->mended.len > 0 && index == 0)
		fido_tolerate(result,
		    "the attestation certificate has a known defect in its signature's encoding, which was mended");
	if (certificate_parse_tolerant(der, fido_certificate_tolerance(), &attestation->certificates[index], err)) {
		attestation->num_certificates = index + 1;
		return true;
	}
	return error_prefix(err, index == 0 ? "attestation certificate" : "issuer's certificate %zu", index);
}

static bool refuse_key_of(const struct trust_anchor *distrusted, struct error *err)
{
	return error_set(err, distrusted->distrust_code, "the attestation rests on the key of \"%s\": %s",
	    distrusted->name, distrusted->distrust_reason);
}

/* By its key, or by the hash that enrollments keep of the certificate as it was handed in. */
static bool check_distrust(
    const struct certificate *certificate, struct bytes der, const struct trust *trust, struct error *err)
{
	const struct trust_anchor *distrusted = trust_find_distrusted(trust, EVIDENCE_FIDO, certificate->spki);

	if (distrusted == NULL &&
	    !trust_check_distrusted_certificate(trust, EVIDENCE_FIDO, certificate, der, &distrusted, err))
		return false;
	return distrusted == NULL || refuse_key_of(distrusted, err);
}

/* The metadata's anchors know nothing of whom the bundles distrust. */
static bool check_anchor_distrust(
    const struct fido_attestation *attestation, const struct trust *trust, struct error *err)
{
	const struct trust_anchor *distrusted =
	    trust_find_distrusted(trust, EVIDENCE_FIDO, buffer_bytes(&attestation->anchor->spki));

	return distrusted == NULL || refuse_key_of(distrusted, err);
}

/* Whether the anchor made this certificate; one that is the anchor itself needs no signature. */
static bool is_under(const struct certificate *certificate, const struct trust_anchor *anchor, struct error *err)
{
	uint8_t hash[SHA256_DIGEST_LENGTH];

	if (anchor->shape != TRUST_SHAPE_ATTESTATION_CERTIFICATE)
		return signature_check(&certificate->signature, anchor->key, ERROR_FIDO_PATH_SIGNATURE, err);
	digest_sha256(certificate->whole, hash);
	return trust_is_anchor_certificate(anchor, hash) ||
	       error_set(
	           err, ERROR_FIDO_PATH_SIGNATURE, "it is not the attestation certificate that the vendor published");
}

static bool is_usable(const struct trust_anchor *anchor, enum trust_shape shape)
{
	return anchor->shape == shape ||
	       (shape == TRUST_SHAPE_SECURITY_KEY && anchor->shape == TRUST_SHAPE_ATTESTATION_CERTIFICATE);
}

/* Names are not unique, so each anchor of this name is tried; the signature alone decides.
 * False with ERROR_NONE when there is none of this name. */
static bool find_anchor(const struct trust *trust, const struct certificate *certificate, enum trust_shape shape,
    const struct trust_anchor **found, struct error *err)
{
	const struct trust_anchor *anchor = NULL, *distrusted = NULL;
	struct bytes name = certificate->issuer;

	*err = ERROR_EMPTY;
	while ((anchor = trust_find(trust, EVIDENCE_FIDO, name, anchor)) != NULL) {
		if (anchor->distrusted) {
			distrusted = anchor;
		} else if (is_usable(anchor, shape) && is_under(certificate, anchor, err)) {
			*found = anchor;
			return true;
		}
	}
	if (distrusted != NULL)
		return error_set(err, distrusted->distrust_code, "the attestation certificate comes from \"%s\": %s",
		    distrusted->name, distrusted->distrust_reason);
	return false;
}

static bool check_issuer(const struct fido_attestation *attestation, size_t index, struct error *err)
{
	const struct certificate *issuer = &attestation->certificates[index], *issued = issuer - 1;
	struct basic_constraints constraints;

	if (!bytes_equal(issued->issuer, issuer->subject))
		return error_set(err, ERROR_FIDO_PATH, "it is not the issuer that the certificate before it names");
	if (!certificate_basic_constraints(issuer, &constraints, err))
		return false;
	if (constraints.authority != AUTHORITY_YES)
		return error_set(err, ERROR_FIDO_PATH, "it may not issue certificates, and did");
	if (constraints.has_path_length && constraints.path_length < index - 1)
		return error_set(err, ERROR_FIDO_PATH, "there are more issuers below it than it allows");
	return signature_check_once(&issued->signature, &issuer->key, ERROR_FIDO_PATH_SIGNATURE, err);
}

static bool is_anchor(const struct certificate *certificate, const struct trust_anchor *anchor)
{
	return bytes_equal(certificate->spki, buffer_bytes(&anchor->spki)) &&
	       bytes_equal(certificate->subject, buffer_bytes(&anchor->subject));
}

/* What is sent along beyond the last certificate that was needed is not believed; it must be the anchor and what is above it. */
static bool check_rest(const struct fido_attestation *attestation, struct error *err)
{
	const struct fido_statement *statement = &attestation->statement;
	size_t needed = attestation->num_certificates;
	struct bytes issuer = attestation->certificates[needed - 1].issuer;
	uint8_t hash[SHA256_DIGEST_LENGTH];
	struct certificate above;

	for (size_t i = needed; i < statement->num_certificates; i++) {
		struct bytes der = statement->certificates[i];

		digest_sha256(der, hash);
		/* An anchor may be of a form that is not read here. */
		if (i == needed && i + 1 == statement->num_certificates &&
		    trust_is_anchor_certificate(attestation->anchor, hash))
			return true;
		if (!certificate_parse_tolerant(der, fido_certificate_tolerance(), &above, err) ||
		    !bytes_equal(above.subject, issuer) || (i == needed && !is_anchor(&above, attestation->anchor)))
			return error_set(
			    err, ERROR_FIDO_PATH, "a certificate was sent along that does not belong to the path");
		issuer = above.issuer;
	}
	return true;
}

static void tell_dates(const struct certificate *certificate, const char *which, int64_t now, struct result *result)
{
	struct error err = ERROR_EMPTY;
	int64_t from, to;

	certificate_dates(certificate, &from, &to);
	if (now >= from && now <= to)
		return;
	(void)error_set(&err, ERROR_FIDO_DATES, "%s %s: said, and not held against a key that may be older", which,
	    now < from ? translated("is not valid yet") : translated("is not valid any more"));
	result_warn(result, &err, NULL);
}

static bool unknown_issuer(const struct trust *trust, size_t num, struct error *err)
{
	return error_set(err, ERROR_FIDO_ISSUER_UNKNOWN,
	    "%s leads to no vendor that trust bundle %s believes for this kind of attestation",
	    num == 1 ? translated("the attestation certificate") : translated("the chain of certificates"),
	    trust_version(trust));
}

bool fido_path_find(struct fido_attestation *attestation, const struct trust *trust, enum trust_shape shape,
    struct result *result, struct error *err)
{
	size_t num = attestation->statement.num_certificates;
	bool found = false;

	for (size_t i = 0; i < num && !found; i++) {
		const struct certificate *certificate = &attestation->certificates[i];

		if (!parse(attestation, i, result, err) ||
		    !check_distrust(certificate, attestation->statement.certificates[i], trust, err))
			return false;
		if (i > 0 && !check_issuer(attestation, i, err))
			return error_prefix(err, "issuer's certificate %zu", i);
		if (i == 0)
			attestation->model = fido_metadata_find(attestation, trust);
		found = find_anchor(trust, certificate, shape, &attestation->anchor, err) ||
		        fido_metadata_find_anchor(attestation, i, &attestation->anchor);
		if (!found && err->code != ERROR_NONE)
			return error_prefix(err, "attestation certificate");
		tell_dates(certificate,
		    i == 0 ? translated("the attestation certificate") : translated("an issuer's certificate"),
		    result->appraised_at, result);
	}
	if (!found)
		return unknown_issuer(trust, num, err);
	if (!check_anchor_distrust(attestation, trust, err))
		return false;
	if (attestation->num_certificates > attestation->anchor->issuers_below + 1)
		return error_set(err, ERROR_FIDO_PATH, "there are more issuers below \"%s\" than the vendor has",
		    attestation->anchor->name);
	return fido_metadata_check_anchor(attestation, err) && check_rest(attestation, err);
}

#include "policy/fido_attestation.h"
#include "policy/fido_auth_data.h"
#include "policy/fido_certificate.h"
#include "policy/fido_formats.h"
#include "policy/fido_path.h"

static bool is_listed(const struct trust_anchor *anchor, struct bytes aaguid)
{
	struct bytes rest = buffer_bytes(&anchor->aaguids), one;

	while (bytes_take(&rest, FIDO_AAGUID_SIZE, &one)) {
		if (bytes_equal(one, aaguid))
			return true;
	}
	return anchor->aaguids.len == 0;
}

/* Without the extension the batch key alone says which model it is, so its issuer must attest a single one. */
static bool check_aaguid(const struct fido_attestation *attestation, struct error *err)
{
	struct bytes certified = attestation->facts.aaguid, said = attestation->auth_data.aaguid;
	const struct trust_anchor *anchor = attestation->anchor;

	if (certified.len > 0 && !bytes_equal(certified, said))
		return error_set(err, ERROR_FIDO_AAGUID,
		    "the attestation certificate is for another model (AAGUID) than the key claims to be made in");
	/* An anchor of the metadata is asked for one model only. */
	if (certified.len == 0 && anchor->shape != TRUST_SHAPE_METADATA && anchor->aaguids.len != FIDO_AAGUID_SIZE &&
	    anchor->shape != TRUST_SHAPE_ATTESTATION_CERTIFICATE)
		return error_set(err, ERROR_FIDO_AAGUID,
		    "the attestation certificate names no model (AAGUID), and \"%s\" attests several", anchor->name);
	if (!is_listed(anchor, said))
		return error_set(err, ERROR_FIDO_AAGUID,
		    "\"%s\" does not attest the model (AAGUID) that the key claims", anchor->name);
	return true;
}

bool fido_packed_check(
    struct fido_attestation *attestation, const struct trust *trust, struct result *result, struct error *err)
{
	const struct certificate *certificate = &attestation->certificates[0];

	if (attestation->statement.num_certificates == 0)
		return error_set(err, ERROR_FIDO_NO_HARDWARE,
		    "the key attests itself (self attestation): any program can do that, it says nothing of hardware");
	/* TPMs alone are let sign with it, because Windows has them do so. */
	if (attestation->statement.algorithm == SIGNATURE_RSA_SHA1)
		return error_set(err, ERROR_FIDO_ALGORITHM, "the attestation statement is signed with SHA-1");
	if (!fido_path_find(attestation, trust, TRUST_SHAPE_SECURITY_KEY, result, err))
		return false;
	if (!fido_certificate_check_packed(certificate, err) ||
	    !fido_certificate_read(certificate, &attestation->facts, err))
		return error_prefix(err, "attestation certificate");
	return check_aaguid(attestation, err) &&
	       fido_statement_check(attestation, buffer_bytes(&attestation->signed_data), err);
}

#include "policy/certificate.h"
#include "policy/fido_attestation.h"
#include "policy/fido_auth_data.h"
#include "policy/fido_certificate.h"
#include "policy/fido_formats.h"
#include "policy/fido_path.h"
#include "policy/public_key.h"
#include "policy/signature.h"

static bool put_message(const struct fido_attestation *attestation, struct buffer *out, struct error *err)
{
	const struct fido_auth_data *data = &attestation->auth_data;

	return buffer_put_u8(out, 0, err) && buffer_put(out, data->rp_id_hash, err) &&
	       buffer_put(out, BYTES_OF(attestation->client_data_hash), err) &&
	       buffer_put(out, data->credential_id, err) && buffer_put(out, data->credential.key.point, err);
}

static bool check_form(const struct fido_attestation *attestation, struct error *err)
{
	if (attestation->statement.num_certificates != 1)
		return error_set(err, ERROR_FIDO_STATEMENT, "a U2F attestation has one certificate, this one has %zu",
		    attestation->statement.num_certificates);
	if (attestation->auth_data.credential.algorithm != SIGNATURE_ECDSA_SHA256)
		return error_set(err, ERROR_FIDO_KEY, "a U2F device makes P-256 keys only");
	if (!fido_aaguid_is_zero(attestation->auth_data.aaguid))
		return error_set(err, ERROR_FIDO_AAGUID,
		    "a U2F device has no AAGUID and signs none, so the one that stands here was added by somebody");
	return true;
}

static bool check_certificate(struct fido_attestation *attestation, struct error *err)
{
	const struct certificate *certificate = &attestation->certificates[0];

	if (certificate->key.kind != PUBLIC_KEY_P256)
		return error_set(err, ERROR_FIDO_CERTIFICATE, "its key is not of the curve P-256");
	/* Genuine ones of U2F's time have no BasicConstraints. */
	return fido_certificate_check_leaf(certificate, false, err) &&
	       fido_certificate_read(certificate, &attestation->facts, err);
}

/* The algorithm is not written down: there is only one. */
bool fido_u2f_check(
    struct fido_attestation *attestation, const struct trust *trust, struct result *result, struct error *err)
{
	struct buffer message = BUFFER_EMPTY;
	bool done = false;

	attestation->statement.algorithm = SIGNATURE_ECDSA_SHA256;
	if (!check_form(attestation, err) || !fido_path_find(attestation, trust, TRUST_SHAPE_SECURITY_KEY, result, err))
		return false;
	if (!check_certificate(attestation, err))
		return error_prefix(err, "attestation certificate");
	done =
	    put_message(attestation, &message, err) && fido_statement_check(attestation, buffer_bytes(&message), err);
	buffer_free(&message);
	return done;
}

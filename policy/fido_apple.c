#include "policy/certificate.h"
#include "policy/der.h"
#include "policy/digest.h"
#include "policy/fido_attestation.h"
#include "policy/fido_certificate.h"
#include "policy/fido_formats.h"
#include "policy/fido_path.h"
#include "policy/public_key.h"

/* 1.2.840.113635.100.8.2 */
static const struct bytes oid_nonce = {(const uint8_t *)"\x2a\x86\x48\x86\xf7\x63\x64\x08\x02", 9};

#define NONCE_CONTEXT 1

/* SEQUENCE { [1] { OCTET STRING } } */
static bool find_nonce(const struct certificate *certificate, struct bytes *nonce)
{
	const struct certificate_extension *extension = certificate_find_extension(certificate, oid_nonce);
	struct bytes in, fields, wrapped;
	uint32_t number;

	if (extension == NULL)
		return false;
	in = extension->value;
	return der_take(&in, DER_SEQUENCE, &fields) && in.len == 0 && der_take_context(&fields, &number, &wrapped) &&
	       number == NONCE_CONTEXT && fields.len == 0 && der_take(&wrapped, DER_OCTET_STRING, nonce) &&
	       wrapped.len == 0;
}

/* Nothing is signed but the certificate: Apple makes one for each key, with a nonce of authenticator data and challenge. */
bool fido_apple_check(
    struct fido_attestation *attestation, const struct trust *trust, struct result *result, struct error *err)
{
	const struct certificate *certificate = &attestation->certificates[0];
	uint8_t expected[SHA256_DIGEST_LENGTH];
	struct bytes nonce;

	if (!fido_path_find(attestation, trust, TRUST_SHAPE_APPLE, result, err))
		return false;
	if (!fido_certificate_check_leaf(certificate, true, err))
		return error_prefix(err, "attestation certificate");
	digest_sha256(buffer_bytes(&attestation->signed_data), expected);
	if (!find_nonce(certificate, &nonce))
		return error_set(err, ERROR_FIDO_APPLE, "the attestation certificate has no nonce");
	if (!bytes_equal(nonce, BYTES_OF(expected)))
		return error_set(err, ERROR_FIDO_APPLE,
		    "the attestation certificate was made for another challenge or other authenticator data");
	if (!public_key_equal(&certificate->key, &attestation->auth_data.credential.key))
		return error_set(err, ERROR_FIDO_APPLE, "the attestation certificate is for another key");
	return true;
}

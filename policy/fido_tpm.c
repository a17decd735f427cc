#include "common/language.h"
#include "policy/certificate.h"
#include "policy/der.h"
#include "policy/fido_attestation.h"
#include "policy/fido_certificate.h"
#include "policy/fido_formats.h"
#include "policy/fido_path.h"
#include "policy/signature.h"
#include "policy/tpm_structures.h"

#define OID(text)                                                                                                      \
	{                                                                                                              \
		(const uint8_t *)(text), sizeof(text) - 1                                                              \
	}

static const struct bytes oid_alternative_name = OID("\x55\x1d\x11");
static const struct bytes oid_extended_key_usage = OID("\x55\x1d\x25");
/* tcg-kp-AIKCertificate, 2.23.133.8.3 */
static const struct bytes oid_aik = OID("\x67\x81\x05\x08\x03");
/* tcg-at-tpmManufacturer, -tpmModel, -tpmVersion: 2.23.133.2.1 to .3 */
static const struct bytes oid_device[] = {
    OID("\x67\x81\x05\x02\x01"), OID("\x67\x81\x05\x02\x02"), OID("\x67\x81\x05\x02\x03")};
#define NUM_DEVICE_FACTS (sizeof(oid_device) / sizeof(oid_device[0]))

/* directoryName of a GeneralName. */
#define DIRECTORY_NAME 4

static bool refuse(struct error *err, const char *sentence)
{
	return error_set(err, ERROR_FIDO_TPM, "%s", translated(sentence));
}

/* The hash that belongs to the statement's algorithm. */
static bool check_extra_data(const struct fido_attestation *attestation, struct bytes extra, struct error *err)
{
	static const char *const digests[] = {
	    [SIGNATURE_RSA_SHA256] = "SHA256",
	    [SIGNATURE_RSA_SHA384] = "SHA384",
	    [SIGNATURE_RSA_SHA512] = "SHA512",
	    [SIGNATURE_ECDSA_SHA256] = "SHA256",
	    [SIGNATURE_ECDSA_SHA384] = "SHA384",
	    [SIGNATURE_ECDSA_SHA512] = "SHA512",
	    [SIGNATURE_ED25519] = NULL,
	    [SIGNATURE_RSA_SHA1] = "SHA1",
	};
	const char *name = digests[attestation->statement.algorithm];
	uint8_t digest[EVP_MAX_MD_SIZE];
	size_t len;

	if (name == NULL)
		return error_set(err, ERROR_FIDO_ALGORITHM, "a TPM does not sign by the statement's algorithm");
	if (EVP_Q_digest(NULL, name, NULL, attestation->signed_data.data, attestation->signed_data.len, digest, &len) !=
	    1)
		return error_set(err, ERROR_CRYPTO, "libcrypto cannot hash what the TPM certified");
	return bytes_equal(extra, bytes_of(digest, len)) ||
	       refuse(err, "the TPM's certification is for another challenge or other authenticator data");
}

static bool check_key(const struct fido_attestation *attestation, struct error *err)
{
	struct bytes area = attestation->statement.pub_area;
	struct tpm_certification certification;
	struct tpm_public public;

	if (!tpm_public_parse(area, &public, err) ||
	    !tpm_certification_parse(attestation->statement.cert_info, &certification, err) ||
	    !check_extra_data(attestation, certification.extra_data, err) ||
	    !tpm_name_check(certification.name, &public, area, err))
		return false;
	if (!public_key_equal(&public.key, &attestation->auth_data.credential.key))
		return refuse(err, "the TPM's key is not the credential's key");
	return (public.fixed_tpm && public.fixed_parent && public.sensitive_data_origin) ||
	       refuse(err, "the TPM does not say that it made the key and never gives it out");
}

/* Marks which facts a distinguished name holds, each with a value. */
static bool mark_device_facts(struct bytes name, bool found[NUM_DEVICE_FACTS])
{
	struct bytes names, set, attribute, oid, value;
	uint8_t tag;

	if (!der_take(&name, DER_SEQUENCE, &names) || name.len > 0)
		return false;
	while (der_take(&names, DER_SET, &set)) {
		while (der_take(&set, DER_SEQUENCE, &attribute)) {
			if (!der_take(&attribute, DER_OBJECT, &oid) || !der_take_any(&attribute, &tag, &value))
				return false;
			for (size_t i = 0; i < NUM_DEVICE_FACTS; i++)
				found[i] = found[i] || (bytes_equal(oid, oid_device[i]) && value.len > 0);
		}
		if (set.len > 0)
			return false;
	}
	return names.len == 0;
}

static bool names_device(const struct certificate *certificate)
{
	const struct certificate_extension *extension = certificate_find_extension(certificate, oid_alternative_name);
	bool found[NUM_DEVICE_FACTS] = {false};
	struct bytes in, list, name;
	uint32_t number;

	if (extension == NULL || !extension->critical)
		return false;
	in = extension->value;
	if (!der_take(&in, DER_SEQUENCE, &list) || in.len > 0)
		return false;
	while (der_take_context(&list, &number, &name)) {
		if (number == DIRECTORY_NAME && !mark_device_facts(name, found))
			return false;
	}
	return list.len == 0 && found[0] && found[1] && found[2];
}

static bool is_for_identity_keys(const struct certificate *certificate)
{
	const struct certificate_extension *extension = certificate_find_extension(certificate, oid_extended_key_usage);
	struct bytes in, list, usage;

	if (extension == NULL)
		return false;
	in = extension->value;
	if (!der_take(&in, DER_SEQUENCE, &list) || in.len > 0)
		return false;
	while (der_take(&list, DER_OBJECT, &usage)) {
		if (bytes_equal(usage, oid_aik))
			return true;
	}
	return false;
}

/* 8.3.1 */
static bool check_certificate(struct fido_attestation *attestation, struct error *err)
{
	const struct certificate *certificate = &attestation->certificates[0];
	struct bytes subject = certificate->subject, names;

	if (!der_take(&subject, DER_SEQUENCE, &names) || names.len > 0)
		return error_set(
		    err, ERROR_FIDO_CERTIFICATE, "the subject of a TPM's identity key is empty, this one is not");
	if (!names_device(certificate))
		return error_set(err, ERROR_FIDO_CERTIFICATE,
		    "it does not name the TPM's manufacturer, model and version in a critical alternative name");
	if (!is_for_identity_keys(certificate))
		return error_set(err, ERROR_FIDO_CERTIFICATE, "it is not for a TPM's identity key (2.23.133.8.3)");
	if (!fido_certificate_check_leaf(certificate, true, err) ||
	    !fido_certificate_read(certificate, &attestation->facts, err))
		return false;
	return attestation->facts.aaguid.len == 0 ||
	       bytes_equal(attestation->facts.aaguid, attestation->auth_data.aaguid) ||
	       error_set(err, ERROR_FIDO_AAGUID, "it is for another model (AAGUID) than the key claims");
}

bool fido_tpm_check(
    struct fido_attestation *attestation, const struct trust *trust, struct result *result, struct error *err)
{
	if (!fido_path_find(attestation, trust, TRUST_SHAPE_TPM, result, err))
		return false;
	if (!check_certificate(attestation, err))
		return error_prefix(err, "attestation certificate");
	if (!check_key(attestation, err) || !fido_statement_check(attestation, attestation->statement.cert_info, err))
		return false;
	if (attestation->statement.algorithm == SIGNATURE_RSA_SHA1)
		fido_tolerate(result, "the TPM signed its certification with SHA-1, as Windows has TPMs do");
	attestation->hardware_proven = true;
	return true;
}

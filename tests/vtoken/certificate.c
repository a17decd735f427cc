#include "tests/vtoken/certificate.h"

#include <openssl/rand.h>

enum { NUMBER_LENGTH = 16 };

static bool set_number(X509 *certificate, bool starts_with_one)
{
	uint8_t number[NUMBER_LENGTH];
	BIGNUM *value;
	bool done;

	if (RAND_bytes(number, sizeof(number)) != 1)
		return false;
	/* positive and of full length */
	number[0] = starts_with_one ? 0x01 : (number[0] & 0x7fU) | 0x40U;
	value = BN_bin2bn(number, sizeof(number), NULL);
	done = value != NULL && BN_to_ASN1_INTEGER(value, X509_get_serialNumber(certificate)) != NULL;
	BN_free(value);
	return done;
}

static bool set_subject(X509 *certificate, const char *common_name)
{
	X509_NAME *name = X509_NAME_new();
	bool done =
	    name != NULL &&
	    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, (const unsigned char *)common_name, -1, -1, 0) == 1 &&
	    X509_set_subject_name(certificate, name) == 1;

	X509_NAME_free(name);
	return done;
}

bool certificate_new(
    const char *common_name, EVP_PKEY *key, bool starts_with_one, X509 **certificate, struct error *err)
{
	X509 *made = X509_new();

	if (made == NULL || X509_set_version(made, X509_VERSION_3) != 1 || !set_number(made, starts_with_one) ||
	    !set_subject(made, common_name) || X509_set_pubkey(made, key) != 1) {
		X509_free(made);
		return error_set(err, ERROR_CRYPTO, "no certificate for %s could be made", common_name);
	}
	*certificate = made;
	return true;
}

bool certificate_set_organisation(
    X509 *certificate, const char *organisation, const char *common_name, struct error *err)
{
	const char *const parts[][2] = {
	    {"C", "SE"}, {"O", organisation}, {"OU", "Authenticator Attestation"}, {"CN", common_name}};
	X509_NAME *name = X509_NAME_new();
	bool done = name != NULL;

	for (size_t i = 0; done && i < sizeof(parts) / sizeof(parts[0]); i++)
		done = X509_NAME_add_entry_by_txt(
		           name, parts[i][0], MBSTRING_UTF8, (const unsigned char *)parts[i][1], -1, -1, 0) == 1;
	done = done && X509_set_subject_name(certificate, name) == 1;
	X509_NAME_free(name);
	return done || error_set(err, ERROR_CRYPTO, "the subject %s could not be set", common_name);
}

bool certificate_set_issuer(X509 *certificate, const X509 *issuer, struct error *err)
{
	return X509_set_issuer_name(certificate, X509_get_subject_name(issuer)) == 1 ||
	       error_set(err, ERROR_CRYPTO, "the issuer's name could not be copied");
}

bool certificate_copy_dates(X509 *certificate, const X509 *model, struct error *err)
{
	return (X509_set1_notBefore(certificate, X509_get0_notBefore(model)) == 1 &&
	           X509_set1_notAfter(certificate, X509_get0_notAfter(model)) == 1) ||
	       error_set(err, ERROR_CRYPTO, "the dates could not be copied");
}

bool certificate_set_dates(X509 *certificate, const char *not_before, const char *not_after, struct error *err)
{
	return (ASN1_TIME_set_string_X509(X509_getm_notBefore(certificate), not_before) == 1 &&
	           ASN1_TIME_set_string_X509(X509_getm_notAfter(certificate), not_after) == 1) ||
	       error_set(err, ERROR_CRYPTO, "%s or %s is no date", not_before, not_after);
}

bool certificate_put_extension(
    X509 *certificate, const char *oid, bool critical, struct bytes content, struct error *err)
{
	ASN1_OBJECT *object = OBJ_txt2obj(oid, 1);
	ASN1_OCTET_STRING *value = ASN1_OCTET_STRING_new();
	X509_EXTENSION *extension = NULL;
	bool done = object != NULL && value != NULL &&
	            ASN1_OCTET_STRING_set(value, content.data, (int)content.len) == 1 &&
	            (extension = X509_EXTENSION_create_by_OBJ(NULL, object, critical ? 1 : 0, value)) != NULL &&
	            X509_add_ext(certificate, extension, -1) == 1;

	X509_EXTENSION_free(extension);
	ASN1_OCTET_STRING_free(value);
	ASN1_OBJECT_free(object);
	return done || error_set(err, ERROR_CRYPTO, "extension %s could not be put", oid);
}

bool certificate_put_ca(X509 *certificate, bool critical, uint8_t path_length, struct error *err)
{
	/* SEQUENCE { BOOLEAN TRUE, INTEGER } */
	const uint8_t content[] = {0x30, 0x06, 0x01, 0x01, 0xff, 0x02, 0x01, path_length};

	return certificate_put_extension(certificate, OID_BASIC_CONSTRAINTS, critical, BYTES_OF(content), err);
}

bool certificate_sign(X509 *certificate, EVP_PKEY *key, struct error *err)
{
	return X509_sign(certificate, key, EVP_sha256()) > 0 ||
	       error_set(err, ERROR_CRYPTO, "the certificate could not be signed");
}

bool certificate_put(const X509 *certificate, struct buffer *out, struct error *err)
{
	uint8_t *der = NULL;
	int len = i2d_X509(certificate, &der);
	bool done;

	if (len <= 0)
		return error_set(err, ERROR_CRYPTO, "the certificate could not be encoded");
	done = buffer_put(out, bytes_of(der, (size_t)len), err);
	OPENSSL_free(der);
	return done;
}

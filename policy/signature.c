#include "policy/signature.h"

#include "policy/der.h"

#define RSA_BITS_MINIMUM 2048U

#define OID(text)                                                                                                      \
	{                                                                                                              \
		(const uint8_t *)(text), sizeof(text) - 1                                                              \
	}

enum key_family { FAMILY_RSA, FAMILY_ECDSA, FAMILY_ED25519 };

struct algorithm_row {
	struct bytes oid;
	const char *digest; /* NULL: the scheme takes the message itself */
	enum key_family family;
};

static const struct algorithm_row algorithms[] = {
    [SIGNATURE_RSA_SHA256] = {OID("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0b"), "SHA256", FAMILY_RSA},
    [SIGNATURE_RSA_SHA384] = {OID("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0c"), "SHA384", FAMILY_RSA},
    [SIGNATURE_RSA_SHA512] = {OID("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0d"), "SHA512", FAMILY_RSA},
    [SIGNATURE_ECDSA_SHA256] = {OID("\x2a\x86\x48\xce\x3d\x04\x03\x02"), "SHA256", FAMILY_ECDSA},
    [SIGNATURE_ECDSA_SHA384] = {OID("\x2a\x86\x48\xce\x3d\x04\x03\x03"), "SHA384", FAMILY_ECDSA},
    [SIGNATURE_ECDSA_SHA512] = {OID("\x2a\x86\x48\xce\x3d\x04\x03\x04"), "SHA512", FAMILY_ECDSA},
    [SIGNATURE_ED25519] = {OID("\x2b\x65\x70"), NULL, FAMILY_ED25519},
};

/* RSA identifiers carry a NULL, or nothing: tokens leave it away. The others carry nothing. */
static bool parse_parameters(const struct algorithm_row *row, struct bytes in, struct signature *signature)
{
	struct bytes null;

	signature->without_null = row->family == FAMILY_RSA && in.len == 0;
	return in.len == 0 ||
	       (row->family == FAMILY_RSA && der_take(&in, DER_NULL, &null) && null.len == 0 && in.len == 0);
}

bool signature_parse_algorithm(struct bytes content, struct signature *signature, struct error *err)
{
	struct bytes oid;

	if (!der_take(&content, DER_OBJECT, &oid))
		return error_set(err, ERROR_EVIDENCE_CERTIFICATE, "the signature algorithm is malformed");
	for (size_t i = 0; i < sizeof(algorithms) / sizeof(algorithms[0]); i++) {
		if (!bytes_equal(oid, algorithms[i].oid))
			continue;
		signature->algorithm = (enum signature_algorithm)i;
		return parse_parameters(&algorithms[i], content, signature) ||
		       error_set(err, ERROR_EVIDENCE_CERTIFICATE, "the signature algorithm has wrong parameters");
	}
	return error_set(err, ERROR_CERTIFICATE_ALGORITHM,
	    "it is signed by an algorithm that is not allowed (RSA and ECDSA with SHA-2 are)");
}

static bool algorithm_fits(enum key_family family, const struct public_key *key)
{
	switch (key->kind) {
	case PUBLIC_KEY_RSA:
		return family == FAMILY_RSA && key->bits >= RSA_BITS_MINIMUM;
	case PUBLIC_KEY_P256:
	case PUBLIC_KEY_P384:
		return family == FAMILY_ECDSA;
	case PUBLIC_KEY_ED25519:
		return family == FAMILY_ED25519;
	case PUBLIC_KEY_P521:
	case PUBLIC_KEY_X25519:
		return false;
	}
	return false;
}

bool signature_check(const struct signature *signature, const struct public_key *key, EVP_PKEY *loaded,
    enum error_code code, struct error *err)
{
	const struct algorithm_row *row = &algorithms[signature->algorithm];
	EVP_MD_CTX *context;
	bool done = false;

	if (!algorithm_fits(row->family, key))
		return error_set(err, ERROR_CERTIFICATE_ALGORITHM,
		    "its signature algorithm does not go with the signer's key, or that key is too short");
	context = EVP_MD_CTX_new();
	if (context == NULL || EVP_DigestVerifyInit_ex(context, NULL, row->digest, NULL, NULL, loaded, NULL) != 1) {
		error_set(err, ERROR_CRYPTO, "libcrypto cannot check the signature");
		goto out;
	}
	done = EVP_DigestVerify(context, signature->value.data, signature->value.len, signature->message.data,
	           signature->message.len) == 1;
	if (!done)
		error_set(err, code, "its signature was not made by the issuer that it names");
out:
	EVP_MD_CTX_free(context);
	return done;
}

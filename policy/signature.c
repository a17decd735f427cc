#include "policy/signature.h"

#include <openssl/sha.h>
#include <string.h>

#include "policy/der.h"
#include "policy/public_key.h"
#include "policy/verification_key.h"

#define RSA_BITS_MINIMUM 2048U
#define PKCS1_PADDING_MINIMUM 8U

#define OID(text)                                                                                                      \
	{                                                                                                              \
		(const uint8_t *)(text), sizeof(text) - 1                                                              \
	}

enum key_family { FAMILY_RSA, FAMILY_ECDSA, FAMILY_ED25519 };

struct algorithm_row {
	struct bytes oid;
	enum key_family family;
	const char *digest; /* as libcrypto names it; NULL: the scheme takes the message itself */
	/* RSA: the digest, and the DER that stands before it. */
	unsigned char *(*hash)(const unsigned char *message, size_t len, unsigned char *digest);
	size_t hash_len;
	struct bytes digest_info;
};

/* The head of a DigestInfo with the last byte of SHA-2's OID, its own length and the digest's length. Source: RFC 8017 9.2 note 1. */
#define DIGEST_INFO(len, oid, hash_len)                                                                                \
	OID("\x30" len "\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02" oid "\x05\x00\x04" hash_len)

static const struct algorithm_row algorithms[] = {
    [SIGNATURE_RSA_SHA256] = {OID("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0b"), FAMILY_RSA, NULL, SHA256,
        SHA256_DIGEST_LENGTH, DIGEST_INFO("\x31", "\x01", "\x20")},
    [SIGNATURE_RSA_SHA384] = {OID("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0c"), FAMILY_RSA, NULL, SHA384,
        SHA384_DIGEST_LENGTH, DIGEST_INFO("\x41", "\x02", "\x30")},
    [SIGNATURE_RSA_SHA512] = {OID("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0d"), FAMILY_RSA, NULL, SHA512,
        SHA512_DIGEST_LENGTH, DIGEST_INFO("\x51", "\x03", "\x40")},
    [SIGNATURE_ECDSA_SHA256] = {OID("\x2a\x86\x48\xce\x3d\x04\x03\x02"), FAMILY_ECDSA, "SHA256", NULL, 0, {NULL, 0}},
    [SIGNATURE_ECDSA_SHA384] = {OID("\x2a\x86\x48\xce\x3d\x04\x03\x03"), FAMILY_ECDSA, "SHA384", NULL, 0, {NULL, 0}},
    [SIGNATURE_ECDSA_SHA512] = {OID("\x2a\x86\x48\xce\x3d\x04\x03\x04"), FAMILY_ECDSA, "SHA512", NULL, 0, {NULL, 0}},
    [SIGNATURE_ED25519] = {OID("\x2b\x65\x70"), FAMILY_ED25519, NULL, NULL, 0, {NULL, 0}},
    [SIGNATURE_RSA_SHA1] = {{NULL, 0}, FAMILY_RSA, NULL, SHA1, SHA_DIGEST_LENGTH,
        OID("\x30\x21\x30\x09\x06\x05\x2b\x0e\x03\x02\x1a\x05\x00\x04\x14")},
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
		if (algorithms[i].oid.len == 0 || !bytes_equal(oid, algorithms[i].oid))
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

static bool wrong_signature(enum error_code code, struct error *err)
{
	return error_set(err, code, "its signature was not made by the issuer that it names");
}

/* PKCS#1 v1.5: 00 01 FF… 00, which digest it is, the digest. The lengths leave one form only, which is demanded from end to end:
 * there is no padding to be searched for.
 * Source: RFC 8017 8.2.2 and 9.2. */
static bool is_pkcs1(struct bytes encoded, struct bytes digest_info, struct bytes digest)
{
	size_t others = digest_info.len + digest.len + 3;
	uint8_t padding[RSA_MODULUS_MAXIMUM], byte;
	struct bytes part;

	memset(padding, 0xff, sizeof(padding));
	return encoded.len >= others + PKCS1_PADDING_MINIMUM && encoded.len <= sizeof(padding) &&
	       bytes_take_u8(&encoded, &byte) && byte == 0 && bytes_take_u8(&encoded, &byte) && byte == 1 &&
	       bytes_take(&encoded, encoded.len + 2 - others, &part) &&
	       bytes_equal(part, bytes_of(padding, part.len)) && bytes_take_u8(&encoded, &byte) && byte == 0 &&
	       bytes_take(&encoded, digest_info.len, &part) && bytes_equal(part, digest_info) &&
	       bytes_equal(encoded, digest);
}

static bool check_rsa(const struct signature *signature, const struct algorithm_row *row,
    const struct verification_key *key, enum error_code code, struct error *err)
{
	uint8_t hash[EVP_MAX_MD_SIZE], encoded[RSA_MODULUS_MAXIMUM];
	struct bytes opened;

	if (row->hash(signature->message.data, signature->message.len, hash) == NULL)
		return error_set(err, ERROR_CRYPTO, "libcrypto cannot hash what was signed");
	return (verification_key_open_rsa(key, signature->value, encoded, &opened) &&
	           is_pkcs1(opened, row->digest_info, bytes_of(hash, row->hash_len))) ||
	       wrong_signature(code, err);
}

static bool check_curve(const struct signature *signature, const struct algorithm_row *row,
    const struct verification_key *key, enum error_code code, struct error *err)
{
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	bool done = false;

	if (context == NULL || EVP_DigestVerifyInit_ex(context, NULL, row->digest, NULL, NULL, key->loaded, NULL) != 1)
		error_set(err, ERROR_CRYPTO, "libcrypto cannot check the signature");
	else
		done = EVP_DigestVerify(context, signature->value.data, signature->value.len, signature->message.data,
		           signature->message.len) == 1 ||
		       wrong_signature(code, err);
	EVP_MD_CTX_free(context);
	return done;
}

bool signature_check(
    const struct signature *signature, const struct verification_key *key, enum error_code code, struct error *err)
{
	const struct algorithm_row *row = &algorithms[signature->algorithm];

	if (!algorithm_fits(row->family, &key->key))
		return error_set(err, ERROR_CERTIFICATE_ALGORITHM,
		    "its signature algorithm does not go with the signer's key, or that key is too short");
	return row->family == FAMILY_RSA ? check_rsa(signature, row, key, code, err)
	                                 : check_curve(signature, row, key, code, err);
}

bool signature_check_once(
    const struct signature *signature, const struct public_key *key, enum error_code code, struct error *err)
{
	struct verification_key *ready;
	bool done = verification_key_new(key, &ready, err) && signature_check(signature, ready, code, err);

	verification_key_free(ready);
	return done;
}

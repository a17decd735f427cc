#include "piv/x509_signature.h"

#include <openssl/x509.h>

#include "common/tlv.h"

#define TAG_BIT_STRING 0x03U
#define TAG_SEQUENCE 0x30U

#define NAME_MAXIMUM 64 /* characters: ub-common-name */

/* AlgorithmIdentifier, whole. */
static const uint8_t rsa_sha256[] = {
    0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0b, 0x05, 0x00};
static const uint8_t ecdsa_sha256[] = {0x30, 0x0a, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02};
static const uint8_t ecdsa_sha384[] = {0x30, 0x0a, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x03};
static const uint8_t ed25519[] = {0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70};

static const struct signature_row {
	enum piv_algorithm algorithm;
	enum piv_digest digest;
	struct bytes identifier;
} signatures[] = {
    {PIV_RSA2048, PIV_SHA256, {rsa_sha256, sizeof(rsa_sha256)}},
    {PIV_RSA3072, PIV_SHA256, {rsa_sha256, sizeof(rsa_sha256)}},
    {PIV_RSA4096, PIV_SHA256, {rsa_sha256, sizeof(rsa_sha256)}},
    {PIV_P256, PIV_SHA256, {ecdsa_sha256, sizeof(ecdsa_sha256)}},
    {PIV_P384, PIV_SHA384, {ecdsa_sha384, sizeof(ecdsa_sha384)}},
    {PIV_ED25519, PIV_SHA512, {ed25519, sizeof(ed25519)}},
};

static const struct signature_row *find_signature(enum piv_algorithm algorithm)
{
	for (size_t i = 0; i < sizeof(signatures) / sizeof(signatures[0]); i++)
		if (signatures[i].algorithm == algorithm)
			return &signatures[i];
	return NULL;
}

bool x509_signature_algorithm(enum piv_algorithm algorithm, struct bytes *identifier, struct error *err)
{
	const struct signature_row *row = find_signature(algorithm);

	if (row == NULL)
		return error_set(err, ERROR_CARD_UNSUPPORTED, "a key of this type signs no certificate");
	*identifier = row->identifier;
	return true;
}

bool x509_put_name(const char *person, struct buffer *out, struct error *err)
{
	X509_NAME *name = X509_NAME_new();
	unsigned char *der = NULL;
	int len = -1;
	bool done;

	if (name != NULL &&
	    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, (const unsigned char *)person, -1, -1, 0) == 1)
		len = i2d_X509_NAME(name, &der);
	done = len > 0 ? buffer_put(out, bytes_of(der, (size_t)len), err)
	               : error_set(err, ERROR_TEXT, "\"%s\" cannot stand in a certificate: 1 to %d characters, UTF-8",
	                     person, NAME_MAXIMUM);
	OPENSSL_free(der);
	X509_NAME_free(name);
	return done;
}

static bool put_signature(struct bytes signature, struct buffer *out, struct error *err)
{
	struct buffer bits = BUFFER_EMPTY;
	bool done = buffer_put_u8(&bits, 0, err) && buffer_put(&bits, signature, err) &&
	            tlv_put(out, TAG_BIT_STRING, buffer_bytes(&bits), err);

	buffer_free(&bits);
	return done;
}

bool x509_put_signed(enum piv_algorithm algorithm, struct bytes content, struct x509_signer signer, struct buffer *out,
    struct error *err)
{
	const struct signature_row *row = find_signature(algorithm);
	struct buffer fields = BUFFER_EMPTY, signature = BUFFER_EMPTY;
	bool done;

	if (row == NULL)
		return error_set(err, ERROR_CARD_UNSUPPORTED, "a key of this type signs no certificate");
	done = buffer_put(&fields, content, err) && signer.sign(signer.state, row->digest, content, &signature, err) &&
	       buffer_put(&fields, row->identifier, err) && put_signature(buffer_bytes(&signature), &fields, err) &&
	       tlv_put(out, TAG_SEQUENCE, buffer_bytes(&fields), err);
	buffer_free(&signature);
	buffer_free(&fields);
	return done;
}

#include "piv/slot_certificate.h"

#include <limits.h>
#include <openssl/asn1.h>
#include <openssl/rand.h>
#include <openssl/x509.h>

#include "common/tlv.h"

#define TAG_INTEGER 0x02U
#define TAG_BIT_STRING 0x03U
#define TAG_SEQUENCE 0x30U
#define TAG_VERSION 0xa0U
#define TAG_EXTENSIONS 0xa3U

#define SERIAL_BYTES 16U
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

/* [0] { INTEGER 2 }: version 3. */
static const uint8_t version_content[] = {0x02, 0x01, 0x02};

/* BasicConstraints: no CA; KeyUsage: digitalSignature. Both critical. */
static const uint8_t extensions_content[] = {0x30, 0x0c, 0x06, 0x03, 0x55, 0x1d, 0x13, 0x01, 0x01, 0xff, 0x04, 0x02,
    0x30, 0x00, 0x30, 0x0e, 0x06, 0x03, 0x55, 0x1d, 0x0f, 0x01, 0x01, 0xff, 0x04, 0x04, 0x03, 0x02, 0x07, 0x80};

static const struct signature_row *find_signature(enum piv_algorithm algorithm)
{
	for (size_t i = 0; i < sizeof(signatures) / sizeof(signatures[0]); i++)
		if (signatures[i].algorithm == algorithm)
			return &signatures[i];
	return NULL;
}

/* A random positive number; the first byte keeps it positive and in its shortest form. */
static bool put_serial(struct buffer *out, struct error *err)
{
	uint8_t serial[SERIAL_BYTES];

	if (RAND_bytes(serial, sizeof(serial)) != 1)
		return error_set(err, ERROR_CRYPTO, "the crypto library has no random numbers");
	serial[0] = (uint8_t)((serial[0] & 0x7fU) | 0x40U);
	return tlv_put(out, TAG_INTEGER, BYTES_OF(serial), err);
}

static bool put_name(const char *person, struct buffer *out, struct error *err)
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

static bool put_time(int64_t seconds, struct buffer *out, struct error *err)
{
	ASN1_TIME *time = ASN1_TIME_adj(NULL, (time_t)seconds, 0, 0);
	unsigned char *der = NULL;
	int len = time == NULL ? -1 : i2d_ASN1_TIME(time, &der);
	bool done = len > 0 ? buffer_put(out, bytes_of(der, (size_t)len), err)
	                    : error_set(err, ERROR_CRYPTO, "%lld is no time for a certificate", (long long)seconds);

	OPENSSL_free(der);
	ASN1_TIME_free(time);
	return done;
}

static bool put_validity(const struct slot_certificate *wanted, struct buffer *out, struct error *err)
{
	struct buffer times = BUFFER_EMPTY;
	bool done = put_time(wanted->not_before, &times, err) && put_time(wanted->not_after, &times, err) &&
	            tlv_put(out, TAG_SEQUENCE, buffer_bytes(&times), err);

	buffer_free(&times);
	return done;
}

static bool put_extensions(struct buffer *out, struct error *err)
{
	struct buffer list = BUFFER_EMPTY;
	bool done = tlv_put(&list, TAG_SEQUENCE, BYTES_OF(extensions_content), err) &&
	            tlv_put(out, TAG_EXTENSIONS, buffer_bytes(&list), err);

	buffer_free(&list);
	return done;
}

/* Issuer and subject are the same. */
static bool put_to_be_signed(
    const struct slot_certificate *wanted, struct bytes identifier, struct buffer *out, struct error *err)
{
	struct buffer fields = BUFFER_EMPTY;
	bool done = tlv_put(&fields, TAG_VERSION, BYTES_OF(version_content), err) && put_serial(&fields, err) &&
	            buffer_put(&fields, identifier, err) && put_name(wanted->person, &fields, err) &&
	            put_validity(wanted, &fields, err) && put_name(wanted->person, &fields, err) &&
	            buffer_put(&fields, wanted->spki, err) && put_extensions(&fields, err) &&
	            tlv_put(out, TAG_SEQUENCE, buffer_bytes(&fields), err);

	buffer_free(&fields);
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

bool slot_certificate_make(const struct slot_certificate *wanted, struct slot_certificate_signer signer,
    struct buffer *certificate, struct error *err)
{
	const struct signature_row *row = find_signature(wanted->algorithm);
	struct buffer body = BUFFER_EMPTY, signature = BUFFER_EMPTY;
	bool done;

	if (row == NULL)
		return error_set(err, ERROR_CARD_UNSUPPORTED, "a key of this type signs no certificate");
	done = put_to_be_signed(wanted, row->identifier, &body, err) &&
	       signer.sign(signer.state, row->digest, buffer_bytes(&body), &signature, err) &&
	       buffer_put(&body, row->identifier, err) && put_signature(buffer_bytes(&signature), &body, err) &&
	       tlv_put(certificate, TAG_SEQUENCE, buffer_bytes(&body), err);
	buffer_free(&signature);
	buffer_free(&body);
	return done;
}

bool slot_certificate_spki(struct bytes der, struct buffer *spki, struct error *err)
{
	const unsigned char *rest = der.data;
	unsigned char *encoded = NULL;
	X509 *certificate = der.len <= LONG_MAX ? d2i_X509(NULL, &rest, (long)der.len) : NULL;
	int len = certificate && rest == der.data + der.len
	              ? i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate), &encoded)
	              : -1;
	bool done = len > 0 ? buffer_put(spki, bytes_of(encoded, (size_t)len), err)
	                    : error_set(err, ERROR_EVIDENCE_CERTIFICATE, "this is not one certificate in DER or PEM");

	OPENSSL_free(encoded);
	X509_free(certificate);
	return done;
}

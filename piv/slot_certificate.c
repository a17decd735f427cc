#include "piv/slot_certificate.h"

#include <limits.h>
#include <openssl/asn1.h>
#include <openssl/rand.h>
#include <openssl/x509.h>

#include "common/tlv.h"

#define TAG_INTEGER 0x02U
#define TAG_SEQUENCE 0x30U
#define TAG_VERSION 0xa0U
#define TAG_EXTENSIONS 0xa3U

#define SERIAL_BYTES 16U

/* [0] { INTEGER 2 }: version 3. */
static const uint8_t version_content[] = {0x02, 0x01, 0x02};

/* BasicConstraints: no CA; KeyUsage: digitalSignature. Both critical. */
static const uint8_t extensions_content[] = {0x30, 0x0c, 0x06, 0x03, 0x55, 0x1d, 0x13, 0x01, 0x01, 0xff, 0x04, 0x02,
    0x30, 0x00, 0x30, 0x0e, 0x06, 0x03, 0x55, 0x1d, 0x0f, 0x01, 0x01, 0xff, 0x04, 0x04, 0x03, 0x02, 0x07, 0x80};

/* A random positive number; the first byte keeps it positive and in its shortest form. */
static bool put_serial(struct buffer *out, struct error *err)
{
	uint8_t serial[SERIAL_BYTES];

	if (RAND_bytes(serial, sizeof(serial)) != 1)
		return error_set(err, ERROR_CRYPTO, "the crypto library has no random numbers");
	serial[0] = (uint8_t)((serial[0] & 0x7fU) | 0x40U);
	return tlv_put(out, TAG_INTEGER, BYTES_OF(serial), err);
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
	            buffer_put(&fields, identifier, err) && x509_put_name(wanted->person, &fields, err) &&
	            put_validity(wanted, &fields, err) && x509_put_name(wanted->person, &fields, err) &&
	            buffer_put(&fields, wanted->spki, err) && put_extensions(&fields, err) &&
	            tlv_put(out, TAG_SEQUENCE, buffer_bytes(&fields), err);

	buffer_free(&fields);
	return done;
}

bool slot_certificate_make(
    const struct slot_certificate *wanted, struct x509_signer signer, struct buffer *certificate, struct error *err)
{
	struct bytes identifier;
	struct buffer body = BUFFER_EMPTY;
	bool done = x509_signature_algorithm(wanted->algorithm, &identifier, err) &&
	            put_to_be_signed(wanted, identifier, &body, err) &&
	            x509_put_signed(wanted->algorithm, buffer_bytes(&body), signer, certificate, err);

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

#include "piv/certificate_request.h"

#include "common/tlv.h"

#define TAG_OCTET_STRING 0x04U
#define TAG_OID 0x06U
#define TAG_SEQUENCE 0x30U
#define TAG_SET 0x31U
#define TAG_ATTRIBUTES 0xa0U

/* INTEGER 0: version 1. */
static const uint8_t version[] = {0x02, 0x01, 0x00};

static const uint8_t oid_extension_request[] = {0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x0e};
static const uint8_t oid_attestation[] = {0x2b, 0x06, 0x01, 0x04, 0x01, 0x82, 0xc4, 0x0a, 0x03, 0x01};
static const uint8_t oid_device[] = {0x2b, 0x06, 0x01, 0x04, 0x01, 0x82, 0xc4, 0x0a, 0x03, 0x02};

static bool put_extension(struct bytes oid, struct bytes value, struct buffer *out, struct error *err)
{
	struct buffer fields = BUFFER_EMPTY;
	bool done = tlv_put(&fields, TAG_OID, oid, err) && tlv_put(&fields, TAG_OCTET_STRING, value, err) &&
	            tlv_put(out, TAG_SEQUENCE, buffer_bytes(&fields), err);

	buffer_free(&fields);
	return done;
}

static bool put_extensions(const struct certificate_request *wanted, struct buffer *out, struct error *err)
{
	struct buffer list = BUFFER_EMPTY;
	bool done = put_extension(BYTES_OF(oid_attestation), wanted->attestation, &list, err) &&
	            put_extension(BYTES_OF(oid_device), wanted->device_certificate, &list, err) &&
	            tlv_put(out, TAG_SEQUENCE, buffer_bytes(&list), err);

	buffer_free(&list);
	return done;
}

/* [0] { SEQUENCE { extensionRequest, SET { extensions } } } */
static bool put_attributes(const struct certificate_request *wanted, struct buffer *out, struct error *err)
{
	struct buffer extensions = BUFFER_EMPTY, fields = BUFFER_EMPTY, attribute = BUFFER_EMPTY;
	bool done = put_extensions(wanted, &extensions, err) &&
	            tlv_put(&fields, TAG_OID, BYTES_OF(oid_extension_request), err) &&
	            tlv_put(&fields, TAG_SET, buffer_bytes(&extensions), err) &&
	            tlv_put(&attribute, TAG_SEQUENCE, buffer_bytes(&fields), err) &&
	            tlv_put(out, TAG_ATTRIBUTES, buffer_bytes(&attribute), err);

	buffer_free(&extensions);
	buffer_free(&fields);
	buffer_free(&attribute);
	return done;
}

static bool put_to_be_signed(const struct certificate_request *wanted, struct buffer *out, struct error *err)
{
	struct buffer fields = BUFFER_EMPTY;
	bool done = buffer_put(&fields, BYTES_OF(version), err) && x509_put_name(wanted->person, &fields, err) &&
	            buffer_put(&fields, wanted->spki, err) && put_attributes(wanted, &fields, err) &&
	            tlv_put(out, TAG_SEQUENCE, buffer_bytes(&fields), err);

	buffer_free(&fields);
	return done;
}

bool certificate_request_make(
    const struct certificate_request *wanted, struct x509_signer signer, struct buffer *request, struct error *err)
{
	struct buffer body = BUFFER_EMPTY;
	bool done = put_to_be_signed(wanted, &body, err) &&
	            x509_put_signed(wanted->algorithm, buffer_bytes(&body), signer, request, err);

	buffer_free(&body);
	return done;
}

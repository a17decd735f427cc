#include "tests/vtoken/vendor_fido.h"

#include "common/tlv.h"
#include "tests/vtoken/certificate.h"
#include "tests/vtoken/vendor.h"

enum { ALGORITHM_P256 = 0x11, TAG_OCTET_STRING = 0x04 };

struct issuer {
	X509 *certificate;
	EVP_PKEY *key;
};

/* Extensions whose content is an octet string in the octet string. */
static bool put_nested(X509 *certificate, const char *oid, struct bytes content, struct error *err)
{
	struct buffer der = BUFFER_EMPTY;
	bool done = tlv_put(&der, TAG_OCTET_STRING, content, err) &&
	            certificate_put_extension(certificate, oid, false, buffer_bytes(&der), err);

	buffer_free(&der);
	return done;
}

static bool put_serial(X509 *certificate, uint32_t serial, struct error *err)
{
	struct buffer number = BUFFER_EMPTY;
	bool done = buffer_put_u32(&number, serial, err) &&
	            put_nested(certificate, OID_FIDO_SERIAL, buffer_bytes(&number), err);

	buffer_free(&number);
	return done;
}

static bool put_extensions(X509 *certificate, const struct fido_shape *shape, struct error *err)
{
	/* SEQUENCE {}: CA false; BIT STRING: USB and NFC */
	static const uint8_t constraints[] = {0x30, 0x00}, transports[] = {0x03, 0x02, 0x04, 0x30};

	return (shape->device_type == NULL || certificate_put_extension(certificate, OID_FIDO_DEVICE_TYPE, false,
	                                          bytes_of_text(shape->device_type), err)) &&
	       (shape->certificate_version[0] == 0 ||
	           put_nested(certificate, OID_FIDO_FIRMWARE, BYTES_OF(shape->certificate_version), err)) &&
	       certificate_put_extension(certificate, OID_FIDO_TRANSPORTS, false, BYTES_OF(transports), err) &&
	       (!shape->certificate_aaguid || put_nested(certificate, OID_FIDO_AAGUID, BYTES_OF(shape->aaguid), err)) &&
	       certificate_put_extension(certificate, OID_BASIC_CONSTRAINTS, true, BYTES_OF(constraints), err);
}

/* serial  0: of the batch */
static bool issue(const struct fido_shape *shape, const struct issuer *issuer, EVP_PKEY *key, uint32_t serial,
    struct buffer *der, struct error *err)
{
	X509 *made = NULL;
	bool done = certificate_new(shape->certificate_name, key, false, &made, err) &&
	            certificate_set_organisation(made, VENDOR_FIDO_ORGANISATION, shape->certificate_name, err) &&
	            certificate_set_issuer(made, issuer->certificate, err) &&
	            certificate_set_dates(made, shape->not_before, shape->not_after, err) &&
	            put_extensions(made, shape, err) && (serial == 0 || put_serial(made, serial, err)) &&
	            certificate_sign(made, issuer->key, err) && certificate_put(made, der, err);

	X509_free(made);
	return done;
}

static bool is_attesting(const struct fido_shape *shape)
{
	return shape != NULL &&
	       (shape->attestation == FIDO_ATTESTATION_BATCH || shape->attestation == FIDO_ATTESTATION_U2F);
}

bool vendor_make_fido(struct card *card, const char *folder, struct error *err)
{
	const struct fido_shape *shape = card->fido.shape;
	struct issuer issuer = {.key = NULL};
	const char *name;
	bool done;

	if (!is_attesting(shape))
		return true;
	name = shape->chain == CHAIN_SHORT ? VENDOR_FIDO_SHORT_ROOT : VENDOR_FIDO_LONG_ISSUING;
	done =
	    vendor_load_certificate(folder, name, &issuer.certificate, err) &&
	    vendor_load_key(folder, name, &issuer.key, err) &&
	    algorithm_generate(algorithm_find(ALGORITHM_P256), &card->fido.attestation_key, err) &&
	    issue(shape, &issuer, card->fido.attestation_key, 0, &card->fido.attestation_certificate, err) &&
	    issue(shape, &issuer, card->fido.attestation_key, card->serial, &card->fido.enterprise_certificate, err) &&
	    (shape->chain == CHAIN_SHORT || certificate_put(issuer.certificate, &card->fido.issuer_certificate, err));
	X509_free(issuer.certificate);
	EVP_PKEY_free(issuer.key);
	return done;
}

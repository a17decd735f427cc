#include "tests/vtoken/vendor.h"

#include <stdio.h>

#include <openssl/pem.h>

#include "common/tlv.h"
#include "tests/vtoken/certificate.h"

enum { ALGORITHM_F9 = 0x07, TAG_CERTIFICATE = 0x70, TAG_COMPRESSION = 0x71, TAG_CHECKSUM = 0xfe };

static FILE *open_pem(const char *folder, const char *name, const char *suffix, struct error *err)
{
	struct buffer path = BUFFER_EMPTY;
	FILE *file = NULL;

	if (buffer_put_format(&path, err, "%s/%s%s", folder, name, suffix)) {
		file = fopen(buffer_text(&path), "re");
		if (file == NULL)
			error_set_errno(err, ERROR_FILE, "%s: run vendor-ca first", buffer_text(&path));
	}
	buffer_free(&path);
	return file;
}

bool vendor_load_certificate(const char *folder, const char *name, X509 **certificate, struct error *err)
{
	FILE *file = open_pem(folder, name, ".pem", err);

	if (file == NULL)
		return false;
	*certificate = PEM_read_X509(file, NULL, NULL, NULL);
	(void)fclose(file);
	return *certificate != NULL || error_set(err, ERROR_FILE, "%s/%s.pem holds no certificate", folder, name);
}

bool vendor_load_key(const char *folder, const char *name, EVP_PKEY **key, struct error *err)
{
	FILE *file = open_pem(folder, name, "-key.pem", err);

	if (file == NULL)
		return false;
	*key = PEM_read_PrivateKey(file, NULL, NULL, NULL);
	(void)fclose(file);
	return *key != NULL || error_set(err, ERROR_FILE, "%s/%s-key.pem holds no key", folder, name);
}

static bool put_extensions(X509 *certificate, const struct device_shape *shape, struct error *err)
{
	if (shape->bare)
		return true;
	if (!certificate_put_extension(certificate, OID_FIRMWARE, false, BYTES_OF(shape->version), err))
		return false;
	if (shape->fips.len > 0 && !certificate_put_extension(certificate, OID_FIPS, false, shape->fips, err))
		return false;
	if (shape->cspn.len > 0 && !certificate_put_extension(certificate, OID_CSPN, false, shape->cspn, err))
		return false;
	return !shape->constraints || certificate_put_ca(certificate, true, 0, err);
}

static bool issue(
    const struct device_shape *shape, EVP_PKEY *key, const char *folder, X509 **certificate, struct error *err)
{
	X509 *issuer = NULL, *made = NULL;
	EVP_PKEY *issuer_key = NULL;
	bool done = false;

	if (!vendor_load_certificate(folder, shape->issuer, &issuer, err) ||
	    !vendor_load_key(folder, shape->issuer, &issuer_key, err) ||
	    !certificate_new(shape->name, key, false, &made, err) || !certificate_set_issuer(made, issuer, err) ||
	    !certificate_set_dates(made, shape->not_before, shape->not_after, err) ||
	    !put_extensions(made, shape, err) || !certificate_sign(made, issuer_key, err))
		goto out;
	*certificate = made;
	made = NULL;
	done = true;
out:
	X509_free(made);
	X509_free(issuer);
	EVP_PKEY_free(issuer_key);
	return done;
}

/* 70 { certificate }, 71 { 00: not compressed }, FE {} */
static bool store_certificate(struct card *card, const X509 *certificate, struct error *err)
{
	static const uint8_t plain[] = {0};
	struct buffer der = BUFFER_EMPTY, content = BUFFER_EMPTY;
	bool done = certificate_put(certificate, &der, err) &&
	            tlv_put(&content, TAG_CERTIFICATE, buffer_bytes(&der), err) &&
	            tlv_put(&content, TAG_COMPRESSION, BYTES_OF(plain), err) &&
	            tlv_put(&content, TAG_CHECKSUM, BYTES_EMPTY, err) &&
	            card_put_object(card, OBJECT_ATTESTATION, buffer_bytes(&content), err);

	buffer_free(&der);
	buffer_free(&content);
	return done;
}

static bool suffer(struct card *card, const struct algorithm *algorithm, struct error *err)
{
	struct slot *slot = card_slot(card, SLOT_ATTESTATION);
	EVP_PKEY *other = NULL;

	switch (card->personality->device_fate) {
	case DEVICE_KEPT:
		return true;
	case DEVICE_KEY_REPLACED:
		if (!algorithm_generate(algorithm, &other, err))
			return false;
		EVP_PKEY_free(slot->key);
		slot->key = other;
		return true;
	case DEVICE_DELETED:
		card_remove_object(card, OBJECT_ATTESTATION);
		slot_clear(slot);
		return true;
	case DEVICE_KEY_DELETED:
		slot_clear(slot);
		return true;
	}
	return error_set(err, ERROR_BUG, "no such fate");
}

bool vendor_make_f9(struct card *card, const char *folder, struct error *err)
{
	const struct device_shape *shape = card->personality->device;
	const struct algorithm *algorithm = algorithm_find(ALGORITHM_F9);
	struct slot *slot = card_slot(card, SLOT_ATTESTATION);
	EVP_PKEY *key = NULL;
	X509 *certificate = NULL;
	bool done = false;

	if (shape == NULL)
		return true;
	if (!algorithm_generate(algorithm, &key, err) || !issue(shape, key, folder, &certificate, err) ||
	    !store_certificate(card, certificate, err))
		goto out;
	/* the vendor brought it from outside, which the card's metadata say */
	slot_set(slot, algorithm, key, ORIGIN_IMPORTED);
	slot->pin_policy = PIN_ONCE;
	slot->touch_policy = TOUCH_NEVER;
	key = NULL;
	done = suffer(card, algorithm, err);
out:
	EVP_PKEY_free(key);
	X509_free(certificate);
	return done;
}

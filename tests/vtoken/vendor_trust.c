#include "tests/vtoken/vendor_trust.h"

#include <jansson.h>

#include "common/base64.h"
#include "common/file.h"
#include "tests/vtoken/vendor.h"

static json_t *base64_text(const uint8_t *der, int len)
{
	struct buffer text = BUFFER_EMPTY;
	json_t *made = NULL;

	if (len > 0 && base64_put(bytes_of(der, (size_t)len), &text, NULL))
		made = json_string(buffer_text(&text));
	buffer_free(&text);
	return made;
}

static json_t *subject_of(const X509 *certificate)
{
	unsigned char *der = NULL;
	int len = i2d_X509_NAME(X509_get_subject_name(certificate), &der);
	json_t *made = base64_text(der, len);

	OPENSSL_free(der);
	return made;
}

static json_t *public_key_of(const X509 *certificate)
{
	unsigned char *der = NULL;
	int len = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate), &der);
	json_t *made = base64_text(der, len);

	OPENSSL_free(der);
	return made;
}

/* How an issuer stands in the bundle: `member` is what sets a believed one apart from one that never is. */
struct standing {
	const char *file, *evidence, *member, *value, *code;
};

static const struct standing believed[] = {
    {VENDOR_SHORT_ROOT, "piv", "shape", "S1", NULL},
    {VENDOR_LONG_ISSUING, "piv", "shape", "S2", NULL},
    {VENDOR_LONG_ISSUING_B2, "piv", "shape", "S2", NULL},
    {VENDOR_FIDO_SHORT_ROOT, "fido", "shape", "security-key", NULL},
    {VENDOR_FIDO_LONG_ISSUING, "fido", "shape", "security-key", NULL},
};

static const struct standing never_believed[] = {
    {VENDOR_PREVIEW_ROOT, "piv", "reason", "it signs samples of unreleased products", "issuer.preview"},
};

static bool append(json_t *list, const char *folder, const struct standing *standing, struct error *err)
{
	X509 *certificate = NULL;
	json_t *anchor;

	if (!vendor_load_certificate(folder, standing->file, &certificate, err))
		return false;
	anchor = json_pack("{s:s, s:s, s:s, s:s, s:s*, s:o, s:o}", "name", standing->file, "vendor", "testvendor",
	    "evidence", standing->evidence, standing->member, standing->value, "code", standing->code, "subject",
	    subject_of(certificate), "public_key", public_key_of(certificate));
	X509_free(certificate);
	return json_array_append_new(list, anchor) == 0 || error_set(err, ERROR_MEMORY, "no memory for an anchor");
}

static bool append_all(
    json_t *list, const char *folder, const struct standing *standings, size_t count, struct error *err)
{
	for (size_t i = 0; i < count; i++)
		if (!append(list, folder, &standings[i], err))
			return false;
	return true;
}

static bool store(const char *folder, const json_t *bundle, struct error *err)
{
	char *text = json_dumps(bundle, JSON_INDENT(1));
	struct buffer path = BUFFER_EMPTY;
	bool done;

	if (text == NULL)
		return error_set(err, ERROR_MEMORY, "no memory for the bundle");
	done = buffer_put_format(&path, err, "%s/trust.json", folder) &&
	       file_store(buffer_text(&path), bytes_of_text(text), 0644, err);
	buffer_free(&path);
	free(text);
	return done;
}

bool vendor_store_trust(const char *folder, struct error *err)
{
	json_t *anchors = json_array(), *distrusted = json_array();
	json_t *bundle = json_pack("{s:s, s:s, s:s, s:s, s:o, s:o}", "format", "keyenroll-trust-1", "name",
	    "test vendor", "version", "1", "date", "2026-11-24", "anchors", anchors, "distrusted", distrusted);
	bool done =
	    append_all(anchors, folder, believed, sizeof(believed) / sizeof(believed[0]), err) &&
	    append_all(distrusted, folder, never_believed, sizeof(never_believed) / sizeof(never_believed[0]), err) &&
	    store(folder, bundle, err);

	json_decref(bundle);
	return done;
}

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base64.h"
#include "common/language.h"
#include "policy/digest.h"
#include "policy/evidence_formats.h"
#include "policy/fido_auth_data.h"
#include "policy/hex.h"
#include "policy/result.h"
#include "policy/strict_json.h"
#include "policy/trust_advisories.h"
#include "policy/trust_store.h"
#include "policy/verification_key.h"

#define BUNDLE_FORMAT "keyenroll-trust-1"

/* Bytes of a bundle's name and of its version: both go into results. */
#define NAME_MAXIMUM 40

#define ISSUERS_BELOW_MAXIMUM 3

/* What the functions of one reading share. */
struct reading {
	struct json_reader json;
	enum trust_source source;
	struct trust *trust;
	char bundle[RESULT_TEXT_SIZE]; /* name and version */
};

static bool copy_text(const json_t *value, char **text, struct error *err)
{
	if (value == NULL)
		return true;
	*text = strdup(json_string_value(value));
	return *text != NULL || error_set(err, ERROR_MEMORY, "no memory for the trust");
}

static bool copy_base64(
    const struct reading *reading, const char *where, const json_t *value, struct buffer *out, struct error *err)
{
	if (base64_parse(bytes_of(json_string_value(value), json_string_length(value)), out, err))
		return true;
	return strict_json_error(&reading->json, where, "not canonical base64", err);
}

static bool read_shape(const struct reading *reading, const char *where, const json_t *value,
    struct trust_anchor *anchor, struct error *err)
{
	static const struct {
		enum evidence_format format;
		const char *name;
	} shapes[] = {
	    [TRUST_SHAPE_S1] = {EVIDENCE_PIV, "S1"},
	    [TRUST_SHAPE_S2] = {EVIDENCE_PIV, "S2"},
	    [TRUST_SHAPE_SECURITY_KEY] = {EVIDENCE_FIDO, "security-key"},
	    [TRUST_SHAPE_ATTESTATION_CERTIFICATE] = {EVIDENCE_FIDO, "attestation-certificate"},
	    [TRUST_SHAPE_TPM] = {EVIDENCE_FIDO, "tpm"},
	    [TRUST_SHAPE_ANDROID] = {EVIDENCE_FIDO, "android"},
	    [TRUST_SHAPE_APPLE] = {EVIDENCE_FIDO, "apple"},
	    [TRUST_SHAPE_METADATA] = {EVIDENCE_FIDO, "metadata"},
	};
	struct bytes word = bytes_of_text(json_string_value(value));

	for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++) {
		if (anchor->format != shapes[i].format || !bytes_equal_text(word, shapes[i].name))
			continue;
		anchor->shape = (enum trust_shape)i;
		return true;
	}
	return strict_json_error(&reading->json, where, "\"shape\" is none that this evidence knows", err);
}

static bool read_key(const struct reading *reading, const char *where, struct trust_anchor *anchor, struct error *err)
{
	struct error why = ERROR_EMPTY;
	struct public_key key;

	digest_sha256(buffer_bytes(&anchor->spki), anchor->spki_hash);
	if (!public_key_parse(buffer_bytes(&anchor->spki), &key, &why) ||
	    !verification_key_new(&key, &anchor->key, &why))
		return error_set(
		    err, reading->json.code, "%s: %s: \"public_key\": %s", reading->json.origin, where, why.text);
	return true;
}

static bool read_hashes(const struct reading *reading, const char *where, const json_t *list,
    struct trust_anchor *anchor, struct error *err)
{
	size_t index;
	json_t *value;

	json_array_foreach(list, index, value)
	{
		struct bytes text = bytes_of(json_string_value(value), json_string_length(value));
		uint8_t hash[SHA256_DIGEST_LENGTH];

		if (!hex_parse(text, hash, sizeof(hash)))
			return strict_json_error(&reading->json, where,
			    "\"certificates\" is a list of SHA-256 hashes in lower-case hex", err);
		if (!buffer_put(&anchor->certificates, BYTES_OF(hash), err))
			return false;
	}
	return true;
}

static bool read_aaguids(const struct reading *reading, const char *where, const json_t *list,
    struct trust_anchor *anchor, struct error *err)
{
	size_t index;
	json_t *value;

	json_array_foreach(list, index, value)
	{
		uint8_t aaguid[FIDO_AAGUID_SIZE];

		if (!fido_aaguid_parse(bytes_of(json_string_value(value), json_string_length(value)), aaguid))
			return strict_json_error(&reading->json, where,
			    "\"aaguids\" is a list of AAGUIDs in lower-case hex with dashes", err);
		if (!buffer_put(&anchor->aaguids, BYTES_OF(aaguid), err))
			return false;
	}
	return true;
}

static bool read_issuers_below(const struct reading *reading, const char *where, const json_t *value,
    struct trust_anchor *anchor, struct error *err)
{
	json_int_t number = json_integer_value(value);

	if (number < 0 || number > ISSUERS_BELOW_MAXIMUM)
		return strict_json_error(&reading->json, where, "\"issuers_below\" is a number from 0 to 3", err);
	anchor->issuers_below = (unsigned)number;
	return true;
}

/* The members that believed and distrusted issuers have in common. */
struct anchor_members {
	json_t *name, *vendor, *evidence, *subject, *public_key, *shape, *reason, *code, *from, *to, *under,
	    *certificates;
	json_t *issuers_below, *aaguids;
};

static bool read_anchor_members(const struct reading *reading, const char *where, bool distrusted, json_t *object,
    struct anchor_members *m, struct error *err)
{
	const struct json_member members[] = {
	    {"name", JSON_STRING, true, &m->name},
	    {"vendor", JSON_STRING, true, &m->vendor},
	    {"evidence", JSON_STRING, true, &m->evidence},
	    {"subject", JSON_STRING, !distrusted, &m->subject},
	    {"public_key", JSON_STRING, !distrusted, &m->public_key},
	    {"valid_from", JSON_STRING, false, &m->from},
	    {"valid_to", JSON_STRING, false, &m->to},
	    {"under", JSON_ARRAY, false, &m->under},
	    {"certificates", JSON_ARRAY, false, &m->certificates},
	    {"issuers_below", JSON_INTEGER, false, &m->issuers_below},
	    {"aaguids", JSON_ARRAY, false, &m->aaguids},
	    {distrusted ? "reason" : "shape", JSON_STRING, true, distrusted ? &m->reason : &m->shape},
	    {"code", JSON_STRING, false, &m->code},
	};

	return strict_json_members(&reading->json, where, object, members, sizeof(members) / sizeof(members[0]), err);
}

/* Without one the format's own word for a distrusted issuer is said. */
static bool read_code(const struct reading *reading, const char *where, const struct anchor_members *m,
    struct trust_anchor *anchor, struct error *err)
{
	static const enum error_code codes[] = {ERROR_ISSUER_PREVIEW, ERROR_ISSUER_SIBLING, ERROR_ISSUER_COMPROMISED};

	anchor->distrust_code =
	    anchor->format == EVIDENCE_PIV ? ERROR_PIV_ISSUER_DISTRUSTED : ERROR_FIDO_ISSUER_DISTRUSTED;
	if (m->code == NULL)
		return true;
	for (size_t i = 0; m->reason != NULL && i < sizeof(codes) / sizeof(codes[0]); i++) {
		anchor->distrust_code = codes[i];
		if (strcmp(json_string_value(m->code), error_word(codes[i])) == 0)
			return true;
	}
	return strict_json_error(&reading->json, where, "\"code\" is no reason to distrust an issuer", err);
}

/* A batch of FIDO devices may be distrusted by nothing but the hashes of its certificates, which enrollments keep. */
static bool read_identity(const struct reading *reading, const char *where, const struct anchor_members *m,
    struct trust_anchor *anchor, struct error *err)
{
	bool batch = m->subject == NULL && m->public_key == NULL && anchor->format == EVIDENCE_FIDO;

	if (!read_hashes(reading, where, m->certificates, anchor, err))
		return false;
	if (batch && anchor->certificates.len > 0)
		return true;
	if (m->subject == NULL || m->public_key == NULL)
		return strict_json_error(&reading->json, where,
		    "\"subject\" and \"public_key\" are missing; only a batch of FIDO devices does with "
		    "\"certificates\"",
		    err);
	return copy_base64(reading, where, m->subject, &anchor->subject, err) &&
	       copy_base64(reading, where, m->public_key, &anchor->spki, err) && read_key(reading, where, anchor, err);
}

static bool fill_anchor(const struct reading *reading, const char *where, const struct anchor_members *m,
    struct trust_anchor *anchor, struct error *err)
{
	anchor->source = reading->source;
	anchor->distrusted = m->reason != NULL;
	anchor->bundle = strdup(reading->bundle);
	if (anchor->bundle == NULL)
		return error_set(err, ERROR_MEMORY, "no memory for the trust");
	if (!evidence_format_find_kin(bytes_of_text(json_string_value(m->evidence)), &anchor->format))
		return strict_json_error(&reading->json, where, "\"evidence\" is not a format that is known here", err);
	return read_code(reading, where, m, anchor, err) && copy_text(m->name, &anchor->name, err) &&
	       copy_text(m->vendor, &anchor->vendor, err) && copy_text(m->reason, &anchor->distrust_reason, err) &&
	       read_identity(reading, where, m, anchor, err) && read_aaguids(reading, where, m->aaguids, anchor, err) &&
	       read_issuers_below(reading, where, m->issuers_below, anchor, err) &&
	       (m->shape == NULL || read_shape(reading, where, m->shape, anchor, err));
}

/* Counted before it is filled, so that trust_clear frees what a failure leaves. */
static bool read_anchor(
    const struct reading *reading, const char *where, bool distrusted, json_t *object, struct error *err)
{
	struct anchor_members members = {.name = NULL};
	struct trust_anchor *anchor = &reading->trust->anchors[reading->trust->num_anchors++];

	return read_anchor_members(reading, where, distrusted, object, &members, err) &&
	       fill_anchor(reading, where, &members, anchor, err);
}

static bool read_anchors(
    const struct reading *reading, const json_t *anchors, const json_t *distrusted, struct error *err)
{
	size_t index, num = json_array_size(anchors) + json_array_size(distrusted);
	json_t *value;
	char where[40];

	if (num == 0)
		return true;
	reading->trust->anchors = calloc(num, sizeof(*reading->trust->anchors));
	if (reading->trust->anchors == NULL)
		return error_set(err, ERROR_MEMORY, "no memory for the trust");
	json_array_foreach(anchors, index, value)
	{
		snprintf(where, sizeof(where), "anchors[%zu]", index);
		if (!read_anchor(reading, where, false, value, err))
			return false;
	}
	json_array_foreach(distrusted, index, value)
	{
		snprintf(where, sizeof(where), "distrusted[%zu]", index);
		if (!read_anchor(reading, where, true, value, err))
			return false;
	}
	return true;
}

static bool is_date(const char *text)
{
	return strlen(text) == 10 && strspn(text, "0123456789-") == 10 && text[4] == '-' && text[7] == '-';
}

static bool read_root(struct reading *reading, json_t *root, struct error *err)
{
	json_t *format, *name, *version, *date, *anchors, *distrusted, *advisories;
	const struct json_member members[] = {
	    {"format", JSON_STRING, true, &format},
	    {"name", JSON_STRING, true, &name},
	    {"version", JSON_STRING, true, &version},
	    {"date", JSON_STRING, true, &date},
	    {"anchors", JSON_ARRAY, false, &anchors},
	    {"distrusted", JSON_ARRAY, false, &distrusted},
	    {"advisories", JSON_ARRAY, false, &advisories},
	};

	if (!strict_json_members(&reading->json, "bundle", root, members, sizeof(members) / sizeof(members[0]), err))
		return false;
	if (!bytes_equal_text(bytes_of_text(json_string_value(format)), BUNDLE_FORMAT))
		return strict_json_error(
		    &reading->json, "bundle", N_("\"format\" is not the one that is known here"), err);
	if (!is_date(json_string_value(date)))
		return strict_json_error(&reading->json, "bundle", "\"date\" is not of the form 2026-11-24", err);
	if (json_string_length(name) > NAME_MAXIMUM || json_string_length(version) > NAME_MAXIMUM)
		return strict_json_error(&reading->json, "bundle", "\"name\" and \"version\" are short words", err);
	snprintf(reading->bundle, sizeof(reading->bundle), "%.*s %.*s", NAME_MAXIMUM, json_string_value(name),
	    NAME_MAXIMUM, json_string_value(version));
	if (reading->source == TRUST_SHIPPED && !copy_text(version, &reading->trust->version, err))
		return false;
	return read_anchors(reading, anchors, distrusted, err) &&
	       trust_advisories_read(&reading->json, advisories, reading->trust, err);
}

bool trust_bundle_read(
    struct bytes json, const char *origin, enum trust_source source, struct trust *trust, struct error *err)
{
	struct reading reading = {{ERROR_TRUST_BUNDLE, origin}, source, trust, ""};
	json_t *root;
	bool done;

	if (json.len > TRUST_BUNDLE_MAXIMUM)
		return error_set(err, ERROR_LIMIT, "%s: a trust bundle of %zu bytes; %zu are read at most", origin,
		    json.len, TRUST_BUNDLE_MAXIMUM);
	if (!strict_json_parse(&reading.json, json, &root, err))
		return false;
	done = read_root(&reading, root, err);
	json_decref(root);
	return done;
}

#include "policy/fido_statement.h"

#include "common/bytes.h"
#include "common/cbor.h"
#include "common/language.h"
#include "policy/cose_key.h"

#define TPM_VERSION "2.0"

static const char *const names[FIDO_FORMAT_COUNT] = {
    [FIDO_PACKED] = "packed",
    [FIDO_U2F] = "fido-u2f",
    [FIDO_TPM] = "tpm",
    [FIDO_ANDROID_KEY] = "android-key",
    [FIDO_APPLE] = "apple",
    [FIDO_NONE] = "none",
};

enum presence { ABSENT, OPTIONAL, REQUIRED };

/* Which members a statement of a format has; it may have no others. */
struct members {
	enum presence algorithm, signature, certificates, tpm;
};

static const struct members members[FIDO_FORMAT_COUNT] = {
    [FIDO_PACKED] = {REQUIRED, REQUIRED, OPTIONAL, ABSENT},
    [FIDO_U2F] = {ABSENT, REQUIRED, REQUIRED, ABSENT},
    [FIDO_TPM] = {REQUIRED, REQUIRED, REQUIRED, REQUIRED},
    [FIDO_ANDROID_KEY] = {REQUIRED, REQUIRED, REQUIRED, ABSENT},
    /* The first devices said an algorithm, though nothing is signed by it. */
    [FIDO_APPLE] = {OPTIONAL, ABSENT, REQUIRED, ABSENT},
    [FIDO_NONE] = {ABSENT, ABSENT, ABSENT, ABSENT},
};

const char *fido_format_name(enum fido_format format)
{
	return names[format];
}

static bool malformed(struct error *err, const char *member)
{
	return error_set(
	    err, ERROR_FIDO_STATEMENT, "the attestation statement: \"%s\" is missing or of a wrong type", member);
}

static bool read_format(struct bytes name, enum fido_format *format, struct error *err)
{
	char text[33];

	for (size_t i = 0; i < FIDO_FORMAT_COUNT; i++) {
		if (bytes_equal_text(name, names[i])) {
			*format = (enum fido_format)i;
			return true;
		}
	}
	if (bytes_equal_text(name, "android-safetynet"))
		return error_set(err, ERROR_FIDO_FORMAT,
		    "SafetyNet attests the state of a telephone, not a key in hardware; Google switched it off");
	if (bytes_equal_text(name, "compound"))
		return error_set(
		    err, ERROR_FIDO_FORMAT, "statements of the format \"compound\" are not appraised here");
	return error_set(err, ERROR_FIDO_FORMAT, "the attestation statement is of a format that is not known here%s",
	    bytes_to_text(name, text, sizeof(text)) ? "" : translated(" and has a name of impossible length"));
}

/* Takes a member that may or must be there; counts it among those that are known. */
static bool take_member(const struct cbor_item *map, const char *name, enum presence presence, enum cbor_kind kind,
    size_t *known, struct cbor_item *value, struct error *err)
{
	*value = (struct cbor_item){.kind = CBOR_NULL};
	if (presence == ABSENT)
		return true;
	if (!cbor_find_text(map, name, value)) {
		*value = (struct cbor_item){.kind = CBOR_NULL};
		return presence == OPTIONAL || malformed(err, name);
	}
	(*known)++;
	return value->kind == kind || malformed(err, name);
}

static bool read_algorithm(
    const struct cbor_item *map, enum presence presence, size_t *known, struct fido_statement *out, struct error *err)
{
	struct cbor_item value;
	int64_t number;

	if (!take_member(map, "alg", presence, CBOR_NEGATIVE, known, &value, err))
		return false;
	out->has_algorithm = value.kind == CBOR_NEGATIVE;
	if (!out->has_algorithm)
		return true;
	if (!cbor_number(&value, &number) || !cose_algorithm_find(number, &out->algorithm))
		return error_set(err, ERROR_FIDO_ALGORITHM,
		    "the attestation statement is signed by an algorithm that is not known here");
	return true;
}

static bool read_certificates(
    const struct cbor_item *map, enum presence presence, size_t *known, struct fido_statement *out, struct error *err)
{
	struct cbor_item list, item;

	if (!take_member(map, "x5c", presence, CBOR_ARRAY, known, &list, err))
		return false;
	if (list.kind == CBOR_ARRAY && (list.number == 0 || list.number > FIDO_CERTIFICATES_MAXIMUM))
		return error_set(err, ERROR_FIDO_STATEMENT,
		    "the attestation statement has %llu certificates; 1 to %d are read",
		    (unsigned long long)list.number, FIDO_CERTIFICATES_MAXIMUM);
	while (list.content.len > 0) {
		if (!cbor_take_kind(&list.content, CBOR_BYTES, &item) || item.content.len == 0)
			return malformed(err, "x5c");
		out->certificates[out->num_certificates++] = item.content;
	}
	return true;
}

/* An "ecdaaKeyId" stood beside the certificates for a while; the certificates are what counts. */
static bool read_tpm(
    const struct cbor_item *map, enum presence presence, size_t *known, struct fido_statement *out, struct error *err)
{
	struct cbor_item version, cert_info, pub_area, ignored;

	if (presence == ABSENT)
		return true;
	if (!take_member(map, "ver", REQUIRED, CBOR_TEXT, known, &version, err) ||
	    !take_member(map, "certInfo", REQUIRED, CBOR_BYTES, known, &cert_info, err) ||
	    !take_member(map, "pubArea", REQUIRED, CBOR_BYTES, known, &pub_area, err))
		return false;
	*known += cbor_find_text(map, "ecdaaKeyId", &ignored);
	if (!bytes_equal_text(version.content, TPM_VERSION))
		return error_set(
		    err, ERROR_FIDO_STATEMENT, "the attestation statement is not of TPM version %s", TPM_VERSION);
	out->cert_info = cert_info.content;
	out->pub_area = pub_area.content;
	return true;
}

static bool read_statement(const struct cbor_item *map, struct fido_statement *out, struct error *err)
{
	const struct members *wanted = &members[out->format];
	struct cbor_item signature;
	size_t known = 0;

	if (!read_algorithm(map, wanted->algorithm, &known, out, err) ||
	    !take_member(map, "sig", wanted->signature, CBOR_BYTES, &known, &signature, err) ||
	    !read_certificates(map, wanted->certificates, &known, out, err) ||
	    !read_tpm(map, wanted->tpm, &known, out, err))
		return false;
	out->signature = signature.content;
	return known == map->number || error_set(err, ERROR_FIDO_STATEMENT,
	                                   "the attestation statement has members that its format does not have");
}

bool fido_object_parse(struct bytes in, struct fido_statement *statement, struct bytes *auth_data, struct error *err)
{
	struct cbor_item object, format, data, map;

	*statement = (struct fido_statement){.format = FIDO_NONE};
	if (!cbor_take_kind(&in, CBOR_MAP, &object) || in.len > 0)
		return error_set(err, ERROR_FIDO_OBJECT,
		    "this is not one attestation object in canonical CBOR: bytes are missing, left over or badly "
		    "encoded");
	if (object.number != 3 || !cbor_find_text(&object, "fmt", &format) || format.kind != CBOR_TEXT ||
	    !cbor_find_text(&object, "authData", &data) || data.kind != CBOR_BYTES ||
	    !cbor_find_text(&object, "attStmt", &map))
		return error_set(err, ERROR_FIDO_OBJECT,
		    "an attestation object has \"fmt\", \"authData\" and \"attStmt\"; this has other members");
	statement->sorted = object.sorted;
	*auth_data = data.content;
	if (!read_format(format.content, &statement->format, err))
		return false;
	if (map.kind != CBOR_MAP)
		return error_set(err, ERROR_FIDO_STATEMENT, "the attestation statement is not a map");
	return read_statement(&map, statement, err);
}

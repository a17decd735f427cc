#include "common/language.h"
#include "policy/certificate.h"
#include "policy/der.h"
#include "policy/fido_attestation.h"
#include "policy/fido_formats.h"
#include "policy/fido_path.h"
#include "policy/public_key.h"

/* 1.3.6.1.4.1.11129.2.1.17 */
static const struct bytes oid_key_description = {(const uint8_t *)"\x2b\x06\x01\x04\x01\xd6\x79\x02\x01\x11", 10};

/* Tags of an AuthorizationList. */
#define TAG_PURPOSE 1
#define TAG_ALL_APPLICATIONS 600
#define TAG_ORIGIN 702

#define PURPOSE_SIGN 2
#define ORIGIN_GENERATED 0

/* Whose word it is: a program's (0), a trusted execution environment's or a StrongBox's. */
#define SECURITY_LEVEL_HARDWARE 1
#define SECURITY_LEVEL_MAXIMUM 2

/* Source: Android's key attestation, "Key description schema". */
struct key_description {
	uint32_t attestation_level, keystore_level;
	struct bytes challenge;
	struct bytes software, hardware; /* AuthorizationList */
};

static bool refuse(struct error *err, const char *sentence)
{
	return error_set(err, ERROR_FIDO_ANDROID, "%s", translated(sentence));
}

static bool take_enumerated(struct bytes *in, uint32_t *value)
{
	struct bytes content;
	uint8_t byte;

	if (!der_take(in, DER_ENUMERATED, &content) || content.len != 1 || !bytes_take_u8(&content, &byte))
		return false;
	*value = byte;
	return true;
}

static bool parse_description(struct bytes in, struct key_description *out)
{
	struct bytes fields, unique_id;
	uint32_t version;

	return der_take(&in, DER_SEQUENCE, &fields) && in.len == 0 && der_take_number(&fields, &version) &&
	       take_enumerated(&fields, &out->attestation_level) && der_take_number(&fields, &version) &&
	       take_enumerated(&fields, &out->keystore_level) && der_take(&fields, DER_OCTET_STRING, &out->challenge) &&
	       der_take(&fields, DER_OCTET_STRING, &unique_id) && der_take(&fields, DER_SEQUENCE, &out->software) &&
	       der_take(&fields, DER_SEQUENCE, &out->hardware) && fields.len == 0;
}

/* Whether a list holds a tag; false in `sound` when it cannot be read to its end. */
static bool find_tag(struct bytes list, uint32_t tag, struct bytes *value, bool *sound)
{
	struct bytes content;
	uint32_t number;
	bool found = false;

	while (der_take_context(&list, &number, &content)) {
		if (number != tag)
			continue;
		*sound = *sound && !found;
		*value = content;
		found = true;
	}
	*sound = *sound && list.len == 0;
	return found;
}

static bool is_sign_only(struct bytes purposes)
{
	struct bytes set;
	uint32_t purpose;

	return der_take(&purposes, DER_SET, &set) && purposes.len == 0 && der_take_number(&set, &purpose) &&
	       set.len == 0 && purpose == PURPOSE_SIGN;
}

static bool is_generated(struct bytes origin)
{
	uint32_t number;

	return der_take_number(&origin, &number) && origin.len == 0 && number == ORIGIN_GENERATED;
}

/* WebAuthn lets a program's word pass where a trusted environment is not asked for; here it is. */
static bool check_description(const struct key_description *description, struct bytes expected, struct error *err)
{
	struct bytes value;
	bool sound = true, for_all;

	if (!bytes_equal(description->challenge, expected))
		return refuse(err, "the key description answers another challenge");
	if (description->attestation_level < SECURITY_LEVEL_HARDWARE ||
	    description->attestation_level > SECURITY_LEVEL_MAXIMUM ||
	    description->keystore_level < SECURITY_LEVEL_HARDWARE ||
	    description->keystore_level > SECURITY_LEVEL_MAXIMUM)
		return refuse(err, "the key is held or attested by a program, not by hardware");
	for_all = find_tag(description->software, TAG_ALL_APPLICATIONS, &value, &sound) ||
	          find_tag(description->hardware, TAG_ALL_APPLICATIONS, &value, &sound);
	if (for_all)
		return refuse(err, "every application may use the key");
	if (!find_tag(description->hardware, TAG_ORIGIN, &value, &sound) || !is_generated(value))
		return refuse(err, "the hardware does not say that it made the key itself");
	if (!find_tag(description->hardware, TAG_PURPOSE, &value, &sound) || !is_sign_only(value))
		return refuse(err, "the hardware does not say that the key is for signatures only");
	return sound || refuse(err, "the key description cannot be read");
}

static bool check_extension(const struct fido_attestation *attestation, struct error *err)
{
	const struct certificate_extension *extension =
	    certificate_find_extension(&attestation->certificates[0], oid_key_description);
	struct key_description description;

	if (extension == NULL || !parse_description(extension->value, &description))
		return refuse(err, "the attestation certificate has no key description that can be read");
	return check_description(&description, BYTES_OF(attestation->client_data_hash), err);
}

bool fido_android_check(
    struct fido_attestation *attestation, const struct trust *trust, struct result *result, struct error *err)
{
	if (!fido_path_find(attestation, trust, TRUST_SHAPE_ANDROID, result, err))
		return false;
	if (!public_key_equal(&attestation->certificates[0].key, &attestation->auth_data.credential.key))
		return refuse(err, "the attestation certificate is for another key");
	if (attestation->statement.algorithm != attestation->auth_data.credential.algorithm)
		return error_set(
		    err, ERROR_FIDO_ALGORITHM, "the statement is signed by another algorithm than the key's");
	if (!check_extension(attestation, err) ||
	    !fido_statement_check(attestation, buffer_bytes(&attestation->signed_data), err))
		return false;
	attestation->hardware_proven = true;
	return true;
}

#include "policy/metadata.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/base64.h"
#include "common/language.h"
#include "policy/digest.h"
#include "policy/evidence.h"
#include "policy/hex.h"
#include "policy/result.h"
#include "policy/strict_json.h"
#include "policy/trust.h"
#include "policy/verification_key.h"

#define SECONDS_A_DAY 86400

struct reading {
	struct json_reader json;
	struct metadata *metadata;
	enum trust_source source; /* of the root that the BLOB's signer leads to */
};

static bool wrong(const struct reading *reading, const char *where, const char *what, struct error *err)
{
	return strict_json_error(&reading->json, where, what, err);
}

static bool copy_text(const json_t *value, char **text, struct error *err)
{
	if (value == NULL)
		return true;
	*text = strdup(json_string_value(value));
	return *text != NULL || error_set(err, ERROR_MEMORY, "no memory for the metadata");
}

static bool grow(void **array, size_t num, size_t size, struct error *err)
{
	*array = calloc(num == 0 ? 1 : num, size);
	return *array != NULL || error_set(err, ERROR_MEMORY, "no memory for the metadata");
}

static bool read_hash(const json_t *value, uint8_t *out, size_t len)
{
	return hex_parse(bytes_of(json_string_value(value), json_string_length(value)), out, len);
}

static bool read_anchor(const struct reading *reading, const char *where, json_t *object,
    const struct metadata_entry *entry, struct trust_anchor *anchor, struct error *err)
{
	json_t *subject, *key, *certificate;
	const struct json_member members[] = {
	    {"subject", JSON_STRING, true, &subject},
	    {"public_key", JSON_STRING, true, &key},
	    {"certificate", JSON_STRING, true, &certificate},
	};
	uint8_t hash[SHA256_DIGEST_LENGTH];
	struct public_key parsed;
	char text[RESULT_TEXT_SIZE];

	if (!strict_json_members(&reading->json, where, object, members, sizeof(members) / sizeof(members[0]), err))
		return false;
	*anchor = (struct trust_anchor){
	    .format = EVIDENCE_FIDO, .source = reading->source, .shape = TRUST_SHAPE_METADATA, .issuers_below = 3};
	(void)snprintf(text, sizeof(text), METADATA_NAME_FORMAT, (long long)reading->metadata->number);
	anchor->name = strdup(entry->description);
	anchor->vendor = strdup("fido-metadata");
	anchor->bundle = strdup(text);
	if (anchor->name == NULL || anchor->vendor == NULL || anchor->bundle == NULL)
		return error_set(err, ERROR_MEMORY, "no memory for the metadata");
	if (!base64_parse(bytes_of_text(json_string_value(subject)), &anchor->subject, err) ||
	    !base64_parse(bytes_of_text(json_string_value(key)), &anchor->spki, err) ||
	    !read_hash(certificate, hash, sizeof(hash)))
		return wrong(reading, where, "an anchor is malformed", err);
	digest_sha256(buffer_bytes(&anchor->spki), anchor->spki_hash);
	return buffer_put(&anchor->certificates, BYTES_OF(hash), err) &&
	       public_key_parse(buffer_bytes(&anchor->spki), &parsed, err) &&
	       verification_key_new(&parsed, &anchor->key, err);
}

static bool read_anchors(const struct reading *reading, const char *where, const json_t *list,
    struct metadata_entry *entry, struct error *err)
{
	void *array = NULL;
	size_t index;
	json_t *value;

	if (!grow(&array, json_array_size(list), sizeof(*entry->anchors), err))
		return false;
	entry->anchors = array;
	json_array_foreach(list, index, value)
	{
		if (!read_anchor(reading, where, value, entry, &entry->anchors[entry->num_anchors++], err))
			return false;
	}
	return true;
}

static bool read_status(
    const struct reading *reading, const char *where, json_t *object, struct metadata_status *status, struct error *err)
{
	json_t *word, *from, *until, *batch;
	const struct json_member members[] = {
	    {"status", JSON_STRING, true, &word},
	    {"from", JSON_STRING, false, &from},
	    {"until", JSON_STRING, false, &until},
	    {"batch", JSON_STRING, false, &batch},
	};

	if (!strict_json_members(&reading->json, where, object, members, sizeof(members) / sizeof(members[0]), err))
		return false;
	status->has_batch = batch != NULL;
	if (batch != NULL && !read_hash(batch, status->batch, sizeof(status->batch)))
		return wrong(reading, where, "\"batch\" is no SHA-256", err);
	return copy_text(word, &status->status, err) && copy_text(from, &status->from, err) &&
	       copy_text(until, &status->until, err);
}

static bool read_statuses(const struct reading *reading, const char *where, const json_t *list,
    struct metadata_entry *entry, struct error *err)
{
	void *array = NULL;
	size_t index;
	json_t *value;

	if (!grow(&array, json_array_size(list), sizeof(*entry->statuses), err))
		return false;
	entry->statuses = array;
	json_array_foreach(list, index, value)
	{
		if (!read_status(reading, where, value, &entry->statuses[entry->num_statuses++], err))
			return false;
	}
	return true;
}

static bool read_identifiers(const struct reading *reading, const char *where, const json_t *list,
    struct metadata_entry *entry, struct error *err)
{
	uint8_t identifier[METADATA_KEY_IDENTIFIER_SIZE];
	size_t index;
	json_t *value;

	json_array_foreach(list, index, value)
	{
		if (!json_is_string(value) || !read_hash(value, identifier, sizeof(identifier)))
			return wrong(reading, where, "\"key_identifiers\" is a list of SHA-1 hashes", err);
		if (!buffer_put(&entry->key_identifiers, BYTES_OF(identifier), err))
			return false;
	}
	return true;
}

static bool read_entry(
    const struct reading *reading, const char *where, json_t *object, struct metadata_entry *entry, struct error *err)
{
	json_t *aaguid, *identifiers, *description, *statuses, *keys, *matcher, *restricted, *anchors;
	const struct json_member members[] = {
	    {"aaguid", JSON_STRING, false, &aaguid},
	    {"key_identifiers", JSON_ARRAY, false, &identifiers},
	    {"description", JSON_STRING, true, &description},
	    {"statuses", JSON_ARRAY, true, &statuses},
	    {"key_protection", JSON_STRING, true, &keys},
	    {"matcher_protection", JSON_STRING, true, &matcher},
	    {"key_restricted", JSON_INTEGER, true, &restricted},
	    {"anchors", JSON_ARRAY, true, &anchors},
	};

	if (!strict_json_members(&reading->json, where, object, members, sizeof(members) / sizeof(members[0]), err))
		return false;
	entry->has_aaguid = aaguid != NULL;
	entry->key_restricted = json_integer_value(restricted) != 0;
	if (aaguid != NULL && !fido_aaguid_parse(bytes_of_text(json_string_value(aaguid)), entry->aaguid))
		return wrong(reading, where, "\"aaguid\" is none", err);
	return copy_text(description, &entry->description, err) && copy_text(keys, &entry->key_protection, err) &&
	       copy_text(matcher, &entry->matcher_protection, err) &&
	       read_identifiers(reading, where, identifiers, entry, err) &&
	       read_statuses(reading, where, statuses, entry, err) && read_anchors(reading, where, anchors, entry, err);
}

/* An index that does not say promises no more than it has to. */
static bool read_source(struct reading *reading, const json_t *source, struct error *err)
{
	struct bytes word = bytes_of_text(source == NULL ? "site" : json_string_value(source));

	reading->source = bytes_equal_text(word, "shipped") ? TRUST_SHIPPED : TRUST_SITE;
	return reading->source == TRUST_SHIPPED || bytes_equal_text(word, "site") ||
	       wrong(reading, "index", "\"source\" is neither \"shipped\" nor \"site\"", err);
}

static bool read_entries(const struct reading *reading, const json_t *list, struct error *err)
{
	struct metadata *metadata = reading->metadata;
	void *array = NULL;
	size_t index;
	json_t *value;
	char where[40];

	if (!grow(&array, json_array_size(list), sizeof(*metadata->entries), err))
		return false;
	metadata->entries = array;
	json_array_foreach(list, index, value)
	{
		(void)snprintf(where, sizeof(where), "entries[%zu]", index);
		if (!read_entry(reading, where, value, &metadata->entries[metadata->num_entries++], err))
			return false;
	}
	return true;
}

static bool read_root(struct reading *reading, json_t *root, struct error *err)
{
	json_t *format, *number, *next_update, *blob, *source, *entries;
	const struct json_member members[] = {
	    {"format", JSON_STRING, true, &format},
	    {"number", JSON_INTEGER, true, &number},
	    {"next_update", JSON_STRING, true, &next_update},
	    {"blob", JSON_STRING, true, &blob},
	    {"source", JSON_STRING, false, &source},
	    {"entries", JSON_ARRAY, true, &entries},
	};
	int64_t day;

	if (!strict_json_members(&reading->json, "index", root, members, sizeof(members) / sizeof(members[0]), err))
		return false;
	if (!bytes_equal_text(bytes_of_text(json_string_value(format)), METADATA_INDEX_FORMAT))
		return wrong(reading, "index", N_("\"format\" is not the one that is known here"), err);
	if (!metadata_date(json_string_value(next_update), &day) ||
	    !read_hash(blob, reading->metadata->blob_hash, sizeof(reading->metadata->blob_hash)))
		return wrong(reading, "index", "\"next_update\" or \"blob\" is malformed", err);
	reading->metadata->number = json_integer_value(number);
	return copy_text(next_update, &reading->metadata->next_update, err) && read_source(reading, source, err) &&
	       read_entries(reading, entries, err);
}

bool metadata_parse(struct bytes json, const char *origin, struct metadata **out, struct error *err)
{
	struct reading reading = {{ERROR_MDS_FORMAT, origin}, calloc(1, sizeof(struct metadata)), TRUST_SITE};
	json_t *root = NULL;
	bool done;

	if (reading.metadata == NULL)
		return error_set(err, ERROR_MEMORY, "no memory for the metadata");
	done = strict_json_parse(&reading.json, json, &root, err) && read_root(&reading, root, err);
	json_decref(root);
	if (!done) {
		metadata_free(reading.metadata);
		return false;
	}
	*out = reading.metadata;
	return true;
}

static void clear_entry(struct metadata_entry *entry)
{
	for (size_t i = 0; i < entry->num_statuses; i++) {
		free(entry->statuses[i].status);
		free(entry->statuses[i].from);
		free(entry->statuses[i].until);
	}
	for (size_t i = 0; i < entry->num_anchors; i++)
		trust_anchor_clear(&entry->anchors[i]);
	free(entry->statuses);
	free(entry->anchors);
	free(entry->description);
	free(entry->key_protection);
	free(entry->matcher_protection);
	buffer_free(&entry->key_identifiers);
}

void metadata_free(struct metadata *metadata)
{
	if (metadata == NULL)
		return;
	for (size_t i = 0; i < metadata->num_entries; i++)
		clear_entry(&metadata->entries[i]);
	free(metadata->entries);
	free(metadata->next_update);
	free(metadata);
}

const struct metadata_entry *metadata_find(const struct metadata *metadata, struct bytes aaguid)
{
	for (size_t i = 0; i < metadata->num_entries && !fido_aaguid_is_zero(aaguid); i++) {
		const struct metadata_entry *entry = &metadata->entries[i];

		if (entry->has_aaguid && bytes_equal(BYTES_OF(entry->aaguid), aaguid))
			return entry;
	}
	return NULL;
}

static bool has_identifier(const struct metadata_entry *entry, struct bytes identifier)
{
	struct bytes rest = buffer_bytes(&entry->key_identifiers), one;

	while (bytes_take(&rest, METADATA_KEY_IDENTIFIER_SIZE, &one)) {
		if (bytes_equal(one, identifier))
			return true;
	}
	return false;
}

const struct metadata_entry *metadata_find_key(const struct metadata *metadata, struct bytes point)
{
	uint8_t identifier[SHA_DIGEST_LENGTH];

	digest_sha1(point, identifier);
	for (size_t i = 0; i < metadata->num_entries; i++) {
		if (has_identifier(&metadata->entries[i], BYTES_OF(identifier)))
			return &metadata->entries[i];
	}
	return NULL;
}

bool metadata_is_twin(const struct metadata_entry *one, const struct metadata_entry *other)
{
	struct bytes rest = buffer_bytes(&one->key_identifiers), identifier;

	if (one->has_aaguid && other->has_aaguid && bytes_equal(BYTES_OF(one->aaguid), BYTES_OF(other->aaguid)))
		return true;
	while (bytes_take(&rest, METADATA_KEY_IDENTIFIER_SIZE, &identifier)) {
		if (has_identifier(other, identifier))
			return true;
	}
	return false;
}

bool metadata_date(const char *text, int64_t *seconds)
{
	struct tm day = {.tm_isdst = 0};
	const char *end = strptime(text, "%Y-%m-%d", &day);

	*seconds = end == NULL || *end != '\0' ? 0 : (int64_t)timegm(&day);
	return end != NULL && *end == '\0';
}

bool metadata_is_late(const struct metadata *metadata, int64_t now, int64_t *days)
{
	int64_t due;

	*days = 0;
	if (!metadata_date(metadata->next_update, &due))
		return true;
	*days = (now - due) / SECONDS_A_DAY;
	/* the day itself is in time still */
	return now >= due + SECONDS_A_DAY;
}

#include "policy/trust_advisories.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "policy/advisory.h"
#include "policy/evidence_formats.h"
#include "policy/firmware.h"
#include "policy/strict_json.h"
#include "policy/trust_store.h"

static bool copy_text(const json_t *value, char **text, struct error *err)
{
	if (value == NULL)
		return true;
	*text = strdup(json_string_value(value));
	return *text != NULL || error_set(err, ERROR_MEMORY, "no memory for the advisories");
}

static const char *const editions[] = {"normal", "fips", "cspn", NULL};
static const char *const key_kinds[] = {"rsa", "ecdsa", "ed25519", NULL};

static bool is_one_of(const char *word, const char *const *words)
{
	for (; *words != NULL; words++) {
		if (strcmp(word, *words) == 0)
			return true;
	}
	return false;
}

static bool read_range(const struct json_reader *reader, const char *where, json_t *object,
    struct advisory_range *range, struct error *err)
{
	json_t *from, *before, *edition, *form_factor;
	const struct json_member members[] = {
	    {"from", JSON_STRING, true, &from},
	    {"before", JSON_STRING, true, &before},
	    {"edition", JSON_STRING, false, &edition},
	    {"form_factor", JSON_STRING, false, &form_factor},
	};

	if (!strict_json_members(reader, where, object, members, sizeof(members) / sizeof(members[0]), err))
		return false;
	if (!firmware_parse(bytes_of_text(json_string_value(from)), range->from) ||
	    !firmware_parse(bytes_of_text(json_string_value(before)), range->before) ||
	    firmware_compare(range->from, range->before) >= 0)
		return strict_json_error(
		    reader, where, "\"from\" and \"before\" are not two rising versions like 4.2.0", err);
	if (edition != NULL && !is_one_of(json_string_value(edition), editions))
		return strict_json_error(reader, where, "\"edition\" is none of normal, fips, cspn", err);
	return copy_text(edition, &range->edition, err) && copy_text(form_factor, &range->form_factor, err);
}

/* What is read into is counted before: whoever frees the trust finds also what came half-way. */
static bool read_ranges(const struct json_reader *reader, const char *where, const json_t *list,
    struct advisory *advisory, struct error *err)
{
	size_t index;
	json_t *value;

	if (json_array_size(list) > ADVISORY_RANGES_MAXIMUM)
		return strict_json_error(reader, where, "\"firmware\" has too many ranges", err);
	json_array_foreach(list, index, value)
	{
		if (!read_range(reader, where, value, &advisory->ranges[advisory->num_ranges++], err))
			return false;
	}
	return true;
}

static bool read_kinds(const struct json_reader *reader, const char *where, const json_t *list,
    struct advisory *advisory, struct error *err)
{
	size_t index;
	json_t *value;

	if (json_array_size(list) > ADVISORY_KINDS_MAXIMUM)
		return strict_json_error(reader, where, "\"keys\" has too many kinds", err);
	json_array_foreach(list, index, value)
	{
		if (!json_is_string(value) || !is_one_of(json_string_value(value), key_kinds))
			return strict_json_error(reader, where, "\"keys\" is a list of rsa, ecdsa and ed25519", err);
		if (!copy_text(value, &advisory->key_kinds[advisory->num_key_kinds++], err))
			return false;
	}
	return true;
}

static bool copy_values(const struct json_reader *reader, const char *where, const json_t *list,
    struct advisory_mark *mark, struct error *err)
{
	size_t index;
	json_t *value;

	if (json_array_size(list) == 0)
		return strict_json_error(reader, where, "\"seen_by\" has lists of values, none of them empty", err);
	mark->values = calloc(json_array_size(list) + 1, sizeof(*mark->values));
	if (mark->values == NULL)
		return error_set(err, ERROR_MEMORY, "no memory for the advisories");
	json_array_foreach(list, index, value)
	{
		if (!json_is_string(value))
			return strict_json_error(reader, where, "\"seen_by\" has lists of texts", err);
		if (!copy_text(value, &mark->values[mark->num_values++], err))
			return false;
	}
	return true;
}

static bool read_marks(
    const struct json_reader *reader, const char *where, json_t *object, struct advisory *advisory, struct error *err)
{
	const char *name;
	json_t *list;

	json_object_foreach(object, name, list)
	{
		struct advisory_mark *mark = &advisory->marks[advisory->num_marks];

		if (advisory->num_marks == ADVISORY_MARKS_MAXIMUM || !claim_find(bytes_of_text(name), &mark->claim))
			return strict_json_error(
			    reader, where, "\"seen_by\" names too many claims, or one that is not known", err);
		advisory->num_marks++;
		if (!copy_values(reader, where, list, mark, err))
			return false;
	}
	return object == NULL || advisory->num_marks > 0 ||
	       strict_json_error(reader, where, "\"seen_by\" names no claim", err);
}

struct advisory_members {
	json_t *id, *vendor, *product, *severity, *text, *reference, *evidence, *reads, *keys, *firmware, *seen_by;
};

static bool read_members(
    const struct json_reader *reader, const char *where, json_t *object, struct advisory_members *m, struct error *err)
{
	const struct json_member members[] = {
	    {"id", JSON_STRING, true, &m->id},
	    {"vendor", JSON_STRING, true, &m->vendor},
	    {"product", JSON_STRING, true, &m->product},
	    {"severity", JSON_STRING, true, &m->severity},
	    {"text", JSON_STRING, true, &m->text},
	    {"reference", JSON_STRING, true, &m->reference},
	    {"evidence", JSON_STRING, false, &m->evidence},
	    {"reads", JSON_STRING, false, &m->reads},
	    {"keys", JSON_ARRAY, false, &m->keys},
	    {"firmware", JSON_ARRAY, false, &m->firmware},
	    {"seen_by", JSON_OBJECT, false, &m->seen_by},
	};

	return strict_json_members(reader, where, object, members, sizeof(members) / sizeof(members[0]), err);
}

static bool read_words(const struct json_reader *reader, const char *where, const struct advisory_members *m,
    struct advisory *advisory, struct error *err)
{
	enum evidence_format format;

	if (!severity_find(bytes_of_text(json_string_value(m->severity)), &advisory->severity))
		return strict_json_error(reader, where, "\"severity\" is none of note, warning, critical", err);
	/* results hold it whole, so that a policy that names it meets it */
	if (json_string_length(m->id) >= sizeof(((struct advisory_hit *)NULL)->id))
		return strict_json_error(reader, where, "\"id\" is longer than 39 bytes", err);
	if (m->evidence != NULL && !evidence_format_find_kin(bytes_of_text(json_string_value(m->evidence)), &format))
		return strict_json_error(reader, where, "\"evidence\" is not a format that is known here", err);
	if (m->reads != NULL && strcmp(json_string_value(m->reads), "attestation") != 0)
		return strict_json_error(reader, where, "\"reads\" is nothing but attestation", err);
	/* an advisory whose firmware nobody reads, or whose format nobody knows, would sound like a check and be none */
	if ((m->reads == NULL) != (m->firmware == NULL) ||
	    (m->evidence == NULL) != (m->firmware == NULL && m->seen_by == NULL))
		return strict_json_error(reader, where,
		    "\"reads\" and \"firmware\" go together, and \"evidence\" with them or with \"seen_by\"", err);
	return true;
}

static bool read_advisory(
    const struct json_reader *reader, const char *where, json_t *object, struct advisory *advisory, struct error *err)
{
	struct advisory_members m = {.id = NULL};

	return read_members(reader, where, object, &m, err) && read_words(reader, where, &m, advisory, err) &&
	       copy_text(m.id, &advisory->id, err) && copy_text(m.vendor, &advisory->vendor, err) &&
	       copy_text(m.product, &advisory->product, err) && copy_text(m.text, &advisory->text, err) &&
	       copy_text(m.reference, &advisory->reference, err) && copy_text(m.evidence, &advisory->format, err) &&
	       copy_text(m.reads, &advisory->firmware_from, err) && read_kinds(reader, where, m.keys, advisory, err) &&
	       read_ranges(reader, where, m.firmware, advisory, err) &&
	       read_marks(reader, where, m.seen_by, advisory, err);
}

bool trust_advisories_read(const struct json_reader *reader, const json_t *list, struct trust *trust, struct error *err)
{
	size_t index;
	json_t *value;
	char where[40];

	if (json_array_size(list) == 0)
		return true;
	trust->advisories = calloc(json_array_size(list), sizeof(*trust->advisories));
	if (trust->advisories == NULL)
		return error_set(err, ERROR_MEMORY, "no memory for the advisories");
	json_array_foreach(list, index, value)
	{
		snprintf(where, sizeof(where), "advisories[%zu]", index);
		if (!read_advisory(reader, where, value, &trust->advisories[trust->num_advisories++], err))
			return false;
	}
	return true;
}

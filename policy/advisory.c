#include "policy/advisory.h"

bool severity_find(struct bytes word, enum severity *severity)
{
	static const enum severity all[] = {SEVERITY_NOTE, SEVERITY_WARNING, SEVERITY_CRITICAL};

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		if (bytes_equal_text(word, severity_name(all[i]))) {
			*severity = all[i];
			return true;
		}
	}
	return false;
}

/* A version part of one to four digits. */
static bool read_part(struct bytes text, uint32_t *part)
{
	uint8_t byte;

	if (text.len == 0 || text.len > 4)
		return false;
	for (*part = 0; bytes_take_u8(&text, &byte);) {
		if (byte < '0' || byte > '9')
			return false;
		*part = *part * 10 + (uint32_t)(byte - '0');
	}
	return true;
}

bool firmware_parse(struct bytes text, struct firmware_version *version)
{
	struct bytes major, minor;

	return bytes_take_until(&text, '.', &major) && bytes_take_until(&text, '.', &minor) &&
	       read_part(major, &version->part[0]) && read_part(minor, &version->part[1]) &&
	       read_part(text, &version->part[2]);
}

int firmware_compare(const struct firmware_version *one, const struct firmware_version *other)
{
	for (size_t i = 0; i < 3; i++) {
		if (one->part[i] != other->part[i])
			return one->part[i] < other->part[i] ? -1 : 1;
	}
	return 0;
}

static const char *value_of(const struct result *result, enum claim_name name)
{
	const struct claim *claim = result_find_claim(result, name);

	return claim != NULL && claim->grade == CLAIM_PROVEN ? claim->value : "";
}

static bool ends_with(const char *text, const char *end)
{
	struct bytes whole = bytes_of_text(text), tail = bytes_of_text(end), skipped;

	return whole.len >= tail.len && bytes_take(&whole, whole.len - tail.len, &skipped) && bytes_equal(whole, tail);
}

static bool is_in_range(
    const struct advisory_range *range, const struct firmware_version *firmware, const struct result *result)
{
	return firmware_compare(firmware, &range->from) >= 0 && firmware_compare(firmware, &range->before) < 0 &&
	       (range->edition == NULL ||
	           bytes_equal_text(bytes_of_text(value_of(result, CLAIM_EDITION)), range->edition)) &&
	       (range->form_factor == NULL || ends_with(value_of(result, CLAIM_FORM_FACTOR), range->form_factor));
}

/* "ecdsa" stands for every "ecdsa-…". */
static bool is_key_concerned(const struct advisory *advisory, const struct result *result)
{
	struct bytes algorithm = bytes_of_text(value_of(result, CLAIM_KEY_ALGORITHM)), kind;

	if (!bytes_take_until(&algorithm, '-', &kind))
		return true;
	for (size_t i = 0; i < advisory->num_key_kinds; i++) {
		if (bytes_equal_text(kind, advisory->key_kinds[i]))
			return true;
	}
	return advisory->num_key_kinds == 0;
}

bool advisory_concerns(const struct advisory *advisory, const struct result *result)
{
	struct firmware_version firmware;

	if (advisory->format == NULL || !bytes_equal_text(bytes_of_text(result->format), advisory->format) ||
	    !bytes_equal_text(bytes_of_text(value_of(result, CLAIM_VENDOR)), advisory->vendor) ||
	    !is_key_concerned(advisory, result))
		return false;
	if (!firmware_parse(bytes_of_text(value_of(result, CLAIM_FIRMWARE)), &firmware))
		return true;
	for (size_t i = 0; i < advisory->num_ranges; i++) {
		if (is_in_range(&advisory->ranges[i], &firmware, result))
			return true;
	}
	return false;
}

#include "policy/advisory.h"

#include "policy/firmware.h"

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

static bool is_in_range(const struct advisory_range *range, const unsigned firmware[3], const struct result *result)
{
	return firmware_compare(firmware, range->from) >= 0 && firmware_compare(firmware, range->before) < 0 &&
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

/* A value may be a list with commas: "usb,nfc". */
static bool has_mark(const struct advisory_mark *mark, const struct result *result)
{
	struct bytes list = bytes_of_text(value_of(result, mark->claim)), word;

	while (bytes_take_until(&list, ',', &word)) {
		for (size_t i = 0; i < mark->num_values; i++) {
			if (bytes_equal_text(word, mark->values[i]))
				return true;
		}
	}
	return false;
}

static bool has_any_mark(const struct advisory *advisory, const struct result *result)
{
	for (size_t i = 0; i < advisory->num_marks; i++) {
		if (has_mark(&advisory->marks[i], result))
			return true;
	}
	return advisory->num_marks == 0;
}

bool advisory_concerns(const struct advisory *advisory, const char *format, const struct result *result)
{
	unsigned firmware[3];

	if (advisory->format == NULL || !bytes_equal_text(bytes_of_text(format), advisory->format) ||
	    !bytes_equal_text(bytes_of_text(value_of(result, CLAIM_VENDOR)), advisory->vendor) ||
	    !is_key_concerned(advisory, result))
		return false;
	if (advisory->num_ranges == 0 || !firmware_parse(bytes_of_text(value_of(result, CLAIM_FIRMWARE)), firmware))
		return has_any_mark(advisory, result);
	for (size_t i = 0; i < advisory->num_ranges; i++) {
		if (is_in_range(&advisory->ranges[i], firmware, result))
			return true;
	}
	return false;
}

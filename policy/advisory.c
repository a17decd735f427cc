#include "policy/advisory.h"

#include <ctype.h>
#include <string.h>

#include "policy/certificate_claim.h"
#include "policy/firmware.h"

#define SEVERITY_WORD_MAXIMUM 16
/* How many letters a word may be away from one that was meant. */
#define SLIPS_MAXIMUM 2

static const enum severity severities[] = {SEVERITY_NOTE, SEVERITY_WARNING, SEVERITY_CRITICAL};

bool severity_find(struct bytes word, enum severity *severity)
{
	for (size_t i = 0; i < sizeof(severities) / sizeof(severities[0]); i++) {
		if (bytes_equal_text(word, severity_name(severities[i]))) {
			*severity = severities[i];
			return true;
		}
	}
	return false;
}

static unsigned least(unsigned one, unsigned other, unsigned third)
{
	unsigned less = one < other ? one : other;

	return less < third ? less : third;
}

/* How many letters must be changed, added or left out to make the one of the other; case is of no account. */
static unsigned count_slips(const char *word, const char *meant)
{
	unsigned row[SEVERITY_WORD_MAXIMUM + 1], last;
	size_t len = strlen(meant);

	for (size_t i = 0; i <= len; i++)
		row[i] = (unsigned)i;
	for (; *word != '\0'; word++) {
		last = row[0]++;
		for (size_t i = 1; i <= len; i++) {
			bool same = tolower((unsigned char)*word) == meant[i - 1];
			unsigned here = least(row[i] + 1, row[i - 1] + 1, last + (same ? 0 : 1));

			last = row[i];
			row[i] = here;
		}
	}
	return row[len];
}

bool advisory_word_check(const char *word, struct error *err)
{
	enum severity severity;

	if (severity_find(bytes_of_text(word), &severity))
		return true;
	for (size_t i = 0; i < sizeof(severities) / sizeof(severities[0]); i++) {
		const char *meant = severity_name(severities[i]);

		if (count_slips(word, meant) <= SLIPS_MAXIMUM)
			return error_set(err, ERROR_POLICY_FILE, "'%s' is no severity: did you mean %s?", word, meant);
	}
	return true;
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

/* A certificate has more than one hash. */
static bool is_value(enum claim_name claim, struct bytes word, const char *value, const struct result *result)
{
	return bytes_equal_text(word, value) ||
	       (claim == CLAIM_DEVICE_CERTIFICATE && certificate_claim_is(result, value));
}

/* A value may be a list with commas: "usb,nfc". */
static bool has_mark(const struct advisory_mark *mark, const struct result *result)
{
	struct bytes list = bytes_of_text(value_of(result, mark->claim)), word;

	while (bytes_take_until(&list, ',', &word)) {
		for (size_t i = 0; i < mark->num_values; i++) {
			if (is_value(mark->claim, word, mark->values[i], result))
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

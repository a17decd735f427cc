#include "policy/policy_condition.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/language.h"
#include "policy/advisory.h"
#include "policy/certificate_claim.h"
#include "policy/fido_auth_data.h"
#include "policy/fido_certificate.h"
#include "policy/firmware.h"
#include "policy/hex.h"
#include "policy/policy.h"
#include "policy/policy_rule.h"
#include "policy/strict_conf.h"

#define SHA256_SIZE 32

static const char *const formats[] = {"piv", "fido", "ssh-sk-attest", NULL};
static const char *const assurances[] = {"organisation", "vendor", NULL};
static const char *const algorithms[] = {
    "rsa-2048", "rsa-3072", "rsa-4096", "ecdsa-p256", "ecdsa-p384", "ecdsa-p521", "ed25519", NULL};
static const char *const pin_policies[] = {"never", "once", "always", "match-once", "match-always", NULL};
static const char *const touch_policies[] = {"never", "always", "cached", NULL};
static const char *const editions[] = {"normal", "fips", "cspn", NULL};

static const char *const statements[] = {"packed", "fido-u2f", "tpm", "android-key", "apple", NULL};
static const char *const transports[] = {"bluetooth", "ble", "usb", "nfc", "internal", NULL};
static const char *const yes_or_no[] = {"yes", "no", NULL};
static const char *const verifications[] = {"required", "at-enrollment", "none", NULL};
static const char *const cred_protects[] = {"none", "1", "2", "3", NULL};
static const char *const dates[] = {"current", "expired", "not-yet", NULL};
static const char *const listings[] = {"listed", "unlisted", "outdated", "none", NULL};
static const char *const levels[] = {"none", "L1", "L1plus", "L2", "L2plus", "L3", "L3plus", NULL};
static const char *const key_protections[] = {"software", "hardware", "tee", "secure-element", "remote-handle", NULL};
static const char *const matcher_protections[] = {"software", "tee", "on-chip", NULL};

static const char *const slots[] = {"9a", "9c", "9d", "9e", "82", "83", "84", "85", "86", "87", "88", "89", "8a", "8b",
    "8c", "8d", "8e", "8f", "90", "91", "92", "93", "94", "95", NULL};
static const char *const form_factors[] = {"usb-a keychain", "usb-a nano", "usb-c keychain", "usb-c nano",
    "usb-c lightning", "usb-a bio", "usb-c bio", "unknown", NULL};
static const char *const statuses[] = {"good", "update-available", "retired", "revoked", "user-verification-bypass",
    "user-key-remote-compromise", "user-key-physical-compromise", "attestation-key-compromise", "fips140-l1",
    "fips140-l2", "fips140-l3", "fips140-l4", "unknown", NULL};

static const struct condition_row rows[] = {
    {"format", CONDITION_FORMAT, CLAIM_KEY, formats},
    {"assurance", CONDITION_ASSURANCE, CLAIM_KEY, assurances},
    {"vendor", CONDITION_CLAIM, CLAIM_VENDOR, NULL},
    {"issuer", CONDITION_CLAIM, CLAIM_ISSUER, NULL},
    {"form-factor", CONDITION_CLAIM, CLAIM_FORM_FACTOR, form_factors},
    {"firmware", CONDITION_FIRMWARE, CLAIM_FIRMWARE, NULL},
    {"key-algorithm", CONDITION_CLAIM, CLAIM_KEY_ALGORITHM, algorithms},
    {"slot", CONDITION_CLAIM, CLAIM_SLOT, slots},
    {"pin-policy", CONDITION_CLAIM, CLAIM_PIN_POLICY, pin_policies},
    {"touch-policy", CONDITION_CLAIM, CLAIM_TOUCH_POLICY, touch_policies},
    {"edition", CONDITION_CLAIM, CLAIM_EDITION, editions},
    {"device-certificate", CONDITION_CERTIFICATE, CLAIM_DEVICE_CERTIFICATE, NULL},
    {"serial", CONDITION_SERIAL, CLAIM_SERIAL, NULL},
    {"statement", CONDITION_CLAIM, CLAIM_STATEMENT, statements},
    {"application", CONDITION_CLAIM, CLAIM_APPLICATION, NULL},
    {"aaguid", CONDITION_CLAIM, CLAIM_AAGUID, NULL},
    {"model", CONDITION_CLAIM, CLAIM_MODEL, NULL},
    {"device-type", CONDITION_CLAIM, CLAIM_DEVICE_TYPE, NULL},
    {"transports", CONDITION_LIST, CLAIM_TRANSPORTS, transports},
    {"user-presence", CONDITION_CLAIM, CLAIM_USER_PRESENCE, yes_or_no},
    {"user-verification", CONDITION_CLAIM, CLAIM_USER_VERIFICATION, verifications},
    {"cred-protect", CONDITION_CLAIM, CLAIM_CRED_PROTECT, cred_protects},
    {"backup-eligible", CONDITION_CLAIM, CLAIM_BACKUP_ELIGIBLE, yes_or_no},
    {"backed-up", CONDITION_CLAIM, CLAIM_BACKED_UP, yes_or_no},
    {"certificate-dates", CONDITION_CLAIM, CLAIM_CERTIFICATE_DATES, dates},
    {"metadata", CONDITION_CLAIM, CLAIM_METADATA, listings},
    {"model-status", CONDITION_LIST, CLAIM_MODEL_STATUS, statuses},
    {"certification-level", CONDITION_CLAIM, CLAIM_CERTIFICATION_LEVEL, levels},
    {"key-protection", CONDITION_LIST, CLAIM_KEY_PROTECTION, key_protections},
    {"matcher-protection", CONDITION_LIST, CLAIM_MATCHER_PROTECTION, matcher_protections},
    {"key-restricted", CONDITION_CLAIM, CLAIM_KEY_RESTRICTED, yes_or_no},
    {"proven", CONDITION_PROVEN, CLAIM_KEY, NULL},
    {"implied", CONDITION_IMPLIED, CLAIM_KEY, NULL},
    {"advisory", CONDITION_ADVISORY, CLAIM_KEY, NULL},
    {"person", CONDITION_PERSON, CLAIM_KEY, NULL},
    {"group", CONDITION_GROUP, CLAIM_KEY, NULL},
    {"host-class", CONDITION_HOST_CLASS, CLAIM_KEY, NULL},
    {"age-below", CONDITION_AGE_BELOW, CLAIM_KEY, NULL},
    {"age-above", CONDITION_AGE_ABOVE, CLAIM_KEY, NULL},
};

_Static_assert(sizeof(rows) / sizeof(rows[0]) <= CONDITION_ROWS_MAXIMUM, "raise CONDITION_ROWS_MAXIMUM");

const struct condition_row *condition_row_at(size_t index)
{
	return index < sizeof(rows) / sizeof(rows[0]) ? &rows[index] : NULL;
}

static const struct firmware_range all_firmware = {
    {0, 0, 0}, {FIRMWARE_PART_MAXIMUM, FIRMWARE_PART_MAXIMUM, FIRMWARE_PART_MAXIMUM}};

/* "5.7.0" is one version; "5.2.0-5.6.9", "5.7.0-" and "-5.6.9" are ranges. */
static bool range_parse(const char *word, struct firmware_range *range)
{
	const char *dash = strchr(word, '-');
	struct bytes low = bytes_of_text(word), high;

	*range = all_firmware;
	if (dash == NULL) {
		if (!firmware_parse(low, range->low))
			return false;
		memcpy(range->high, range->low, sizeof(range->high));
		return true;
	}
	low.len = (size_t)(dash - word);
	high = bytes_of_text(dash + 1);
	if (low.len == 0 && high.len == 0)
		return false;
	return (low.len == 0 || firmware_parse(low, range->low)) &&
	       (high.len == 0 || firmware_parse(high, range->high)) && firmware_compare(range->low, range->high) <= 0;
}

static bool add_range(struct condition *condition, const char *word, struct error *err)
{
	struct firmware_range *ranges;

	ranges = reallocarray(condition->ranges, condition->words.num + 1, sizeof(*ranges));
	if (ranges == NULL)
		return error_set(err, ERROR_MEMORY, "no memory for a range of firmware");
	condition->ranges = ranges;
	if (!range_parse(word, &ranges[condition->words.num]))
		return error_set(err, ERROR_POLICY_FILE,
		    "'%s' is no firmware range: write 5.4.3, 5.2.0-5.6.9, 5.7.0- or -5.6.9", word);
	return true;
}

/* Puts the words into a sentence, "a, b, c"; what does not fit is cut. */
static void put_words(const char *const *words, size_t num, char *text, size_t size)
{
	size_t len = 0;

	text[0] = '\0';
	for (size_t i = 0; i < num && len + 1 < size; i++) {
		int more = snprintf(text + len, size - len, "%s%s", i == 0 ? "" : ", ", words[i]);

		len += more < 0 ? 0 : (size_t)more;
	}
}

static bool check_allowed(const struct condition_row *row, const char *word, struct error *err)
{
	char known[256];
	size_t num = 0;

	if (row->allowed == NULL)
		return true;
	for (; row->allowed[num] != NULL; num++)
		if (strcmp(row->allowed[num], word) == 0)
			return true;
	put_words(row->allowed, num, known, sizeof(known));
	return error_set(err, ERROR_POLICY_FILE, "'%s' is no %s: one of %s", word, row->keyword, known);
}

static bool is_aaguid(struct bytes word)
{
	uint8_t aaguid[FIDO_AAGUID_SIZE];

	return fido_aaguid_parse(word, aaguid);
}

static bool is_hash(struct bytes word)
{
	uint8_t hash[SHA256_SIZE];

	return hex_parse(word, hash, sizeof(hash));
}

/* Zeros in front of a number or a point behind the last are another text than the claim's. */
static bool is_oid(struct bytes word)
{
	struct bytes part, end = word;
	uint8_t digit;

	if (word.len == 0 || !bytes_take(&end, word.len - 1, &part) || bytes_equal_text(end, "."))
		return false;
	while (bytes_take_until(&word, '.', &part)) {
		if (part.len == 0 || (part.len > 1 && bytes_start_with(part, "0")))
			return false;
		while (bytes_take_u8(&part, &digit))
			if (digit < '0' || digit > '9')
				return false;
	}
	return true;
}

/* A word of another form than the claim's would never be met, and a rule that refuses by it would let pass. */
static bool check_form(const struct condition_row *row, const char *word, struct error *err)
{
	static const struct {
		enum claim_name claim;
		bool (*has_form)(struct bytes word);
		const char *example;
	} forms[] = {
	    {CLAIM_AAGUID, is_aaguid, "f8a011f3-8c0a-4d15-8006-17111f9edc7d"},
	    {CLAIM_DEVICE_CERTIFICATE, is_hash, N_("64 hex digits, in small letters")},
	    {CLAIM_DEVICE_TYPE, is_oid, "1.3.6.1.4.1.41482.1.7"},
	};

	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++)
		if (row->claim == forms[i].claim && !forms[i].has_form(bytes_of_text(word)))
			return error_set(err, ERROR_POLICY_FILE, "'%s' is no %s: write it as %s", word, row->keyword,
			    translated(forms[i].example));
	return true;
}

/* Grades are asked of claims by name. */
static bool check_claim_word(const char *word, struct error *err)
{
	for (enum claim_name name = 0; name < CLAIM_NAME_COUNT; name++)
		if (strcmp(claim_name(name), word) == 0)
			return true;
	return error_set(err, ERROR_POLICY_FILE, "'%s' is no claim", word);
}

/* As the claim writes it: a PIV token's number, or a FIDO token's bytes behind 0x. */
static bool check_serial(const char *word, struct error *err)
{
	uint8_t bytes[FIDO_SERIAL_MAXIMUM];
	size_t len = strlen(word);

	if (strncmp(word, "0x", 2) == 0)
		return (len > 2 && len <= 2 + 2 * sizeof(bytes) &&
		           hex_parse(bytes_of_text(word + 2), bytes, len / 2 - 1)) ||
		       error_set(err, ERROR_POLICY_FILE,
		           "'%s' is no serial number: behind 0x stand two digits for each byte, in small letters",
		           word);
	if (word[0] == '\0' || strspn(word, "0123456789") != strlen(word) || strlen(word) > 20)
		return error_set(err, ERROR_POLICY_FILE,
		    "'%s' is no serial number: decimal digits, or a FIDO token's behind 0x", word);
	if (word[0] == '0' && word[1] != '\0')
		return error_set(err, ERROR_POLICY_FILE, "'%s': write the serial number without the leading 0", word);
	return true;
}

/* There is one of it in a rule: of two the one that holds less often would count, or the one that holds more often. */
static bool set_age(struct condition *condition, const char *word, struct error *err)
{
	if (condition->words.num > 0)
		return error_set(err, ERROR_POLICY_FILE, "one time is enough");
	return strict_conf_duration(word, ERROR_POLICY_FILE, &condition->seconds, err);
}

bool condition_add_word(struct condition *condition, const char *word, struct error *err)
{
	bool good = true;

	switch (condition->row->kind) {
	case CONDITION_FIRMWARE:
		good = add_range(condition, word, err);
		break;
	case CONDITION_SERIAL:
		good = check_serial(word, err);
		break;
	case CONDITION_PROVEN:
	case CONDITION_IMPLIED:
		good = check_claim_word(word, err);
		break;
	case CONDITION_ADVISORY:
		good = advisory_word_check(word, err);
		break;
	case CONDITION_AGE_BELOW:
	case CONDITION_AGE_ABOVE:
		good = set_age(condition, word, err);
		break;
	case CONDITION_FORMAT:
	case CONDITION_ASSURANCE:
	case CONDITION_CLAIM:
	case CONDITION_CERTIFICATE:
	case CONDITION_LIST:
	case CONDITION_PERSON:
	case CONDITION_GROUP:
	case CONDITION_HOST_CLASS:
		good = check_allowed(condition->row, word, err) && check_form(condition->row, word, err);
		break;
	}
	return good && word_list_add(&condition->words, bytes_of_text(word), err);
}

static void put_found(char *found, size_t size, const char *value)
{
	if (found != NULL)
		(void)snprintf(found, size, "%s", value);
}

static bool word_holds(const struct condition *condition, const char *value, char *found, size_t size)
{
	put_found(found, size, value == NULL ? "nothing" : value);
	return value != NULL && word_list_has(&condition->words, value);
}

/* The claim's value if its grade is good enough, else NULL with the grade as what was found. */
static const char *claim_value(
    const struct result *result, enum claim_name name, enum claim_grade least, char *found, size_t size)
{
	const struct claim *claim = result_find_claim(result, name);

	if (claim == NULL || claim->grade < least) {
		put_found(found, size, claim == NULL ? "nothing" : claim_grade_name(claim->grade));
		return NULL;
	}
	put_found(found, size, claim->value);
	return claim->value;
}

static bool claim_holds(
    const struct condition *condition, enum claim_grade least, const struct result *result, char *found, size_t size)
{
	const char *value = claim_value(result, condition->row->claim, least, found, size);

	return value != NULL && word_list_has(&condition->words, value);
}

/* The same certificate has more than one hash. */
static bool certificate_holds(
    const struct condition *condition, enum claim_grade least, const struct result *result, char *found, size_t size)
{
	if (claim_value(result, condition->row->claim, least, found, size) == NULL)
		return false;
	for (size_t i = 0; i < condition->words.num; i++)
		if (certificate_claim_is(result, condition->words.words[i]))
			return true;
	return false;
}

/* A claim whose value is a list with commas: one of its words is enough. */
static bool list_holds(
    const struct condition *condition, enum claim_grade least, const struct result *result, char *found, size_t size)
{
	struct bytes list = bytes_of_text(claim_value(result, condition->row->claim, least, found, size)), part;
	char word[64];

	while (bytes_take_until(&list, ',', &part)) {
		if (bytes_to_text(part, word, sizeof(word)) && word_list_has(&condition->words, word))
			return true;
	}
	return false;
}

static bool firmware_holds(
    const struct condition *condition, enum claim_grade least, const struct result *result, char *found, size_t size)
{
	const char *value = claim_value(result, CLAIM_FIRMWARE, least, found, size);
	unsigned parts[3];

	if (value == NULL || !firmware_parse(bytes_of_text(value), parts))
		return false;
	for (size_t i = 0; i < condition->words.num; i++)
		if (firmware_compare(parts, condition->ranges[i].low) >= 0 &&
		    firmware_compare(parts, condition->ranges[i].high) <= 0)
			return true;
	return false;
}

static bool grades_hold(
    const struct condition *condition, enum claim_grade least, const struct result *result, char *found, size_t size)
{
	for (enum claim_name name = 0; name < CLAIM_NAME_COUNT; name++) {
		const struct claim *claim = result_find_claim(result, name);
		enum claim_grade grade = claim == NULL ? CLAIM_NOT_PROVABLE : claim->grade;

		if (!word_list_has(&condition->words, claim_name(name)) || grade >= least)
			continue;
		if (found != NULL)
			(void)snprintf(found, size, "%s is %s", claim_name(name), claim_grade_name(grade));
		return false;
	}
	return true;
}

static bool advisory_holds(const struct condition *condition, const struct result *result, char *found, size_t size)
{
	put_found(found, size, "none of them applies");
	for (size_t i = 0; i < result->num_advisories; i++)
		if (word_list_has(&condition->words, result->advisories[i].id) ||
		    word_list_has(&condition->words, severity_name(result->advisories[i].severity)))
			return true;
	return false;
}

static bool group_holds(
    const struct condition *condition, const struct policy_subject *subject, char *found, size_t size)
{
	if (found != NULL)
		put_words(subject->groups, subject->num_groups, found, size);
	for (size_t i = 0; i < subject->num_groups; i++)
		if (word_list_has(&condition->words, subject->groups[i]))
			return true;
	return false;
}

/* An enrollment that is being made is of age 0; one from the future is of no age that could be asked for. */
static bool age_holds(const struct condition *condition, const struct policy_subject *subject,
    const struct result *result, char *found, size_t size)
{
	int64_t age = subject->enrolled_at == 0 ? 0 : result->appraised_at - subject->enrolled_at;

	if (found != NULL)
		(void)snprintf(found, size, "%" PRId64 " days", age / 86400);
	if (age < 0)
		return false;
	return condition->row->kind == CONDITION_AGE_BELOW ? age < condition->seconds : age >= condition->seconds;
}

bool condition_holds(const struct condition *condition, enum claim_grade least_grade,
    const struct policy_subject *subject, const struct result *result, char *found, size_t size)
{
	switch (condition->row->kind) {
	case CONDITION_FORMAT:
		return word_holds(condition, result->format, found, size);
	case CONDITION_ASSURANCE:
		return word_holds(condition, assurance_name(result->assurance), found, size);
	case CONDITION_CLAIM:
	case CONDITION_SERIAL:
		return claim_holds(condition, least_grade, result, found, size);
	case CONDITION_CERTIFICATE:
		return certificate_holds(condition, least_grade, result, found, size);
	case CONDITION_LIST:
		return list_holds(condition, least_grade, result, found, size);
	case CONDITION_FIRMWARE:
		return firmware_holds(condition, least_grade, result, found, size);
	case CONDITION_PROVEN:
		return grades_hold(condition, CLAIM_PROVEN, result, found, size);
	case CONDITION_IMPLIED:
		return grades_hold(condition, CLAIM_IMPLIED, result, found, size);
	case CONDITION_ADVISORY:
		return advisory_holds(condition, result, found, size);
	case CONDITION_PERSON:
		return word_holds(condition, subject->person, found, size);
	case CONDITION_GROUP:
		return group_holds(condition, subject, found, size);
	case CONDITION_HOST_CLASS:
		return word_holds(condition, subject->host_class, found, size);
	case CONDITION_AGE_BELOW:
	case CONDITION_AGE_ABOVE:
		return age_holds(condition, subject, result, found, size);
	}
	return false;
}

void condition_put_wanted(const struct condition *condition, char *text, size_t size)
{
	put_words((const char *const *)condition->words.words, condition->words.num, text, size);
}

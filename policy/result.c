#include "policy/result.h"

#include <string.h>

#include "common/language.h"
#include "policy/reasons.h"

/* Texts of foreign origin were made printable where they were read; here they are only cut. */
static void copy_text(char *out, size_t size, const char *text)
{
	size_t at = 0;

	for (; at + 1 < size && text[at] != '\0'; at++)
		out[at] = text[at];
	out[at] = '\0';
}

const struct claim *result_find_claim(const struct result *result, enum claim_name name)
{
	for (size_t i = 0; i < result->num_claims; i++) {
		if (result->claims[i].name == name)
			return &result->claims[i];
	}
	return NULL;
}

bool result_has_key_option(const struct result *result, const char *option)
{
	size_t wanted = strlen(option);
	const char *at = result->key_options;

	while (*at != '\0') {
		size_t len = 0;
		bool quoted = false;

		for (; at[len] != '\0' && (quoted || at[len] != ','); len++)
			quoted = at[len] == '"' ? !quoted : quoted;
		if (len == wanted && strncmp(at, option, len) == 0)
			return true;
		at += len + (at[len] == ',' ? 1 : 0);
	}
	return false;
}

void result_add_claim(
    struct result *result, enum claim_name name, enum claim_grade grade, const char *value, const char *proof)
{
	struct error err = ERROR_EMPTY;
	struct claim *claim;

	if (result->num_claims == CLAIM_NAME_COUNT || result_find_claim(result, name) != NULL) {
		error_set(&err, ERROR_BUG, "claim \"%s\" is there twice", claim_name(name));
		result_refuse(result, &err, NULL);
		return;
	}
	claim = &result->claims[result->num_claims++];
	claim->name = name;
	claim->grade = grade;
	copy_text(claim->value, sizeof(claim->value), value);
	copy_text(claim->proof, sizeof(claim->proof), proof);
}

const struct reason *result_first_refusal(const struct result *result)
{
	for (size_t i = 0; i < result->num_reasons; i++) {
		if (!result->reasons[i].warning)
			return &result->reasons[i];
	}
	return NULL;
}

bool result_is_refused(const struct result *result)
{
	return result_first_refusal(result) != NULL;
}

/* "Not appraisable" only as long as everything that stands against the evidence is that it cannot be read. */
static void lower_verdict(struct result *result, enum error_category category)
{
	bool unreadable = category == ERROR_CATEGORY_INPUT &&
	                  (!result_is_refused(result) || result->verdict == VERDICT_NOT_APPRAISABLE);

	result->verdict = unreadable ? VERDICT_NOT_APPRAISABLE : VERDICT_REFUSED;
}

/* Where there is no room a warning gives way to a refusal. */
static struct reason *find_room(struct result *result, bool warning)
{
	if (result->num_reasons < RESULT_REASONS_MAXIMUM)
		return &result->reasons[result->num_reasons++];
	for (size_t i = RESULT_REASONS_MAXIMUM; i > 0 && !warning; i--) {
		if (result->reasons[i - 1].warning)
			return &result->reasons[i - 1];
	}
	return NULL;
}

static void add_reason(struct result *result, const struct error *err, const char *next_step, bool warning)
{
	struct reason *reason = find_room(result, warning);

	if (reason == NULL)
		return;
	reason->code = err->code;
	reason->warning = warning;
	copy_text(reason->sentence, sizeof(reason->sentence), err->text);
	copy_text(reason->next_step, sizeof(reason->next_step),
	    translated(next_step != NULL ? next_step : reason_next_step(err->code)));
}

void result_refuse(struct result *result, const struct error *err, const char *next_step)
{
	lower_verdict(result, error_category(err->code));
	add_reason(result, err, next_step, false);
}

void result_warn(struct result *result, const struct error *err, const char *next_step)
{
	add_reason(result, err, next_step, true);
}

/* Where there is no room the mildest one gives way. */
void result_add_advisory(struct result *result, const struct advisory_hit *hit)
{
	size_t mildest = 0;

	for (size_t i = 0; i < result->num_advisories; i++) {
		if (strcmp(result->advisories[i].id, hit->id) != 0)
			continue;
		if (result->advisories[i].severity < hit->severity)
			result->advisories[i] = *hit;
		return;
	}
	if (result->num_advisories < RESULT_ADVISORIES_MAXIMUM) {
		result->advisories[result->num_advisories++] = *hit;
		return;
	}
	for (size_t i = 1; i < result->num_advisories; i++) {
		if (result->advisories[i].severity < result->advisories[mildest].severity)
			mildest = i;
	}
	if (result->advisories[mildest].severity < hit->severity)
		result->advisories[mildest] = *hit;
}

const char *verdict_name(enum verdict verdict)
{
	static const char *const names[] = {
	    [VERDICT_REFUSED] = "refused",
	    [VERDICT_ACCEPTED] = "accepted",
	    [VERDICT_NOT_APPRAISABLE] = "not-appraisable",
	};

	return names[verdict];
}

const char *assurance_name(enum assurance assurance)
{
	static const char *const names[] = {
	    [ASSURANCE_NONE] = "none",
	    [ASSURANCE_ORGANISATION] = "organisation",
	    [ASSURANCE_VENDOR] = "vendor",
	};

	return names[assurance];
}

const char *claim_name(enum claim_name name)
{
	static const char *const names[CLAIM_NAME_COUNT] = {
	    [CLAIM_KEY] = "key",
	    [CLAIM_KEY_ALGORITHM] = "key-algorithm",
	    [CLAIM_GENERATED_INSIDE] = "generated-inside",
	    [CLAIM_USED_INSIDE] = "used-inside",
	    [CLAIM_NOT_EXPORTABLE] = "not-exportable",
	    [CLAIM_CERTIFIED_MODULE] = "certified-module",
	    [CLAIM_RANDOM_SOURCE] = "random-source",
	    [CLAIM_BOUND] = "bound",
	    [CLAIM_VENDOR] = "vendor",
	    [CLAIM_ISSUER] = "issuer",
	    [CLAIM_FIRMWARE] = "firmware",
	    [CLAIM_SERIAL] = "serial",
	    [CLAIM_SLOT] = "slot",
	    [CLAIM_PIN_POLICY] = "pin-policy",
	    [CLAIM_TOUCH_POLICY] = "touch-policy",
	    [CLAIM_FORM_FACTOR] = "form-factor",
	    [CLAIM_EDITION] = "edition",
	    [CLAIM_DEVICE_CERTIFICATE] = "device-certificate",
	    [CLAIM_STATEMENT] = "statement",
	    [CLAIM_APPLICATION] = "application",
	    [CLAIM_FRESH] = "fresh",
	    [CLAIM_AAGUID] = "aaguid",
	    [CLAIM_MODEL] = "model",
	    [CLAIM_DEVICE_TYPE] = "device-type",
	    [CLAIM_TRANSPORTS] = "transports",
	    [CLAIM_USER_PRESENCE] = "user-presence",
	    [CLAIM_USER_VERIFICATION] = "user-verification",
	    [CLAIM_CRED_PROTECT] = "cred-protect",
	    [CLAIM_BACKUP_ELIGIBLE] = "backup-eligible",
	    [CLAIM_BACKED_UP] = "backed-up",
	    [CLAIM_COUNTER] = "signature-counter",
	    [CLAIM_CERTIFICATE_DATES] = "certificate-dates",
	    [CLAIM_METADATA] = "metadata",
	    [CLAIM_CERTIFICATION_LEVEL] = "certification-level",
	    [CLAIM_KEY_PROTECTION] = "key-protection",
	    [CLAIM_MATCHER_PROTECTION] = "matcher-protection",
	    [CLAIM_KEY_RESTRICTED] = "key-restricted",
	    [CLAIM_MODEL_STATUS] = "model-status",
	};

	return names[name];
}

bool claim_find(struct bytes word, enum claim_name *name)
{
	for (enum claim_name i = 0; i < CLAIM_NAME_COUNT; i++) {
		if (bytes_equal_text(word, claim_name(i))) {
			*name = i;
			return true;
		}
	}
	return false;
}

const char *claim_grade_name(enum claim_grade grade)
{
	static const char *const names[] = {
	    [CLAIM_NOT_PROVABLE] = "not-provable",
	    [CLAIM_FAILED] = "failed",
	    [CLAIM_CLAIMED] = "claimed",
	    [CLAIM_IMPLIED] = "implied",
	    [CLAIM_PROVEN] = "proven",
	};

	return names[grade];
}

const char *severity_name(enum severity severity)
{
	static const char *const names[] = {
	    [SEVERITY_NOTE] = "note",
	    [SEVERITY_WARNING] = "warning",
	    [SEVERITY_CRITICAL] = "critical",
	};

	return names[severity];
}

#include "enroll/slot_report.h"

#include <stdio.h>
#include <string.h>

#include "common/language.h"
#include "enroll/report.h"
#include "enroll/token_facts.h"
#include "piv/certificate.h"
#include "piv/key.h"
#include "piv/metadata.h"
#include "policy/appraise.h"
#include "policy/evidence.h"
#include "policy/policy.h"

/* What still fits into a line of 80 columns, between its name and its grade. */
#define VALUE_BESIDE_MAXIMUM 50

json_t *fact_json(const char *name, const char *value, bool is_signed, const char *proof)
{
	return json_pack("{s:s, s:s, s:s, s:s?}", "name", name, "value", value, "grade",
	    is_signed ? "signed" : "claimed", "proof", is_signed ? proof : NULL);
}

void fact_say(const char *name, const char *value, bool is_signed)
{
	const char *grade = is_signed ? "signed" : "claimed";

	if (strlen(value) <= VALUE_BESIDE_MAXIMUM) {
		report_line("  %-19s %-36s %s", name, value, grade);
		return;
	}
	report_line("  %-56s %s", name, grade);
	report_line("    %s", value);
}

/* Without a policy: whether it is genuine, not whether it is liked. */
static bool appraise_slot(struct bytes leaf, struct bytes device_certificate, const struct trust *trust, int64_t now,
    struct result *result, struct error *err)
{
	struct policy *policy = NULL;
	struct evidence evidence = EVIDENCE_EMPTY;
	struct appraisal appraisal = {.evidence = &evidence, .trust = trust, .now = now};
	bool done = policy_new_evidence_only(&policy, err) && evidence_of_piv(leaf, device_certificate, &evidence, err);

	appraisal.policy = policy;
	if (done)
		appraise(&appraisal, result);
	evidence_clear(&evidence);
	policy_free(policy);
	return done;
}

static bool note_reason(struct slot_report *report, const struct result *result)
{
	for (size_t i = 0; i < result->num_reasons; i++)
		if (!result->reasons[i].warning) {
			(void)error_set(&report->reason, result->reasons[i].code, "%s", result->reasons[i].sentence);
			break;
		}
	return true;
}

/* A card that is gone is an error; one that refuses is an answer. */
static bool is_answer(enum error_code code)
{
	return code == ERROR_NOT_ATTESTABLE || code == ERROR_CARD_STATUS || code == ERROR_CARD_REPLY ||
	       code == ERROR_TLV_TAG || code == ERROR_TLV_TRUNCATED || code == ERROR_TLV_REST ||
	       code == ERROR_CARD_UNSUPPORTED;
}

bool slot_report_make(struct piv *piv, const struct token_slot *slot, struct bytes device_certificate,
    const struct trust *trust, int64_t now, struct slot_report *report, struct error *err)
{
	struct buffer leaf = BUFFER_EMPTY, certificate = BUFFER_EMPTY;
	bool done = true;

	*report = (struct slot_report){.slot = slot, .reason = ERROR_EMPTY};
	report->has_certificate = piv_certificate_read(piv, slot->slot, &certificate, NULL);
	if (!piv_attest(piv, slot->slot, &leaf, &report->reason)) {
		done = is_answer(report->reason.code) || error_set(err, report->reason.code, "%s", report->reason.text);
	} else if (device_certificate.len == 0) {
		(void)error_set(&report->reason, ERROR_NOT_ATTESTABLE, "the token's device certificate (f9) is gone");
	} else {
		done = appraise_slot(buffer_bytes(&leaf), device_certificate, trust, now, &report->result, err) &&
		       note_reason(report, &report->result);
		report->attested = report->result.verdict == VERDICT_ACCEPTED;
	}
	buffer_free(&leaf);
	buffer_free(&certificate);
	return done;
}

static const char *origin_word(enum piv_origin origin)
{
	static const char *const words[] = {
	    [PIV_ORIGIN_UNKNOWN] = "unknown", [PIV_ORIGIN_GENERATED] = "generated", [PIV_ORIGIN_IMPORTED] = "imported"};

	return words[origin];
}

/* What a fact of a slot is: by the attestation where there is one, else by the token's word. */
static const char *signed_or(const struct slot_report *report, enum claim_name name, const char *claimed)
{
	const struct claim *claim = report->attested ? result_find_claim(&report->result, name) : NULL;

	return claim && claim->value[0] ? claim->value : claimed;
}

struct slot_words {
	const char *algorithm, *origin, *pin, *touch;
};

static struct slot_words words_of(const struct slot_report *report)
{
	const struct piv_metadata *metadata = &report->slot->metadata;
	bool known = report->slot->has_metadata;

	return (struct slot_words){
	    .algorithm = signed_or(
	        report, CLAIM_KEY_ALGORITHM, known && metadata->algorithm ? metadata->algorithm->name : "unknown"),
	    .origin = report->attested ? "generated"
	              : known          ? origin_word(metadata->origin)
	                               : "unknown",
	    .pin = signed_or(report, CLAIM_PIN_POLICY, known ? piv_pin_policy_name(metadata->pin_policy) : "unknown"),
	    .touch = signed_or(
	        report, CLAIM_TOUCH_POLICY, known ? piv_touch_policy_name(metadata->touch_policy) : "unknown"),
	};
}

json_t *slot_report_json(const struct slot_report *report)
{
	struct slot_words words = words_of(report);

	return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:b, s:o}", "slot", report->slot->slot->name, "algorithm",
	    words.algorithm, "origin", words.origin, "pin_policy", words.pin, "touch_policy", words.touch, "grade",
	    report->attested ? "signed" : "claimed", "certificate", report->has_certificate, "error",
	    report->attested
	        ? json_null()
	        : json_pack("{s:s, s:s}", "code", error_word(report->reason.code), "sentence", report->reason.text));
}

void slot_report_say(const struct slot_report *report)
{
	struct slot_words words = words_of(report);

	report_line("  slot %s: %s, %s, PIN %s, touch %s, %s: %s", report->slot->slot->name, words.algorithm,
	    words.origin, words.pin, words.touch,
	    report->has_certificate ? translated("with certificate") : translated("no certificate"),
	    report->attested ? "signed" : "claimed");
	if (!report->attested)
		report_line("    %s [%s]", report->reason.text, error_word(report->reason.code));
}

#include "policy/appraise.h"

#include <openssl/err.h>
#include <stdio.h>

#include "policy/advisory.h"
#include "policy/evidence_formats.h"
#include "policy/policy.h"
#include "policy/result.h"
#include "policy/trust.h"

static void find_advisories(const struct trust *trust, enum evidence_format kin, struct result *result)
{
	const char *format = evidence_format_name(kin);
	const struct advisory *advisory;

	for (size_t i = 0; (advisory = trust_advisory(trust, i)) != NULL; i++) {
		struct advisory_hit hit = {.severity = advisory->severity};

		if (!advisory_concerns(advisory, format, result))
			continue;
		snprintf(hit.id, sizeof(hit.id), "%s", advisory->id);
		snprintf(hit.text, sizeof(hit.text), "%s", advisory->text);
		snprintf(hit.reference, sizeof(hit.reference), "%s", advisory->reference);
		result_add_advisory(result, &hit);
	}
}

void appraise_rules(const struct appraisal *appraisal, enum evidence_format kin, struct result *result)
{
	const struct policy_subject subject = {
	    appraisal->person, appraisal->groups, appraisal->num_groups, appraisal->host_class, appraisal->enrolled_at};

	find_advisories(appraisal->trust, kin, result);
	result->verdict = VERDICT_ACCEPTED;
	policy_decide(appraisal->policy, &subject, result);
}

void appraise(const struct appraisal *appraisal, struct result *result)
{
	const struct evidence_format_row *row = evidence_format_row(appraisal->evidence->format);

	*result = (struct result){.verdict = VERDICT_REFUSED, .appraised_at = appraisal->now};
	snprintf(result->format, sizeof(result->format), "%s", row->name);
	snprintf(result->trust_version, sizeof(result->trust_version), "%s", trust_version(appraisal->trust));
	snprintf(result->rule, sizeof(result->rule), "evidence");
	row->appraise(appraisal, result);
	if (result_is_refused(result)) {
		/* What libcrypto noted on the way belongs to this refusal, not to the caller's next question. */
		ERR_clear_error();
		return;
	}
	appraise_rules(appraisal, row->kin, result);
}

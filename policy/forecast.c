#include "policy/forecast.h"

#include <openssl/err.h>
#include <stdio.h>
#include <string.h>

#include "policy/appraise.h"
#include "policy/evidence.h"
#include "policy/piv_chain.h"
#include "policy/piv_claims.h"
#include "policy/piv_extensions.h"
#include "policy/result.h"
#include "policy/trust.h"

#define FORM_FACTORS 7U
#define FROM_REQUEST "what was asked for"

static void add_wishes(const struct forecast *forecast, struct result *result)
{
	result_add_claim(result, CLAIM_KEY, CLAIM_PROVEN, "", FROM_REQUEST);
	result_add_claim(result, CLAIM_KEY_ALGORITHM, CLAIM_PROVEN, forecast->key_algorithm, FROM_REQUEST);
	result_add_claim(result, CLAIM_BOUND, CLAIM_PROVEN, "yes", FROM_REQUEST);
	result_add_claim(result, CLAIM_SLOT, CLAIM_PROVEN, forecast->slot, FROM_REQUEST);
	result_add_claim(
	    result, CLAIM_PIN_POLICY, CLAIM_PROVEN, attested_pin_policy_name(forecast->pin_policy), FROM_REQUEST);
	result_add_claim(
	    result, CLAIM_TOUCH_POLICY, CLAIM_PROVEN, attested_touch_policy_name(forecast->touch_policy), FROM_REQUEST);
}

static void fill_attested(const struct forecast *forecast, unsigned form_factor, struct piv_chain *chain)
{
	chain->attested = (struct piv_extensions){
	    .has_firmware = true,
	    .has_serial = forecast->has_serial,
	    .serial = forecast->serial,
	    .has_policy = true,
	    .pin_policy = forecast->pin_policy,
	    .touch_policy = forecast->touch_policy,
	    .has_form_factor = form_factor > 0,
	    .form_factor = (uint8_t)(form_factor | (chain->batch.has_fips ? PIV_FORM_FIPS_SERIES : 0)),
	};
	memcpy(chain->attested.firmware, forecast->firmware, sizeof(chain->attested.firmware));
}

static void decide(const struct appraisal *appraisal, const struct forecast *forecast, const struct piv_chain *chain,
    struct result *result)
{
	struct error err = ERROR_EMPTY;

	result->assurance = chain->anchor->source == TRUST_SHIPPED ? ASSURANCE_VENDOR : ASSURANCE_ORGANISATION;
	if (!piv_claims_add_device(chain, result, &err)) {
		result_refuse(result, &err, NULL);
		return;
	}
	add_wishes(forecast, result);
	appraise_rules(appraisal, EVIDENCE_PIV, result);
}

void forecast_appraise(const struct appraisal *appraisal, const struct forecast *forecast, struct result *result)
{
	struct result empty = {.verdict = VERDICT_REFUSED, .appraised_at = appraisal->now, .format = "piv"};
	struct error err = ERROR_EMPTY;
	struct piv_chain chain;

	snprintf(empty.trust_version, sizeof(empty.trust_version), "%s", trust_version(appraisal->trust));
	snprintf(empty.rule, sizeof(empty.rule), "forecast");
	*result = empty;
	if (!piv_device_check(forecast->device_certificate, appraisal->trust, &chain, &err)) {
		ERR_clear_error();
		result_refuse(result, &err, NULL);
		return;
	}
	for (unsigned form_factor = 0; form_factor <= FORM_FACTORS && result->verdict != VERDICT_ACCEPTED;
	     form_factor++) {
		*result = empty;
		fill_attested(forecast, form_factor, &chain);
		decide(appraisal, forecast, &chain, result);
	}
}

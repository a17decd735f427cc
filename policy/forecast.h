/* forecast.h: what an appraisal will say of a token that has not made the key yet: the chain of its device certificate is
 * checked as ever, and the rules are asked about the key that it would make. Who is refused here need not type a PIN.
 *
 * A refusal stands: it rests on signed fields, or on what the token says against itself. An acceptance is only likely: the
 * appraisal of the attestation has the last word. Pure as appraise.h is.
 * Knows nothing of devices. */
#ifndef POLICY_FORECAST_H
#define POLICY_FORECAST_H

#include "common/bytes.h"

struct appraisal;
struct result;

/* The key that is going to be made, in the words of claims. */
struct forecast {
	struct bytes device_certificate; /* f9, DER */
	uint8_t firmware[3];             /* as the token says */
	bool has_serial;
	uint32_t serial; /* as the token says */
	const char *slot, *key_algorithm;
	uint8_t pin_policy, touch_policy; /* as the attestation will have them: numbers of extension .8 */
};

/* forecast_appraise: fills *result, always.
 *   appraisal  trust, policy, person, now; its evidence is not looked at
 * What only the attestation can tell, the form factor, counts in the token's favour. */
void forecast_appraise(const struct appraisal *appraisal, const struct forecast *forecast, struct result *result);

#endif

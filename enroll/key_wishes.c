#include "enroll/key_wishes.h"

#include <string.h>

#include "policy/forecast.h"
#include "policy/result.h"

/* From the least burden to the most. */
static const enum piv_touch_policy touches[] = {PIV_TOUCH_NEVER, PIV_TOUCH_CACHED, PIV_TOUCH_ALWAYS};
static const enum piv_pin_policy pins[] = {PIV_PIN_ONCE, PIV_PIN_ALWAYS};

/* What the attestation will say of the policies that were asked for; "default" is the slot's own. */
static uint8_t attested_pin(enum piv_pin_policy policy, const char *slot)
{
	if (policy != PIV_PIN_DEFAULT)
		return (uint8_t)policy;
	if (strcmp(slot, "9c") == 0)
		return PIV_PIN_ALWAYS;
	return strcmp(slot, "9e") == 0 ? PIV_PIN_NEVER : PIV_PIN_ONCE;
}

static uint8_t attested_touch(enum piv_touch_policy policy)
{
	return policy == PIV_TOUCH_DEFAULT ? PIV_TOUCH_NEVER : (uint8_t)policy;
}

static bool is_accepted(const struct appraisal *appraisal, const struct forecast *forecast, enum piv_pin_policy pin,
    enum piv_touch_policy touch, struct result *result)
{
	struct forecast whole = *forecast;

	whole.pin_policy = attested_pin(pin, forecast->slot);
	whole.touch_policy = attested_touch(touch);
	forecast_appraise(appraisal, &whole, result);
	return result->verdict == VERDICT_ACCEPTED;
}

/* With this touch, any PIN policy that may be chosen. */
static bool settle_pin(const struct appraisal *appraisal, const struct forecast *forecast, struct key_wishes *wishes,
    enum piv_touch_policy touch, struct result *result)
{
	for (size_t i = 0; i < sizeof(pins) / sizeof(*pins); i++)
		if ((wishes->pin_is_open || pins[i] == wishes->pin) &&
		    is_accepted(appraisal, forecast, pins[i], touch, result)) {
			wishes->pin = pins[i];
			wishes->touch = touch;
			return true;
		}
	return false;
}

bool key_wishes_settle(const struct appraisal *appraisal, const struct forecast *forecast, struct key_wishes *wishes,
    struct result *result)
{
	struct result other;

	if (is_accepted(appraisal, forecast, wishes->pin, wishes->touch, result))
		return true;
	for (size_t i = 0; i < sizeof(touches) / sizeof(*touches); i++)
		if ((wishes->touch_is_open || touches[i] == wishes->touch) &&
		    settle_pin(appraisal, forecast, wishes, touches[i], &other)) {
			*result = other;
			return true;
		}
	return false;
}

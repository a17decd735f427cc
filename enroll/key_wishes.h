/* key_wishes.h: when a PIV key wants PIN and touch, where nobody asked for it: as the appraisal policy wants it, with the least
 * burden for its user that it accepts.
 * Knows nothing of tokens. */
#ifndef ENROLL_KEY_WISHES_H
#define ENROLL_KEY_WISHES_H

#include "common/attributes.h"
#include "piv/slot.h"

struct appraisal;
struct forecast;
struct result;

struct key_wishes {
	bool pin_is_open, touch_is_open; /* nobody asked for it: what stands in the next two is only the usual */
	enum piv_pin_policy pin;
	enum piv_touch_policy touch;
};

/* key_wishes_settle: what was asked for, and in place of what was not, the first that the policy may accept.
 *   forecast  but for its pin_policy and touch_policy, which follow from the wishes
 *   wishes    in: what was asked for; out: what the key should get. As it was, if nothing is accepted
 *   result    out: the forecast for that
 * Returns whether it may be accepted. */
bool key_wishes_settle(const struct appraisal *appraisal, const struct forecast *forecast, struct key_wishes *wishes,
    struct result *result) MUST_CHECK;

#endif

/* select.h: which of several authenticators is meant: the one that is touched.
 * Source: CTAP 2.1 6.9; fido_dev_get_touch_begin(3). */
#ifndef FIDO_SELECT_H
#define FIDO_SELECT_H

#include "common/error.h"

struct authenticator;
struct authenticator_list;

/* The most that can blink at once. */
#define SELECT_MAXIMUM 8

/* How long a person may take to touch one of several tokens. */
#define SELECT_TOUCH_MS 15000

/* select_by_touch: lets all of them blink until one is touched; that one stays open.
 *   authenticator  out: the caller's, to authenticator_close()
 * A card on an NFC reader answers at once, without any touch, and so does whatever else does not wait: that is no choice.
 * Errors: ERROR_CARD_SEVERAL (one answered at once, or there are too many), ERROR_TOUCH (none was touched in time),
 * ERROR_CARD_ABSENT (none can be opened). */
bool select_by_touch(const struct authenticator_list *list, unsigned timeout_ms, struct authenticator *authenticator,
    struct error *err) MUST_CHECK;

#endif

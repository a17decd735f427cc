/* object.h: data objects on the token, by their tags. What is in them, other files know.
 * Source: NIST SP 800-73-4 part 1 tables 3 and 9, part 2, 3.1.2 and 3.3.1. */
#ifndef PIV_OBJECT_H
#define PIV_OBJECT_H

#include "common/buffer.h"

struct piv;

/* piv_object_read: what stands in an object, without the outer 53.
 *   content  out, appended
 * Errors: ERROR_CARD_OBJECT_ABSENT, ERROR_PIN_NEEDED, ERROR_TLV_…, those of piv_run. */
bool piv_object_read(struct piv *piv, uint32_t object, struct buffer *content, struct error *err) MUST_CHECK;

/* piv_object_write: replaces an object; no content deletes it. Needs piv_authenticate.
 * Errors: ERROR_CARD_FULL, ERROR_MANAGEMENT_KEY (not authenticated), those of piv_run. */
bool piv_object_write(struct piv *piv, uint32_t object, struct bytes content, struct error *err) MUST_CHECK;

#endif

/* dynamic_authentication.h: the template 7C in which GENERAL AUTHENTICATE carries what is asked and answered.
 * Source: NIST SP 800-73-4 part 2, 3.2.4 table 7. */
#ifndef PIV_DYNAMIC_AUTHENTICATION_H
#define PIV_DYNAMIC_AUTHENTICATION_H

#include "piv/apdu.h"
#include "piv/slot.h"

struct piv;

#define DYNAMIC_WITNESS 0x80U
#define DYNAMIC_CHALLENGE 0x81U
#define DYNAMIC_RESPONSE 0x82U

/* One field of a template; without a value it asks the card for one. */
struct dynamic_field {
	uint32_t tag;
	struct bytes value;
};

/* dynamic_encode: the template with these fields, in their order. Errors: as buffer_put. */
bool dynamic_encode(const struct dynamic_field *fields, size_t count, struct buffer *out, struct error *err) MUST_CHECK;

/* dynamic_parse: a template that holds one field and nothing else.
 *   value  out, appended
 * Errors: ERROR_TLV_…. */
bool dynamic_parse(struct bytes reply, uint32_t tag, struct buffer *value, struct error *err) MUST_CHECK;

/* dynamic_exchange: GENERAL AUTHENTICATE with a slot's or reference's key; any status is an answer.
 *   size   what reply to expect
 *   reply  out, appended: the template, not parsed
 * Errors: those of piv_exchange. */
bool dynamic_exchange(struct piv *piv, enum piv_algorithm algorithm, uint8_t reference, struct bytes template,
    enum apdu_reply size, struct buffer *reply, uint16_t *status, struct error *err) MUST_CHECK;

#endif

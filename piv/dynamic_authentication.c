#include "piv/dynamic_authentication.h"

#include "common/tlv.h"
#include "piv/application.h"
#include "piv/instruction.h"

#define TAG_TEMPLATE 0x7cU

bool dynamic_encode(const struct dynamic_field *fields, size_t count, struct buffer *out, struct error *err)
{
	struct buffer content = BUFFER_EMPTY;
	bool done = true;

	for (size_t i = 0; done && i < count; i++)
		done = tlv_put(&content, fields[i].tag, fields[i].value, err);
	done = done && tlv_put(out, TAG_TEMPLATE, buffer_bytes(&content), err);
	buffer_free(&content);
	return done;
}

bool dynamic_parse(struct bytes reply, uint32_t tag, struct buffer *value, struct error *err)
{
	struct bytes template, found;

	return tlv_take(&reply, TAG_TEMPLATE, &template, err) && tlv_end(reply, err) &&
	       tlv_take(&template, tag, &found, err) && tlv_end(template, err) && buffer_put(value, found, err);
}

bool dynamic_exchange(struct piv *piv, enum piv_algorithm algorithm, uint8_t reference, struct bytes template,
    enum apdu_reply size, struct buffer *reply, uint16_t *status, struct error *err)
{
	struct apdu_command command = {.ins = INS_GENERAL_AUTHENTICATE,
	    .p1 = (uint8_t)algorithm,
	    .p2 = reference,
	    .reply = size,
	    .data = template};

	return piv_exchange(piv, &command, reply, status, err);
}

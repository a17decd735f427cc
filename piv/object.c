#include "piv/object.h"

#include "common/tlv.h"
#include "piv/apdu.h"
#include "piv/application.h"
#include "piv/instruction.h"
#include "piv/status.h"

#define OBJECT_P1 0x3fU
#define OBJECT_P2 0xffU
#define TAG_OBJECT 0x5cU
#define TAG_CONTENT 0x53U

static bool put_object(struct buffer *out, uint32_t object, struct error *err)
{
	return buffer_put_u8(out, TAG_OBJECT, err) && buffer_put_u8(out, 3, err) &&
	       buffer_put_u8(out, (uint8_t)(object >> 16), err) && buffer_put_u16(out, (uint16_t)object, err);
}

bool piv_object_read(struct piv *piv, uint32_t object, struct buffer *content, struct error *err)
{
	struct apdu_command command = {.ins = INS_GET_DATA, .p1 = OBJECT_P1, .p2 = OBJECT_P2, .reply = APDU_REPLY_LONG};
	struct buffer request = BUFFER_EMPTY, reply = BUFFER_EMPTY;
	struct bytes in, found;
	bool done = false;

	if (!put_object(&request, object, err))
		goto out;
	command.data = buffer_bytes(&request);
	if (!piv_run(piv, &command, "reading an object", &reply, err))
		goto out;
	in = buffer_bytes(&reply);
	done = tlv_take(&in, TAG_CONTENT, &found, err) && tlv_end(in, err) && buffer_put(content, found, err);
out:
	if (!done)
		error_prefix(err, "object %06lx", (unsigned long)object);
	buffer_free(&reply);
	buffer_free(&request);
	return done;
}

static bool judge_write(uint16_t status, struct error *err)
{
	if (status == STATUS_NOT_AUTHORISED)
		return error_set(err, ERROR_MANAGEMENT_KEY, "writing an object wants the management key first");
	return status_check(status, "writing an object", err);
}

bool piv_object_write(struct piv *piv, uint32_t object, struct bytes content, struct error *err)
{
	struct apdu_command command = {.ins = INS_PUT_DATA, .p1 = OBJECT_P1, .p2 = OBJECT_P2, .reply = APDU_REPLY_NONE};
	struct buffer request = BUFFER_EMPTY, reply = BUFFER_EMPTY;
	uint16_t status;
	bool done = false;

	if (!put_object(&request, object, err) || !tlv_put(&request, TAG_CONTENT, content, err))
		goto out;
	command.data = buffer_bytes(&request);
	done = piv_exchange(piv, &command, &reply, &status, err) && judge_write(status, err);
out:
	if (!done)
		error_prefix(err, "object %06lx", (unsigned long)object);
	buffer_free(&reply);
	buffer_free(&request);
	return done;
}

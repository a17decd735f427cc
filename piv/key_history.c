#include "piv/key_history.h"

#include "common/tlv.h"
#include "piv/object.h"
#include "piv/slot.h"

#define TAG_ON_CARD 0xc1U
#define TAG_ELSEWHERE 0xc2U
#define TAG_URL 0xf3U
#define TAG_ERROR_DETECTION 0xfeU

#define RETIRED_FIRST 0x82U
#define RETIRED_MAXIMUM 20U

static bool take_count(struct bytes fields, uint32_t tag, unsigned *count, struct error *err)
{
	struct bytes value;
	uint8_t number = 0;

	if (!tlv_find(fields, tag, &value, err))
		return false;
	if (value.data != NULL && (!bytes_take_u8(&value, &number) || value.len > 0 || number > RETIRED_MAXIMUM))
		return error_set(err, ERROR_CARD_REPLY, "the key history counts no sensible number of keys");
	*count = number;
	return true;
}

bool piv_key_history_parse(struct bytes content, unsigned *on_card, unsigned *elsewhere, struct error *err)
{
	return take_count(content, TAG_ON_CARD, on_card, err) && take_count(content, TAG_ELSEWHERE, elsewhere, err);
}

static bool read_history(struct piv *piv, unsigned *on_card, unsigned *elsewhere, struct error *err)
{
	struct buffer content = BUFFER_EMPTY;
	struct error reason = ERROR_EMPTY;
	bool done =
	    piv_object_read(piv, PIV_OBJECT_KEY_HISTORY, &content, &reason) || reason.code == ERROR_CARD_OBJECT_ABSENT;

	if (done)
		done = piv_key_history_parse(buffer_bytes(&content), on_card, elsewhere, err);
	else if (err != NULL)
		*err = reason;
	buffer_free(&content);
	return done;
}

static bool put_history(unsigned on_card, unsigned elsewhere, struct buffer *out, struct error *err)
{
	uint8_t counts[] = {(uint8_t)on_card, (uint8_t)elsewhere};

	return tlv_put(out, TAG_ON_CARD, bytes_of(&counts[0], 1), err) &&
	       tlv_put(out, TAG_ELSEWHERE, bytes_of(&counts[1], 1), err) && tlv_put(out, TAG_URL, BYTES_EMPTY, err) &&
	       tlv_put(out, TAG_ERROR_DETECTION, BYTES_EMPTY, err);
}

bool piv_key_history_ensure(struct piv *piv, const struct piv_slot *slot, struct error *err)
{
	unsigned on_card = 0, elsewhere = 0, wanted = slot->id - RETIRED_FIRST + 1U;
	struct buffer content = BUFFER_EMPTY;
	bool done;

	if (slot->id < RETIRED_FIRST || wanted > RETIRED_MAXIMUM)
		return true;
	if (!read_history(piv, &on_card, &elsewhere, err))
		return false;
	if (on_card >= wanted)
		return true;
	if (wanted + elsewhere > RETIRED_MAXIMUM)
		elsewhere = RETIRED_MAXIMUM - wanted;
	done = put_history(wanted, elsewhere, &content, err) &&
	       piv_object_write(piv, PIV_OBJECT_KEY_HISTORY, buffer_bytes(&content), err);
	buffer_free(&content);
	return done;
}

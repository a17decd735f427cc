#include "common/tlv.h"

#define TAG_BYTES_MAXIMUM 3U

/* A first byte that ends in five ones is followed by bytes that have bit 8 set, but for the last. */
static bool take_tag(struct bytes *in, uint32_t *tag)
{
	uint8_t byte;

	if (!bytes_take_u8(in, &byte))
		return false;
	*tag = byte;
	if ((byte & 0x1fU) != 0x1fU)
		return true;
	for (size_t i = 1; i < TAG_BYTES_MAXIMUM; i++) {
		if (!bytes_take_u8(in, &byte))
			return false;
		*tag = *tag << 8 | byte;
		if ((byte & 0x80U) == 0)
			return true;
	}
	return true;
}

/* PIV's object numbers (5FC105) set bit 8 in their middle byte and clear it in the last, so three bytes are enough. */
static bool tag_is_whole(uint32_t tag)
{
	return tag <= 0xffffU || (tag & 0x80U) == 0;
}

/* As tlv_take, for whatever tag stands there. */
static bool take_any(struct bytes *in, uint32_t *tag, struct bytes *value, struct error *err)
{
	struct bytes rest = *in, content;
	uint32_t found;
	size_t len;

	if (!take_tag(&rest, &found))
		return error_set(err, ERROR_TLV_TRUNCATED, "a tag is cut short, %zu bytes are there", in->len);
	if (!tag_is_whole(found))
		return error_set(err, ERROR_TLV_TAG, "a tag has more than %u bytes", TAG_BYTES_MAXIMUM);
	if (!bytes_take_ber_length(&rest, &len) || !bytes_take(&rest, len, &content))
		return error_set(
		    err, ERROR_TLV_TRUNCATED, "tag 0x%02x: cut short, %zu bytes are there", found, in->len);
	*in = rest;
	*tag = found;
	*value = content;
	return true;
}

bool tlv_take(struct bytes *in, uint32_t tag, struct bytes *value, struct error *err)
{
	struct bytes rest = *in, content;
	uint32_t found;

	if (!take_any(&rest, &found, &content, err))
		return false;
	if (found != tag)
		return error_set(err, ERROR_TLV_TAG, "tag 0x%02x stands where 0x%02x belongs", found, tag);
	*in = rest;
	*value = content;
	return true;
}

bool tlv_end(struct bytes in, struct error *err)
{
	if (in.len > 0)
		return error_set(err, ERROR_TLV_REST, "%zu bytes stand behind the end", in.len);
	return true;
}

bool tlv_find(struct bytes in, uint32_t tag, struct bytes *value, struct error *err)
{
	bool found = false;

	*value = BYTES_EMPTY;
	while (in.len > 0) {
		struct bytes content;
		uint32_t next;

		if (!take_any(&in, &next, &content, err))
			return false;
		if (next == tag && !found) {
			*value = content;
			found = true;
		}
	}
	return true;
}

static bool put_significant(struct buffer *out, uint32_t number, struct error *err)
{
	bool started = false;

	for (int shift = 24; shift >= 0; shift -= 8) {
		uint8_t byte = (uint8_t)(number >> shift);

		started = started || byte != 0 || shift == 0;
		if (started && !buffer_put_u8(out, byte, err))
			return false;
	}
	return true;
}

static bool put_length(struct buffer *out, size_t len, struct error *err)
{
	unsigned count = len > 0xffffff ? 4 : len > 0xffff ? 3 : len > 0xff ? 2 : 1;

	if (len < 0x80)
		return buffer_put_u8(out, (uint8_t)len, err);
	return buffer_put_u8(out, (uint8_t)(0x80U | count), err) && put_significant(out, (uint32_t)len, err);
}

bool tlv_put(struct buffer *out, uint32_t tag, struct bytes value, struct error *err)
{
	size_t before = out->len;

	if (value.len > UINT32_MAX)
		return error_set(err, ERROR_LIMIT, "%zu bytes do not fit an element", value.len);
	if (put_significant(out, tag, err) && put_length(out, value.len, err) && buffer_put(out, value, err))
		return true;
	buffer_cut(out, before);
	return false;
}

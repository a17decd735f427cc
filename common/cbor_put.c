#include "common/cbor_put.h"

enum { MAJOR_UNSIGNED, MAJOR_NEGATIVE, MAJOR_BYTES, MAJOR_TEXT, MAJOR_ARRAY, MAJOR_MAP };
enum { SIMPLE_FALSE = 0xf4, SIMPLE_TRUE = 0xf5 };

static bool put_head(struct buffer *out, unsigned major, uint64_t number, struct error *err)
{
	uint8_t first = (uint8_t)(major << 5);

	if (number < 24)
		return buffer_put_u8(out, (uint8_t)(first | number), err);
	if (number <= UINT8_MAX)
		return buffer_put_u8(out, first | 24, err) && buffer_put_u8(out, (uint8_t)number, err);
	if (number <= UINT16_MAX)
		return buffer_put_u8(out, first | 25, err) && buffer_put_u16(out, (uint16_t)number, err);
	if (number <= UINT32_MAX)
		return buffer_put_u8(out, first | 26, err) && buffer_put_u32(out, (uint32_t)number, err);
	return buffer_put_u8(out, first | 27, err) && buffer_put_u64(out, number, err);
}

bool cbor_put_map(struct buffer *out, size_t pairs, struct error *err)
{
	return put_head(out, MAJOR_MAP, pairs, err);
}

bool cbor_put_array(struct buffer *out, size_t items, struct error *err)
{
	return put_head(out, MAJOR_ARRAY, items, err);
}

bool cbor_put_number(struct buffer *out, int64_t number, struct error *err)
{
	if (number < 0)
		return put_head(out, MAJOR_NEGATIVE, (uint64_t)(-1 - number), err);
	return put_head(out, MAJOR_UNSIGNED, (uint64_t)number, err);
}

bool cbor_put_bytes(struct buffer *out, struct bytes content, struct error *err)
{
	return put_head(out, MAJOR_BYTES, content.len, err) && buffer_put(out, content, err);
}

bool cbor_put_text(struct buffer *out, const char *text, struct error *err)
{
	struct bytes content = bytes_of_text(text);

	return put_head(out, MAJOR_TEXT, content.len, err) && buffer_put(out, content, err);
}

bool cbor_put_boolean(struct buffer *out, bool value, struct error *err)
{
	return buffer_put_u8(out, value ? SIMPLE_TRUE : SIMPLE_FALSE, err);
}

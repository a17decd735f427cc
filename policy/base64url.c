#include "policy/base64url.h"

#include "common/base64.h"

/* The other alphabet's two signs, and its padding. */
static bool put_plain(struct bytes text, struct buffer *out, struct error *err)
{
	size_t padding = (4 - text.len % 4) % 4;
	uint8_t *room, sign;

	if (!buffer_extend(out, text.len + padding, &room, err))
		return false;
	for (; bytes_take_u8(&text, &sign); room++) {
		if (sign == '+' || sign == '/' || sign == '=')
			return error_set(err, ERROR_BASE64, "a sign that base64url does not have");
		*room = sign == '-' ? '+' : sign == '_' ? '/' : sign;
	}
	for (size_t i = 0; i < padding; i++)
		room[i] = '=';
	return true;
}

bool base64url_parse(struct bytes text, struct buffer *out, struct error *err)
{
	struct buffer plain = BUFFER_UP_TO(text.len + 4);
	bool done = put_plain(text, &plain, err) && base64_parse(buffer_bytes(&plain), out, err);

	buffer_free(&plain);
	return done;
}

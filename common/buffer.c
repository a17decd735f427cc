#include "common/buffer.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void buffer_free(struct buffer *buffer)
{
	if (buffer->data != NULL)
		explicit_bzero(buffer->data, buffer->capacity);
	free(buffer->data);
	*buffer = (struct buffer){.maximum = buffer->maximum};
}

struct bytes buffer_bytes(const struct buffer *buffer)
{
	return (struct bytes){buffer->data, buffer->len};
}

const char *buffer_text(const struct buffer *buffer)
{
	return buffer->data == NULL ? "" : (const char *)buffer->data;
}

/* Moves the content by hand: realloc would leave an unwiped copy behind. One byte more is kept for buffer_text's NUL. */
static bool grow(struct buffer *buffer, size_t needed, struct error *err)
{
	size_t capacity = buffer->capacity == 0 ? 64 : buffer->capacity;
	uint8_t *data;

	while (capacity < needed + 1)
		capacity *= 2;
	data = calloc(1, capacity);
	if (data == NULL)
		return error_set(err, ERROR_MEMORY, "no memory for %zu bytes", capacity);
	if (buffer->data != NULL) {
		memcpy(data, buffer->data, buffer->len);
		explicit_bzero(buffer->data, buffer->capacity);
		free(buffer->data);
	}
	buffer->data = data;
	buffer->capacity = capacity;
	return true;
}

bool buffer_extend(struct buffer *out, size_t len, uint8_t **room, struct error *err)
{
	size_t maximum = out->maximum == 0 ? BUFFER_DEFAULT_MAXIMUM : out->maximum;

	if (len > maximum || out->len > maximum - len)
		return error_set(
		    err, ERROR_LIMIT, "%zu bytes and %zu more are above the maximum of %zu", out->len, len, maximum);
	if (out->len + len + 1 > out->capacity && !grow(out, out->len + len, err))
		return false;
	*room = out->data + out->len;
	out->len += len;
	out->data[out->len] = 0;
	return true;
}

void buffer_cut(struct buffer *buffer, size_t len)
{
	if (len >= buffer->len)
		return;
	explicit_bzero(buffer->data + len, buffer->len - len);
	buffer->len = len;
}

bool buffer_put(struct buffer *out, struct bytes bytes, struct error *err)
{
	uint8_t *room;

	if (!buffer_extend(out, bytes.len, &room, err))
		return false;
	if (bytes.len > 0)
		memcpy(room, bytes.data, bytes.len);
	return true;
}

static bool put_number(struct buffer *out, uint64_t value, size_t len, struct error *err)
{
	uint8_t *room;

	if (!buffer_extend(out, len, &room, err))
		return false;
	for (size_t i = 0; i < len; i++)
		room[i] = (uint8_t)(value >> (8 * (len - 1 - i)));
	return true;
}

bool buffer_put_u8(struct buffer *out, uint8_t value, struct error *err)
{
	return put_number(out, value, sizeof(value), err);
}

bool buffer_put_u16(struct buffer *out, uint16_t value, struct error *err)
{
	return put_number(out, value, sizeof(value), err);
}

bool buffer_put_u32(struct buffer *out, uint32_t value, struct error *err)
{
	return put_number(out, value, sizeof(value), err);
}

bool buffer_put_u64(struct buffer *out, uint64_t value, struct error *err)
{
	return put_number(out, value, sizeof(value), err);
}

bool buffer_put_text(struct buffer *out, const char *text, struct error *err)
{
	return buffer_put(out, bytes_of_text(text), err);
}

bool buffer_put_format(struct buffer *out, struct error *err, const char *format, ...)
{
	va_list values, again;
	uint8_t *room;
	int len;

	va_start(values, format);
	va_copy(again, values);
	len = vsnprintf(NULL, 0, format, values);
	va_end(values);
	if (len < 0 || !buffer_extend(out, (size_t)len, &room, err)) {
		va_end(again);
		return len >= 0 ? false : error_set(err, ERROR_BUG, "a format was refused by the C library");
	}
	/* vsnprintf's NUL falls on the byte that buffer_extend keeps behind the content */
	(void)vsnprintf((char *)room, (size_t)len + 1, format, again);
	va_end(again);
	return true;
}

bool buffer_put_ssh_string(struct buffer *out, struct bytes content, struct error *err)
{
	size_t before = out->len;

	if (content.len > UINT32_MAX)
		return error_set(err, ERROR_LIMIT, "%zu bytes do not fit an SSH string", content.len);
	if (!buffer_put_u32(out, (uint32_t)content.len, err))
		return false;
	if (buffer_put(out, content, err))
		return true;
	buffer_cut(out, before);
	return false;
}

bool buffer_put_ssh_text(struct buffer *out, const char *text, struct error *err)
{
	return buffer_put_ssh_string(out, bytes_of_text(text), err);
}

bool buffer_put_ssh_number(struct buffer *out, struct bytes number, struct error *err)
{
	size_t mark, before = out->len;

	while (number.len > 0 && number.data[0] == 0) {
		number.data++;
		number.len--;
	}
	if (!buffer_open_u32(out, &mark, err))
		return false;
	if ((number.len > 0 && number.data[0] >= 0x80 && !buffer_put_u8(out, 0, err)) ||
	    !buffer_put(out, number, err)) {
		buffer_cut(out, before);
		return false;
	}
	buffer_close_u32(out, mark);
	return true;
}

bool buffer_open_u32(struct buffer *out, size_t *mark, struct error *err)
{
	*mark = out->len;
	return buffer_put_u32(out, 0, err);
}

void buffer_close_u32(struct buffer *out, size_t mark)
{
	size_t len = out->len - mark - sizeof(uint32_t);

	for (size_t i = 0; i < sizeof(uint32_t); i++)
		out->data[mark + i] = (uint8_t)(len >> (8 * (sizeof(uint32_t) - 1 - i)));
}

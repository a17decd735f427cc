/* buffer.h: owned bytes that grow up to a maximum.
 *
 * `struct buffer` is the only growing memory for bytes. It is born empty, freed by buffer_free (which wipes), and handed
 * over by copying the struct and setting the source to BUFFER_EMPTY. After a failed put the content is as before.
 * Knows nothing of what it carries. */
#ifndef COMMON_BUFFER_H
#define COMMON_BUFFER_H

#include "common/bytes.h"
#include "common/error.h"

/* The maximum of a buffer that does not name one: 1 MiB. */
#define BUFFER_DEFAULT_MAXIMUM ((size_t)1024 * 1024)

struct buffer {
	uint8_t *data; /* owned */
	size_t len, capacity;
	size_t maximum; /* bytes; 0 means BUFFER_DEFAULT_MAXIMUM */
};

#define BUFFER_EMPTY ((struct buffer){.data = NULL})
#define BUFFER_UP_TO(bytes) ((struct buffer){.data = NULL, .maximum = (bytes)})

/* buffer_free: wipes and frees the content; the buffer is empty afterwards and may be used again. */
void buffer_free(struct buffer *buffer);

/* buffer_bytes: a view of the content, valid until the next put or free. */
struct bytes buffer_bytes(const struct buffer *buffer);

/* buffer_text: the content as a C string (a NUL is kept behind the content, not counted), valid until the next put or
 * free. "" when empty. The caller makes sure that it holds text. */
const char *buffer_text(const struct buffer *buffer);

/* buffer_put: appends a copy of `bytes`, which must not lie in `out` itself: growing moves the content.
 * Errors: ERROR_LIMIT over the maximum, ERROR_MEMORY. */
bool buffer_put(struct buffer *out, struct bytes bytes, struct error *err) MUST_CHECK;

/* buffer_put_u8: appends one byte. Errors: as buffer_put. */
bool buffer_put_u8(struct buffer *out, uint8_t value, struct error *err) MUST_CHECK;

/* buffer_put_u16: appends two bytes, big-endian as the next two. Errors: as buffer_put. */
bool buffer_put_u16(struct buffer *out, uint16_t value, struct error *err) MUST_CHECK;

/* buffer_put_u32: appends four bytes. Errors: as buffer_put. */
bool buffer_put_u32(struct buffer *out, uint32_t value, struct error *err) MUST_CHECK;

/* buffer_put_u64: appends eight bytes. Errors: as buffer_put. */
bool buffer_put_u64(struct buffer *out, uint64_t value, struct error *err) MUST_CHECK;

/* buffer_put_text: appends a C string without its NUL. Errors: as buffer_put. */
bool buffer_put_text(struct buffer *out, const char *text, struct error *err) MUST_CHECK;

/* buffer_put_format: appends printf output. Its format is never translated.
 * Errors: as buffer_put; ERROR_BUG when the C library refuses the format. */
bool buffer_put_format(struct buffer *out, struct error *err, const char *format, ...) MUST_CHECK PRINTF_LIKE(3, 4);

/* buffer_put_ssh_string: a 4-byte length and the bytes. Source: RFC 4251 5. Errors: as buffer_put. */
bool buffer_put_ssh_string(struct buffer *out, struct bytes content, struct error *err) MUST_CHECK;

/* buffer_put_ssh_text: the same with a C string, without its NUL. Errors: as buffer_put. */
bool buffer_put_ssh_text(struct buffer *out, const char *text, struct error *err) MUST_CHECK;

/* buffer_put_ssh_number: an mpint in its shortest form.
 *   number  unsigned, big-endian; leading zeros do not count, no bytes are zero
 * Source: RFC 4251 5. Errors: as buffer_put. */
bool buffer_put_ssh_number(struct buffer *out, struct bytes number, struct error *err) MUST_CHECK;

/* buffer_open_u32: reserves a 4-byte length. Who gives the content up cuts it off with buffer_cut(out, mark).
 *   mark  out: what buffer_close_u32 wants
 * Errors: as buffer_put. */
bool buffer_open_u32(struct buffer *out, size_t *mark, struct error *err) MUST_CHECK;

/* buffer_close_u32: writes into the length at `mark` how many bytes came behind it. Several may be open, one inside the other. */
void buffer_close_u32(struct buffer *out, size_t mark);

/* buffer_extend: makes room for `len` more bytes that the caller fills; they count as content at once, whatever stands in them.
 *   room  out: where they lie, valid until the next put
 * Errors: as buffer_put. */
bool buffer_extend(struct buffer *out, size_t len, uint8_t **room, struct error *err) MUST_CHECK;

/* buffer_cut: shortens the content to `len` bytes; what is cut off is wiped. `len` above the length changes nothing. */
void buffer_cut(struct buffer *buffer, size_t len);

#endif

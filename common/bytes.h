/* bytes.h: borrowed bytes, read from the front.
 *
 * `struct bytes` is a view of memory that somebody else owns, and the cursor that reads it: every bytes_take_* moves it
 * past what was read, or leaves it as it was and returns false. A parser therefore chains takes with || and ends by
 * asking that nothing is left. With buffer.c this is the only place that touches foreign bytes by pointer.
 * Knows nothing of errors: what a short read means, the parser says. */
#ifndef COMMON_BYTES_H
#define COMMON_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/attributes.h"

struct bytes {
	const uint8_t *data; /* borrowed; may be NULL when len is 0 */
	size_t len;
};

#define BYTES_EMPTY ((struct bytes){NULL, 0})

/* BYTES_OF: a view of a whole array (not of a pointer). */
#define BYTES_OF(array) ((struct bytes){(const uint8_t *)(array), sizeof(array)})

/* bytes_of: a view of `len` bytes at `data`. */
struct bytes bytes_of(const void *data, size_t len);

/* bytes_of_text: a view of a C string without its NUL; NULL gives no bytes. */
struct bytes bytes_of_text(const char *text);

/* bytes_take: the next `len` bytes. False when there are fewer.
 *   part  out: borrowed from the same memory */
bool bytes_take(struct bytes *in, size_t len, struct bytes *part) MUST_CHECK;

/* bytes_take_u8: one byte. */
bool bytes_take_u8(struct bytes *in, uint8_t *value) MUST_CHECK;

/* bytes_take_u16: a number of two bytes, big-endian as the next two. */
bool bytes_take_u16(struct bytes *in, uint16_t *value) MUST_CHECK;

/* bytes_take_u32: a number of four bytes. */
bool bytes_take_u32(struct bytes *in, uint32_t *value) MUST_CHECK;

/* bytes_take_u64: a number of eight bytes. */
bool bytes_take_u64(struct bytes *in, uint64_t *value) MUST_CHECK;

/* bytes_take_ssh_string: a 4-byte length and that many bytes, which may be none. Source: RFC 4251 5.
 *   content  out: borrowed, without the length */
bool bytes_take_ssh_string(struct bytes *in, struct bytes *content) MUST_CHECK;

/* bytes_take_ssh_number: a positive mpint in its shortest form. Source: RFC 4251 5.
 *   number  out: unsigned big-endian, without leading zeros, never empty; borrowed */
bool bytes_take_ssh_number(struct bytes *in, struct bytes *number) MUST_CHECK;

/* bytes_take_ber_length: a definite BER length of at most 4 length bytes. Indefinite lengths are refused; longer forms than needed
 * are not. That so many bytes follow is not looked at.
 * Source: ITU-T X.690 8.1.3. */
bool bytes_take_ber_length(struct bytes *in, size_t *len) MUST_CHECK;

/* bytes_take_until: the bytes before the next `end`, which is taken too and is not part of them; without an `end`, all
 * that is left. False only when nothing is left. */
bool bytes_take_until(struct bytes *in, uint8_t end, struct bytes *part) MUST_CHECK;

/* bytes_take_to: copies the next `len` bytes to the caller's array. */
bool bytes_take_to(struct bytes *in, void *out, size_t len) MUST_CHECK;

/* bytes_equal: same length and content. Not for secrets: secret_equal (secret.h) takes constant time. */
bool bytes_equal(struct bytes one, struct bytes other);

/* bytes_equal_text: the same with a C string, without its NUL. */
bool bytes_equal_text(struct bytes in, const char *text);

/* bytes_start_with: whether this C string, without its NUL, stands at the front. */
bool bytes_start_with(struct bytes in, const char *text);

/* bytes_to_text: copies into `text` and ends it with NUL.
 *   size  bytes at `text`, the NUL included
 * False when it does not fit or holds a NUL. */
bool bytes_to_text(struct bytes in, char *text, size_t size) MUST_CHECK;

#endif

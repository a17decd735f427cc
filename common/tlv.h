/* tlv.h: BER-TLV elements with tags of one to three bytes and definite lengths, as cards speak them.
 * Knows nothing of what a tag means; DER that libcrypto decodes does not pass here.
 * Source: ITU-T X.690 8.1, ISO/IEC 7816-4 5.2.2. */
#ifndef COMMON_TLV_H
#define COMMON_TLV_H

#include "common/buffer.h"

/* tlv_take: takes one element off the front of `in`.
 *   in     moved past the element, or left as it was on error
 *   tag    the tag that must stand there, all its bytes as one number (0x53, 0x7F49, 0x5FC105)
 *   value  out: the content, borrowed from the memory behind `in`
 * Errors: ERROR_TLV_TRUNCATED (also for an indefinite length), ERROR_TLV_TAG. */
bool tlv_take(struct bytes *in, uint32_t tag, struct bytes *value, struct error *err) MUST_CHECK;

/* tlv_end: demands that nothing is left. Errors: ERROR_TLV_REST. */
bool tlv_end(struct bytes in, struct error *err) MUST_CHECK;

/* tlv_find: the content of the first element with this tag among the elements of `in`, which must all be well formed.
 *   value  out: borrowed; BYTES_EMPTY with data NULL when there is none, which is no error
 * Errors: ERROR_TLV_TRUNCATED, ERROR_TLV_TAG for a tag of more than three bytes. */
bool tlv_find(struct bytes in, uint32_t tag, struct bytes *value, struct error *err) MUST_CHECK;

/* tlv_put: appends an element. Errors: ERROR_LIMIT (content above 2^32 - 1 bytes, or the buffer's maximum), ERROR_MEMORY. */
bool tlv_put(struct buffer *out, uint32_t tag, struct bytes value, struct error *err) MUST_CHECK;

#endif

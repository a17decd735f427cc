/* cbor_put.h: appends CBOR in CTAP2's canonical form: shortest heads, definite lengths. The order of a map's keys is the
 * caller's part: numbers by value with the positive ones first, texts by length and then by bytes.
 * Source: RFC 8949 3, CTAP 2.1 8. */
#ifndef COMMON_CBOR_PUT_H
#define COMMON_CBOR_PUT_H

#include "common/buffer.h"

/* cbor_put_map: the head of a map; the caller appends that many keys, each with its value behind it. Errors: as buffer_put. */
bool cbor_put_map(struct buffer *out, size_t pairs, struct error *err) MUST_CHECK;

/* cbor_put_array: the head of an array; the caller appends that many items. Errors: as buffer_put. */
bool cbor_put_array(struct buffer *out, size_t items, struct error *err) MUST_CHECK;

/* cbor_put_number: an integer of either sign. Errors: as buffer_put. */
bool cbor_put_number(struct buffer *out, int64_t number, struct error *err) MUST_CHECK;

/* cbor_put_bytes: a byte string. Errors: as buffer_put. */
bool cbor_put_bytes(struct buffer *out, struct bytes content, struct error *err) MUST_CHECK;

/* cbor_put_text: a text string from a C string, which must be UTF-8: that is not checked. Errors: as buffer_put. */
bool cbor_put_text(struct buffer *out, const char *text, struct error *err) MUST_CHECK;

/* cbor_put_boolean: true or false. Errors: as buffer_put. */
bool cbor_put_boolean(struct buffer *out, bool value, struct error *err) MUST_CHECK;

#endif

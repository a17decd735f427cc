/* der.h: strict DER, element by element, read from the front of borrowed bytes.
 *
 * What is not canonical is refused where it stands: indefinite and longer-than-needed lengths, integers with a needless
 * byte, bit strings with unused bits. Certificates are read with this and not with libcrypto's decoder because every byte
 * of evidence has to be accounted for, and because that decoder takes twice as long as the signature check that follows.
 * Like bytes.h it knows nothing of errors: what a failed take means, the parser says. Source: ITU-T X.690 8 and 10. */
#ifndef POLICY_DER_H
#define POLICY_DER_H

#include "common/bytes.h"

#define DER_BOOLEAN 0x01
#define DER_INTEGER 0x02
#define DER_BIT_STRING 0x03
#define DER_OCTET_STRING 0x04
#define DER_ENUMERATED 0x0a
#define DER_NULL 0x05
#define DER_OBJECT 0x06
#define DER_UTF8_STRING 0x0c
#define DER_PRINTABLE_STRING 0x13
#define DER_T61_STRING 0x14
#define DER_IA5_STRING 0x16
#define DER_UTC_TIME 0x17
#define DER_GENERALIZED_TIME 0x18
#define DER_SEQUENCE 0x30
#define DER_SET 0x31
#define DER_CONTEXT_0 0xa0
#define DER_CONTEXT_3 0xa3

/* der_take: the next element, which must have this one-byte tag.
 *   content  out: borrowed */
bool der_take(struct bytes *in, uint8_t tag, struct bytes *content) MUST_CHECK;

/* der_take_any: the next element, whatever its tag (one byte). */
bool der_take_any(struct bytes *in, uint8_t *tag, struct bytes *content) MUST_CHECK;

/* der_take_whole: as der_take, but `whole` is the element with its tag and length. */
bool der_take_whole(struct bytes *in, uint8_t tag, struct bytes *whole) MUST_CHECK;

/* der_take_context: the next element, which must be constructed and context-specific, whatever its number (up to 2^21). */
bool der_take_context(struct bytes *in, uint32_t *number, struct bytes *content) MUST_CHECK;

/* der_take_unsigned: an INTEGER that is not negative.
 *   magnitude  out: big-endian without leading zero byte; empty for zero */
bool der_take_unsigned(struct bytes *in, struct bytes *magnitude) MUST_CHECK;

/* der_take_number: an INTEGER from 0 to 2^32 - 1. */
bool der_take_number(struct bytes *in, uint32_t *value) MUST_CHECK;

/* der_take_bit_string: a BIT STRING of whole bytes. */
bool der_take_bit_string(struct bytes *in, struct bytes *content) MUST_CHECK;

/* der_take_boolean: a BOOLEAN; only 00 and FF are one. */
bool der_take_boolean(struct bytes *in, bool *value) MUST_CHECK;

/* der_take_oid: an OBJECT IDENTIFIER whose parts are written in their shortest form.
 *   content  out: borrowed; compared as bytes */
bool der_take_oid(struct bytes *in, struct bytes *content) MUST_CHECK;

/* der_next_is: whether an element with this tag stands at the front; takes nothing. */
bool der_next_is(struct bytes in, uint8_t tag);

#endif

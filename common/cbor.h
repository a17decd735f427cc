/* cbor.h: CBOR as CTAP2 has it, read item by item from the front of borrowed bytes.
 *
 * What CTAP2's form forbids is refused where it stands: indefinite and longer-than-needed lengths, tags, floats, a key twice,
 * nesting of more than four levels. Keys out of order are told, because clients between authenticator and server re-encode;
 * who cannot stand them asks. The strict check has to walk over every byte, and once it has there is nothing left for a
 * decoder to do; so this is both, and allocates nothing.
 * Like bytes.h it knows nothing of errors: what a failed take means, the parser says.
 * Source: RFC 8949 3, CTAP 2.1 8. */
#ifndef COMMON_CBOR_H
#define COMMON_CBOR_H

#include "common/bytes.h"

#define CBOR_DEPTH_MAXIMUM 4U
#define CBOR_MEMBERS_MAXIMUM 64U

enum cbor_kind {
	CBOR_UNSIGNED,
	CBOR_NEGATIVE,
	CBOR_BYTES,
	CBOR_TEXT,
	CBOR_ARRAY,
	CBOR_MAP,
	CBOR_BOOLEAN,
	CBOR_NULL,
};

struct cbor_item {
	enum cbor_kind kind;
	/* Of a number or a boolean: its value, or -1 - value of a negative one. Of an array: its items; of a map: its pairs; of a
	 * string: its bytes. */
	uint64_t number;
	struct bytes content; /* of a string; the encoded items of an array; the encoded pairs of a map */
	bool sorted;          /* no map in it has keys out of order */
};

/* cbor_take: the next item with all that is in it. False also when something deep inside has a form that is refused.
 *   item  out: borrowed from the memory behind `in` */
bool cbor_take(struct bytes *in, struct cbor_item *item) MUST_CHECK;

/* cbor_take_kind: the next item, which must be of this kind. */
bool cbor_take_kind(struct bytes *in, enum cbor_kind kind, struct cbor_item *item) MUST_CHECK;

/* cbor_find_text: the value under a text key of a map that cbor_take gave. False when it is not there.
 *   value  out: borrowed from the same memory as the map */
bool cbor_find_text(const struct cbor_item *map, const char *key, struct cbor_item *value) MUST_CHECK;

/* cbor_find_number: the same under a number of either sign. */
bool cbor_find_number(const struct cbor_item *map, int64_t key, struct cbor_item *value) MUST_CHECK;

/* cbor_number: the value of a number, either sign. False for other kinds and what does not fit. */
bool cbor_number(const struct cbor_item *item, int64_t *value) MUST_CHECK;

#endif

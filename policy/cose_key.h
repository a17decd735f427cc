/* cose_key.h: a credential's public key and the signature algorithm it is for, as COSE writes them.
 * Knows nothing of authenticators. Source: RFC 9052 7, RFC 9053 2 and 7, WebAuthn Level 3 6.5.1.1. */
#ifndef POLICY_COSE_KEY_H
#define POLICY_COSE_KEY_H
#include "policy/public_key.h"
#include "policy/signature.h"

struct cbor_item;

#define COSE_POINT_MAXIMUM 133

struct cose_key {
	enum signature_algorithm algorithm;
	struct public_key key; /* borrowed, from the parsed bytes or from `point`: do not copy this struct */
	uint8_t point[COSE_POINT_MAXIMUM]; /* 04 x y */
};

/* cose_algorithm_find: the algorithm of a COSE number, -7 for ES256. RS1 (-65535) is one of them.
 * False for a number that is not known here. */
bool cose_algorithm_find(int64_t number, enum signature_algorithm *algorithm) MUST_CHECK;

/* cose_key_parse: reads a COSE_Key with exactly the members that its kind needs.
 * Errors: ERROR_FIDO_KEY (an algorithm or curve that is not known here, a malformed key), ERROR_KEY_WEAK. */
bool cose_key_parse(const struct cbor_item *map, struct cose_key *out, struct error *err) MUST_CHECK;

#endif

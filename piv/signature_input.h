/* signature_input.h: what a card wants to be given for a message that its key shall sign: hashing and padding are the host's.
 * Knows nothing of cards.
 * Source: RFC 8017 9.2 (EMSA-PKCS1-v1_5); FIPS 186-5 6.4; RFC 8032 5.1. */
#ifndef PIV_SIGNATURE_INPUT_H
#define PIV_SIGNATURE_INPUT_H

#include "common/buffer.h"
#include "piv/slot.h"

/* Which digest goes under a signature. An Ed25519 signature has none and ignores it. */
enum piv_digest {
	PIV_SHA256,
	PIV_SHA384,
	PIV_SHA512,
};

/* piv_signature_input: what piv_sign gives to the card for a message.
 *   input  out, appended: RSA: the padded block; ECDSA: the digest, cut to the curve's size; Ed25519: the message
 * Errors: ERROR_CARD_UNSUPPORTED for an algorithm that cannot sign, ERROR_CRYPTO. */
bool piv_signature_input(enum piv_algorithm algorithm, enum piv_digest digest, struct bytes message,
    struct buffer *input, struct error *err) MUST_CHECK;

#endif

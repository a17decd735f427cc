/* public_key.h: a public key as a card writes it, turned into SubjectPublicKeyInfo.
 * Source: NIST SP 800-73-4 part 2, 3.3.2 table 13; RFC 5280 4.1.2.7; RFC 8410 4. */
#ifndef PIV_PUBLIC_KEY_H
#define PIV_PUBLIC_KEY_H

#include "common/buffer.h"
#include "piv/slot.h"

/* piv_public_key_parse: the fields 81 (modulus) and 82 (exponent), or 86 (point).
 *   fields     what stands inside 7F49 or inside metadata's 04
 *   algorithm  what the key must be; size and curve are checked
 *   spki       out, appended: DER
 * Errors: ERROR_TLV_…, ERROR_CARD_REPLY (another size, a point off the curve), ERROR_CARD_UNSUPPORTED (not an asymmetric
 * algorithm), ERROR_CRYPTO. */
bool piv_public_key_parse(
    struct bytes fields, enum piv_algorithm algorithm, struct buffer *spki, struct error *err) MUST_CHECK;

/* piv_public_key_algorithm: what a card calls keys of this kind and size.
 *   spki  DER, all of it
 * NULL for a key that no slot can hold. */
const struct piv_algorithm_row *piv_public_key_algorithm(struct bytes spki);

#endif

/* certificate.h: certificates in a token's objects, plain or compressed. Bytes in, bytes out: none is judged here.
 * Source: NIST SP 800-73-4 part 1 appendix A (70 certificate, 71 information, FE error detection); RFC 1950, RFC 1952. */
#ifndef PIV_CERTIFICATE_H
#define PIV_CERTIFICATE_H

#include "common/buffer.h"

struct piv;
struct piv_slot;

/* The longest certificate that is taken out of an object, also after it was unpacked. */
#define PIV_CERTIFICATE_MAXIMUM ((size_t)32768)

/* piv_certificate_read: the certificate of a slot; for "f9" that of the attestation key.
 *   certificate  out, appended: DER
 * Errors: ERROR_CARD_OBJECT_ABSENT, those of piv_object_read and piv_certificate_parse. */
bool piv_certificate_read(
    struct piv *piv, const struct piv_slot *slot, struct buffer *certificate, struct error *err) MUST_CHECK;

/* piv_certificate_write: stores a certificate for a slot, uncompressed. Needs piv_authenticate.
 * Errors: those of piv_object_write. */
bool piv_certificate_write(
    struct piv *piv, const struct piv_slot *slot, struct bytes certificate, struct error *err) MUST_CHECK;

/* piv_certificate_parse: the content of a certificate object: 70, and 71 and FE where they are there; gzip, and zlib behind
 * 01 00 and a length, as one vendor writes it.
 *   certificate  out, appended: DER, up to PIV_CERTIFICATE_MAXIMUM
 * Errors: ERROR_TLV_…, ERROR_CARD_OBJECT_ABSENT (an empty object), ERROR_CARD_REPLY (cannot be unpacked, or too long),
 * ERROR_MEMORY. */
bool piv_certificate_parse(struct bytes content, struct buffer *certificate, struct error *err) MUST_CHECK;

/* piv_certificate_encode: the content of a certificate object, uncompressed. Errors: as buffer_put. */
bool piv_certificate_encode(struct bytes certificate, struct buffer *content, struct error *err) MUST_CHECK;

#endif

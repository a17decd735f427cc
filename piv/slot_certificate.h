/* slot_certificate.h: the self-signed certificate that goes beside a key, because other software shows only keys that have
 * one. It says who uses the key, and nobody should trust it for more.
 * Knows nothing of cards: the signature comes from a function of the caller's.
 * Source: RFC 5280 4.1; RFC 4055 5; RFC 5758 3.2; RFC 8410 3. */
#ifndef PIV_SLOT_CERTIFICATE_H
#define PIV_SLOT_CERTIFICATE_H

#include "piv/x509_signature.h"

struct slot_certificate {
	const char *person;            /* the subject's common name, UTF-8, 1 to 64 characters */
	int64_t not_before, not_after; /* seconds since 1970 */
	enum piv_algorithm algorithm;  /* of the slot's key */
	struct bytes spki;             /* the slot's key, DER */
};

/* slot_certificate_make: builds it and has it signed, once.
 *   certificate  out, appended: DER
 * Errors: ERROR_TEXT (no such name can stand there), ERROR_CARD_UNSUPPORTED (the algorithm cannot sign), ERROR_CRYPTO, what
 * the signer says. */
bool slot_certificate_make(const struct slot_certificate *wanted, struct x509_signer signer, struct buffer *certificate,
    struct error *err) MUST_CHECK;

/* slot_certificate_spki: the key that a slot's certificate is for, whoever made it and whatever else it says.
 *   spki  out, appended: DER
 * Errors: ERROR_EVIDENCE_CERTIFICATE for what is not one certificate in DER. */
bool slot_certificate_spki(struct bytes der, struct buffer *spki, struct error *err) MUST_CHECK;

#endif

/* x509_signature.h: what certificates and certificate requests that a token's key signs have in common: a name, and the signature
 * around the content.
 * Knows nothing of cards: the signature comes from a function of the caller's.
 * Source: RFC 5280 4.1; RFC 4055 5; RFC 5758 3.2; RFC 8410 3. */
#ifndef PIV_X509_SIGNATURE_H
#define PIV_X509_SIGNATURE_H

#include "piv/signature_input.h"

/* Signs `message` with the slot's key, as piv_sign does.
 *   signature  out, appended */
struct x509_signer {
	void *state;
	bool (*sign)(
	    void *state, enum piv_digest digest, struct bytes message, struct buffer *signature, struct error *err);
};

/* x509_signature_algorithm: the AlgorithmIdentifier of what keys of an algorithm sign here, DER, header included; a constant.
 * Errors: ERROR_CARD_UNSUPPORTED (the algorithm cannot sign). */
bool x509_signature_algorithm(enum piv_algorithm algorithm, struct bytes *identifier, struct error *err) MUST_CHECK;

/* x509_put_name: appends a Name with nothing but a common name.
 *   person  UTF-8, 1 to 64 characters
 * Errors: ERROR_TEXT (no such name can stand there). */
bool x509_put_name(const char *person, struct buffer *out, struct error *err) MUST_CHECK;

/* x509_put_signed: appends SEQUENCE { content, AlgorithmIdentifier, BIT STRING signature }; has the content signed, once.
 *   content  one DER element
 * Errors: as x509_signature_algorithm, what the signer says. */
bool x509_put_signed(enum piv_algorithm algorithm, struct bytes content, struct x509_signer signer, struct buffer *out,
    struct error *err) MUST_CHECK;

#endif

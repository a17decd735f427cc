/* certificate_request.h: a PKCS#10 request for the key in a slot, with the token's attestation of that key in it, for a CA that
 * checks where the keys of its certificates live: "keyenroll verify --csr" does, so do others that read Yubico's extensions.
 * Knows nothing of cards and of what an attestation is worth.
 * Source: RFC 2986 4; RFC 2985 5.4.2 (extensionRequest); Yubico, "PIV attestation": 1.3.6.1.4.1.41482.3.1 (the attestation) and
 * .3.2 (f9), each a certificate directly in extnValue, as yubico-piv-tool 2.7.2 writes them. */
#ifndef PIV_CERTIFICATE_REQUEST_H
#define PIV_CERTIFICATE_REQUEST_H

#include "piv/x509_signature.h"

struct certificate_request {
	const char *person; /* the subject's common name, UTF-8, 1 to 64 characters */
	enum piv_algorithm algorithm;
	struct bytes spki;               /* the slot's key, DER */
	struct bytes attestation;        /* of that key, DER */
	struct bytes device_certificate; /* f9, DER */
};

/* certificate_request_make: builds it and has it signed, once: the proof that the key is here.
 *   request  out, appended: DER
 * Errors: those of x509_put_name and x509_put_signed. */
bool certificate_request_make(const struct certificate_request *wanted, struct x509_signer signer,
    struct buffer *request, struct error *err) MUST_CHECK;

#endif

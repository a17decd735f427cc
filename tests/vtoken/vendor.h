/* vendor.h: the factory: gives a card its f9 key and the certificate for it, signed by a test vendor that vendor-ca made.
 *
 * The vendor's folder holds PEM files, a certificate NAME.pem and its key NAME-key.pem:
 *   short-root                                     issues f9 by itself
 *   long-root, long-intermediate, long-issuing     a chain whose last one issues f9
 *   long-intermediate-b, long-issuing-b2           another such chain under long-root
 *   preview-root                                   issues the f9 of samples; trust.json knows it as never to be believed
 *   foreign-root                                   anybody's; trust.json does not know it
 *   fido-short-root, fido-long-issuing             the issuers of FIDO2 batch certificates; long-intermediate issues the second
 * and trust.json, which makes a verifier believe in them. */
#ifndef TESTS_VTOKEN_VENDOR_H
#define TESTS_VTOKEN_VENDOR_H

#include <openssl/x509.h>

#include "tests/vtoken/card.h"

#define VENDOR_SHORT_ROOT "short-root"
#define VENDOR_LONG_ROOT "long-root"
#define VENDOR_LONG_INTERMEDIATE "long-intermediate"
#define VENDOR_LONG_ISSUING "long-issuing"
#define VENDOR_LONG_INTERMEDIATE_B "long-intermediate-b"
#define VENDOR_LONG_ISSUING_B2 "long-issuing-b2"
#define VENDOR_PREVIEW_ROOT "preview-root"
#define VENDOR_FOREIGN_ROOT "foreign-root"
#define VENDOR_FIDO_SHORT_ROOT "fido-short-root"
#define VENDOR_FIDO_LONG_ISSUING "fido-long-issuing"

/* vendor_make_f9: a fresh RSA-2048 key in slot f9 and its certificate at 5FFF01, in the shape of the personality and with
 * what became of them later; nothing where the model has none.
 * Errors: ERROR_FILE for a folder without the issuer's files, ERROR_CRYPTO, ERROR_MEMORY. */
bool vendor_make_f9(struct card *card, const char *folder, struct error *err) MUST_CHECK;

/* vendor_load_certificate, vendor_load_key: one PEM file of the folder.
 *   certificate, key  out: the caller's, to X509_free() and EVP_PKEY_free()
 * Errors: ERROR_FILE. */
bool vendor_load_certificate(const char *folder, const char *name, X509 **certificate, struct error *err) MUST_CHECK;
bool vendor_load_key(const char *folder, const char *name, EVP_PKEY **key, struct error *err) MUST_CHECK;

#endif

/* certificate.h: makes X.509 certificates of exactly the given shape, for the test vendor and for attestations. No
 * extension is there unless it was put. Knows nothing of cards. Source: RFC 5280 4.1. */
#ifndef TESTS_VTOKEN_CERTIFICATE_H
#define TESTS_VTOKEN_CERTIFICATE_H

#include <openssl/x509.h>

#include "common/buffer.h"

#define OID_BASIC_CONSTRAINTS "2.5.29.19"
/* The vendor's arc: raw bytes inside extnValue, without a DER element around them, but for .7 and .10. */
#define OID_FIRMWARE "1.3.6.1.4.1.41482.3.3"
#define OID_SERIAL "1.3.6.1.4.1.41482.3.7"
#define OID_POLICY "1.3.6.1.4.1.41482.3.8"
#define OID_FORM_FACTOR "1.3.6.1.4.1.41482.3.9"
#define OID_FIPS "1.3.6.1.4.1.41482.3.10"
#define OID_CSPN "1.3.6.1.4.1.41482.3.11"
/* FIDO2: the vendor's device type (text) and firmware, FIDO's AAGUID and serial number, and what it can talk over. */
#define OID_FIDO_DEVICE_TYPE "1.3.6.1.4.1.41482.2"
#define OID_FIDO_FIRMWARE "1.3.6.1.4.1.41482.13.1"
#define OID_FIDO_AAGUID "1.3.6.1.4.1.45724.1.1.4"
#define OID_FIDO_SERIAL "1.3.6.1.4.1.45724.1.1.2"
#define OID_FIDO_TRANSPORTS "1.3.6.1.4.1.45724.2.1.1"

/* certificate_new: version 3, a random serial number of 16 bytes, the subject as one CN (UTF8String), the public key.
 *   starts_with_one  the serial number begins with byte 01
 *   certificate      out: the caller's, to X509_free()
 * Errors: ERROR_CRYPTO. */
bool certificate_new(
    const char *common_name, EVP_PKEY *key, bool starts_with_one, X509 **certificate, struct error *err) MUST_CHECK;

/* certificate_set_organisation: the subject as C, O, OU and CN, as FIDO wants it of batch certificates. */
bool certificate_set_organisation(
    X509 *certificate, const char *organisation, const char *common_name, struct error *err) MUST_CHECK;

/* certificate_set_issuer: name and dates as bytes of another certificate: its subject, and its validity. */
bool certificate_set_issuer(X509 *certificate, const X509 *issuer, struct error *err) MUST_CHECK;
bool certificate_copy_dates(X509 *certificate, const X509 *model, struct error *err) MUST_CHECK;

/* certificate_set_dates: YYYYMMDDHHMMSSZ. */
bool certificate_set_dates(
    X509 *certificate, const char *not_before, const char *not_after, struct error *err) MUST_CHECK;

/* certificate_put_extension: appends one with these bytes as the content of extnValue. */
bool certificate_put_extension(
    X509 *certificate, const char *oid, bool critical, struct bytes content, struct error *err) MUST_CHECK;

/* certificate_put_ca: BasicConstraints with CA and this path length. */
bool certificate_put_ca(X509 *certificate, bool critical, uint8_t path_length, struct error *err) MUST_CHECK;

/* certificate_sign: with SHA-256 and the key's own algorithm. */
bool certificate_sign(X509 *certificate, EVP_PKEY *key, struct error *err) MUST_CHECK;

/* certificate_put: appends the DER. */
bool certificate_put(const X509 *certificate, struct buffer *out, struct error *err) MUST_CHECK;

#endif

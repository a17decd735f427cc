/* fido_formats.h: the formats of attestation statements, a function each, in one table. Adding one is a file and a row.
 * Source: WebAuthn Level 3 8. */
#ifndef POLICY_FIDO_FORMATS_H
#define POLICY_FIDO_FORMATS_H

#include "common/buffer.h"

struct fido_attestation;
struct result;
struct trust;

/* fido_format_check: everything that the statement's format demands, from the certificates' path to the signature. All of the
 * functions here take the same, and each of them has the errors of fido_path_find and fido_statement_check besides its own.
 *   attestation  statement, authenticator data and signed_data are there; certificates, model, anchor and facts are filled in,
 *                hardware_proven where the format says so
 *   result       its appraised_at is read; warnings are added, no verdict
 * Errors: ERROR_FIDO_NO_HARDWARE ("none"), those of the format's own function. */
bool fido_format_check(struct fido_attestation *attestation, const struct trust *trust, struct result *result,
    struct error *err) MUST_CHECK;

/* fido_packed_check: "packed", 8.2. Errors: ERROR_FIDO_NO_HARDWARE (self attestation), ERROR_FIDO_CERTIFICATE, ERROR_FIDO_AAGUID,
 * ERROR_FIDO_ALGORITHM. */
bool fido_packed_check(struct fido_attestation *attestation, const struct trust *trust, struct result *result,
    struct error *err) MUST_CHECK;

/* fido_u2f_check: "fido-u2f", 8.6: one certificate, P-256 throughout, an AAGUID of zeros; the signature is over a message of its own
 * form. Errors: ERROR_FIDO_STATEMENT, ERROR_FIDO_CERTIFICATE, ERROR_FIDO_KEY, ERROR_FIDO_AAGUID. */
bool fido_u2f_check(struct fido_attestation *attestation, const struct trust *trust, struct result *result,
    struct error *err) MUST_CHECK;

/* fido_tpm_check: "tpm", 8.3. Errors: ERROR_FIDO_TPM, ERROR_FIDO_CERTIFICATE, ERROR_FIDO_AAGUID, ERROR_FIDO_ALGORITHM. */
bool fido_tpm_check(struct fido_attestation *attestation, const struct trust *trust, struct result *result,
    struct error *err) MUST_CHECK;

/* fido_android_check: "android-key", 8.4. Errors: ERROR_FIDO_ANDROID, ERROR_FIDO_ALGORITHM. */
bool fido_android_check(struct fido_attestation *attestation, const struct trust *trust, struct result *result,
    struct error *err) MUST_CHECK;

/* fido_apple_check: "apple", 8.8. No signature is checked: a nonce in the certificate binds it to the challenge.
 * Errors: ERROR_FIDO_APPLE. */
bool fido_apple_check(struct fido_attestation *attestation, const struct trust *trust, struct result *result,
    struct error *err) MUST_CHECK;

#endif

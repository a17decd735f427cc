/* fido_formats.h: the formats of attestation statements, a function each, in one table. Adding one is a file and a row.
 * Source: WebAuthn Level 3 8. */
#ifndef POLICY_FIDO_FORMATS_H
#define POLICY_FIDO_FORMATS_H

#include "common/buffer.h"

struct fido_attestation;
struct result;
struct trust;

/* fido_format_check: everything that the statement's format demands, from the certificates' path to the signature.
 * Errors: those of fido_path_find and fido_statement_check, and what each file below says. */
bool fido_format_check(struct fido_attestation *attestation, const struct trust *trust, struct result *result,
    struct error *err) MUST_CHECK;

/* 8.2. Errors: ERROR_FIDO_NO_HARDWARE (self attestation), ERROR_FIDO_CERTIFICATE, ERROR_FIDO_AAGUID, ERROR_FIDO_ALGORITHM. */
bool fido_packed_check(struct fido_attestation *attestation, const struct trust *trust, struct result *result,
    struct error *err) MUST_CHECK;

/* 8.6. Errors: ERROR_FIDO_STATEMENT, ERROR_FIDO_CERTIFICATE, ERROR_FIDO_KEY, ERROR_FIDO_AAGUID. */
bool fido_u2f_check(struct fido_attestation *attestation, const struct trust *trust, struct result *result,
    struct error *err) MUST_CHECK;

/* 8.3. Errors: ERROR_FIDO_TPM, ERROR_FIDO_CERTIFICATE, ERROR_FIDO_AAGUID, ERROR_FIDO_ALGORITHM. */
bool fido_tpm_check(struct fido_attestation *attestation, const struct trust *trust, struct result *result,
    struct error *err) MUST_CHECK;

/* 8.4. Errors: ERROR_FIDO_ANDROID, ERROR_FIDO_ALGORITHM. */
bool fido_android_check(struct fido_attestation *attestation, const struct trust *trust, struct result *result,
    struct error *err) MUST_CHECK;

/* 8.8. Errors: ERROR_FIDO_APPLE. */
bool fido_apple_check(struct fido_attestation *attestation, const struct trust *trust, struct result *result,
    struct error *err) MUST_CHECK;

#endif

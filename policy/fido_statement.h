/* fido_statement.h: attestation statements taken apart: which format, which algorithm, which signature, which certificates.
 * Judges form only: what a format demands is in its own file (fido_packed.c and the like).
 * Source: WebAuthn Level 3 6.5.4 and 8. */
#ifndef POLICY_FIDO_STATEMENT_H
#define POLICY_FIDO_STATEMENT_H
#include "policy/signature.h"

/* An attestation certificate, up to three issuers, and the anchor itself where it is sent along. */
#define FIDO_CERTIFICATES_MAXIMUM 5

enum fido_format { FIDO_PACKED, FIDO_U2F, FIDO_TPM, FIDO_ANDROID_KEY, FIDO_APPLE, FIDO_NONE, FIDO_FORMAT_COUNT };

/* All borrowed from what was parsed. */
struct fido_statement {
	enum fido_format format;
	bool has_algorithm;
	enum signature_algorithm algorithm;
	struct bytes signature;
	struct bytes certificates[FIDO_CERTIFICATES_MAXIMUM];
	size_t num_certificates;
	struct bytes cert_info, pub_area; /* tpm */
	bool sorted;                      /* keys stand in CTAP2's order, in the whole object */
};

/* fido_object_parse: reads an attestation object, all of it.
 *   auth_data  out: authenticator data, borrowed
 * Errors: ERROR_FIDO_OBJECT (not canonical CBOR, or not such an object), ERROR_FIDO_FORMAT (a format that is not appraised
 * here), ERROR_FIDO_STATEMENT (members that are missing, unknown or of a wrong type), ERROR_FIDO_ALGORITHM. */
bool fido_object_parse(
    struct bytes in, struct fido_statement *statement, struct bytes *auth_data, struct error *err) MUST_CHECK;

/* fido_format_name: "packed", "fido-u2f", …; static storage. */
const char *fido_format_name(enum fido_format format);

#endif

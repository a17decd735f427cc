/* evidence.h: what a token gave as proof: the name of a format and that format's bytes.
 *
 * The formats are one table (evidence_formats.c): a name, a parse and an appraise. Adding a format is one file and one row.
 * Knows nothing of devices, users and where evidence is kept. */
#ifndef POLICY_EVIDENCE_H
#define POLICY_EVIDENCE_H

#include "common/buffer.h"

#define EVIDENCE_MAXIMUM ((size_t)64 * 1024)
#define EVIDENCE_HASH_SIZE 32

enum evidence_format {
	EVIDENCE_PIV, /* "piv": SSH strings of slot attestation and device (f9) certificate, both DER; the second may be empty */
	EVIDENCE_FIDO,   /* "fido": what WebAuthn gives: policy/fido_evidence.h */
	EVIDENCE_SSH_SK, /* "ssh-sk-attest": what ssh-keygen -O write-attestation gives: the same header */
	EVIDENCE_FORMAT_COUNT
};

struct evidence {
	enum evidence_format format;
	struct buffer content; /* owned; the format's bytes */
};

#define EVIDENCE_EMPTY ((struct evidence){.format = EVIDENCE_PIV})

/* evidence_clear: frees what it owns; EVIDENCE_EMPTY afterwards. */
void evidence_clear(struct evidence *evidence);

/* evidence_of_piv: PIV evidence from what the card gave; the certificates are not looked into.
 *   attestation, device  of the slot and f9, DER; the second empty when the token did not give one (appraisal says "incomplete" then)
 *   evidence             out: the caller's, to evidence_clear(); owns copies of both
 * Errors: ERROR_LIMIT over EVIDENCE_MAXIMUM, ERROR_MEMORY. */
bool evidence_of_piv(
    struct bytes attestation, struct bytes device, struct evidence *evidence, struct error *err) MUST_CHECK;

/* evidence_encode: appends the one form that is hashed, signed over and stored: string format name, string content.
 * Errors: as buffer_put. */
bool evidence_encode(const struct evidence *evidence, struct buffer *out, struct error *err) MUST_CHECK;

/* evidence_parse: reads that form, all of it. The content is copied and not looked into: its format's appraisal reads it.
 *   evidence  out: the caller's, to evidence_clear()
 * Errors: ERROR_EVIDENCE_FORMAT (unknown name, malformed), ERROR_LIMIT (over EVIDENCE_MAXIMUM), ERROR_MEMORY. */
bool evidence_parse(struct bytes encoded, struct evidence *evidence, struct error *err) MUST_CHECK;

/* evidence_hash: SHA-256 over the encoded form. Errors: ERROR_MEMORY. */
bool evidence_hash(const struct evidence *evidence, uint8_t hash[EVIDENCE_HASH_SIZE], struct error *err) MUST_CHECK;

/* evidence_format_name: "piv"; static storage. */
const char *evidence_format_name(enum evidence_format format);

#endif

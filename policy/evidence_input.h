/* evidence_input.h: evidence in the forms that people have it in: PEM certificates in any order and number, DER, several files
 * after each other, a certificate request with Yubico's extensions.
 * Sorts, never judges: which certificate is the attestation and which the device's is told from their structure, and a wrong
 * guess only leads to a refusal. Knows nothing of files. Source: RFC 7468, RFC 2986, facts of the vendors' tools. */
#ifndef POLICY_EVIDENCE_INPUT_H
#define POLICY_EVIDENCE_INPUT_H

#include "common/buffer.h"

struct evidence;

/* evidence_read: makes evidence from certificates.
 *   input  all files' bytes after each other
 * Errors: ERROR_EVIDENCE_ABSENT (nothing there that could be evidence), ERROR_EVIDENCE_CERTIFICATE (a certificate that cannot be
 * read), ERROR_EVIDENCE_FORMAT. */
bool evidence_read(struct bytes input, struct evidence *evidence, struct error *err) MUST_CHECK;

/* evidence_read_request: makes evidence from a PKCS#10 request (PEM or DER) and checks the request's own signature.
 *   spki  out: the request's public key, DER, appended: the caller demands that it is the attested one
 * Errors: as evidence_read; ERROR_EVIDENCE_INCOMPLETE when only one of the two extensions is there, ERROR_KEY_MISMATCH for a
 * bad signature of its own, ERROR_LIMIT. */
bool evidence_read_request(
    struct bytes input, struct evidence *evidence, struct buffer *spki, struct error *err) MUST_CHECK;

#endif

/* fido_credential.h: the id by which a FIDO token finds the key that an attestation is about: OpenSSH's key handle.
 * Knows nothing of tokens. Source: WebAuthn Level 3 6.1, OpenSSH PROTOCOL.u2f. */
#ifndef POLICY_FIDO_CREDENTIAL_H
#define POLICY_FIDO_CREDENTIAL_H

#include "common/buffer.h"

struct evidence;

/* fido_credential_put_id: appends the id out of evidence of EVIDENCE_FIDO or EVIDENCE_SSH_SK, which is not judged.
 * Errors: ERROR_EVIDENCE_FORMAT (also: no FIDO evidence), ERROR_FIDO_OBJECT, those of fido_evidence_take, ssh_sk_attest_parse and
 * fido_auth_data_parse. */
bool fido_credential_put_id(const struct evidence *evidence, struct buffer *id, struct error *err) MUST_CHECK;

#endif

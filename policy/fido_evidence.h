/* fido_evidence.h: evidence of FIDO authenticators in its two wrappings: the attestation object of WebAuthn, and the file that
 * ssh-keygen writes for an enrollment with an attestation.
 *
 * Both carry what the signature was made over besides: the application (RP id), and the client data, as bare hash, as the
 * challenge that OpenSSH hashes, or as WebAuthn's JSON. Wraps and unwraps; judges nothing.
 * Source: WebAuthn Level 3 6.5.4, OpenSSH PROTOCOL.u2f. */
#ifndef POLICY_FIDO_EVIDENCE_H
#define POLICY_FIDO_EVIDENCE_H

#include "common/bytes.h"
#include "common/error.h"

struct evidence;

enum fido_client_data {
	FIDO_CLIENT_DATA_HASH,      /* nothing but the SHA-256: how old the attestation is cannot be told */
	FIDO_CLIENT_DATA_CHALLENGE, /* OpenSSH: the challenge itself is what is hashed */
	FIDO_CLIENT_DATA_JSON,      /* WebAuthn's collected client data */
};

/* What both wrappings have in common; borrowed. */
struct fido_binding {
	struct bytes application; /* the RP id, "ssh:" by habit */
	enum fido_client_data kind;
	struct bytes client_data;
};

/* What only ssh-keygen's file needs: its oldest version holds neither key nor key handle. Borrowed; both may be empty. */
struct fido_ssh_key {
	struct bytes blob; /* SSH public key of an sk type */
	struct bytes key_handle;
};

/* evidence_of_fido: evidence from an attestation object, which is not looked into.
 *   evidence  out: the caller's, to evidence_clear()
 * Errors: ERROR_LIMIT over EVIDENCE_MAXIMUM, ERROR_MEMORY. */
bool evidence_of_fido(struct bytes attestation_object, const struct fido_binding *binding, struct evidence *evidence,
    struct error *err) MUST_CHECK;

/* evidence_of_ssh_sk: evidence from ssh-keygen's attestation file (versions v00 and v01), which is not looked into.
 * Errors: as evidence_of_fido. */
bool evidence_of_ssh_sk(struct bytes file, const struct fido_binding *binding, const struct fido_ssh_key *key,
    struct evidence *evidence, struct error *err) MUST_CHECK;

/* fido_evidence_take: takes the evidence apart again.
 *   object  out: the attestation object or ssh-keygen's file
 *   key     out: empty for EVIDENCE_FIDO
 * All borrowed. Errors: ERROR_EVIDENCE_FORMAT, ERROR_EVIDENCE_ABSENT (no attestation), ERROR_EVIDENCE_INCOMPLETE (no
 * application or no client data). */
bool fido_evidence_take(const struct evidence *evidence, struct bytes *object, struct fido_binding *binding,
    struct fido_ssh_key *key, struct error *err) MUST_CHECK;

#endif

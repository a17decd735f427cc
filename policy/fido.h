/* fido.h: appraisal of evidence from FIDO authenticators, in both wrappings of policy/fido_evidence.h. Rows of the table of formats.
 * Source: WebAuthn Level 3 7.1 and 8, OpenSSH PROTOCOL.u2f. */
#ifndef POLICY_FIDO_H
#define POLICY_FIDO_H

struct appraisal;
struct result;

/* fido_appraise: WebAuthn's attestation object. */
void fido_appraise(const struct appraisal *appraisal, struct result *result);

/* fido_appraise_ssh_sk: ssh-keygen's attestation file. */
void fido_appraise_ssh_sk(const struct appraisal *appraisal, struct result *result);

#endif

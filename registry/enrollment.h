/* enrollment.h: who, which key, and why it is trusted: one OpenSSH user certificate signed by a registrar.
 *
 * Principals: the person, one name. Key id: "PERSON FORMAT SERIAL/SLOT" for people and logs. Extension
 * `evidence@keyenroll`: base64 of SSH strings: "keyenroll-enrollment-1", encoded evidence, possession record, its SSHSIG (empty
 * where a FIDO attestation stands for it: attested_possession.h).
 * Knows nothing of devices, stores and files. Source: architecture; OpenSSH PROTOCOL.certkeys, PROTOCOL.sshsig. */
#ifndef REGISTRY_ENROLLMENT_H
#define REGISTRY_ENROLLMENT_H

#include "common/ssh_certificate.h"
#include "registry/possession.h"

struct appraisal;
struct registrars;
struct result;

#define ENROLLMENT_EXTENSION "evidence@keyenroll"

struct enrollment {
	struct ssh_certificate certificate;
	struct evidence evidence;
	struct possession possession;
	struct buffer possession_signature; /* SSHSIG, binary; empty: the attestation stands for it */
	char person[ACCOUNT_NAME_MAXIMUM];
};

#define ENROLLMENT_EMPTY ((struct enrollment){.person = ""})

/* enrollment_clear: frees what it owns; ENROLLMENT_EMPTY afterwards. */
void enrollment_clear(struct enrollment *enrollment);

/* enrollment_put_extension: appends the text of the extension, for the signing of a new enrollment.
 *   possession_signature  SSHSIG of the enrolled key over the record, binary; empty with attested_possession_fill's record
 * Errors: those of possession_encode and buffer_put. */
bool enrollment_put_extension(const struct evidence *evidence, const struct possession *possession,
    struct bytes possession_signature, struct buffer *out, struct error *err) MUST_CHECK;

/* enrollment_parse: reads a certificate blob that is an enrollment. The certificate's own signature and the proof of
 * possession are checked (they need no trust): record, person, evidence hash, signing registrar and key all agree.
 * Errors: ERROR_SSH_CERTIFICATE…, ERROR_ENROLLMENT (no extension, several principals, critical options, a key that is not of a
 * FIDO type with evidence of one that is), ERROR_PERSON_NAME, ERROR_BASE64, ERROR_EVIDENCE_FORMAT, ERROR_ENROLLMENT_POSSESSION. */
bool enrollment_parse(struct bytes blob, struct enrollment *enrollment, struct error *err) MUST_CHECK;

/* enrollment_check: may this enrollment admit its person now? Registrar known and valid when it signed, life of the
 * certificate, then the appraisal of the evidence with the certificate's key as the expected one.
 *   registrars  the host's list
 *   appraisal   trust, policy, now, and what the host knows of the person filled in; evidence, expected_spki, person and
 *               enrolled_at are set here on a copy
 *   result      out: the appraisal's result; also filled (refused) when the registrar or the time refuses
 * Errors: ERROR_REGISTRAR_UNKNOWN, ERROR_REGISTRAR_EXPIRED, ERROR_ENROLLMENT_EXPIRED, ERROR_ENROLLMENT_NOT_YET, or the first reason of
 * the result. */
bool enrollment_check(const struct enrollment *enrollment, const struct registrars *registrars,
    const struct appraisal *appraisal, struct result *result, struct error *err) MUST_CHECK;

#endif

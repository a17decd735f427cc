/* evidence_text.h: what an enrollment rests on, as text that ssh-keygen and openssl read: for whoever checks without keyenroll.
 * Judges nothing. */
#ifndef ENROLL_EVIDENCE_TEXT_H
#define ENROLL_EVIDENCE_TEXT_H

#include "common/buffer.h"

struct enrollment;

/* evidence_text_put: appends the record of the proof of possession, byte for byte as it was signed; its signature as
 * "ssh-keygen -Y verify" takes it, unless a FIDO attestation stands for it; and each part of the evidence as a PEM block: of PIV
 * the two certificates, of FIDO "FIDO ATTESTATION" (the attestation object, or ssh-keygen's file) and "FIDO CLIENT DATA".
 * Errors: ERROR_EVIDENCE_FORMAT and those of fido_evidence_take, ERROR_CRYPTO, those of buffer_put. */
bool evidence_text_put(const struct enrollment *enrollment, struct buffer *out, struct error *err) MUST_CHECK;

#endif

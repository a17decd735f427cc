/* attested_possession.h: a FIDO attestation in the place of the proof of possession: for a key that was made far from the desk, by
 * ssh-keygen -O challenge=FILE -O write-attestation=FILE, and that nobody can ask to sign a record at the desk.
 *
 * The attestation's signature covers the challenge. The record names the challenge by its SHA-256 and has no signature of its own;
 * who checks it finds the same challenge in the evidence, and the appraisal verifies the attestation's signature over it.
 * A desk draws the challenge for a person: the text of a possession record whose evidence, still to come, is all zeros. Such a
 * challenge binds registrar and person as a signed record does, and says when it was drawn. Another challenge binds neither: then
 * the registrar's word alone says whose key it is, and nothing says how old it is.
 * Knows nothing of what an attestation is worth. */
#ifndef REGISTRY_ATTESTED_POSSESSION_H
#define REGISTRY_ATTESTED_POSSESSION_H

#include "common/buffer.h"

struct evidence;
struct possession;
struct ssh_key;

/* How long a drawn challenge may be answered. */
#define ATTESTED_CHALLENGE_LIFE_SECONDS ((int64_t)14 * 86400)

/* attested_challenge_draw: appends a fresh challenge for a person.
 *   registrar  the key that will sign the enrollment: its fingerprint stands in the text
 *   now        seconds since 1970: from then on it may be answered
 *   text       the content of the file that ssh-keygen -O challenge= takes
 * Errors: ERROR_PERSON_NAME, ERROR_CRYPTO (no randomness), those of possession_encode. */
bool attested_challenge_draw(const struct ssh_key *registrar, const char *person, int64_t now, struct buffer *text,
    struct error *err) MUST_CHECK;

/* attested_possession_fill: the record for evidence whose challenge stands for it. No signature is checked here: the appraisal does.
 *   now         seconds since 1970: when the record is made
 *   possession  out: unchanged on error
 *   drawn       out: whether a desk drew the challenge; false: age unknown
 * Errors: ERROR_ENROLLMENT_POSSESSION (no challenge in the evidence; drawn for another person, by another registrar or too
 * long ago), ERROR_EVIDENCE_…, ERROR_PERSON_NAME. */
bool attested_possession_fill(const struct ssh_key *registrar, const char *person, const struct evidence *evidence,
    int64_t now, struct possession *possession, bool *drawn, struct error *err) MUST_CHECK;

/* attested_possession_check: whether a record without signature is the one that attested_possession_fill makes of this evidence.
 * Errors: ERROR_ENROLLMENT_POSSESSION, ERROR_EVIDENCE_…. */
bool attested_possession_check(
    const struct possession *possession, const struct evidence *evidence, struct error *err) MUST_CHECK;

#endif

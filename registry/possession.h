/* possession.h: the proof that whoever enrolls holds the key now: an SSHSIG that the enrolled key makes over a small record.
 *
 * Vendors' attestations carry no nonce: they prove that a key was once made in a token, not that the token is here. The record
 * binds registrar, person, challenge, time and evidence; its namespace keeps the signature from being taken for a login, and
 * `ssh-keygen -Y verify -n enrollment@keyenroll` checks it too.
 *
 * The record, a text of exactly these lines, each ended by \n:
 *   keyenroll possession 1
 *   registrar SHA256:…        the registrar's key
 *   person NAME
 *   challenge HEX             32 random bytes, drawn by the registrar
 *   time 2026-11-24T13:00:00Z
 *   evidence HEX              SHA-256 of the encoded evidence
 * Knows nothing of tokens and stores. */
#ifndef REGISTRY_POSSESSION_H
#define REGISTRY_POSSESSION_H

#include "common/account_name.h"
#include "common/ssh_key.h"
#include "policy/evidence.h"

#define POSSESSION_NAMESPACE "enrollment@keyenroll"
#define POSSESSION_CHALLENGE_SIZE 32

struct possession {
	char registrar[SSH_KEY_FINGERPRINT_SIZE];
	char person[ACCOUNT_NAME_MAXIMUM];
	uint8_t challenge[POSSESSION_CHALLENGE_SIZE];
	int64_t time; /* seconds since 1970 */
	uint8_t evidence_hash[EVIDENCE_HASH_SIZE];
};

/* possession_draw: fills a record with a fresh challenge.
 *   registrar  the key that will sign the enrollment
 *   evidence   its hash stands in the record, so it is complete by now
 *   now        seconds since 1970
 * Errors: ERROR_PERSON_NAME, ERROR_CRYPTO (no randomness), those of evidence_hash. */
bool possession_draw(const struct ssh_key *registrar, const char *person, const struct evidence *evidence, int64_t now,
    struct possession *possession, struct error *err) MUST_CHECK;

/* possession_encode: appends the record's text.
 * Errors: ERROR_ENROLLMENT_POSSESSION for a time out of range, those of buffer_put. */
bool possession_encode(const struct possession *possession, struct buffer *out, struct error *err) MUST_CHECK;

/* possession_parse: reads that text, all of it; only what possession_encode writes is accepted.
 * Errors: ERROR_ENROLLMENT_POSSESSION. */
bool possession_parse(struct bytes text, struct possession *possession, struct error *err) MUST_CHECK;

/* possession_put_to_sign: appends the bytes that the token has to sign for a record (sshsig's form of it).
 * Errors: those of possession_encode. */
bool possession_put_to_sign(const struct possession *possession, struct buffer *out, struct error *err) MUST_CHECK;

#endif

/* challenge.h: what an enrolled key signs to prove that it is here now: an SSHSIG over a record of this one question, under a namespace
 * of its own, so that no signature made elsewhere fits and this one fits nowhere else.
 *
 * The record, a text of exactly these lines, each ended by \n:
 *   keyenroll authentication 1
 *   host NAME                 as uname -n says
 *   host-key SHA256:…         sshd's (host_key.h), or none
 *   account NAME
 *   service NAME              PAM's
 *   caller NAME               who asks for it; may be empty
 *   command WORDS             by which the application was started; may be empty
 *   time 2026-11-24T13:00:00Z
 *   challenge HEX             32 random bytes
 * Nobody parses it: the verifier that drew it checks the signature. Knows nothing of tokens and agents. */
#ifndef VERIFIER_CHALLENGE_H
#define VERIFIER_CHALLENGE_H

#include "common/buffer.h"

struct request;
struct ssh_key;

#define CHALLENGE_NAMESPACE "authentication@keyenroll"
#define CHALLENGE_SIZE 32

/* challenge_put_record: appends the record.
 *   folder     where the host's public keys are: /etc/ssh
 *   now        seconds since 1970
 *   challenge  CHALLENGE_SIZE random bytes
 * Errors: ERROR_SYSTEM, ERROR_MEMORY. */
bool challenge_put_record(const struct request *request, const char *folder, int64_t now, struct bytes challenge,
    struct buffer *record, struct error *err) MUST_CHECK;

/* challenge_draw: appends the bytes that the key has to sign (sshsig's form of a fresh record).
 *   now  seconds since 1970
 * Errors: ERROR_CRYPTO (no randomness), ERROR_SYSTEM, ERROR_MEMORY. */
bool challenge_draw(const struct request *request, int64_t now, struct buffer *to_sign, struct error *err) MUST_CHECK;

/* challenge_check: whether `signature`, an SSH signature blob, is this key's over these bytes. For sk keys somebody must have been there
 * and touched it.
 *   verification  sk keys: the token must have verified its person, by PIN or by finger, for this signature
 * Errors: ERROR_SSH_SIGNATURE, ERROR_PIN_NEEDED (no verification). */
bool challenge_check(const struct ssh_key *key, struct bytes signature, struct bytes to_sign, bool verification,
    struct error *err) MUST_CHECK;

#endif

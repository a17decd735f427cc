/* client_data.h: what an attestation was made for: OpenSSH's challenge, or WebAuthn's collected client data.
 * Source: WebAuthn Level 3 5.8.1 and 7.1 steps 7 to 11, OpenSSH PROTOCOL.u2f. */
#ifndef POLICY_CLIENT_DATA_H
#define POLICY_CLIENT_DATA_H

#include <stddef.h>

#include "common/error.h"

struct fido_binding;

/* A shorter challenge could have been guessed and answered in advance. */
#define CHALLENGE_MINIMUM 16

/* client_data_check: what can be told from it by itself.
 *   challenge_len  out: bytes of the challenge; 0 when nothing but a hash is known
 * Errors: ERROR_FIDO_CLIENT_DATA (no client data of a registration), ERROR_FIDO_CHALLENGE (too short). */
bool client_data_check(const struct fido_binding *binding, size_t *challenge_len, struct error *err) MUST_CHECK;

#endif

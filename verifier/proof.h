/* proof.h: a worker's job in an authentication: it talks with the person and with the token or the agent, and reports one proof.
 *
 * What a token or an agent says is hostile input: the process that reads it decides nothing. It never parses evidence; the process
 * that does never sees a PIN, which goes from the client to the worker to the token.
 * Knows nothing of whether the proof will do. */
#ifndef VERIFIER_PROOF_H
#define VERIFIER_PROOF_H

#include "common/buffer.h"

/* For all of it besides waiting for a token: typing, touching. */
#define PROOF_TIMEOUT_MS (240 * 1000)

/* proof_make: appends a proof (authentication_put_proof), or tells the person why there is none. A worker_job (worker.h).
 *   authentication  a struct authentication
 * Errors: ERROR_AGENT, those of local_login and of asking.h. */
bool proof_make(const void *authentication, int conversation, struct buffer *proof, struct error *err) MUST_CHECK;

#endif

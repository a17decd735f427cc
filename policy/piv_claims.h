/* piv_claims.h: the claims of a genuine PIV attestation, each with its grade and the field or the statement that it rests
 * on. Knows nothing of verdicts. */
#ifndef POLICY_PIV_CLAIMS_H
#define POLICY_PIV_CLAIMS_H

#include "common/error.h"

struct piv_chain;
struct result;

/* piv_claims_add: all claims but CLAIM_BOUND, which depends on what was asked for.
 * Errors: ERROR_MEMORY, ERROR_CRYPTO. */
bool piv_claims_add(const struct piv_chain *chain, struct result *result, struct error *err) MUST_CHECK;

/* piv_claims_add_device: those of them that say what the token is, not what its key is.
 * Errors: ERROR_MEMORY, ERROR_CRYPTO. */
bool piv_claims_add_device(const struct piv_chain *chain, struct result *result, struct error *err) MUST_CHECK;

#endif

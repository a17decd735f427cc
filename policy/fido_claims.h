/* fido_claims.h: what an attestation that was found genuine proves, and by which field. Inside policy/ only. */
#ifndef POLICY_FIDO_CLAIMS_H
#define POLICY_FIDO_CLAIMS_H

#include "common/error.h"

struct fido_attestation;
struct result;

/* fido_claims_add: adds every claim that the attestation itself can make. Errors: ERROR_MEMORY, ERROR_CRYPTO. */
bool fido_claims_add(const struct fido_attestation *attestation, struct result *result, struct error *err) MUST_CHECK;

#endif

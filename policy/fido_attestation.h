/* fido_attestation.h: one attestation of a FIDO key while it is being appraised: what was handed in, and what was found so far.
 * fido.c makes it, the formats' files check it, fido_claims.c says what it proves. Inside policy/ only. */
#ifndef POLICY_FIDO_ATTESTATION_H
#define POLICY_FIDO_ATTESTATION_H
#include "policy/certificate.h"
#include "policy/fido_auth_data.h"
#include "policy/fido_certificate.h"
#include "policy/fido_evidence.h"
#include "policy/fido_statement.h"

struct metadata_entry;
struct result;
struct trust_anchor;

#define FIDO_HASH_SIZE 32

struct fido_attestation {
	struct fido_binding binding;
	uint8_t client_data_hash[FIDO_HASH_SIZE];
	struct fido_statement statement;
	struct fido_auth_data auth_data;
	struct buffer signed_data; /* owned: authenticator data and client data hash, one after the other */
	/* of the statement, the attestation certificate first */
	struct certificate certificates[FIDO_CERTIFICATES_MAXIMUM];
	size_t num_certificates;
	struct fido_certificate_facts facts; /* what the attestation certificate says */
	struct buffer mended;                /* owned: an attestation certificate whose known defect was repaired */
	struct buffer built;                 /* owned: authenticator data that a file without it was made for */
	const struct metadata_entry *model;  /* borrowed from the trust's metadata; NULL: not listed, or no metadata */
	const struct trust_anchor *anchor;   /* borrowed from the trust */
	size_t challenge_len;                /* bytes of the challenge; 0: only a hash is known */
	bool hardware_proven;                /* the statement itself says that the key was made and stays inside */
};

/* fido_statement_check: whether the first certificate's key made the statement's signature over `message`.
 * Errors: ERROR_FIDO_SIGNATURE, ERROR_CERTIFICATE_ALGORITHM, ERROR_CRYPTO, ERROR_KEY_WEAK. */
bool fido_statement_check(
    const struct fido_attestation *attestation, struct bytes message, struct error *err) MUST_CHECK;

/* fido_tolerate: says in the result that something was let pass which genuine devices need. */
void fido_tolerate(struct result *result, const char *what);

#endif

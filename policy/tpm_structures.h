/* tpm_structures.h: the two structures of a TPM's word about one of its keys. Judges form only.
 * Source: TPM 2.0 Library part 2, 10.12.8 (TPMS_ATTEST) and 12.2.4 (TPMT_PUBLIC). */
#ifndef POLICY_TPM_STRUCTURES_H
#define POLICY_TPM_STRUCTURES_H

#include "policy/public_key.h"

#define TPM_POINT_MAXIMUM 133

enum tpm_hash { TPM_SHA1, TPM_SHA256, TPM_SHA384, TPM_SHA512 };

/* A key as its TPM describes it: borrowed, or in `point`; not to be copied. */
struct tpm_public {
	enum tpm_hash name_hash;
	bool fixed_tpm, fixed_parent, sensitive_data_origin;
	struct public_key key;
	uint8_t point[TPM_POINT_MAXIMUM], exponent[4];
};

/* What a TPM certified of a key that it holds; borrowed. */
struct tpm_certification {
	struct bytes extra_data;
	struct bytes name; /* of the key */
};

/* tpm_public_parse: reads a TPMT_PUBLIC, all of it.
 * Errors: ERROR_FIDO_TPM (malformed, or a kind that is not known here), ERROR_KEY_WEAK. */
bool tpm_public_parse(struct bytes in, struct tpm_public *out, struct error *err) MUST_CHECK;

/* tpm_certification_parse: reads a TPMS_ATTEST of TPM2_Certify, all of it.
 * Errors: ERROR_FIDO_TPM (malformed, not made by a TPM, not about a key). */
bool tpm_certification_parse(struct bytes in, struct tpm_certification *out, struct error *err) MUST_CHECK;

/* tpm_name_check: whether `name` names this public area: its hash, with the hash's number in front.
 *   area  the bytes that tpm_public_parse read
 * Errors: ERROR_FIDO_TPM, ERROR_CRYPTO. */
bool tpm_name_check(
    struct bytes name, const struct tpm_public *public, struct bytes area, struct error *err) MUST_CHECK;

#endif

/* fido_auth_data.h: a strict view of the authenticator data of a new credential.
 * Judges form only; what flags and extensions have to be is the appraisal's business. Source: WebAuthn Level 3 6.1. */
#ifndef POLICY_FIDO_AUTH_DATA_H
#define POLICY_FIDO_AUTH_DATA_H

#include "policy/cose_key.h"

#define FIDO_AAGUID_SIZE 16
#define FIDO_CREDENTIAL_ID_MAXIMUM 1023

/* "f8a011f3-8c0a-4d15-8006-17111f9edc7d" and its NUL. */
#define FIDO_AAGUID_TEXT_SIZE 37

struct fido_flags {
	bool user_present, user_verified, backup_eligible, backed_up;
};

struct fido_auth_data {
	struct bytes whole;
	struct bytes rp_id_hash;
	struct fido_flags flags;
	uint32_t counter;
	struct bytes aaguid, credential_id;
	struct cose_key credential;
	unsigned cred_protect; /* 1 to 3; 0: the extension is not there */
	bool sorted;           /* keys stand in CTAP2's order */
};

/* fido_auth_data_parse: reads authenticator data with an attested credential, all of it.
 *   out  borrowed from the memory behind `in`; do not copy it
 * Errors: ERROR_FIDO_AUTH_DATA (cut short, bytes left over, no attested credential, malformed extensions), ERROR_FIDO_FLAGS
 * (backed up, but not eligible for it), those of cose_key_parse. */
bool fido_auth_data_parse(struct bytes in, struct fido_auth_data *out, struct error *err) MUST_CHECK;

/* fido_aaguid_is_zero: what U2F devices have in its place, and devices that do not say. */
bool fido_aaguid_is_zero(struct bytes aaguid);

/* fido_aaguid_put_text: in the usual form with dashes.
 *   aaguid  FIDO_AAGUID_SIZE bytes */
void fido_aaguid_put_text(struct bytes aaguid, char text[FIDO_AAGUID_TEXT_SIZE]);

/* fido_aaguid_parse: reads that form. */
bool fido_aaguid_parse(struct bytes text, uint8_t aaguid[FIDO_AAGUID_SIZE]) MUST_CHECK;

#endif

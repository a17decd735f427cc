/* fido_exhibit.h: evidence of a FIDO key from the files in which WebAuthn servers and ssh-keygen keep it.
 * Knows nothing of options and of what the evidence proves. */
#ifndef ENROLL_FIDO_EXHIBIT_H
#define ENROLL_FIDO_EXHIBIT_H

#include "common/error.h"

struct exhibit;
struct ssh_key;

/* Paths and words as they were given; NULL for what was not. */
struct fido_files {
	const char *attestation_object;
	const char *client_data_hash, *client_data; /* one of them, with an attestation object */
	const char *rp_id;                          /* of an attestation object; ssh-keygen's is "ssh:" without one */
	const char *ssh_attestation;
	const char *challenge;  /* with ssh-keygen's file */
	const char *key_handle; /* with ssh-keygen's file of version v00: the handle, or the key's file */
};

/* fido_files_given: whether any of them was. */
bool fido_files_given(const struct fido_files *files);

/* fido_files_check: whether they go together. Errors: ERROR_USAGE. */
bool fido_files_check(const struct fido_files *files, struct error *err) MUST_CHECK;

/* fido_exhibit_read: reads them. One that is not there is absent or incomplete evidence.
 *   key  the SSH key that belongs to ssh-keygen's file, used where it is of an sk type; NULL: none
 * Errors: ERROR_EVIDENCE_ABSENT, ERROR_EVIDENCE_INCOMPLETE, those of input_load. */
bool fido_exhibit_read(
    const struct fido_files *files, const struct ssh_key *key, struct exhibit *exhibit, struct error *err) MUST_CHECK;

#endif

/* signer.h: has a registrar's key sign an enrollment, through `ssh-keygen -s`, so that this key may sit in a file, in an agent,
 * behind PKCS#11 or in a FIDO2 key. No shell; a private temporary folder that is removed whatever happens.
 * Knows nothing of what an enrollment means. Source: ssh-keygen(1) CERTIFICATES. */
#ifndef REGISTRY_SIGNER_H
#define REGISTRY_SIGNER_H

#include "common/buffer.h"

struct ssh_key;

struct signing_order {
	const struct ssh_key *key; /* to be certified */
	const char *registrar_key; /* path: a private key, or with `agent` a .pub file */
	bool agent;                /* the private part is in ssh-agent (ssh-keygen -U) */
	const char *pkcs11_module; /* path of a PKCS#11 module (ssh-keygen -D), or NULL */
	const char *person;        /* the one principal */
	const char *key_id;
	uint64_t serial;
	int64_t valid_after, valid_before; /* seconds since 1970 */
	const char *extension;             /* name */
	struct bytes content;              /* text of the extension */
};

/* signer_sign: the certificate blob, appended to `certificate`. ssh-keygen may ask for a passphrase or a touch on the terminal.
 * Errors: ERROR_PROGRAM (ssh-keygen is missing or says no: its own words stand in the terminal), ERROR_FILE, ERROR_SSH_CERTIFICATE. */
bool signer_sign(const struct signing_order *order, struct buffer *certificate, struct error *err) MUST_CHECK;

#endif

/* credential.h: making a key in an authenticator, with the attestation that belongs to it, and finding the ones that live there.
 * Knows nothing of what an attestation is worth. Source: CTAP 2.1 6.1 and 6.8, WebAuthn Level 3 6.5.4, OpenSSH PROTOCOL.u2f. */
#ifndef FIDO_CREDENTIAL_H
#define FIDO_CREDENTIAL_H

#include "common/ssh_key.h"

struct authenticator;
struct secret;

/* OpenSSH's flags of a sk key: wishes of the client, kept in the key file. */
enum credential_flag {
	CREDENTIAL_FLAG_PRESENCE = 0x01,
	CREDENTIAL_FLAG_VERIFICATION = 0x04,
	CREDENTIAL_FLAG_FORCE = 0x10,
	CREDENTIAL_FLAG_RESIDENT = 0x20,
};

#define CREDENTIAL_USER_SIZE 32

struct credential_request {
	enum ssh_key_type type;             /* SSH_KEY_SK_… */
	const char *application;            /* the relying party's id; "ssh:" by habit */
	struct bytes challenge;             /* SHA-256 of it is what the attestation covers */
	uint8_t user[CREDENTIAL_USER_SIZE]; /* a resident key of the same application and user is replaced */
	const char *user_name;              /* shown where resident keys are listed */
	bool resident, verification;
	bool protection;              /* credProtect 2 at least: who has neither handle nor PIN does not find the key */
	const struct buffer *exclude; /* ids that must not be in this authenticator */
	size_t num_exclude;
	const struct secret *pin; /* NULL: none */
};

struct credential {
	enum ssh_key_type type;
	struct buffer public_key; /* uncompressed point, or 32 bytes */
	struct buffer application, key_handle;
	uint8_t flags;                    /* enum credential_flag */
	struct buffer attestation_object; /* CBOR; empty for one that was only found */
	/* the same in pieces, as OpenSSH takes them: the first certificate, the signature, the data without any wrapping */
	struct buffer certificate, signature, authenticator_data;
	struct buffer user; /* resident: its handle */
};

#define CREDENTIAL_EMPTY ((struct credential){.flags = 0})

/* credential_clear: frees what it owns; CREDENTIAL_EMPTY afterwards. */
void credential_clear(struct credential *credential);

/* credential_make: waits for a touch.
 *   credential  out: the caller's, to credential_clear()
 * Errors: ERROR_CARD_UNSUPPORTED (no resident keys, no verification), ERROR_NOT_ATTESTABLE, ERROR_CARD_REPLY, those of
 * authenticator_check. */
bool credential_make(struct authenticator *authenticator, const struct credential_request *request,
    struct credential *credential, struct error *err) MUST_CHECK;

/* credential_ssh_key: its public key in SSH's form.
 *   key  out: the caller's, to ssh_key_clear()
 * Errors: those of ssh_key_parse. */
bool credential_ssh_key(const struct credential *credential, struct ssh_key *key, struct error *err) MUST_CHECK;

/* credential_exists: whether a resident key of this application and user is there. No touch.
 * Errors: those of authenticator_check. */
bool credential_exists(struct authenticator *authenticator, const struct credential_request *request, bool *exists,
    struct error *err) MUST_CHECK;

struct credential_list {
	struct credential *credentials; /* owned, to credential_list_clear() */
	size_t count;
};

#define CREDENTIAL_LIST_EMPTY ((struct credential_list){NULL, 0})

/* credential_list_load: the resident keys whose application begins with "ssh:".
 *   list  out: replaced
 * Errors: those of authenticator_check. */
bool credential_list_load(struct authenticator *authenticator, const struct secret *pin, struct credential_list *list,
    struct error *err) MUST_CHECK;

/* credential_list_clear: frees the list with all that is in it, and leaves it empty. */
void credential_list_clear(struct credential_list *list);

#endif

/* fido.h: all that the FIDO2 application of one virtual card holds: what survives power off (PIN, credentials, settings, the batch
 * key) and what does not (the session). fido_instructions.h changes it; fido_state.h stores it.
 * Knows nothing of APDUs and CBOR. Source: CTAP 2.1 section 6. */
#ifndef TESTS_VTOKEN_FIDO_H
#define TESTS_VTOKEN_FIDO_H

#include "tests/vtoken/algorithm.h"
#include "tests/vtoken/fido_protocol.h"
#include "tests/vtoken/personality.h"

enum {
	FIDO_HASH_SIZE = 32,
	FIDO_CREDENTIAL_ID_SIZE = 64,
	FIDO_PIN_HASH_SIZE = 16,
	FIDO_PIN_TRIES = 8,
	FIDO_PIN_TRIES_AT_ONCE = 3,
	FIDO_PIN_SHORTEST = 4,
	FIDO_PIN_LONGEST = 63,
	FIDO_RESIDENT_MAXIMUM = 25,
	FIDO_PROTECTION_NONE = 1,
	FIDO_PROTECTION_WITH_ID = 2,
	FIDO_PROTECTION_ALWAYS = 3,
};

enum fido_permission {
	FIDO_PERMISSION_MAKE = 0x01,
	FIDO_PERMISSION_ASSERT = 0x02,
	FIDO_PERMISSION_MANAGE = 0x04,
	FIDO_PERMISSION_CONFIG = 0x20,
};

/* A real token wraps the key of one that is not resident into its id; here it lies beside the others. */
struct fido_credential {
	uint8_t id[FIDO_CREDENTIAL_ID_SIZE];
	bool resident;
	uint8_t protection; /* credProtect, 1 to 3 */
	const struct algorithm *algorithm;
	EVP_PKEY *key; /* owned */
	uint8_t rp_hash[FIDO_HASH_SIZE];
	struct buffer rp_id; /* empty for U2F, which tells its hash only */
	struct buffer user_id, user_name, user_display_name;
};

/* One that waits for GetNextAssertion or for the next of a list. */
struct fido_walk {
	size_t credentials[FIDO_RESIDENT_MAXIMUM]; /* places in struct fido */
	size_t count, next;
	uint8_t client_data_hash[FIDO_HASH_SIZE];
	uint8_t flags;
};

/* Lost on power off and when another application is selected. */
struct fido_session {
	EVP_PKEY *agreement; /* owned; the card's half for the PIN protocols, NULL until asked for */
	uint8_t token[FIDO_TOKEN_SIZE];
	unsigned token_protocol; /* 0: no token was given out */
	unsigned permissions;
	bool bound; /* the token serves one relying party, this one: */
	uint8_t rp_hash[FIDO_HASH_SIZE];
	struct fido_walk assertions, parties, managed;
	struct buffer pending; /* the request that waits for a touch */
	uint64_t pending_since_ms;
	bool may_wait; /* the host polls, so an answer may be "not yet" */
};

struct fido {
	const struct fido_shape *shape; /* NULL: the card has no such application */
	bool has_pin;
	uint8_t pin_hash[FIDO_PIN_HASH_SIZE];
	unsigned pin_length; /* in characters */
	unsigned pin_tries;
	unsigned pin_shortest;
	bool must_change_pin;
	bool always_uv;
	bool enterprise;
	uint32_t counter;                    /* one for all credentials */
	struct fido_credential *credentials; /* owned, the oldest first */
	size_t credential_count;
	EVP_PKEY *attestation_key; /* owned; NULL: the card can only attest with the credential itself */
	struct buffer attestation_certificate, enterprise_certificate,
	    issuer_certificate; /* DER; what is empty is not sent */
	struct fido_session session;
	unsigned wrong_pins; /* since power up */
	uint64_t powered_ms; /* monotonic, when power came */
};

/* fido_applet_init: an application as the vendor ships it, without a batch key (vendor.h).
 *   shape  borrowed; NULL for a card without this application */
void fido_applet_init(struct fido *fido, const struct fido_shape *shape);
void fido_clear(struct fido *fido);

/* fido_power: power came or went. fido_session_clear: another application was selected. */
void fido_power(struct fido *fido);
void fido_session_clear(struct fido *fido);

/* fido_reset: no PIN, no credentials, settings as shipped; the batch key stays. */
void fido_reset(struct fido *fido);

/* fido_credential_find: the credential of that id and relying party, NULL for none. */
struct fido_credential *fido_credential_find(const struct fido *fido, struct bytes id, struct bytes rp_hash);

/* fido_credential_find_user: the resident credential of that relying party and user, NULL for none. */
struct fido_credential *fido_credential_find_user(const struct fido *fido, struct bytes rp_hash, struct bytes user_id);

/* fido_credential_add: takes it over; `credential` is empty afterwards. False: no memory, or the store is full. */
bool fido_credential_add(struct fido *fido, struct fido_credential *credential) MUST_CHECK;

void fido_credential_remove(struct fido *fido, struct fido_credential *credential);
void fido_credential_clear(struct fido_credential *credential);

/* fido_residents: how many of the credentials are. */
size_t fido_residents(const struct fido *fido);

/* fido_now_ms: monotonic. */
uint64_t fido_now_ms(void);

#endif

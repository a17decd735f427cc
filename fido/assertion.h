/* assertion.h: signatures by a key in an authenticator, in the forms that OpenSSH has for them.
 * Source: CTAP 2.1 6.2, OpenSSH PROTOCOL.u2f. */
#ifndef FIDO_ASSERTION_H
#define FIDO_ASSERTION_H

#include "common/ssh_key.h"

struct authenticator;
struct secret;

struct assertion_request {
	enum ssh_key_type type;      /* SSH_KEY_SK_… */
	const char *application;     /* the relying party's id, borrowed as all here */
	struct bytes key_handle;     /* whose key is to sign */
	bool presence, verification; /* what is asked of the person */
	const struct secret *pin;    /* NULL: none */
};

struct assertion {
	uint8_t flags; /* of the authenticator data */
	uint32_t counter;
	struct buffer r, s; /* unsigned big-endian numbers; Ed25519: the whole signature in r */
};

#define ASSERTION_EMPTY ((struct assertion){.flags = 0})

/* assertion_clear: frees what it owns; ASSERTION_EMPTY afterwards. */
void assertion_clear(struct assertion *assertion);

/* assertion_make: signs SHA-256 of the message, as SSH's sk keys do; waits for a touch where presence is asked.
 *   assertion  out: the caller's, to assertion_clear()
 * Errors: ERROR_CREDENTIAL_ABSENT (the key is not in this authenticator), ERROR_CARD_REPLY, those of
 * authenticator_check. */
bool assertion_make(struct authenticator *authenticator, const struct assertion_request *request, struct bytes message,
    struct assertion *assertion, struct error *err) MUST_CHECK;

/* assertion_find: which of these keys the authenticator holds, without a touch.
 *   ids    at most facts.ids_at_once of them
 *   pin    for keys that are hidden without it; NULL: none
 *   place  out: of one that it holds; `num` when it holds none
 * Errors: those of authenticator_check. */
bool assertion_find(struct authenticator *authenticator, const char *application, const struct bytes *ids, size_t num,
    const struct secret *pin, size_t *place, struct error *err) MUST_CHECK;

/* Whether an authenticator has a key, as far as it shows that without a touch. */
enum assertion_holder {
	ASSERTION_HOLDS_NOT,
	ASSERTION_MAY_HIDE, /* such keys are shown only to who has the PIN */
	ASSERTION_HOLDS,
};

/* assertion_find_holder: asks without touch and without PIN, so that none is ever tried on a token that it may not belong to.
 *   message  what would be signed */
enum assertion_holder assertion_find_holder(
    struct authenticator *authenticator, const struct assertion_request *request, struct bytes message);

/* assertion_put_signature: appends it as an SSH signature blob. Errors: as buffer_put. */
bool assertion_put_signature(
    enum ssh_key_type type, const struct assertion *assertion, struct buffer *out, struct error *err) MUST_CHECK;

#endif

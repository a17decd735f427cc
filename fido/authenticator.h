/* authenticator.h: a FIDO2 or U2F authenticator: one on USB, through libfido2 as it is, or a card in a PC/SC reader, contact or NFC,
 * through libfido2 over the transport of card_transport.h. To whoever calls both are the same.
 * Knows nothing of enrollments and of what an attestation is worth.
 * Source: CTAP 2.1, libfido2's manual pages. */
#ifndef FIDO_AUTHENTICATOR_H
#define FIDO_AUTHENTICATOR_H

#include <fido.h>

#include "common/buffer.h"

struct secret;

#define AUTHENTICATOR_PATH_SIZE 256
#define AUTHENTICATOR_AAGUID_SIZE 16
#define AUTHENTICATOR_PIN_SHORTEST 4
#define AUTHENTICATOR_PIN_LONGEST 63

/* One that can be opened. */
struct authenticator_place {
	bool card;                           /* in a reader; else libfido2's own business */
	char path[AUTHENTICATOR_PATH_SIZE];  /* a reader's name, or libfido2's path */
	char title[AUTHENTICATOR_PATH_SIZE]; /* for people */
};

struct authenticator_list {
	struct authenticator_place *places; /* owned, to authenticator_list_clear() */
	size_t count;
};

#define AUTHENTICATOR_LIST_EMPTY ((struct authenticator_list){NULL, 0})

/* What it says of itself: claimed, not proved. */
struct authenticator_facts {
	bool ctap2;                                /* else U2F only */
	uint8_t aaguid[AUTHENTICATOR_AAGUID_SIZE]; /* zero for U2F */
	bool takes_pin, has_pin, must_change_pin;
	bool verifies_itself;  /* by a fingerprint or the like */
	bool protects;         /* knows credProtect */
	unsigned pin_shortest; /* in characters */
	unsigned ids_at_once;  /* how many key handles one question may name */
	bool says_tries;
	unsigned tries_left; /* of the PIN */
};

struct authenticator {
	fido_dev_t *device; /* owned; NULL: closed */
	bool card;
	struct authenticator_facts facts;
	char title[AUTHENTICATOR_PATH_SIZE];
};

#define AUTHENTICATOR_EMPTY ((struct authenticator){.device = NULL})

/* authenticator_list_load: those there are now, cards first; none is no error, and neither is a smart card service that does not
 * run. A card is one whose application answers.
 *   list  out: replaced; left as it was on error
 * Errors: ERROR_MEMORY. */
bool authenticator_list_load(struct authenticator_list *list, struct error *err) MUST_CHECK;

/* authenticator_list_clear: frees the list and leaves it empty. */
void authenticator_list_clear(struct authenticator_list *list);

/* authenticator_list_load_usb: those on USB alone; none of them is spoken to. Errors: ERROR_MEMORY. */
bool authenticator_list_load_usb(struct authenticator_list *list, struct error *err) MUST_CHECK;

/* authenticator_open: opens it and asks what it is.
 *   authenticator  out: the caller's, to authenticator_close()
 * Errors: those of card_open, ERROR_CARD_APPLICATION (a card without FIDO), those of authenticator_check. */
bool authenticator_open(
    const struct authenticator_place *place, struct authenticator *authenticator, struct error *err) MUST_CHECK;

/* authenticator_close: an empty one is no trouble. */
void authenticator_close(struct authenticator *authenticator);

/* authenticator_check: true for success; otherwise what libfido2's result means for an operator.
 *   doing  what was tried, for the front of the sentence
 * Errors: ERROR_PIN_…, ERROR_TOUCH, ERROR_CREDENTIAL_EXISTS, ERROR_CREDENTIAL_ABSENT, ERROR_CARD_…; what the reader said where it
 * was the reader. */
bool authenticator_check(
    const struct authenticator *authenticator, int result, const char *doing, struct error *err) MUST_CHECK;

/* authenticator_set_pin: the first PIN, or another one in place of `old`.
 *   old  NULL: none is set
 * Errors: ERROR_PIN_LENGTH (shorter than the authenticator wants, or longer than CTAP allows), ERROR_CARD_UNSUPPORTED
 * (it has no PIN), those of authenticator_check. */
bool authenticator_set_pin(struct authenticator *authenticator, const struct secret *old, const struct secret *pin,
    struct error *err) MUST_CHECK;

#endif

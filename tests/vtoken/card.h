/* card.h: all that one virtual card holds: what survives power off (codes, keys, objects, serial) and what does not (the
 * session). The handlers of instructions.h change it; state.h stores it.
 * Knows nothing of APDUs. Sources: NIST SP 800-73-4 part 1 tables 2 to 4 for slots and objects. */
#ifndef TESTS_VTOKEN_CARD_H
#define TESTS_VTOKEN_CARD_H

#include "common/buffer.h"
#include "tests/vtoken/algorithm.h"
#include "tests/vtoken/cipher.h"
#include "tests/vtoken/fido.h"
#include "tests/vtoken/personality.h"

enum {
	CODE_LENGTH = 8,
	SLOT_COUNT = 25,
	SLOT_AUTHENTICATION = 0x9a,
	SLOT_SIGNATURE = 0x9c,
	SLOT_CARD_AUTHENTICATION = 0x9e,
	SLOT_RETIRED_FIRST = 0x82,
	SLOT_ATTESTATION = 0xf9,
	REFERENCE_PIN = 0x80,
	REFERENCE_PUK = 0x81,
	REFERENCE_FINGER = 0x96,
	REFERENCE_MANAGEMENT = 0x9b,
	OBJECT_ATTESTATION = 0x5fff01,
};

enum pin_policy { PIN_DEFAULT, PIN_NEVER, PIN_ONCE, PIN_ALWAYS, PIN_MATCH_ONCE, PIN_MATCH_ALWAYS };
enum touch_policy { TOUCH_DEFAULT, TOUCH_NEVER, TOUCH_ALWAYS, TOUCH_CACHED };
enum origin { ORIGIN_NONE, ORIGIN_GENERATED, ORIGIN_IMPORTED };

/* A PIN or PUK, padded with FF, and its tries. */
struct code {
	uint8_t value[CODE_LENGTH];
	uint8_t total, left;
};

struct management_key {
	const struct cipher *cipher;
	uint8_t key[CIPHER_KEY_MAXIMUM];
	uint8_t touch_policy;
};

/* A place for a private key; empty when `key` is NULL. */
struct slot {
	uint8_t reference;
	const struct algorithm *algorithm;
	EVP_PKEY *key;                    /* owned */
	uint8_t pin_policy, touch_policy; /* never the "default" values */
	enum origin origin;
};

struct object {
	uint32_t tag;
	struct buffer content; /* what stands inside 53 */
};

enum application { APPLICATION_NONE, APPLICATION_PIV, APPLICATION_OTP, APPLICATION_FIDO, APPLICATION_OPENPGP };

/* Which answer the management key's holder owes. */
enum challenge { CHALLENGE_NONE, CHALLENGE_TO_HOST, CHALLENGE_WITNESS };

/* Lost on reset and power off. */
struct session {
	enum application application;
	/* or a finger was recognised, which serves the policies "match-once" and "match-always" alike */
	bool pin_verified;
	bool pin_fresh; /* VERIFY was the command directly before */
	bool managed;   /* the management key was proven */
	enum challenge challenge;
	uint8_t expected[CIPHER_BLOCK_MAXIMUM]; /* what the host has to answer */
	uint64_t touched_ms;                    /* monotonic, 0: not yet */
};

/* What stands for the finger. */
struct touch {
	bool comes;
	unsigned after_ms; /* until it comes, or until the card gives up */
};

struct card {
	const struct personality *personality;
	uint32_t serial;
	struct code pin, puk;
	struct management_key management;
	struct slot slots[SLOT_COUNT];
	struct object *objects; /* owned */
	size_t object_count;
	struct session session;
	struct fido fido;
	struct touch touch;
	bool changed; /* something that survives power off differs from what was stored */
};

/* card_init: a card as the vendor ships it, but for the f9 key and certificate (vendor.h). */
void card_init(struct card *card, const struct personality *personality, uint32_t serial);

void card_clear(struct card *card);

/* card_power_off: the session is gone. */
void card_power_off(struct card *card);

/* card_deselect: another application was selected: the session is gone, but power stays. */
void card_deselect(struct card *card);

/* card_reset: the PIV application as shipped; f9, its certificate and the serial stay. */
void card_reset(struct card *card);

/* card_reset_codes: PIN and PUK back to their defaults with these numbers of tries. */
void card_reset_codes(struct card *card, uint8_t pin_tries, uint8_t puk_tries);

/* card_code_is_default, card_management_is_default: whether the factory value is in use. */
bool card_code_is_default(const struct card *card, uint8_t reference);
bool card_management_is_default(const struct card *card);

/* card_decimal_serial: the serial number with two decimal digits a byte, 12345678 as 12 34 56 78: eight digits are all that fit. */
uint32_t card_decimal_serial(const struct card *card);

/* card_slot: the slot of that reference, NULL for what is none. */
struct slot *card_slot(struct card *card, uint8_t reference);

/* slot_set: puts a key into a slot, in place of an older one.
 *   key  handed over */
void slot_set(struct slot *slot, const struct algorithm *algorithm, EVP_PKEY *key, enum origin origin);

/* slot_clear: empties it. */
void slot_clear(struct slot *slot);

/* card_object: the object of that tag, NULL for none. Borrowed until the next put or removal. */
struct object *card_object(struct card *card, uint32_t tag);

/* card_put_object: stores or replaces; card_remove_object: forgets, also what was not there.
 * Errors: ERROR_MEMORY. */
bool card_put_object(struct card *card, uint32_t tag, struct bytes content, struct error *err) MUST_CHECK;
void card_remove_object(struct card *card, uint32_t tag);

/* card_objects_size: bytes of all objects together. */
size_t card_objects_size(const struct card *card);

#endif

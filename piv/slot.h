/* slot.h: the slots of a PIV token, what may be in them, and under which rules: tables, and nothing that asks a card.
 * Source: NIST SP 800-73-4 part 1 table 3 and SP 800-78-4 table 6-2; the numbers above E0 and the two policies are
 * Yubico's extension. */
#ifndef PIV_SLOT_H
#define PIV_SLOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct piv_slot {
	uint8_t id;
	uint32_t object;     /* the tag of its certificate */
	const char *name;    /* two lower-case hex digits: "9a" */
	const char *purpose; /* "authentication" */
};

/* The number that the card knows an algorithm by. */
enum piv_algorithm {
	PIV_3DES = 0x03,
	PIV_RSA1024 = 0x06,
	PIV_RSA2048 = 0x07,
	PIV_AES128 = 0x08,
	PIV_AES192 = 0x0a,
	PIV_AES256 = 0x0c,
	PIV_RSA3072 = 0x05,
	PIV_RSA4096 = 0x16,
	PIV_P256 = 0x11,
	PIV_P384 = 0x14,
	PIV_ED25519 = 0xe0,
	PIV_X25519 = 0xe1,
};

enum piv_key_type {
	PIV_KEY_TYPE_SYMMETRIC,
	PIV_KEY_TYPE_RSA,
	PIV_KEY_TYPE_EC,
	PIV_KEY_TYPE_EDWARDS,   /* Ed25519 */
	PIV_KEY_TYPE_AGREEMENT, /* X25519: cannot sign */
};

/* Firmware as Yubico numbers it; what a card says of itself is a claim, not proof. */
struct piv_version {
	uint8_t major, minor, patch;
};

struct piv_algorithm_row {
	enum piv_algorithm algorithm;
	enum piv_key_type type;
	unsigned bits; /* of the modulus, the curve or the symmetric key without parity */
	struct piv_version since;
	const char *name;  /* what an operator types, and claims have: "ecdsa-p256", "rsa-2048" */
	const char *title; /* what he reads: "ECDSA P-256" */
};

/* Number = what the card wants. "default" lets the card decide, by slot. */
enum piv_pin_policy {
	PIV_PIN_DEFAULT,
	PIV_PIN_NEVER,
	PIV_PIN_ONCE,
	PIV_PIN_ALWAYS,
	PIV_PIN_MATCH_ONCE, /* fingerprint, or PIN */
	PIV_PIN_MATCH_ALWAYS,
	PIV_PIN_POLICY_COUNT,
};

enum piv_touch_policy {
	PIV_TOUCH_DEFAULT,
	PIV_TOUCH_NEVER,
	PIV_TOUCH_ALWAYS,
	PIV_TOUCH_CACHED, /* for 15 seconds */
	PIV_TOUCH_POLICY_COUNT,
};

/* What keys other than those in slots are called in a command. */
enum piv_reference {
	PIV_REFERENCE_PIN = 0x80,
	PIV_REFERENCE_PUK = 0x81,
	PIV_REFERENCE_MANAGEMENT = 0x9b,
};

/* piv_slot_find: by name, letter case ignored; NULL when there is no such slot. The attestation slot "f9" is one. */
const struct piv_slot *piv_slot_find(const char *name);

/* piv_slot_at: the slots in order, for listing; NULL behind the last. */
const struct piv_slot *piv_slot_at(size_t index);

/* piv_algorithm_find: by what an operator types; NULL when there is none. */
const struct piv_algorithm_row *piv_algorithm_find(const char *name);

/* piv_algorithm_row: by the card's number; NULL for a number that is not in the table. */
const struct piv_algorithm_row *piv_algorithm_row(unsigned number);

/* piv_version_reaches: whether `version` is `wanted` or later, compared number by number. */
bool piv_version_reaches(struct piv_version version, struct piv_version wanted);

/* piv_pin_policy_name: "once", "match-always"; static storage. */
const char *piv_pin_policy_name(enum piv_pin_policy policy);

/* piv_touch_policy_name: "never", "cached"; static storage. */
const char *piv_touch_policy_name(enum piv_touch_policy policy);

/* piv_pin_policy_find: the policy of such a word; false for a word that is none. */
bool piv_pin_policy_find(const char *name, enum piv_pin_policy *policy);

/* piv_touch_policy_find: the same for touch. */
bool piv_touch_policy_find(const char *name, enum piv_touch_policy *policy);

#endif

/* metadata.h: what a token says of one key, code or slot. A claim: only an attestation proves it.
 * Source: Yubico PIV extensions, GET METADATA (F7), firmware 5.3 and later. */
#ifndef PIV_METADATA_H
#define PIV_METADATA_H

#include "common/buffer.h"
#include "piv/slot.h"

struct piv;

enum piv_origin {
	PIV_ORIGIN_UNKNOWN,
	PIV_ORIGIN_GENERATED,
	PIV_ORIGIN_IMPORTED,
};

/* A field that the token left out is false, unknown, default or empty. */
struct piv_metadata {
	const struct piv_algorithm_row *algorithm; /* NULL: none (PIN and PUK) or one that is not known here */
	enum piv_pin_policy pin_policy;
	enum piv_touch_policy touch_policy;
	enum piv_origin origin;
	struct buffer public_key; /* SubjectPublicKeyInfo, DER; owned, to piv_metadata_clear() */
	bool says_default;        /* the token knows whether the value is the one from the factory … */
	bool is_default;          /* … and it is */
	bool says_tries;
	uint8_t tries_total, tries_left;
};

#define PIV_METADATA_EMPTY ((struct piv_metadata){.algorithm = NULL})

/* piv_metadata_parse: one reply. Errors: ERROR_TLV_…, ERROR_CARD_REPLY for a field of another length or value than it can
 * have, or a public key that is none. */
bool piv_metadata_parse(struct bytes reply, struct piv_metadata *metadata, struct error *err) MUST_CHECK;

/* piv_metadata_clear: frees the key, leaves PIV_METADATA_EMPTY. */
void piv_metadata_clear(struct piv_metadata *metadata);

/* piv_metadata_read: asks for one slot (its id) or reference (enum piv_reference): one command.
 *   metadata  out: the caller's, to piv_metadata_clear()
 * Errors: ERROR_CARD_SLOT_EMPTY, ERROR_CARD_UNSUPPORTED where the token lacks the instruction, those of piv_run and
 * piv_metadata_parse. */
bool piv_metadata_read(struct piv *piv, uint8_t reference, struct piv_metadata *metadata, struct error *err) MUST_CHECK;

/* piv_metadata_find: as piv_metadata_read, where it is no error that the token does not have the instruction or holds nothing there.
 *   metadata  cleared first
 *   found     out: whether it told
 * Errors: those of piv_metadata_read but ERROR_CARD_UNSUPPORTED and ERROR_CARD_SLOT_EMPTY. */
bool piv_metadata_find(
    struct piv *piv, uint8_t reference, struct piv_metadata *metadata, bool *found, struct error *err) MUST_CHECK;

/* piv_metadata_find_management: as piv_metadata_find of the management key, which every card has: by it a token shows whether its
 * metadata can be used. One that answers the same malformed bytes whatever is asked for has none.
 * Errors: those of piv_metadata_find but ERROR_CARD_REPLY. */
bool piv_metadata_find_management(
    struct piv *piv, struct piv_metadata *metadata, bool *found, struct error *err) MUST_CHECK;

#endif

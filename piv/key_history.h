/* key_history.h: the object that tells other software how many of the retired slots hold a key with its certificate; without
 * it OpenSC does not look into them.
 * Source: NIST SP 800-73-4 part 1, 3.3.3 and table 17: C1 keys with a certificate on the card, C2 elsewhere, F3 where. */
#ifndef PIV_KEY_HISTORY_H
#define PIV_KEY_HISTORY_H

#include "common/bytes.h"
#include "common/error.h"

struct piv;
struct piv_slot;

#define PIV_OBJECT_KEY_HISTORY 0x5fc10cU

/* piv_key_history_parse: how many retired slots it counts, of both kinds.
 * Errors: ERROR_TLV_…, ERROR_CARD_REPLY for a number that is none, or more than 20. */
bool piv_key_history_parse(struct bytes content, unsigned *on_card, unsigned *elsewhere, struct error *err) MUST_CHECK;

/* piv_key_history_ensure: makes the object count a retired slot, and all before it. Nothing is done for other slots, and
 * nothing where it counts so far already. Needs piv_authenticate. One or two commands.
 * Errors: those of piv_object_read, piv_object_write and piv_key_history_parse. */
bool piv_key_history_ensure(struct piv *piv, const struct piv_slot *slot, struct error *err) MUST_CHECK;

#endif

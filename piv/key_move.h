/* key_move.h: taking keys out of slots, and from one slot to another; firmware 5.7 and later.
 * Knows nothing of the certificates that lie beside the keys. Source: Yubico PIV extensions (F6). */
#ifndef PIV_KEY_MOVE_H
#define PIV_KEY_MOVE_H

#include "common/error.h"
#include "piv/slot.h"

struct piv;

/* piv_key_can_move: whether the firmware has the instruction. */
bool piv_key_can_move(struct piv_version firmware);

/* piv_key_delete: the key is gone for good. Needs piv_authenticate.
 * Errors: ERROR_CARD_SLOT_EMPTY, ERROR_CARD_UNSUPPORTED, ERROR_MANAGEMENT_KEY, those of piv_run. */
bool piv_key_delete(struct piv *piv, const struct piv_slot *slot, struct error *err) MUST_CHECK;

/* piv_key_move: from one slot to another, whose key is lost. Needs piv_authenticate. Errors: as piv_key_delete. */
bool piv_key_move(
    struct piv *piv, const struct piv_slot *from, const struct piv_slot *to, struct error *err) MUST_CHECK;

#endif

/* slot_move.h: a key and the certificate beside it go from one slot to another; firmware 5.7 and later. Wherever the card is pulled
 * the key has its certificate beside it, and the same call again ends what was begun.
 * Source: Yubico PIV extensions (F6, F7). */
#ifndef PIV_SLOT_MOVE_H
#define PIV_SLOT_MOVE_H

#include "common/error.h"

struct piv;
struct piv_slot;

/* piv_slot_move: what was in the other slot is lost, its certificate as well where the key that comes has none. Where the key has
 * moved already, and its certificate lies in both slots, that one goes from the old one. Needs piv_authenticate.
 * Errors: ERROR_CARD_SLOT_EMPTY (nothing is changed then), those of piv_metadata_read, piv_object_read, piv_object_write,
 * piv_key_move and piv_key_history_ensure. */
bool piv_slot_move(
    struct piv *piv, const struct piv_slot *from, const struct piv_slot *to, struct error *err) MUST_CHECK;

#endif

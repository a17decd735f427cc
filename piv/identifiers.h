/* identifiers.h: the two objects by which other software takes a token for a PIV card: the card holder unique identifier and
 * the card capability container. Their content names nobody.
 * Source: NIST SP 800-73-4 part 1, 3.1.1, 3.1.2, tables 8 and 9. */
#ifndef PIV_IDENTIFIERS_H
#define PIV_IDENTIFIERS_H

#include "common/error.h"

struct piv;

#define PIV_OBJECT_CHUID 0x5fc102U
#define PIV_OBJECT_CCC 0x5fc107U

/* piv_identifiers_ensure: gives a fresh token both, without which OpenSC, macOS and Windows do not know it; a token that has
 * a CHUID is left alone. One command, or three. Needs piv_authenticate.
 * Errors: those of piv_object_read and piv_object_write, ERROR_CRYPTO. */
bool piv_identifiers_ensure(struct piv *piv, struct error *err) MUST_CHECK;

/* piv_identifiers_write: the same in any case, in place of what is there: two commands. A new identifier also tells software
 * that keeps what it has seen of a card that the card has changed.
 * Errors: those of piv_object_write, ERROR_CRYPTO. */
bool piv_identifiers_write(struct piv *piv, struct error *err) MUST_CHECK;

#endif

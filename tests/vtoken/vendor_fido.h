/* vendor_fido.h: the factory of the FIDO2 application: a batch key and its certificate, signed by the test vendor of vendor.h. */
#ifndef TESTS_VTOKEN_VENDOR_FIDO_H
#define TESTS_VTOKEN_VENDOR_FIDO_H

#include "tests/vtoken/card.h"

#define VENDOR_FIDO_ORGANISATION "Keyenroll Test"

/* vendor_make_fido: a fresh P-256 batch key with the certificate that the personality describes, and one with the card's serial
 * number for enterprise attestation. Does nothing for a card that attests by itself or not at all.
 * Errors: ERROR_FILE for a folder without the issuer's files, ERROR_CRYPTO, ERROR_MEMORY. */
bool vendor_make_fido(struct card *card, const char *folder, struct error *err) MUST_CHECK;

#endif

/* key.h: the keys in slots: make one, let it sign, have it attested.
 * Knows nothing of what is signed and judges no attestation: bytes go out.
 * Source: NIST SP 800-73-4 part 2, 3.2.4 and 3.3.2; Yubico PIV extensions (policies AA and AB, ATTEST F9). */
#ifndef PIV_KEY_H
#define PIV_KEY_H
#include "piv/signature_input.h"

struct piv;

/* piv_generate: makes a new key in the slot, in place of the one that was there; needs piv_authenticate. Takes as long as it
 * takes: RSA on a card may need a minute, so there is no time limit.
 *   spki  out, appended: the new public key, SubjectPublicKeyInfo in DER
 * Errors: ERROR_CARD_UNSUPPORTED (this token cannot make such a key), ERROR_MANAGEMENT_KEY (not authenticated),
 * ERROR_CARD_REPLY (the answer is no such key), those of piv_run. */
bool piv_generate(struct piv *piv, const struct piv_slot *slot, enum piv_algorithm algorithm,
    enum piv_pin_policy pin_policy, enum piv_touch_policy touch_policy, struct buffer *spki,
    struct error *err) MUST_CHECK;

/* piv_sign: lets the slot's key sign a message: host and card do what the algorithm wants (SHA-2 and PKCS#1 v1.5 for RSA,
 * SHA-2 for ECDSA, the message itself for Ed25519). Blocks while the token waits for a touch.
 *   signature  out, appended: RSA: as long as the modulus; ECDSA: Ecdsa-Sig-Value in DER; Ed25519: 64 bytes
 * Errors: ERROR_PIN_NEEDED, ERROR_TOUCH, ERROR_CARD_SLOT_EMPTY, ERROR_CARD_UNSUPPORTED, ERROR_CARD_REPLY, ERROR_CRYPTO,
 * those of piv_run. */
bool piv_sign(struct piv *piv, const struct piv_slot *slot, enum piv_algorithm algorithm, enum piv_digest digest,
    struct bytes message, struct buffer *signature, struct error *err) MUST_CHECK;

/* piv_attest: the token's statement about the key in a slot. To be asked before the PIN is verified.
 *   leaf  out, appended: an X.509 certificate in DER, by the key in slot f9 (its own certificate: piv_certificate_read)
 * Errors: ERROR_NOT_ATTESTABLE (no such instruction, an imported key, an empty slot; says which it can be),
 * ERROR_CARD_REPLY, those of piv_run. */
bool piv_attest(struct piv *piv, const struct piv_slot *slot, struct buffer *leaf, struct error *err) MUST_CHECK;

#endif

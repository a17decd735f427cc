/* piv_extensions.h: the signed extensions by which a YubiKey says what it is and how it guards a key.
 *
 * One table holds each extension, the certificate it may stand in, and how its bytes are read. Other vendors' tokens that
 * are to be appraised as "piv" have to write the same ones.
 * Source: Yubico, "PIV attestation", arc 1.3.6.1.4.1.41482.3; encodings as measured on genuine tokens. */
#ifndef POLICY_PIV_EXTENSIONS_H
#define POLICY_PIV_EXTENSIONS_H

#include <stdint.h>

#include "common/error.h"

struct certificate;

/* Which of the two certificates of a PIV attestation one is. */
enum piv_certificate {
	PIV_ATTESTATION, /* of the slot: the leaf */
	PIV_DEVICE,      /* f9: signs attestations */
};

/* Bits of the form factor byte. */
#define PIV_FORM_FIPS_SERIES 0x80U
#define PIV_FORM_MASK 0x3fU

struct piv_extensions {
	bool has_firmware, has_serial, has_policy, has_form_factor, has_fips, has_cspn;
	uint8_t firmware[3];
	uint32_t serial;
	uint8_t pin_policy, touch_policy;
	uint8_t form_factor;
	uint8_t fips, cspn; /* the number in the extension; its presence is what counts */
};

/* piv_extensions_parse: reads what stands in one certificate; extensions of other arcs are nobody's here. What must be there, the
 * chain says.
 *   place  which of the two it is: each extension belongs into certain ones
 * Errors: ERROR_PIV_EXTENSION (wrong length, value out of range, or in the wrong certificate). */
bool piv_extensions_parse(const struct certificate *certificate, enum piv_certificate place, struct piv_extensions *out,
    struct error *err) MUST_CHECK;

/* attested_pin_policy_name: "never", "once", …, as claims and policies have it; "unknown" for a byte that has none. Static storage, as
 * the next two. */
const char *attested_pin_policy_name(uint8_t policy);

/* attested_touch_policy_name: "never", "always", "cached"; "unknown". */
const char *attested_touch_policy_name(uint8_t policy);

/* piv_form_factor_name: "usb-a keychain" and the like; the bit of the FIPS series is not looked at. */
const char *piv_form_factor_name(uint8_t form_factor);

#endif

/* piv.h: the evidence format "piv": a slot's attestation certificate and the device certificate (f9) that signed it.
 *
 * The chain has one fixed shape, attestation <- device <- pinned issuer: nothing is searched for, and no certificate that
 * comes with the evidence is believed. libcrypto's path validation is not used: it refuses genuine tokens (device
 * certificates without BasicConstraints, path lengths) and would accept a slot's own key as an issuer.
 * Source: Yubico, "PIV attestation"; RFC 5280; the shapes of genuine tokens of firmware 4.3.5 to 5.7.4. */
#ifndef POLICY_PIV_H
#define POLICY_PIV_H

struct appraisal;
struct result;

/* piv_appraise: the format's row in evidence_formats.c. */
void piv_appraise(const struct appraisal *appraisal, struct result *result);

#endif

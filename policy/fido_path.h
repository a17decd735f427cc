/* fido_path.h: from an attestation certificate to an anchor of the trust bundle, by names, keys and signatures alone.
 *
 * Vendors' anchors are roots, issuing CAs or the attestation certificate itself, some of them of X.509 version 1 or without
 * CA:TRUE; so an anchor is a name and a key, and what it may stand for is said in the bundle. Certificates that are sent along
 * have to be issuers, in order, without any left over. Dates are told and refuse nothing: an attestation outlives them.
 * Source: WebAuthn Level 3 7.1 steps 21 to 24, RFC 5280 6.1. */
#ifndef POLICY_FIDO_PATH_H
#define POLICY_FIDO_PATH_H

#include "policy/trust.h"

struct fido_attestation;
struct result;

/* fido_path_find: parses the statement's certificates and finds the anchor they lead to.
 *   shape  what kind of anchor the statement's format needs
 * Errors: those of certificate_parse; ERROR_FIDO_ISSUER_UNKNOWN, ERROR_FIDO_ISSUER_DISTRUSTED, ERROR_FIDO_PATH_SIGNATURE,
 * ERROR_FIDO_PATH (an issuer that may not be one, too many, or a certificate that does not belong here). */
bool fido_path_find(struct fido_attestation *attestation, const struct trust *trust, enum trust_shape shape,
    struct result *result, struct error *err) MUST_CHECK;

#endif

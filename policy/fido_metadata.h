/* fido_metadata.h: what FIDO's metadata adds to an attestation: anchors by model, and what the alliance reports of the model.
 * Inside policy/ only. Source: FIDO Metadata Service 3.0 3.1.3 to 3.1.5. */
#ifndef POLICY_FIDO_METADATA_H
#define POLICY_FIDO_METADATA_H

#include <stddef.h>

#include "common/error.h"

struct fido_attestation;
struct metadata_entry;
struct result;
struct trust;
struct trust_anchor;

/* fido_metadata_find: the model's entry, by AAGUID or, where the authenticator has none, by its attestation key; NULL: none. */
const struct metadata_entry *fido_metadata_find(const struct fido_attestation *attestation, const struct trust *trust);

/* fido_metadata_find_anchor: whether an anchor of the model's entry is certificate `index` itself or made it. */
bool fido_metadata_find_anchor(
    const struct fido_attestation *attestation, size_t index, const struct trust_anchor **anchor) MUST_CHECK;

/* fido_metadata_check_anchor: whether a listed model is attested by an issuer that the metadata has for it.
 * Errors: ERROR_FIDO_AAGUID. */
bool fido_metadata_check_anchor(const struct fido_attestation *attestation, struct error *err) MUST_CHECK;

/* fido_metadata_is_advisory: whether a status report can bring an advisory of this id. */
bool fido_metadata_is_advisory(const char *id);

/* fido_metadata_add: adds the claims that rest on metadata, and its status reports: those that take the evidence's worth away
 * refuse (ERROR_MDS_STATUS), the others are advisories. Metadata that is out of date warns (ERROR_MDS_LATE). */
void fido_metadata_add(const struct fido_attestation *attestation, const struct trust *trust, struct result *result);

#endif

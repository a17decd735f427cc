/* mds_blob.h: the metadata BLOB of the FIDO alliance: a JSON Web Signature whose certificates lead to a pinned root.
 * Checks who signed it; what it says is mds_index.h's business.
 * Source: FIDO Metadata Service 3.0 3.1.8 and 3.2, RFC 7515 3.1, 4.1.11 and 7.1. */
#ifndef POLICY_MDS_BLOB_H
#define POLICY_MDS_BLOB_H

#include "policy/trust.h"

#define MDS_BLOB_MAXIMUM ((size_t)16 * 1024 * 1024)

/* mds_blob_check: whether the alliance signed it.
 *   trust    has the roots, anchors of the shape "metadata"
 *   now      the signer's certificates must be valid then
 *   payload  out: the JSON that was signed
 *   source   out: where the root comes from: metadata under a site's own root proves no more than the site says
 * The signer is the first certificate of the header's x5c; another key that it offers (jwk, jku, x5u) is not looked at.
 * Errors: ERROR_MDS_FORMAT (a header that demands what is not known here as well), ERROR_LIMIT, ERROR_MDS_ALGORITHM (anything but
 * RS256 and ES256), ERROR_MDS_SIGNER (no path to a pinned root, another name, not valid at `now`), ERROR_MDS_SIGNATURE. */
bool mds_blob_check(struct bytes blob, const struct trust *trust, int64_t now, struct buffer *payload,
    enum trust_source *source, struct error *err) MUST_CHECK;

#endif

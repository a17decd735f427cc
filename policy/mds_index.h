/* mds_index.h: from the payload of a verified metadata BLOB to the index that metadata.h reads: what appraisal asks for, and no
 * icons, texts of law and other things. Lenient where the alliance's own data break their schema: an entry that cannot be used is
 * left out and counted.
 * Source: FIDO Metadata Service 3.0 3.1, Metadata Statement 3.0 4. */
#ifndef POLICY_MDS_INDEX_H
#define POLICY_MDS_INDEX_H

#include "policy/trust.h"

/* What was made. */
struct mds_sum {
	int64_t number;
	char next_update[11];
	size_t entries, skipped, anchors_skipped;
};

/* mds_index_put: appends the index.
 *   payload    mds_blob_check's
 *   source     likewise: what rests on the index is worth no more
 *   blob_hash  SHA-256 of the BLOB
 *   sum        out: what was made
 * Errors: ERROR_MDS_FORMAT, ERROR_MEMORY. */
bool mds_index_put(struct bytes payload, enum trust_source source, const uint8_t blob_hash[32], struct buffer *out,
    struct mds_sum *sum, struct error *err) MUST_CHECK;

#endif

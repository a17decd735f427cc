/* Metadata: a BLOB that nobody believed signed is never taken; a payload that becomes an index is one that can be read. */
#include "policy/mds_blob.h"
#include "policy/mds_index.h"
#include "policy/metadata.h"
#include "policy/trust.h"
#include "tests/fuzz/fuzz.h"

static void check_payload(struct bytes payload)
{
	static const uint8_t hash[32];
	struct buffer index = BUFFER_UP_TO(METADATA_INDEX_MAXIMUM);
	struct metadata *metadata = NULL;
	struct error err = ERROR_EMPTY;
	struct mds_sum sum;

	if (mds_index_put(payload, TRUST_SITE, hash, &index, &sum, &err)) {
		demand(metadata_parse(buffer_bytes(&index), "index", &metadata, &err));
		demand(metadata->number == sum.number && metadata->num_entries == sum.entries);
	}
	metadata_free(metadata);
	buffer_free(&index);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes in = bytes_of(data, size);
	struct buffer payload = BUFFER_EMPTY;
	struct metadata *metadata = NULL;
	enum trust_source source;
	struct error err = ERROR_EMPTY;
	struct trust *trust;

	demand(trust_new(&trust, &err));
	demand(!mds_blob_check(in, trust, 1800000000, &payload, &source, &err));
	check_payload(in);
	if (metadata_parse(in, "fuzz", &metadata, &err))
		metadata_free(metadata);
	buffer_free(&payload);
	trust_free(trust);
	return 0;
}

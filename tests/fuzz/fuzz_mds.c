/* Metadata: a BLOB that nobody believed signed is never taken; a payload that becomes an index is one that can be read. */
#include "policy/mds_blob.h"
#include "policy/mds_index.h"
#include "policy/metadata.h"
#include "policy/trust.h"
#include "tests/fuzz/fuzz.h"

/* Each model is found, itself or a twin that stands before it. */
static void check_found(const struct metadata *metadata)
{
	static const uint8_t zeros[FIDO_AAGUID_SIZE];

	demand(metadata_find(metadata, BYTES_OF(zeros)) == NULL);
	for (size_t i = 0; i < metadata->num_entries; i++) {
		const struct metadata_entry *entry = &metadata->entries[i],
		                            *found = metadata_find(metadata, BYTES_OF(entry->aaguid));

		if (entry->has_aaguid && !fido_aaguid_is_zero(BYTES_OF(entry->aaguid)))
			demand(found != NULL && found <= entry && metadata_is_twin(found, entry));
	}
}

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
		check_found(metadata);
	} else {
		demand(err.code != ERROR_NONE && index.len == 0);
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
	demand(payload.len == 0 && err.code != ERROR_NONE);
	if (metadata_parse(in, "fuzz", &metadata, &err))
		check_found(metadata);
	else
		demand(metadata == NULL && err.code != ERROR_NONE);
	metadata_free(metadata);
	buffer_free(&payload);
	trust_free(trust);
	return 0;
}

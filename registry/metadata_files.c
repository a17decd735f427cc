#include "registry/metadata_files.h"

#include "common/file.h"
#include "policy/digest.h"
#include "policy/mds_blob.h"
#include "policy/mds_index.h"
#include "policy/metadata.h"

#define INDEX_MODE 0644

bool metadata_files_load(const char *path, struct metadata **metadata, struct error *err)
{
	struct buffer json = BUFFER_UP_TO(METADATA_INDEX_MAXIMUM);
	bool done;

	*metadata = NULL;
	if (file_is_absent(path))
		return true;
	done = file_load_trusted(path, METADATA_INDEX_MAXIMUM, &json, err) &&
	       metadata_parse(buffer_bytes(&json), path, metadata, err);
	buffer_free(&json);
	return done;
}

/* The alliance numbers its BLOBs upwards: an older one could hide what was reported since. */
static bool check_number(
    const char *path, const struct metadata *fresh, const struct metadata *stored, struct error *err)
{
	if (stored == NULL || fresh->number > stored->number)
		return true;
	if (fresh->number < stored->number)
		return error_set(err, ERROR_MDS_ROLLBACK,
		    "%s holds metadata no %lld, and this is no %lld: an older one is not taken", path,
		    (long long)stored->number, (long long)fresh->number);
	return bytes_equal(BYTES_OF(fresh->blob_hash), BYTES_OF(stored->blob_hash)) ||
	       error_set(err, ERROR_MDS_ROLLBACK, "%s holds another metadata no %lld: one of the two is false", path,
	           (long long)stored->number);
}

static bool check_age(const struct metadata *fresh, int64_t now, struct error *err)
{
	int64_t days;

	return !metadata_is_late(fresh, now, &days) || days <= METADATA_LATE_DAYS_MAXIMUM ||
	       error_set(err, ERROR_MDS_LATE,
	           "metadata no %lld should have been replaced %lld days ago: get the current one",
	           (long long)fresh->number, (long long)days);
}

/* The index is read once as appraisal will before it takes the old one's place. */
static bool check_index(struct bytes json, const char *path, int64_t now, struct error *err)
{
	struct metadata *fresh = NULL, *stored = NULL;
	bool done = metadata_parse(json, "the new index", &fresh, err) && metadata_files_load(path, &stored, err) &&
	            check_number(path, fresh, stored, err) && check_age(fresh, now, err);

	metadata_free(fresh);
	metadata_free(stored);
	return done;
}

bool metadata_files_import(
    struct bytes blob, const char *path, const struct trust *trust, int64_t now, struct mds_sum *sum, struct error *err)
{
	struct buffer payload = BUFFER_UP_TO(MDS_BLOB_MAXIMUM), index = BUFFER_UP_TO(METADATA_INDEX_MAXIMUM);
	uint8_t hash[SHA256_DIGEST_LENGTH];
	enum trust_source source = TRUST_SITE;
	bool done;

	digest_sha256(blob, hash);
	done = mds_blob_check(blob, trust, now, &payload, &source, err) &&
	       mds_index_put(buffer_bytes(&payload), source, hash, &index, sum, err) &&
	       check_index(buffer_bytes(&index), path, now, err) &&
	       file_store(path, buffer_bytes(&index), INDEX_MODE, err);
	buffer_free(&payload);
	buffer_free(&index);
	return done;
}

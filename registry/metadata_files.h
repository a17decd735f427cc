/* metadata_files.h: the FIDO metadata of a machine: a BLOB is checked, indexed and stored, and the index is read with the trust.
 * Which path that is, the programs say. Knows nothing of how a BLOB comes here. */
#ifndef REGISTRY_METADATA_FILES_H
#define REGISTRY_METADATA_FILES_H

#include "common/bytes.h"
#include "common/error.h"

struct mds_sum;
struct metadata;
struct trust;

/* Its usual name, in the folder of trust updates, where hosts look for changes. */
#define METADATA_FILE "fido-metadata"

/* metadata_files_load: reads the stored index, which must be the administrator's or the caller's alone to write.
 *   metadata  out: the caller's, to metadata_free(); NULL when there is no such file
 * Errors: ERROR_MDS_FORMAT, ERROR_PERMISSIONS, ERROR_FILE, ERROR_LIMIT, ERROR_MEMORY. */
bool metadata_files_load(const char *path, struct metadata **metadata, struct error *err) MUST_CHECK;

/* metadata_files_import: checks a BLOB and stores its index in place of the one that is there.
 *   trust  has the roots
 *   now    seconds since 1970
 *   sum    out: what was stored
 * Errors: those of mds_blob_check and mds_index_put; ERROR_MDS_ROLLBACK (a lower number than the stored one, or the same with
 * another content), ERROR_MDS_LATE (too long past its next update), ERROR_FILE. */
bool metadata_files_import(struct bytes blob, const char *path, const struct trust *trust, int64_t now,
    struct mds_sum *sum, struct error *err) MUST_CHECK;

#endif

/* metadata.h: what the FIDO alliance says of authenticators' models, as far as appraisal asks for it: anchors, status reports,
 * certification and how keys are kept. Made from a verified BLOB (mds_index.c), kept as JSON, and immutable once it is read.
 * Knows nothing of files and of how the BLOB came. Source: FIDO Metadata Service 3.0 3.1, Metadata Statement 3.0. */
#ifndef POLICY_METADATA_H
#define POLICY_METADATA_H

#include "policy/fido_auth_data.h"

struct trust_anchor;

/* The first member of the JSON that it is kept as: its form, by which another form would be refused. */
#define METADATA_INDEX_FORMAT "keyenroll-metadata-1"
#define METADATA_INDEX_MAXIMUM ((size_t)8 * 1024 * 1024)
#define METADATA_KEY_IDENTIFIER_SIZE 20

/* What a result calls it where something rests on it; for its number. */
#define METADATA_NAME_FORMAT "FIDO metadata no %lld"

/* How long after the day of its next update metadata may still be relied upon. */
#define METADATA_LATE_DAYS_MAXIMUM 90

/* A status report, as it stands in the BLOB. */
struct metadata_status {
	char *status; /* "REVOKED", "FIDO_CERTIFIED_L1" */
	char *from;   /* ISO date; NULL: always */
	char *until;  /* sunset, of a certification; NULL: none */
	bool has_batch;
	uint8_t batch[32]; /* SHA-256 of the SubjectPublicKeyInfo of the one batch that is meant */
};

/* All owned. */
struct metadata_entry {
	bool has_aaguid;
	uint8_t aaguid[FIDO_AAGUID_SIZE];
	struct buffer key_identifiers; /* of U2F devices' attestation keys, METADATA_KEY_IDENTIFIER_SIZE bytes each */
	char *description;
	struct metadata_status *statuses;
	size_t num_statuses;
	char *key_protection, *matcher_protection; /* words with commas between them */
	bool key_restricted;
	struct trust_anchor *anchors;
	size_t num_anchors;
};

struct metadata {
	int64_t number;
	char *next_update;
	uint8_t blob_hash[32];
	struct metadata_entry *entries;
	size_t num_entries;
};

/* metadata_parse: reads an index.
 *   origin  its name in errors
 *   out     the caller's, to metadata_free()
 * Errors: ERROR_MDS_FORMAT with the place, ERROR_LIMIT, ERROR_MEMORY. */
bool metadata_parse(struct bytes json, const char *origin, struct metadata **out, struct error *err) MUST_CHECK;

/* metadata_free: NULL does nothing. */
void metadata_free(struct metadata *metadata);

/* metadata_find: the entry of a model; borrowed, NULL when there is none. The AAGUID of zeros is no model's. */
const struct metadata_entry *metadata_find(const struct metadata *metadata, struct bytes aaguid);

/* metadata_find_key: the entry of the U2F devices with this attestation key.
 *   point  the key as it stands in the certificate's bit string */
const struct metadata_entry *metadata_find_key(const struct metadata *metadata, struct bytes point);

/* metadata_is_twin: whether two entries are of one model: the metadata may name it more than once. */
bool metadata_is_twin(const struct metadata_entry *one, const struct metadata_entry *other);

/* metadata_is_late: whether `now` is behind the day of the next update.
 *   days  out: by how many */
bool metadata_is_late(const struct metadata *metadata, int64_t now, int64_t *days);

/* metadata_date: a day like 2026-11-24 in seconds since 1970; false for what is none. */
bool metadata_date(const char *text, int64_t *seconds) MUST_CHECK;

#endif

/* sync.h: brings a snapshot and its revocation list from where a desk has published them to where the verifier and sshd look. What was
 * there stays until what came has been checked (registry/snapshot_succession.h) and is on the disk; the list takes its place first.
 * Knows nothing of options and printing. */
#ifndef ENROLL_SYNC_H
#define ENROLL_SYNC_H

#include "registry/snapshot_succession.h"

struct sync_wish {
	const char *source;   /* fetch.h's */
	const char *ca_file;  /* download.h's */
	long seconds;         /* the same, for each of the two files */
	const char *snapshot; /* where it goes; the list goes beside it */
	struct succession_terms terms;
};

struct sync_outcome {
	bool changed;                  /* false: what is there is as new as what is published */
	int64_t made_at;               /* of the snapshot that is there now, seconds since 1970 */
	struct snapshot_counts counts; /* of a new one; 0 for an unchanged one */
};

/* sync_run: does it. One at a time.
 *   revocation_list  appended: where the list is
 *   outcome          out
 * Errors: those of fetch_file, snapshot_open, revocation_list_parse and snapshot_succession_check; ERROR_FILE, also while another one is
 * at work. Each of the two files is as it was or new and whole then. */
bool sync_run(const struct sync_wish *wish, struct buffer *revocation_list, struct sync_outcome *outcome,
    struct error *err) MUST_CHECK;

#endif

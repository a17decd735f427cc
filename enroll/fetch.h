/* fetch.h: copies one file of a published folder into an open file: over HTTPS, or from a folder of this machine, such as a share that is
 * mounted. It is trusted no further for that.
 * Knows nothing of what is fetched. */
#ifndef ENROLL_FETCH_H
#define ENROLL_FETCH_H

#include "enroll/download.h"

struct fetch {
	const char *source; /* the folder: "https://…", "file:///…" or a path from / */
	const char *name;   /* of the file in it */
	const char *ca_file;
	long seconds; /* the next three as for a download; a folder is waited for as long as the kernel does */
	int64_t newer_than;
	size_t maximum; /* bytes */
};

/* fetch_source_check: whether a folder can be fetched from: an address or a path as above. Errors: ERROR_USAGE. */
bool fetch_source_check(const char *source, struct error *err) MUST_CHECK;

/* fetch_file: appends the file to an open one.
 *   news  out
 * Errors: those of fetch_source_check and download_file; ERROR_FILE, ERROR_LIMIT. */
bool fetch_file(const struct fetch *wanted, int descriptor, struct download_news *news, struct error *err) MUST_CHECK;

#endif

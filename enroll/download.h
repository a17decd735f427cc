/* download.h: fetches one document over HTTPS, into memory or into a file. It is trusted no further for that: whoever asked checks who
 * signed it, or what it may change.
 * libcurl does it, loaded when it is needed (download_curl.c); a build without libcurl says so (download_absent.c). Knows nothing
 * of what is fetched. */
#ifndef ENROLL_DOWNLOAD_H
#define ENROLL_DOWNLOAD_H

#include "common/buffer.h"

struct download {
	const char *url;     /* "https://…"; nothing else is asked or followed to */
	const char *ca_file; /* PEM with the authorities to believe; NULL: the system's */
	long seconds;        /* for all of it, from the name's look-up to the last byte */
	int64_t newer_than;  /* take only what changed after this, seconds since 1970; 0: whatever is there */
};

/* download: appends what lies at the address. The server's certificate and name are checked; there is no way around that.
 * A proxy that the environment names (https_proxy) is used.
 *   out  its maximum is the most that is taken from the server
 * Errors: ERROR_USAGE for an address that is not https, ERROR_DOWNLOAD (with what libcurl says, too much, too slow, not
 * there, no libcurl), ERROR_MEMORY. */
bool download(const struct download *wanted, struct buffer *out, struct error *err) MUST_CHECK;

/* What download_file finds out about a document. */
struct download_news {
	bool changed; /* false: it has not changed since `newer_than`, and nothing was written */
	int64_t
	    changed_at; /* when it last did, by the server's clock, seconds since 1970; 0: the server does not say */
};

/* download_file: as download, appended to an open file.
 *   maximum  the most that is taken from the server, in bytes
 *   news     out
 * Errors: those of download; ERROR_FILE where the file takes no more. */
bool download_file(const struct download *wanted, int descriptor, size_t maximum, struct download_news *news,
    struct error *err) MUST_CHECK;

#endif

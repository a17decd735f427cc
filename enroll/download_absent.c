#include "enroll/download.h"

bool download(const struct download *wanted, struct buffer *out, struct error *err)
{
	(void)out;
	return error_set(err, ERROR_DOWNLOAD,
	    "this keyenroll was built without libcurl: fetch %s by other means, then import it", wanted->url);
}

#include "enroll/download.h"

static bool refuse(const struct download *wanted, struct error *err)
{
	return error_set(err, ERROR_DOWNLOAD,
	    "this keyenroll was built without libcurl: fetch %s by other means, then import it", wanted->url);
}

bool download(const struct download *wanted, struct buffer *out, struct error *err)
{
	(void)out;
	return refuse(wanted, err);
}

bool download_file(
    const struct download *wanted, int descriptor, size_t maximum, struct download_news *news, struct error *err)
{
	(void)descriptor;
	(void)maximum;
	(void)news;
	return refuse(wanted, err);
}

#include <curl/curl.h>
#include <strings.h>

#include "enroll/download.h"

#define CONNECT_SECONDS 10L
#define REDIRECTS_MAXIMUM 3L
#define SCHEME "https"

/* What libcurl's callback fills. */
struct reception {
	struct buffer *out;
	bool too_much;
};

/* A server may name a length and send another, so what comes is counted. */
static size_t receive(char *data, size_t size, size_t num, void *context)
{
	struct reception *reception = context;
	struct error ignored;

	if (buffer_put(reception->out, bytes_of(data, size * num), &ignored))
		return size * num;
	reception->too_much = true;
	return 0;
}

/* CURLOPT_SSL_VERIFYPEER and -HOST are libcurl's defaults; they stand here so that nobody has to know that. */
static bool set_up(CURL *curl, const struct download *wanted, struct reception *reception, char *trouble)
{
	return curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, trouble) == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_URL, wanted->url) == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, SCHEME) == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_REDIR_PROTOCOLS_STR, SCHEME) == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 1L) == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_MAXREDIRS, REDIRECTS_MAXIMUM) == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 1L) == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 2L) == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2) == CURLE_OK &&
	       (wanted->ca_file == NULL || (curl_easy_setopt(curl, CURLOPT_CAINFO, wanted->ca_file) == CURLE_OK &&
	                                       curl_easy_setopt(curl, CURLOPT_CAPATH, NULL) == CURLE_OK)) &&
	       curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L) == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, CONNECT_SECONDS) == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_TIMEOUT, wanted->seconds) == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_FAILONERROR, 1L) == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_USERAGENT, "keyenroll") == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_MAXFILESIZE_LARGE, (curl_off_t)reception->out->maximum) == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, receive) == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_WRITEDATA, reception) == CURLE_OK;
}

static bool fetch(CURL *curl, const struct download *wanted, struct buffer *out, struct error *err)
{
	struct reception reception = {.out = out, .too_much = false};
	char trouble[CURL_ERROR_SIZE] = "";
	CURLcode code;

	if (!set_up(curl, wanted, &reception, trouble))
		return error_set(err, ERROR_DOWNLOAD, "libcurl does not take what is asked of it: %s", trouble);
	code = curl_easy_perform(curl);
	if (reception.too_much || code == CURLE_FILESIZE_EXCEEDED)
		return error_set(err, ERROR_DOWNLOAD, "%s: there are more than the %zu bytes that are taken",
		    wanted->url, out->maximum);
	if (code == CURLE_OPERATION_TIMEDOUT)
		return error_set(
		    err, ERROR_DOWNLOAD, "%s: it was not there after %ld seconds", wanted->url, wanted->seconds);
	return code == CURLE_OK || error_set(err, ERROR_DOWNLOAD, "%s: %s", wanted->url,
	                               trouble[0] == '\0' ? curl_easy_strerror(code) : trouble);
}

bool download(const struct download *wanted, struct buffer *out, struct error *err)
{
	CURL *curl;
	bool done;

	if (strncasecmp(wanted->url, SCHEME "://", sizeof(SCHEME "://") - 1) != 0)
		return error_set(
		    err, ERROR_USAGE, "\"%s\": an address to download from begins with https://", wanted->url);
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		return error_set(err, ERROR_DOWNLOAD, "libcurl does not start");
	curl = curl_easy_init();
	done = curl != NULL ? fetch(curl, wanted, out, err) : error_set(err, ERROR_MEMORY, "no memory for a download");
	curl_easy_cleanup(curl);
	curl_global_cleanup();
	return done;
}

/* libcurl and the thirty libraries behind it are loaded for a download only: every other start of the command is spared them. */
#include <curl/curl.h>
#include <dlfcn.h>
#include <string.h>
#include <strings.h>

#include "common/language.h"
#include "enroll/download.h"

#define CONNECT_SECONDS 10L
#define REDIRECTS_MAXIMUM 3L
#define SCHEME "https"
#define LIBRARY "libcurl.so.4"

/* What is used of libcurl, as its header declares it. */
struct library {
	void *handle;
	CURLcode (*global_init)(long flags);
	void (*global_cleanup)(void);
	CURL *(*easy_init)(void);
	CURLcode (*easy_setopt)(CURL *curl, CURLoption option, ...);
	CURLcode (*easy_perform)(CURL *curl);
	void (*easy_cleanup)(CURL *curl);
	const char *(*easy_strerror)(CURLcode code);
};

static bool library_open(struct library *library, struct error *err)
{
	const struct {
		const char *name;
		void *function;
	} rows[] = {
	    {"curl_global_init", &library->global_init},
	    {"curl_global_cleanup", &library->global_cleanup},
	    {"curl_easy_init", &library->easy_init},
	    {"curl_easy_setopt", &library->easy_setopt},
	    {"curl_easy_perform", &library->easy_perform},
	    {"curl_easy_cleanup", &library->easy_cleanup},
	    {"curl_easy_strerror", &library->easy_strerror},
	};

	library->handle = dlopen(LIBRARY, RTLD_NOW | RTLD_LOCAL);
	if (library->handle == NULL)
		return error_set(err, ERROR_DOWNLOAD, "%s is not installed, which downloads want", LIBRARY);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		void *found = dlsym(library->handle, rows[i].name);

		if (found == NULL)
			return error_set(err, ERROR_DOWNLOAD, "%s has no %s", LIBRARY, rows[i].name);
		/* C knows no cast from data to function. */
		memcpy(rows[i].function, &found, sizeof(found));
	}
	return true;
}

static void library_close(struct library *library)
{
	if (library->handle != NULL)
		(void)dlclose(library->handle);
}

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
static bool set_up(const struct library *library, CURL *curl, const struct download *wanted,
    struct reception *reception, char *trouble)
{
	return library->easy_setopt(curl, CURLOPT_ERRORBUFFER, trouble) == CURLE_OK &&
	       library->easy_setopt(curl, CURLOPT_URL, wanted->url) == CURLE_OK &&
	       library->easy_setopt(curl, CURLOPT_PROTOCOLS_STR, SCHEME) == CURLE_OK &&
	       library->easy_setopt(curl, CURLOPT_REDIR_PROTOCOLS_STR, SCHEME) == CURLE_OK &&
	       library->easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 1L) == CURLE_OK &&
	       library->easy_setopt(curl, CURLOPT_MAXREDIRS, REDIRECTS_MAXIMUM) == CURLE_OK &&
	       library->easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 1L) == CURLE_OK &&
	       library->easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 2L) == CURLE_OK &&
	       library->easy_setopt(curl, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2) == CURLE_OK &&
	       (wanted->ca_file == NULL || (library->easy_setopt(curl, CURLOPT_CAINFO, wanted->ca_file) == CURLE_OK &&
	                                       library->easy_setopt(curl, CURLOPT_CAPATH, NULL) == CURLE_OK)) &&
	       library->easy_setopt(curl, CURLOPT_NOSIGNAL, 1L) == CURLE_OK &&
	       library->easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, CONNECT_SECONDS) == CURLE_OK &&
	       library->easy_setopt(curl, CURLOPT_TIMEOUT, wanted->seconds) == CURLE_OK &&
	       library->easy_setopt(curl, CURLOPT_FAILONERROR, 1L) == CURLE_OK &&
	       library->easy_setopt(curl, CURLOPT_USERAGENT, "keyenroll") == CURLE_OK &&
	       library->easy_setopt(curl, CURLOPT_MAXFILESIZE_LARGE, (curl_off_t)reception->out->maximum) == CURLE_OK &&
	       library->easy_setopt(curl, CURLOPT_WRITEFUNCTION, receive) == CURLE_OK &&
	       library->easy_setopt(curl, CURLOPT_WRITEDATA, reception) == CURLE_OK;
}

static bool fetch(
    const struct library *library, CURL *curl, const struct download *wanted, struct buffer *out, struct error *err)
{
	struct reception reception = {.out = out, .too_much = false};
	char trouble[CURL_ERROR_SIZE] = "";
	CURLcode code;

	if (!set_up(library, curl, wanted, &reception, trouble))
		return error_set(err, ERROR_DOWNLOAD, "libcurl does not take what is asked of it: %s", trouble);
	code = library->easy_perform(curl);
	if (reception.too_much || code == CURLE_FILESIZE_EXCEEDED)
		return error_set(err, ERROR_DOWNLOAD, "%s: there are more than the %zu bytes that are taken",
		    wanted->url, out->maximum);
	if (code == CURLE_OPERATION_TIMEDOUT)
		return error_set(
		    err, ERROR_DOWNLOAD, "%s: it was not there after %ld seconds", wanted->url, wanted->seconds);
	return code == CURLE_OK || error_set(err, ERROR_DOWNLOAD, "%s: %s", wanted->url,
	                               trouble[0] == '\0' ? library->easy_strerror(code) : trouble);
}

static bool fetch_with(
    const struct library *library, const struct download *wanted, struct buffer *out, struct error *err)
{
	CURL *curl;
	bool done;

	if (library->global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		return error_set(err, ERROR_DOWNLOAD, "libcurl does not start");
	curl = library->easy_init();
	done = curl != NULL ? fetch(library, curl, wanted, out, err)
	                    : error_set(err, ERROR_MEMORY, "no memory for a download");
	library->easy_cleanup(curl);
	library->global_cleanup();
	return done;
}

bool download(const struct download *wanted, struct buffer *out, struct error *err)
{
	struct library library = {.handle = NULL};
	bool done;

	if (strncasecmp(wanted->url, SCHEME "://", sizeof(SCHEME "://") - 1) != 0)
		return error_set(
		    err, ERROR_USAGE, "\"%s\": an address to download from begins with https://", wanted->url);
	done = library_open(&library, err) && fetch_with(&library, wanted, out, err);
	library_close(&library);
	return done;
}

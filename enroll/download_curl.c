/* libcurl and the thirty libraries behind it are loaded for a download only: every other start of the command is spared them. */
#include <curl/curl.h>
#include <dlfcn.h>
#include <string.h>
#include <strings.h>

#include "common/file.h"
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
	CURLcode (*easy_getinfo)(CURL *curl, CURLINFO what, ...);
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
	    {"curl_easy_getinfo", &library->easy_getinfo},
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

/* Where what comes goes, by libcurl's callback. */
struct reception {
	struct buffer *out; /* NULL: to the descriptor */
	int descriptor;
	size_t maximum, taken; /* in bytes */
	bool too_much, failed; /* then err has why */
	struct error err;
};

static bool keep(struct reception *reception, struct bytes part)
{
	if (reception->out != NULL)
		return buffer_put(reception->out, part, &reception->err);
	return file_write_descriptor(reception->descriptor, part, &reception->err);
}

/* A server may name a length and send another, so what comes is counted. */
static size_t receive(char *data, size_t size, size_t num, void *context)
{
	struct reception *reception = context;
	size_t len = size * num;

	reception->too_much = len > reception->maximum - reception->taken;
	if (reception->too_much)
		return 0;
	reception->failed = !keep(reception, bytes_of(data, len));
	if (reception->failed)
		return 0;
	reception->taken += len;
	return len;
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
	       library->easy_setopt(curl, CURLOPT_MAXFILESIZE_LARGE, (curl_off_t)reception->maximum) == CURLE_OK &&
	       library->easy_setopt(curl, CURLOPT_FILETIME, 1L) == CURLE_OK &&
	       (wanted->newer_than == 0 ||
	           (library->easy_setopt(curl, CURLOPT_TIMECONDITION, (long)CURL_TIMECOND_IFMODSINCE) == CURLE_OK &&
	               library->easy_setopt(curl, CURLOPT_TIMEVALUE_LARGE, (curl_off_t)wanted->newer_than) ==
	                   CURLE_OK)) &&
	       library->easy_setopt(curl, CURLOPT_WRITEFUNCTION, receive) == CURLE_OK &&
	       library->easy_setopt(curl, CURLOPT_WRITEDATA, reception) == CURLE_OK;
}

/* Where the server does not heed the condition, libcurl does. */
static bool take_news(const struct library *library, CURL *curl, struct download_news *news, struct error *err)
{
	curl_off_t changed_at = -1;
	long unmet = 0;

	if (library->easy_getinfo(curl, CURLINFO_CONDITION_UNMET, &unmet) != CURLE_OK ||
	    library->easy_getinfo(curl, CURLINFO_FILETIME_T, &changed_at) != CURLE_OK)
		return error_set(err, ERROR_DOWNLOAD, "libcurl does not say what came");
	*news = (struct download_news){.changed = unmet == 0, .changed_at = changed_at < 0 ? 0 : changed_at};
	return true;
}

static bool fetch(const struct library *library, CURL *curl, const struct download *wanted, struct reception *reception,
    struct download_news *news, struct error *err)
{
	char trouble[CURL_ERROR_SIZE] = "";
	CURLcode code;

	if (!set_up(library, curl, wanted, reception, trouble))
		return error_set(err, ERROR_DOWNLOAD, "libcurl does not take what is asked of it: %s", trouble);
	code = library->easy_perform(curl);
	if (reception->failed) {
		*err = reception->err;
		return error_prefix(err, "%s", wanted->url);
	}
	if (reception->too_much || code == CURLE_FILESIZE_EXCEEDED)
		return error_set(err, ERROR_DOWNLOAD, "%s: there are more than the %zu bytes that are taken",
		    wanted->url, reception->maximum);
	if (code == CURLE_OPERATION_TIMEDOUT)
		return error_set(
		    err, ERROR_DOWNLOAD, "%s: it was not there after %ld seconds", wanted->url, wanted->seconds);
	if (code != CURLE_OK)
		return error_set(err, ERROR_DOWNLOAD, "%s: %s", wanted->url,
		    trouble[0] == '\0' ? library->easy_strerror(code) : trouble);
	return take_news(library, curl, news, err);
}

static bool fetch_with(const struct library *library, const struct download *wanted, struct reception *reception,
    struct download_news *news, struct error *err)
{
	CURL *curl;
	bool done;

	if (library->global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		return error_set(err, ERROR_DOWNLOAD, "libcurl does not start");
	curl = library->easy_init();
	done = curl != NULL ? fetch(library, curl, wanted, reception, news, err)
	                    : error_set(err, ERROR_MEMORY, "no memory for a download");
	library->easy_cleanup(curl);
	library->global_cleanup();
	return done;
}

static bool run(
    const struct download *wanted, struct reception *reception, struct download_news *news, struct error *err)
{
	struct library library = {.handle = NULL};
	bool done;

	if (strncasecmp(wanted->url, SCHEME "://", sizeof(SCHEME "://") - 1) != 0)
		return error_set(
		    err, ERROR_USAGE, "\"%s\": an address to download from begins with https://", wanted->url);
	done = library_open(&library, err) && fetch_with(&library, wanted, reception, news, err);
	library_close(&library);
	return done;
}

bool download(const struct download *wanted, struct buffer *out, struct error *err)
{
	size_t maximum = out->maximum == 0 ? BUFFER_DEFAULT_MAXIMUM : out->maximum;
	struct reception reception = {.out = out, .maximum = maximum - out->len};
	struct download_news ignored;

	return run(wanted, &reception, &ignored, err);
}

bool download_file(
    const struct download *wanted, int descriptor, size_t maximum, struct download_news *news, struct error *err)
{
	struct reception reception = {.descriptor = descriptor, .maximum = maximum};

	return run(wanted, &reception, news, err);
}

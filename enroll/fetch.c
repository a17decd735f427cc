#include "enroll/fetch.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/file.h"
#include "common/text.h"

#define HTTPS "https://"
#define LOCAL "file://"
#define CHUNK_SIZE 65536

static bool is_https(const char *source)
{
	return strncasecmp(source, HTTPS, sizeof(HTTPS) - 1) == 0;
}

/* NULL: it is no folder of this machine. */
static const char *folder_of(const char *source)
{
	if (strncasecmp(source, LOCAL, sizeof(LOCAL) - 1) == 0)
		source += sizeof(LOCAL) - 1;
	return source[0] == '/' ? source : NULL;
}

/* A file's name goes behind it. */
bool fetch_source_check(const char *source, struct error *err)
{
	if (!is_https(source) && folder_of(source) == NULL)
		return error_set(err, ERROR_USAGE,
		    "\"%s\": wanted is an address that begins with https:// or file:///, or a path from /", source);
	if (!text_is_printable(bytes_of_text(source)) || (is_https(source) && strpbrk(source, "?#") != NULL))
		return error_set(err, ERROR_USAGE, "\"%s\": this is no address of a folder", source);
	return true;
}

static bool copy(int from, int to, size_t maximum, struct error *err)
{
	uint8_t chunk[CHUNK_SIZE];
	size_t taken = 0;

	for (;;) {
		ssize_t got = read(from, chunk, sizeof(chunk));

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return error_set_errno(err, ERROR_FILE, "cannot be read");
		if (got == 0)
			return true;
		if ((size_t)got > maximum - taken)
			return error_set(err, ERROR_LIMIT, "longer than %zu bytes", maximum);
		if (!file_write_descriptor(to, bytes_of(chunk, (size_t)got), err))
			return false;
		taken += (size_t)got;
	}
}

/* O_NONBLOCK: a FIFO there must hold nobody up. */
static bool copy_file(
    const char *path, const struct fetch *wanted, int descriptor, struct download_news *news, struct error *err)
{
	int from = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	struct stat status;
	bool done = false;

	if (from < 0 || fstat(from, &status) != 0) {
		error_set_errno(err, ERROR_FILE, "%s cannot be opened", path);
		goto out;
	}
	if (!S_ISREG(status.st_mode)) {
		error_set(err, ERROR_FILE, "%s is no regular file", path);
		goto out;
	}
	*news = (struct download_news){.changed = wanted->newer_than == 0 || status.st_mtim.tv_sec > wanted->newer_than,
	    .changed_at = status.st_mtim.tv_sec};
	done = !news->changed || copy(from, descriptor, wanted->maximum, err) || error_prefix(err, "%s", path);
out:
	if (from >= 0)
		(void)close(from);
	return done;
}

bool fetch_file(const struct fetch *wanted, int descriptor, struct download_news *news, struct error *err)
{
	const char *folder = folder_of(wanted->source), *base = folder == NULL ? wanted->source : folder;
	struct download request = {
	    .ca_file = wanted->ca_file, .seconds = wanted->seconds, .newer_than = wanted->newer_than};
	struct buffer place = BUFFER_EMPTY;
	size_t len = strlen(base);
	bool done = false;

	if (!fetch_source_check(wanted->source, err) ||
	    !buffer_put_format(&place, err, "%s%s%s", base, len > 0 && base[len - 1] == '/' ? "" : "/", wanted->name))
		goto out;
	request.url = buffer_text(&place);
	done = folder == NULL ? download_file(&request, descriptor, wanted->maximum, news, err)
	                      : copy_file(request.url, wanted, descriptor, news, err);
out:
	buffer_free(&place);
	return done;
}

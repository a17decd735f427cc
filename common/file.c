#include "common/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define CHUNK_SIZE 16384

bool file_load_descriptor(int descriptor, size_t maximum, struct buffer *content, struct error *err)
{
	size_t before = content->len;
	uint8_t chunk[CHUNK_SIZE];
	bool done = false;

	for (;;) {
		ssize_t got = read(descriptor, chunk, sizeof(chunk));

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0) {
			error_set_errno(err, ERROR_FILE, "cannot be read");
			goto out;
		}
		if (got == 0)
			break;
		if ((size_t)got > maximum - (content->len - before)) {
			error_set(err, ERROR_LIMIT, "longer than %zu bytes", maximum);
			goto out;
		}
		if (!buffer_put(content, bytes_of(chunk, (size_t)got), err))
			goto out;
	}
	done = true;
out:
	explicit_bzero(chunk, sizeof(chunk));
	if (!done)
		buffer_cut(content, before);
	return done;
}

/* O_NONBLOCK: a FIFO in the place of a file must not hold the caller up until somebody writes into it. */
static bool open_regular(const char *path, int flags, int *descriptor, struct stat *status, struct error *err)
{
	*descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK | flags);
	if (*descriptor < 0 && errno == ELOOP && flags == O_NOFOLLOW)
		return error_set(
		    err, ERROR_PERMISSIONS, "%s is a symbolic link: put the file itself in its place", path);
	if (*descriptor < 0)
		return error_set_errno(err, ERROR_FILE, "%s cannot be opened", path);
	if (fstat(*descriptor, status) != 0)
		return error_set_errno(err, ERROR_FILE, "%s cannot be examined", path);
	if (!S_ISREG(status->st_mode))
		return error_set(err, ERROR_FILE, "%s is no regular file", path);
	return true;
}

static bool check_trusted(const char *path, const struct stat *status, struct error *err)
{
	if (status->st_uid != 0 && status->st_uid != geteuid())
		return error_set(err, ERROR_PERMISSIONS, "%s belongs to user %u: chown root %s", path,
		    (unsigned)status->st_uid, path);
	if ((status->st_mode & (S_IWGRP | S_IWOTH)) != 0)
		return error_set(
		    err, ERROR_PERMISSIONS, "others than its owner may write %s: chmod go-w %s", path, path);
	return true;
}

bool file_open_trusted(const char *path, int *descriptor, struct error *err)
{
	struct stat status;

	if (open_regular(path, O_NOFOLLOW, descriptor, &status, err) && check_trusted(path, &status, err))
		return true;
	if (*descriptor >= 0)
		(void)close(*descriptor);
	*descriptor = -1;
	return false;
}

static bool load(const char *path, bool trusted, size_t maximum, struct buffer *content, struct error *err)
{
	struct stat status;
	int descriptor = -1;
	bool done = false;

	if (!open_regular(path, trusted ? O_NOFOLLOW : 0, &descriptor, &status, err) ||
	    (trusted && !check_trusted(path, &status, err)))
		goto out;
	done = file_load_descriptor(descriptor, maximum, content, err) || error_prefix(err, "%s", path);
out:
	if (descriptor >= 0)
		(void)close(descriptor);
	return done;
}

bool file_load(const char *path, size_t maximum, struct buffer *content, struct error *err)
{
	return load(path, false, maximum, content, err);
}

bool file_load_trusted(const char *path, size_t maximum, struct buffer *content, struct error *err)
{
	return load(path, true, maximum, content, err);
}

bool file_write_descriptor(int descriptor, struct bytes content, struct error *err)
{
	while (content.len > 0) {
		ssize_t written = write(descriptor, content.data, content.len);
		struct bytes done;

		if (written < 0 && errno == EINTR)
			continue;
		if (written < 0 || !bytes_take(&content, (size_t)written, &done))
			return error_set_errno(err, ERROR_FILE, "cannot be written");
	}
	return true;
}

static size_t folder_length(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash == NULL ? 0 : (size_t)(slash - path) + 1;
}

bool file_sync_folder(const char *path, struct error *err)
{
	struct buffer folder = BUFFER_EMPTY;
	int descriptor = -1;
	bool done = false;

	if (!buffer_put_format(&folder, err, "%.*s.", (int)folder_length(path), path))
		goto out;
	descriptor = open(buffer_text(&folder), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (descriptor < 0 || fsync(descriptor) != 0) {
		error_set_errno(err, ERROR_FILE, "the folder of %s cannot be synced", path);
		goto out;
	}
	done = true;
out:
	if (descriptor >= 0)
		(void)close(descriptor);
	buffer_free(&folder);
	return done;
}

static bool fill(int descriptor, const char *path, struct bytes content, mode_t mode, struct error *err)
{
	if (!file_write_descriptor(descriptor, content, err))
		return error_prefix(err, "%s", path);
	if (fchmod(descriptor, mode) != 0 || fsync(descriptor) != 0)
		return error_set_errno(err, ERROR_FILE, "%s cannot be written", path);
	return true;
}

/* Some network file systems cannot rename so, but link. */
static bool rename_new(const char *temporary, const char *path)
{
	if (renameat2(AT_FDCWD, temporary, AT_FDCWD, path, RENAME_NOREPLACE) == 0)
		return true;
	if (errno != EINVAL || link(temporary, path) != 0)
		return false;
	(void)unlink(temporary);
	return true;
}

/* What is written takes the place of what was there, and /dev/null or /dev/stdout is everybody's: a link to what is no file counts
 * as that, and one into /proc, which is a file today and a pipe tomorrow. */
static bool check_replaceable(const char *path, struct error *err)
{
	static const char processes[] = "/proc/";
	char target[sizeof(processes)] = "";
	struct stat status;

	if (stat(path, &status) == 0 && !S_ISREG(status.st_mode))
		return error_set(err, ERROR_FILE, "%s is no regular file", path);
	if (readlink(path, target, sizeof(target) - 1) > 0 && strcmp(target, processes) == 0)
		return error_set(err, ERROR_FILE, "%s is no regular file", path);
	return true;
}

static bool put_in_place(const char *temporary, const char *path, bool new, struct error *err)
{
	if (new ? rename_new(temporary, path) : rename(temporary, path) == 0)
		return true;
	if (new &&errno == EEXIST)
		error_set(err, ERROR_FILE, "%s is there already", path);
	else
		error_set_errno(err, ERROR_FILE, new ? "%s cannot be written" : "%s cannot be replaced", path);
	(void)unlink(temporary);
	return false;
}

static bool store(const char *path, struct bytes content, mode_t mode, bool new, struct error *err)
{
	size_t folder = folder_length(path);
	struct buffer temporary = BUFFER_EMPTY;
	int descriptor = -1;
	bool done = false;

	/* the dot keeps it from whoever reads the whole folder meanwhile */
	if ((!new && !check_replaceable(path, err)) ||
	    !buffer_put_format(&temporary, err, "%.*s.%s.XXXXXX", (int)folder, path, path + folder))
		goto out;
	descriptor = mkostemp((char *)temporary.data, O_CLOEXEC);
	if (descriptor < 0) {
		error_set_errno(err, ERROR_FILE, "%s cannot be written", path);
		goto out;
	}
	if (!fill(descriptor, path, content, mode, err)) {
		(void)unlink(buffer_text(&temporary));
		goto out;
	}
	if (!put_in_place(buffer_text(&temporary), path, new, err))
		goto out;
	done = file_sync_folder(path, err);
	if (!done && new)
		(void)unlink(path);
out:
	if (descriptor >= 0)
		(void)close(descriptor);
	buffer_free(&temporary);
	return done;
}

bool file_store(const char *path, struct bytes content, mode_t mode, struct error *err)
{
	return store(path, content, mode, false, err);
}

bool file_store_new(const char *path, struct bytes content, mode_t mode, struct error *err)
{
	return store(path, content, mode, true, err);
}

static bool finish(const char *temporary, mode_t mode, struct error *err)
{
	int descriptor = open(temporary, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	bool done;

	done = descriptor >= 0 && fchmod(descriptor, mode) == 0 && fsync(descriptor) == 0;
	if (!done)
		error_set_errno(err, ERROR_FILE, "%s cannot be finished", temporary);
	if (descriptor >= 0)
		(void)close(descriptor);
	return done;
}

bool file_replace(const char *temporary, const char *path, mode_t mode, struct error *err)
{
	if (!check_replaceable(path, err) || !finish(temporary, mode, err)) {
		(void)unlink(temporary);
		return false;
	}
	if (rename(temporary, path) == 0)
		return file_sync_folder(path, err);
	error_set_errno(err, ERROR_FILE, "%s cannot be replaced", path);
	(void)unlink(temporary);
	return false;
}

bool file_make_folder(const char *path, mode_t mode, struct error *err)
{
	if (mkdir(path, mode) == 0)
		return file_sync_folder(path, err);
	return errno == EEXIST || error_set_errno(err, ERROR_FILE, "making the folder %s", path);
}

bool file_is_absent(const char *path)
{
	struct stat status;

	return lstat(path, &status) != 0 && (errno == ENOENT || errno == ENOTDIR);
}

bool file_exists(const char *path)
{
	struct stat status;

	return lstat(path, &status) == 0;
}

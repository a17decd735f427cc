#include "enroll/host_files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/deadline.h"
#include "common/file.h"

#define FILE_MAXIMUM ((size_t)1024 * 1024)
#define LOCK_PATIENCE_MS 5000
#define LOCK_REST_MS 100
#define STATE_FILE HOST_SETUP_DIR "/state"
#define CONFIRMED_FILE HOST_SETUP_DIR "/confirmed"
#define TEMPORARY_SIZE 6 /* what file_store's temporary files end with */

static const struct {
	const char *path, *before, *after; /* no `before`: the file was not there */
} files[] = {
    {HOST_PAM_FILE, HOST_SETUP_DIR "/pam.before", HOST_SETUP_DIR "/pam.after"},
    {HOST_DROP_IN, HOST_SETUP_DIR "/sshd.before", HOST_SETUP_DIR "/sshd.after"},
};

#define NUM_FILES (sizeof(files) / sizeof(files[0]))

static mode_t mode_of(const char *path)
{
	struct stat status;

	return stat(path, &status) == 0 ? status.st_mode & 07777 : 0644;
}

static bool copy(const char *from, const char *to, struct error *err)
{
	struct buffer content = BUFFER_UP_TO(FILE_MAXIMUM);
	bool done =
	    file_load(from, FILE_MAXIMUM, &content, err) && file_store(to, buffer_bytes(&content), mode_of(from), err);

	buffer_free(&content);
	return done;
}

/* What was killed in the middle of a store left its temporary file there, which nobody reads, and nobody else would take away. */
static void sweep_beside(const char *path)
{
	const char *name = strrchr(path, '/') + 1;
	size_t len = strlen(name);
	char folder[128];
	const struct dirent *entry;
	DIR *listed;

	(void)snprintf(folder, sizeof(folder), "%.*s", (int)(name - path), path);
	listed = opendir(folder);
	while (listed != NULL && (entry = readdir(listed)) != NULL)
		if (entry->d_name[0] == '.' && strncmp(entry->d_name + 1, name, len) == 0 &&
		    entry->d_name[len + 1] == '.' && strlen(entry->d_name + len + 2) == TEMPORARY_SIZE)
			(void)unlinkat(dirfd(listed), entry->d_name, 0);
	if (listed != NULL)
		(void)closedir(listed);
}

/* The state goes first: without it nothing is taken for a setup, so no file is put back, or removed, that is half forgotten. */
static bool forget(struct error *err)
{
	DIR *folder;
	const struct dirent *entry;

	if (unlink(STATE_FILE) < 0 && errno != ENOENT)
		return error_set_errno(err, ERROR_FILE, "%s", STATE_FILE);
	for (size_t i = 0; i < NUM_FILES; i++)
		sweep_beside(files[i].path);
	folder = opendir(HOST_SETUP_DIR);
	while (folder != NULL && (entry = readdir(folder)) != NULL)
		(void)unlinkat(dirfd(folder), entry->d_name, 0);
	if (folder != NULL)
		(void)closedir(folder);
	return rmdir(HOST_SETUP_DIR) == 0 || errno == ENOENT || error_set_errno(err, ERROR_FILE, "%s", HOST_SETUP_DIR);
}

bool host_files_lock(int *lock, struct error *err)
{
	struct deadline deadline = deadline_in(LOCK_PATIENCE_MS);
	int folder = open(KEYENROLL_STATE_DIR, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool done;

	*lock = -1;
	if (folder < 0)
		return error_set_errno(err, ERROR_FILE, "%s", KEYENROLL_STATE_DIR);
	done = flock(folder, LOCK_EX | LOCK_NB) == 0;
	while (!done && errno == EWOULDBLOCK && deadline_left_ms(deadline) > 0) {
		(void)poll(NULL, 0, LOCK_REST_MS);
		done = flock(folder, LOCK_EX | LOCK_NB) == 0;
	}
	if (done) {
		*lock = folder;
		return true;
	}
	if (errno == EWOULDBLOCK)
		error_set(err, ERROR_HOST_SETUP, "another \"keyenroll host\" is at work on this host");
	else
		error_set_errno(err, ERROR_FILE, "%s", KEYENROLL_STATE_DIR);
	close(folder);
	return false;
}

/* A store takes the place of a link, and what is put back would be none. */
static bool no_link_check(const char *path, struct error *err)
{
	struct stat status;

	return lstat(path, &status) < 0 || !S_ISLNK(status.st_mode) ||
	       error_set(
	           err, ERROR_HOST_SETUP, "%s is a link, which could not be put back: make it a file first", path);
}

static bool keep_all(const struct host_setup_state *state, struct error *err)
{
	if (!file_make_folder(HOST_SETUP_DIR, 0700, err))
		return false;
	for (size_t i = 0; i < NUM_FILES; i++)
		if (!no_link_check(files[i].path, err) ||
		    (file_exists(files[i].path) && !copy(files[i].path, files[i].before, err)))
			return false;
	return host_setup_store(state, err);
}

bool host_files_keep(const struct host_setup_state *state, struct error *err)
{
	if (file_exists(STATE_FILE))
		return error_set(
		    err, ERROR_USAGE, "this host is set up already; take that back first: keyenroll host undo");
	if (!forget(err))
		return false;
	if (keep_all(state, err))
		return true;
	(void)!forget(NULL);
	return false;
}

bool host_files_write(const char *path, struct bytes content, struct error *err)
{
	if (!file_exists(STATE_FILE))
		return error_set(err, ERROR_HOST_SETUP, "the trial was taken back before it had begun");
	for (size_t i = 0; i < NUM_FILES; i++)
		if (strcmp(files[i].path, path) == 0)
			return file_store(files[i].after, content, 0600, err) &&
			       file_store(path, content, mode_of(path), err);
	return error_set(err, ERROR_BUG, "%s is no file of the setup", path);
}

static bool is_as_written(const char *path, const char *after, struct error *err)
{
	struct buffer now = BUFFER_UP_TO(FILE_MAXIMUM), then = BUFFER_UP_TO(FILE_MAXIMUM);
	bool same = file_load(after, FILE_MAXIMUM, &then, err) && file_load(path, FILE_MAXIMUM, &now, err);

	if (same && !bytes_equal(buffer_bytes(&now), buffer_bytes(&then)))
		same = error_set(err, ERROR_USAGE,
		    "%s was edited since: look at it, then say --force to put back what was there before", path);
	buffer_free(&now);
	buffer_free(&then);
	return same;
}

bool host_files_unchanged(struct error *err)
{
	for (size_t i = 0; i < NUM_FILES; i++)
		if (file_exists(files[i].after) && !is_as_written(files[i].path, files[i].after, err))
			return false;
	return true;
}

static bool is_alike(const char *one, const char *other)
{
	struct buffer content = BUFFER_UP_TO(FILE_MAXIMUM), same = BUFFER_UP_TO(FILE_MAXIMUM);
	bool alike = file_load(one, FILE_MAXIMUM, &content, NULL) && file_load(other, FILE_MAXIMUM, &same, NULL) &&
	             bytes_equal(buffer_bytes(&content), buffer_bytes(&same));

	buffer_free(&content);
	buffer_free(&same);
	return alike;
}

/* A full disk has no room for a second file, and yet the gate must open: the file itself has all the room that is needed, since
 * what setup wrote into it is longer. */
static bool overwrite(const char *path, const char *before, struct error *err)
{
	struct buffer content = BUFFER_UP_TO(FILE_MAXIMUM);
	int descriptor = open(path, O_WRONLY | O_CLOEXEC | O_NOFOLLOW);
	bool done = descriptor >= 0 && file_load(before, FILE_MAXIMUM, &content, NULL) &&
	            file_write_descriptor(descriptor, buffer_bytes(&content), NULL) &&
	            ftruncate(descriptor, (off_t)content.len) == 0 && fsync(descriptor) == 0;

	if (!done)
		error_set_errno(err, ERROR_FILE, "%s cannot be put back; what was there before is in %s", path, before);
	if (descriptor >= 0)
		(void)close(descriptor);
	buffer_free(&content);
	return done;
}

static bool restore_one(const char *path, const char *before, struct error *err)
{
	if (file_exists(before))
		return is_alike(path, before) || copy(before, path, NULL) || overwrite(path, before, err);
	return unlink(path) == 0 || errno == ENOENT || error_set_errno(err, ERROR_FILE, "%s", path);
}

/* Without a state a file that was not kept is no file that was not there. */
bool host_files_restore(struct error *err)
{
	if (!file_exists(STATE_FILE))
		return true;
	for (size_t i = 0; i < NUM_FILES; i++)
		if (!restore_one(files[i].path, files[i].before, err))
			return false;
	return forget(err);
}

/* "WORD NUMBER" and the blank or line end behind it. */
static bool take_number(const char **text, const char *word, int64_t *number)
{
	size_t len = strlen(word);
	char *end;

	if (strncmp(*text, word, len) != 0)
		return false;
	errno = 0;
	*number = strtoll(*text + len, &end, 10);
	if (errno != 0 || end == *text + len || (*end != ' ' && *end != '\n'))
		return false;
	*text = end + 1;
	return true;
}

static bool state_parse(const char *text, struct host_setup_state *state)
{
	return take_number(&text, "since ", &state->since) && take_number(&text, "until ", &state->until) &&
	       *text == '\0';
}

bool host_setup_load(struct host_setup_state *state, bool *there, struct error *err)
{
	struct buffer text = BUFFER_EMPTY;
	bool done;

	*there = file_exists(STATE_FILE);
	*state = (struct host_setup_state){.since = 0};
	if (!*there)
		return true;
	done = file_load_trusted(STATE_FILE, 4096, &text, err);
	if (done && !state_parse(buffer_text(&text), state))
		done = error_set(err, ERROR_TEXT, STATE_FILE " cannot be read");
	buffer_free(&text);
	return done;
}

bool host_setup_is_confirmed(void)
{
	return file_exists(CONFIRMED_FILE);
}

bool host_setup_store(const struct host_setup_state *state, struct error *err)
{
	struct buffer text = BUFFER_EMPTY;
	bool done =
	    (state->until != 0 || file_store(CONFIRMED_FILE, BYTES_EMPTY, 0600, err)) &&
	    buffer_put_format(&text, err, "since %" PRId64 " until %" PRId64 "\n", state->since, state->until) &&
	    file_store(STATE_FILE, buffer_bytes(&text), 0600, err);

	buffer_free(&text);
	return done;
}

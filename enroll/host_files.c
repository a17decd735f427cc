#include "enroll/host_files.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/file.h"

#define FILE_MAXIMUM ((size_t)1024 * 1024)
#define STATE_FILE HOST_SETUP_DIR "/state"

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

bool host_files_keep(struct error *err)
{
	if (mkdir(HOST_SETUP_DIR, 0700) < 0)
		return errno == EEXIST ? error_set(err, ERROR_USAGE,
		                             "this host is set up already; take that back first: keyenroll host undo")
		                       : error_set_errno(err, ERROR_FILE, "%s", HOST_SETUP_DIR);
	for (size_t i = 0; i < NUM_FILES; i++)
		if (file_exists(files[i].path) && !copy(files[i].path, files[i].before, err))
			return false;
	return true;
}

bool host_files_write(const char *path, struct bytes content, struct error *err)
{
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

static bool restore_one(const char *path, const char *before, struct error *err)
{
	if (file_exists(before))
		return copy(before, path, err);
	return unlink(path) == 0 || errno == ENOENT || error_set_errno(err, ERROR_FILE, "%s", path);
}

bool host_files_restore(struct error *err)
{
	for (size_t i = 0; i < NUM_FILES; i++)
		if (!restore_one(files[i].path, files[i].before, err))
			return false;
	for (size_t i = 0; i < NUM_FILES; i++) {
		(void)unlink(files[i].before);
		(void)unlink(files[i].after);
	}
	(void)unlink(STATE_FILE);
	return rmdir(HOST_SETUP_DIR) == 0 || error_set_errno(err, ERROR_FILE, "%s", HOST_SETUP_DIR);
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

	*there = file_exists(HOST_SETUP_DIR);
	*state = (struct host_setup_state){.since = 0};
	if (!*there || !file_exists(STATE_FILE))
		return true;
	done = file_load_trusted(STATE_FILE, 4096, &text, err);
	if (done && !state_parse(buffer_text(&text), state))
		done = error_set(err, ERROR_TEXT, STATE_FILE " cannot be read");
	buffer_free(&text);
	return done;
}

bool host_setup_store(const struct host_setup_state *state, struct error *err)
{
	struct buffer text = BUFFER_EMPTY;
	bool done =
	    buffer_put_format(&text, err, "since %" PRId64 " until %" PRId64 "\n", state->since, state->until) &&
	    file_store(STATE_FILE, buffer_bytes(&text), 0600, err);

	buffer_free(&text);
	return done;
}

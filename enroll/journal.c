#include "enroll/journal.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/file.h"
#include "enroll/journal_record.h"

#define JOURNAL_MAXIMUM ((size_t)64 * 1024)
#define JOURNAL_NAME_SIZE 96

struct journal {
	int descriptor;
	struct buffer folder;
	char name[JOURNAL_NAME_SIZE];
};

void journal_close(struct journal *journal)
{
	if (!journal)
		return;
	if (journal->descriptor >= 0)
		close(journal->descriptor);
	buffer_free(&journal->folder);
	free(journal);
}

static bool make_folder(const char *path, struct error *err)
{
	return mkdir(path, 0750) == 0 || errno == EEXIST || error_set_errno(err, ERROR_JOURNAL, "%s", path);
}

static bool sync_folder(const char *path, struct error *err)
{
	int descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool done = descriptor >= 0 && fsync(descriptor) == 0;

	if (!done)
		error_set_errno(err, ERROR_JOURNAL, "%s", path);
	if (descriptor >= 0)
		close(descriptor);
	return done;
}

/* The folder of journals is in the registry's, and the first journal of all makes it. */
static bool sync_folders(const char *folder, struct error *err)
{
	struct buffer above = BUFFER_EMPTY;
	bool done = buffer_put_format(&above, err, "%s/..", folder) && sync_folder(folder, err) &&
	            sync_folder(buffer_text(&above), err);

	buffer_free(&above);
	return done;
}

static bool journal_new(const char *registry, const char *name, struct journal **journal, struct error *err)
{
	struct journal *made = calloc(1, sizeof(*made));

	if (!made)
		return error_set(err, ERROR_MEMORY, "no memory for a journal");
	made->descriptor = -1;
	snprintf(made->name, sizeof(made->name), "%s", name);
	if (!buffer_put_format(&made->folder, err, "%s/journal", registry)) {
		journal_close(made);
		return false;
	}
	*journal = made;
	return true;
}

/* A line half written, because the disk is full, would spoil the next one: it is taken back. */
static bool append(struct journal *journal, struct bytes line, bool on_disk, struct error *err)
{
	off_t before = lseek(journal->descriptor, 0, SEEK_END);
	ssize_t written = before < 0 ? -1 : write(journal->descriptor, line.data, line.len);

	if (written == (ssize_t)line.len && (!on_disk || fsync(journal->descriptor) == 0))
		return true;
	if (written >= 0 && written != (ssize_t)line.len)
		errno = ENOSPC;
	error_set_errno(
	    err, ERROR_JOURNAL, "the journal %s/%s cannot be written", buffer_text(&journal->folder), journal->name);
	if (before >= 0)
		(void)!ftruncate(journal->descriptor, before);
	return false;
}

static bool put_line(
    struct journal *journal, const char *word, const char *rest, int64_t now, bool on_disk, struct error *err)
{
	struct buffer line = BUFFER_EMPTY;
	bool done = journal_line_put(&line, now, word, rest, err) && append(journal, buffer_bytes(&line), on_disk, err);

	buffer_free(&line);
	return done;
}

bool journal_note(struct journal *journal, const char *word, const char *rest, int64_t now, struct error *err)
{
	return put_line(journal, word, rest, now, true, err);
}

bool journal_mention(struct journal *journal, const char *word, const char *rest, int64_t now, struct error *err)
{
	return put_line(journal, word, rest, now, false, err);
}

static bool lock(struct journal *journal, struct error *err)
{
	return flock(journal->descriptor, LOCK_EX | LOCK_NB) == 0 ||
	       error_set(err, ERROR_JOURNAL, "another process is at this enrollment: %s", journal->name);
}

/* Under a name that is no journal's, and renamed when it is on the disk: a journal has all of its head, or is none. */
static bool create(struct journal *journal, const struct journal_record *record, int64_t now, struct error *err)
{
	const char *folder = buffer_text(&journal->folder);
	struct buffer path = BUFFER_EMPTY, unborn = BUFFER_EMPTY, head = BUFFER_EMPTY;
	bool done = false;

	if (!make_folder(folder, err) || !buffer_put_format(&path, err, "%s/%s", folder, journal->name) ||
	    !buffer_put_format(&unborn, err, "%s/.%s", folder, journal->name) ||
	    !journal_record_put(record, now, &head, err))
		goto out;
	journal->descriptor = open(buffer_text(&unborn), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0640);
	if (journal->descriptor < 0) {
		error_set_errno(err, ERROR_JOURNAL, "%s", buffer_text(&unborn));
		goto out;
	}
	done = lock(journal, err) && append(journal, buffer_bytes(&head), true, err) &&
	       (rename(buffer_text(&unborn), buffer_text(&path)) == 0 ||
	           error_set_errno(err, ERROR_JOURNAL, "%s", buffer_text(&path))) &&
	       sync_folders(folder, err);
	if (!done) {
		(void)unlink(buffer_text(&unborn));
		(void)unlink(buffer_text(&path));
	}
out:
	buffer_free(&path);
	buffer_free(&unborn);
	buffer_free(&head);
	return done;
}

bool journal_begin(
    const char *registry, const struct journal_record *record, int64_t now, struct journal **journal, struct error *err)
{
	struct journal *made = NULL;
	char name[JOURNAL_NAME_SIZE];

	snprintf(name, sizeof(name), "%" PRId64 "-%" PRIu32 "-%s-%ld", now, record->serial,
	    journal_enrolls(record) ? record->slot->name : "tries", (long)getpid());
	if (!journal_new(registry, name, &made, err))
		return false;
	if (!create(made, record, now, err)) {
		journal_close(made);
		return false;
	}
	*journal = made;
	return true;
}

bool journal_check(const char *registry, struct error *err)
{
	static const uint8_t page[4096];
	struct journal *journal = NULL;
	struct buffer path = BUFFER_EMPTY;
	char name[JOURNAL_NAME_SIZE];
	bool done = false;

	/* No digit begins it: whoever walks the journals passes it over. */
	snprintf(name, sizeof(name), "room-%ld", (long)getpid());
	if (!journal_new(registry, name, &journal, err))
		return false;
	if (!make_folder(buffer_text(&journal->folder), err) ||
	    !buffer_put_format(&path, err, "%s/%s", buffer_text(&journal->folder), name))
		goto out;
	journal->descriptor = open(buffer_text(&path), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0640);
	if (journal->descriptor < 0) {
		error_set_errno(err, ERROR_JOURNAL, "%s", buffer_text(&path));
		goto out;
	}
	done = append(journal, BYTES_OF(page), false, err);
	(void)unlink(buffer_text(&path));
out:
	buffer_free(&path);
	journal_close(journal);
	return done;
}

bool journal_end(struct journal *journal, const char *how, int64_t now, struct error *err)
{
	const char *folder = buffer_text(&journal->folder);
	struct buffer from = BUFFER_EMPTY, to = BUFFER_EMPTY, ended = BUFFER_EMPTY;
	bool done = journal_note(journal, "end", how, now, err) && buffer_put_format(&ended, err, "%s/ended", folder) &&
	            make_folder(buffer_text(&ended), err) &&
	            buffer_put_format(&from, err, "%s/%s", folder, journal->name) &&
	            buffer_put_format(&to, err, "%s/%s", buffer_text(&ended), journal->name);

	if (done && rename(buffer_text(&from), buffer_text(&to)) < 0)
		done = error_set_errno(err, ERROR_JOURNAL, "%s", buffer_text(&to));
	done = done && sync_folder(buffer_text(&ended), err) && sync_folder(folder, err);
	buffer_free(&from);
	buffer_free(&to);
	buffer_free(&ended);
	return done;
}

/* ---- taking one up again --------------------------------------------------------------------------------------------------- */

static bool read_descriptor(int descriptor, struct journal_record *record, struct error *err)
{
	struct buffer text = BUFFER_UP_TO(JOURNAL_MAXIMUM);
	bool done = file_load_descriptor(descriptor, JOURNAL_MAXIMUM, &text, err) &&
	            journal_parse(buffer_bytes(&text), record, err);

	buffer_free(&text);
	return done;
}

/* A line that was cut off goes, so that the next one stands alone. */
static bool mend_end(int descriptor, struct error *err)
{
	off_t end = lseek(descriptor, 0, SEEK_END);
	char last;

	while (end > 0 && pread(descriptor, &last, 1, end - 1) == 1 && last != '\n')
		end--;
	return ftruncate(descriptor, end) == 0 || error_set_errno(err, ERROR_JOURNAL, "mending a journal");
}

bool journal_open(
    const char *registry, const char *name, struct journal_record *record, struct journal **journal, struct error *err)
{
	struct journal *opened = NULL;
	struct buffer path = BUFFER_EMPTY;
	bool done = false;

	if (strchr(name, '/') || name[0] == '.')
		return error_set(err, ERROR_JOURNAL, "\"%s\" names no journal", name);
	if (!journal_new(registry, name, &opened, err) ||
	    !buffer_put_format(&path, err, "%s/%s", buffer_text(&opened->folder), name))
		goto out;
	opened->descriptor = open(buffer_text(&path), O_RDWR | O_CLOEXEC | O_NOFOLLOW);
	if (opened->descriptor < 0)
		error_set_errno(err, ERROR_JOURNAL, "%s", buffer_text(&path));
	else
		done = lock(opened, err) && read_descriptor(opened->descriptor, record, err) &&
		       mend_end(opened->descriptor, err);
out:
	buffer_free(&path);
	if (done)
		*journal = opened;
	else
		journal_close(opened);
	return done;
}

static int is_journal(const struct dirent *entry)
{
	return entry->d_name[0] >= '0' && entry->d_name[0] <= '9';
}

static bool visit_one(const char *folder, const char *name, journal_visitor *visit, void *context, struct error *err)
{
	struct journal_record record = JOURNAL_RECORD_EMPTY;
	struct buffer path = BUFFER_EMPTY, text = BUFFER_UP_TO(JOURNAL_MAXIMUM);
	bool done = buffer_put_format(&path, err, "%s/%s", folder, name) &&
	            file_load(buffer_text(&path), JOURNAL_MAXIMUM, &text, err) &&
	            (journal_parse(buffer_bytes(&text), &record, err) || error_prefix(err, "%s", buffer_text(&path))) &&
	            (record.ended || visit(name, &record, context, err));

	journal_record_clear(&record);
	buffer_free(&path);
	buffer_free(&text);
	return done;
}

bool journal_each(const char *registry, journal_visitor *visit, void *context, struct error *err)
{
	struct buffer folder = BUFFER_EMPTY;
	struct dirent **entries = NULL;
	int num = 0;
	bool done = buffer_put_format(&folder, err, "%s/journal", registry);

	if (done && file_exists(buffer_text(&folder))) {
		num = scandir(buffer_text(&folder), &entries, is_journal, alphasort);
		if (num < 0)
			done = error_set_errno(err, ERROR_JOURNAL, "%s", buffer_text(&folder));
	}
	for (int i = 0; i < num; i++) {
		done = done && visit_one(buffer_text(&folder), entries[i]->d_name, visit, context, err);
		free(entries[i]);
	}
	free(entries);
	buffer_free(&folder);
	return done;
}

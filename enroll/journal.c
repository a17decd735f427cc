#include "enroll/journal.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/file.h"
#include "common/text.h"

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
static bool append(struct journal *journal, struct bytes line, struct error *err)
{
	off_t before = lseek(journal->descriptor, 0, SEEK_END);
	ssize_t written = before < 0 ? -1 : write(journal->descriptor, line.data, line.len);

	if (written == (ssize_t)line.len && fsync(journal->descriptor) == 0)
		return true;
	if (written >= 0 && written != (ssize_t)line.len)
		errno = ENOSPC;
	error_set_errno(
	    err, ERROR_JOURNAL, "the journal %s/%s cannot be written", buffer_text(&journal->folder), journal->name);
	if (before >= 0)
		(void)!ftruncate(journal->descriptor, before);
	return false;
}

static bool put_line(struct buffer *out, int64_t now, const char *word, const char *rest, struct error *err)
{
	if (!text_is_printable(bytes_of_text(rest)))
		return error_set(err, ERROR_JOURNAL, "what stands behind \"%s\" cannot be kept", word);
	return buffer_put_format(out, err, "%" PRId64 " %s %s\n", now, word, rest);
}

bool journal_note(struct journal *journal, const char *word, const char *rest, int64_t now, struct error *err)
{
	struct buffer line = BUFFER_EMPTY;
	bool done = put_line(&line, now, word, rest, err) && append(journal, buffer_bytes(&line), err);

	buffer_free(&line);
	return done;
}

static bool put_head(const struct journal_record *record, int64_t now, struct buffer *out, struct error *err)
{
	char serial[16] = "-", days[32];

	if (record->has_serial)
		snprintf(serial, sizeof(serial), "%" PRIu32, record->serial);
	snprintf(days, sizeof(days), "%ld", record->days);
	return buffer_put_text(out, "keyenroll-journal 1\n", err) &&
	       put_line(out, now, "person", record->person, err) && put_line(out, now, "device", serial, err) &&
	       put_line(out, now, "slot", record->slot->name, err) &&
	       put_line(out, now, "algorithm", record->algorithm->name, err) &&
	       put_line(out, now, "pin-policy", piv_pin_policy_name(record->pin_policy), err) &&
	       put_line(out, now, "touch-policy", piv_touch_policy_name(record->touch_policy), err) &&
	       put_line(out, now, "days", days, err) &&
	       put_line(out, now, "factory", record->factory_codes ? "yes" : "no", err);
}

static bool lock(struct journal *journal, struct error *err)
{
	return flock(journal->descriptor, LOCK_EX | LOCK_NB) == 0 ||
	       error_set(err, ERROR_JOURNAL, "another process is at this enrollment: %s", journal->name);
}

/* The head is written in one piece, so a journal has all of it or is no journal. */
static bool create(struct journal *journal, const struct journal_record *record, int64_t now, struct error *err)
{
	const char *folder = buffer_text(&journal->folder);
	struct buffer path = BUFFER_EMPTY, head = BUFFER_EMPTY;
	bool done = false;

	if (!make_folder(folder, err) || !buffer_put_format(&path, err, "%s/%s", folder, journal->name) ||
	    !put_head(record, now, &head, err))
		goto out;
	journal->descriptor = open(buffer_text(&path), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0640);
	if (journal->descriptor < 0) {
		error_set_errno(err, ERROR_JOURNAL, "%s", buffer_text(&path));
		goto out;
	}
	done = lock(journal, err) && append(journal, buffer_bytes(&head), err) && sync_folder(folder, err);
	if (!done)
		(void)unlink(buffer_text(&path));
out:
	buffer_free(&path);
	buffer_free(&head);
	return done;
}

bool journal_begin(
    const char *registry, const struct journal_record *record, int64_t now, struct journal **journal, struct error *err)
{
	struct journal *made = NULL;
	char name[JOURNAL_NAME_SIZE];

	snprintf(name, sizeof(name), "%" PRId64 "-%" PRIu32 "-%s-%ld", now, record->serial, record->slot->name,
	    (long)getpid());
	if (!journal_new(registry, name, &made, err))
		return false;
	if (!create(made, record, now, err)) {
		journal_close(made);
		return false;
	}
	*journal = made;
	return true;
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

/* ---- reading -------------------------------------------------------------------------------------------------------------- */

static bool parse_number(struct bytes text, int64_t maximum, int64_t *number)
{
	uint8_t digit;

	*number = 0;
	if (text.len == 0 || text.len > 18)
		return false;
	while (bytes_take_u8(&text, &digit)) {
		if (digit < '0' || digit > '9')
			return false;
		*number = *number * 10 + (digit - '0');
	}
	return *number <= maximum;
}

static bool copy(struct bytes rest, char *text, size_t size)
{
	return text_is_printable(rest) && bytes_to_text(rest, text, size);
}

static bool set_person(const char *rest, struct journal_record *record)
{
	return account_name_check(bytes_of_text(rest), NULL) &&
	       bytes_to_text(bytes_of_text(rest), record->person, sizeof(record->person));
}

static bool set_device(const char *rest, struct journal_record *record)
{
	int64_t number = 0;

	record->has_serial = strcmp(rest, "-") != 0;
	if (record->has_serial && !parse_number(bytes_of_text(rest), UINT32_MAX, &number))
		return false;
	record->serial = (uint32_t)number;
	return true;
}

static bool set_slot(const char *rest, struct journal_record *record)
{
	record->slot = piv_slot_find(rest);
	return record->slot != NULL;
}

static bool set_algorithm(const char *rest, struct journal_record *record)
{
	record->algorithm = piv_algorithm_find(rest);
	return record->algorithm != NULL;
}

static bool set_pin_policy(const char *rest, struct journal_record *record)
{
	return piv_pin_policy_find(rest, &record->pin_policy);
}

static bool set_touch_policy(const char *rest, struct journal_record *record)
{
	return piv_touch_policy_find(rest, &record->touch_policy);
}

static bool set_days(const char *rest, struct journal_record *record)
{
	int64_t number;

	if (!parse_number(bytes_of_text(rest), 36500, &number) || number < 1)
		return false;
	record->days = (long)number;
	return true;
}

static bool set_factory(const char *rest, struct journal_record *record)
{
	record->factory_codes = strcmp(rest, "yes") == 0;
	return record->factory_codes || strcmp(rest, "no") == 0;
}

static bool set_begun(const char *rest, struct journal_record *record)
{
	record->pin_begun = record->pin_begun || strcmp(rest, "pin") == 0;
	record->puk_begun = record->puk_begun || strcmp(rest, "puk") == 0;
	record->generate_begun = record->generate_begun || strcmp(rest, "generate") == 0;
	return bytes_to_text(bytes_of_text(rest), record->begun, sizeof(record->begun));
}

static bool set_done(const char *rest, struct journal_record *record)
{
	return bytes_to_text(bytes_of_text(rest), record->done, sizeof(record->done));
}

static bool set_key(const char *rest, struct journal_record *record)
{
	return bytes_to_text(bytes_of_text(rest), record->key, sizeof(record->key));
}

static bool set_ended(const char *rest, struct journal_record *record)
{
	record->ended = rest[0] != '\0';
	return record->ended;
}

static bool keep_nothing(const char *rest, struct journal_record *record)
{
	(void)rest;
	(void)record;
	return true;
}

static const struct word_row {
	const char *word;
	bool (*set)(const char *rest, struct journal_record *record);
} words[] = {
    {"person", set_person},
    {"device", set_device},
    {"slot", set_slot},
    {"algorithm", set_algorithm},
    {"pin-policy", set_pin_policy},
    {"touch-policy", set_touch_policy},
    {"days", set_days},
    {"factory", set_factory},
    {"begin", set_begun},
    {"done", set_done},
    {"key", set_key},
    {"sealed", keep_nothing},
    {"shown", keep_nothing},
    {"end", set_ended},
};

static bool take_line(struct bytes line, struct journal_record *record, struct error *err)
{
	struct bytes time, word;
	char rest[256];
	int64_t when;

	if (!bytes_take_until(&line, ' ', &time) || !parse_number(time, INT64_MAX, &when) ||
	    !bytes_take_until(&line, ' ', &word) || !copy(line, rest, sizeof(rest)))
		return error_set(err, ERROR_JOURNAL, "not a line of a journal");
	if (record->begun_at == 0)
		record->begun_at = when;
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (bytes_equal_text(word, words[i].word))
			return words[i].set(rest, record) ||
			       error_set(err, ERROR_JOURNAL, "\"%s\" cannot stand behind %s", rest, words[i].word);
	return error_set(err, ERROR_JOURNAL, "an unknown word; a newer keyenroll may have written it");
}

static bool is_whole(const struct journal_record *record)
{
	return record->person[0] && record->slot && record->algorithm && record->days > 0;
}

bool journal_parse(struct bytes text, struct journal_record *record, struct error *err)
{
	struct journal_record parsed = {.days = 0};
	struct bytes line;

	if (!bytes_take_until(&text, '\n', &line) || !bytes_equal_text(line, "keyenroll-journal 1"))
		return error_set(err, ERROR_JOURNAL, "line 1: not a journal of this keyenroll");
	/* Without an end the last line was cut off; what it announces did not happen. */
	for (unsigned number = 2; text.len > 0 && memchr(text.data, '\n', text.len) != NULL; number++)
		if (!bytes_take_until(&text, '\n', &line) || !take_line(line, &parsed, err))
			return error_prefix(err, "line %u", number);
	if (!is_whole(&parsed))
		return error_set(err, ERROR_JOURNAL, "it does not say who, which slot and what key");
	*record = parsed;
	return true;
}

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
	struct journal_record record;
	struct buffer path = BUFFER_EMPTY, text = BUFFER_UP_TO(JOURNAL_MAXIMUM);
	bool done = buffer_put_format(&path, err, "%s/%s", folder, name) &&
	            file_load(buffer_text(&path), JOURNAL_MAXIMUM, &text, err) &&
	            (journal_parse(buffer_bytes(&text), &record, err) || error_prefix(err, "%s", buffer_text(&path))) &&
	            (record.ended || visit(name, &record, context, err));

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

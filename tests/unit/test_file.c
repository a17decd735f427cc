#include "tests/unit/unit.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/file.h"

/* Each test gets a fresh folder and works in it. */
static int enter_folder(void **state)
{
	char *folder = strdup("/tmp/keyenroll-test-XXXXXX");

	*state = folder;
	return folder == NULL || mkdtemp(folder) == NULL || chdir(folder) != 0;
}

static size_t entries_here(bool remove)
{
	DIR *folder = opendir(".");
	struct dirent *entry;
	size_t count = 0;

	while ((entry = readdir(folder)) != NULL) {
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		count++;
		if (remove && unlink(entry->d_name) != 0)
			(void)rmdir(entry->d_name);
	}
	(void)closedir(folder);
	return count;
}

static int leave_folder(void **state)
{
	int failed;

	(void)entries_here(true);
	failed = chdir("/") != 0 || rmdir(*state) != 0;
	free(*state);
	return failed;
}

static void what_is_stored_is_loaded(void **state)
{
	static const size_t lengths[] = {0, 1, 16383, 16384, 16385, 100000};
	static uint8_t content[100000];

	(void)state;
	for (size_t i = 0; i < sizeof(content); i++)
		content[i] = (uint8_t)(i * 7);
	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		struct bytes wanted = bytes_of(content, lengths[i]);
		struct buffer loaded = BUFFER_EMPTY;
		struct error err = ERROR_EMPTY;

		assert_done(file_store("here", wanted, 0600, &err), err);
		assert_done(file_load("here", lengths[i], &loaded, &err), err);
		assert_true(bytes_equal(buffer_bytes(&loaded), wanted));
		if (lengths[i] > 0) {
			assert_refused(file_load("here", lengths[i] - 1, &loaded, &err), err, ERROR_LIMIT);
			assert_true(bytes_equal(buffer_bytes(&loaded), wanted));
		}
		buffer_free(&loaded);
	}
	assert_int_equal(entries_here(false), 1);
}

static void a_stored_file_has_its_mode(void **state)
{
	struct error err = ERROR_EMPTY;
	mode_t before = umask(077);
	struct stat status;
	char *path = NULL;

	assert_int_not_equal(asprintf(&path, "%s/deep", (const char *)*state), -1);
	assert_done(file_store(path, bytes_of_text("x"), 0644, &err), err);
	assert_int_equal(stat("deep", &status), 0);
	assert_int_equal(status.st_mode & 07777, 0644);
	assert_done(file_store(path, bytes_of_text("y"), 0600, &err), err);
	assert_int_equal(stat("deep", &status), 0);
	assert_int_equal(status.st_mode & 07777, 0600);
	(void)umask(before);
	free(path);
}

static void a_failed_store_leaves_nothing(void **state)
{
	struct error err = ERROR_EMPTY;

	(void)state;
	assert_refused(file_store("absent/file", bytes_of_text("x"), 0600, &err), err, ERROR_FILE);
	assert_int_equal(mkdir("folder", 0700), 0);
	assert_refused(file_store("folder", bytes_of_text("x"), 0600, &err), err, ERROR_FILE);
	assert_int_equal(entries_here(false), 1);
}

/* As root, "--out /dev/null" would put a file in the place of the machine's own. */
static void what_is_no_file_keeps_its_place(void **state)
{
	static const char *const places[] = {"pipe", "to-pipe", "to-device", "to-folder", "to-output"};
	struct error err = ERROR_EMPTY;
	struct stat before, after;

	(void)state;
	assert_int_equal(mkfifo("pipe", 0600), 0);
	assert_int_equal(symlink("pipe", "to-pipe"), 0);
	assert_int_equal(symlink("/dev/null", "to-device"), 0);
	assert_int_equal(symlink("/tmp", "to-folder"), 0);
	/* a descriptor of a file at this moment, which a stat() alone would not tell from one */
	assert_int_equal(symlink("/proc/self/exe", "to-output"), 0);
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		assert_int_equal(lstat(places[i], &before), 0);
		assert_refused(file_store(places[i], bytes_of_text("x"), 0644, &err), err, ERROR_FILE);
		assert_done(file_store("made", bytes_of_text("x"), 0644, &err), err);
		assert_refused(file_replace("made", places[i], 0644, &err), err, ERROR_FILE);
		assert_int_equal(lstat(places[i], &after), 0);
		assert_true(before.st_ino == after.st_ino && before.st_mode == after.st_mode);
	}
	assert_int_equal(entries_here(false), 5);
}

static void a_new_file_takes_nobodys_place(void **state)
{
	struct buffer content = BUFFER_EMPTY;
	struct error err = ERROR_EMPTY;

	(void)state;
	assert_done(file_store_new("mine", bytes_of_text("x"), 0600, &err), err);
	assert_refused(file_store_new("mine", bytes_of_text("y"), 0600, &err), err, ERROR_FILE);
	assert_string_equal(err.text, "mine is there already");
	assert_int_equal(symlink("nowhere", "dangling"), 0);
	assert_refused(file_store_new("dangling", bytes_of_text("y"), 0600, &err), err, ERROR_FILE);
	assert_refused(file_store_new("absent/file", bytes_of_text("x"), 0600, &err), err, ERROR_FILE);
	assert_done(file_load("mine", 10, &content, &err), err);
	assert_string_equal(buffer_text(&content), "x");
	assert_int_equal(entries_here(false), 2);
	buffer_free(&content);
}

static void only_regular_files_are_loaded(void **state)
{
	struct buffer content = BUFFER_EMPTY;
	struct error err = ERROR_EMPTY;

	(void)state;
	assert_refused(file_load("absent", 10, &content, &err), err, ERROR_FILE);
	assert_non_null(strstr(err.text, "absent"));
	assert_non_null(strstr(err.text, strerror(ENOENT)));
	assert_refused(file_load(".", 10, &content, &err), err, ERROR_FILE);
	assert_int_equal(mkfifo("fifo", 0600), 0);
	assert_refused(file_load("fifo", 10, &content, &err), err, ERROR_FILE);
	assert_refused(file_load("/dev/zero", 10, &content, &err), err, ERROR_FILE);
	buffer_free(&content);
}

static void what_others_may_write_is_not_trusted(void **state)
{
	static const struct {
		mode_t mode;
		enum error_code code;
	} rows[] = {
	    {0600, ERROR_NONE},
	    {0644, ERROR_NONE},
	    {0664, ERROR_PERMISSIONS},
	    {0646, ERROR_PERMISSIONS},
	    {0602, ERROR_PERMISSIONS},
	};
	struct buffer content = BUFFER_EMPTY;
	struct error err = ERROR_EMPTY;

	(void)state;
	assert_done(file_store("real", bytes_of_text("x"), 0600, &err), err);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		err = ERROR_EMPTY;
		assert_int_equal(chmod("real", rows[i].mode), 0);
		assert_int_equal(file_load_trusted("real", 10, &content, &err), rows[i].code == ERROR_NONE);
		assert_int_equal(err.code, rows[i].code);
	}
	assert_non_null(strstr(err.text, "chmod go-w real"));
	assert_int_equal(chmod("real", 0600), 0);
	assert_int_equal(symlink("real", "link"), 0);
	assert_refused(file_load_trusted("link", 10, &content, &err), err, ERROR_PERMISSIONS);
	assert_done(file_load("link", 10, &content, &err), err);
	if (geteuid() == 0) {
		assert_int_equal(chown("real", 12345, 0), 0);
		assert_refused(file_load_trusted("real", 10, &content, &err), err, ERROR_PERMISSIONS);
		assert_non_null(strstr(err.text, "chown root real"));
	}
	buffer_free(&content);
}

static void a_descriptor_is_read_to_its_end(void **state)
{
	struct buffer content = BUFFER_EMPTY;
	struct error err = ERROR_EMPTY;
	int ends[2];

	(void)state;
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	assert_int_equal(write(ends[1], "abc", 3), 3);
	assert_int_equal(close(ends[1]), 0);
	assert_done(file_load_descriptor(ends[0], 3, &content, &err), err);
	assert_string_equal(buffer_text(&content), "abc");
	assert_int_equal(close(ends[0]), 0);
	assert_refused(file_load_descriptor(ends[0], 3, &content, &err), err, ERROR_FILE);
	assert_string_equal(buffer_text(&content), "abc");
	buffer_free(&content);
}

static void existence_is_seen(void **state)
{
	(void)state;
	assert_false(file_exists("link"));
	assert_true(file_is_absent("link"));
	assert_true(file_is_absent("link/below"));
	assert_int_equal(symlink("nowhere", "link"), 0);
	assert_true(file_exists("link"));
	assert_false(file_is_absent("link"));
	assert_true(file_exists("."));
	assert_false(file_is_absent("."));
	/* what is behind a circle of links nobody can tell */
	assert_int_equal(symlink("circle", "circle"), 0);
	assert_false(file_exists("circle/below"));
	assert_false(file_is_absent("circle/below"));
}

#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, enter_folder, leave_folder)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    IN_FOLDER(what_is_stored_is_loaded),
	    IN_FOLDER(a_stored_file_has_its_mode),
	    IN_FOLDER(a_failed_store_leaves_nothing),
	    IN_FOLDER(what_is_no_file_keeps_its_place),
	    IN_FOLDER(a_new_file_takes_nobodys_place),
	    IN_FOLDER(only_regular_files_are_loaded),
	    IN_FOLDER(what_others_may_write_is_not_trusted),
	    IN_FOLDER(a_descriptor_is_read_to_its_end),
	    IN_FOLDER(existence_is_seen),
	};

	return cmocka_run_group_tests_name("file", tests, NULL, NULL);
}

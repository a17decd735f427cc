#include "tests/unit/unit.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/file.h"
#include "common/process.h"
#include "registry/revocation_list.h"
#include "registry/snapshot.h"
#include "tests/unit/store_samples.h"

#define NUM_PEOPLE 20
#define NOW (SAMPLE_SINCE + 10)

/* A key and what a snapshot should say of it. */
struct person {
	struct enrollment enrollment;
	uint8_t hash[SSH_KEY_HASH_SIZE];
	char fingerprint[SSH_KEY_FINGERPRINT_SIZE];
};

static void add_person(struct store_fixture *fixture, struct person *person)
{
	struct error err = ERROR_EMPTY;

	store_sample_add(fixture->store, &fixture->registrar, "alice", NULL, &person->enrollment);
	assert_done(ssh_key_hash(&person->enrollment.certificate.key, person->hash, &err), err);
	assert_done(ssh_key_fingerprint(&person->enrollment.certificate.key, person->fingerprint, &err), err);
}

static void write_snapshot(struct store_fixture *fixture)
{
	struct error err = ERROR_EMPTY;

	assert_done(snapshot_store(fixture->store, fixture->snapshot, NOW, NULL, &err), err);
}

static void open_snapshot(const struct store_fixture *fixture, struct snapshot **snapshot)
{
	struct error err = ERROR_EMPTY;

	assert_done(snapshot_open(fixture->snapshot, snapshot, &err), err);
}

static void assert_found(struct snapshot *snapshot, const struct person *person)
{
	struct buffer certificate = BUFFER_EMPTY;
	struct error err = ERROR_EMPTY;

	assert_done(snapshot_find(snapshot, person->hash, &certificate, &err), err);
	assert_true(bytes_equal(buffer_bytes(&certificate), buffer_bytes(&person->enrollment.certificate.blob)));
	buffer_free(&certificate);
}

static void assert_not_found(struct snapshot *snapshot, const struct person *person, enum error_code code)
{
	struct buffer certificate = BUFFER_EMPTY;
	struct error err;

	assert_refused(snapshot_find(snapshot, person->hash, &certificate, &err), err, code);
	assert_int_equal(certificate.len, 0);
}

static void active_keys_are_found_and_no_others(void **state)
{
	struct store_fixture *fixture = *state;
	struct snapshot_counts counts;
	struct snapshot *snapshot = NULL;
	struct person active, revoked, stranger;
	struct error err = ERROR_EMPTY;
	struct stat status;
	mode_t mask = umask(077);

	add_person(fixture, &active);
	add_person(fixture, &revoked);
	stranger = active;
	stranger.hash[0] ^= 1;
	assert_done(store_revoke(fixture->store, revoked.fingerprint, "lost", 86400 * 365, &err), err);
	assert_done(snapshot_store(fixture->store, fixture->snapshot, NOW, &counts, &err), err);
	(void)umask(mask);
	assert_int_equal(counts.active, 1);
	assert_int_equal(counts.revoked, 1);
	assert_int_equal(stat(fixture->snapshot, &status), 0);
	assert_int_equal(status.st_mode & 07777, 0644);
	open_snapshot(fixture, &snapshot);
	assert_found(snapshot, &active);
	assert_not_found(snapshot, &revoked, ERROR_ENROLLMENT_REVOKED);
	assert_not_found(snapshot, &stranger, ERROR_ENROLLMENT_ABSENT);
	assert_found(snapshot, &active);
	assert_refused(snapshot_find(snapshot, revoked.hash, &(struct buffer){0}, &err), err, ERROR_ENROLLMENT_REVOKED);
	assert_string_equal(err.text, "revoked on 1971-01-01: lost");
	snapshot_close(snapshot);
	enrollment_clear(&active.enrollment);
	enrollment_clear(&revoked.enrollment);
}

/* Whoever holds the whole file, and not only what SQLite shows of it, finds nothing of a revoked certificate either. */
static void a_revoked_certificate_is_not_in_the_file(void **state)
{
	struct store_fixture *fixture = *state;
	struct buffer file = BUFFER_EMPTY;
	struct person person;
	struct error err = ERROR_EMPTY;

	add_person(fixture, &person);
	for (int revoked = 0; revoked < 2; revoked++) {
		if (revoked == 1)
			assert_done(store_revoke(fixture->store, person.fingerprint, "lost", 1500, &err), err);
		write_snapshot(fixture);
		assert_done(file_load(fixture->snapshot, 1 << 20, &file, &err), err);
		assert_int_equal(memmem(file.data, file.len, "evidence@keyenroll", 18) != NULL, revoked == 0);
		buffer_free(&file);
	}
	enrollment_clear(&person.enrollment);
}

static void what_is_over_is_left_out(void **state)
{
	struct store_fixture *fixture = *state;
	struct snapshot_counts counts;
	struct snapshot *snapshot = NULL;
	struct person over, again;
	struct error err = ERROR_EMPTY;

	add_person(fixture, &over);
	assert_done(snapshot_store(fixture->store, fixture->snapshot, SAMPLE_UNTIL, &counts, &err), err);
	assert_int_equal(counts.active + counts.revoked, 0);
	open_snapshot(fixture, &snapshot);
	assert_not_found(snapshot, &over, ERROR_ENROLLMENT_ABSENT);
	snapshot_close(snapshot);
	/* the same key, enrolled again for later */
	again = over;
	again.enrollment.certificate.serial = 50;
	again.enrollment.certificate.valid_before = SAMPLE_UNTIL + 1000;
	assert_done(store_add(fixture->store, &again.enrollment, NULL, "operator", SAMPLE_UNTIL, &err), err);
	assert_done(snapshot_store(fixture->store, fixture->snapshot, SAMPLE_UNTIL, &counts, &err), err);
	assert_int_equal(counts.active, 1);
	assert_done(snapshot_store(fixture->store, fixture->snapshot, SAMPLE_SINCE, &counts, &err), err);
	assert_int_equal(counts.active, 1);
	enrollment_clear(&over.enrollment);
}

/* However often the key was enrolled before: a host whose clock goes after the registry's, or a grace for the key, would else let it
 * in again. */
static void a_revoked_key_stays_revoked(void **state)
{
	struct store_fixture *fixture = *state;
	struct snapshot_counts counts;
	struct snapshot *snapshot = NULL;
	struct person revoked, again;
	char person[ACCOUNT_NAME_MAXIMUM];
	struct error err = ERROR_EMPTY;
	uint64_t num = 9;

	add_person(fixture, &revoked);
	again = revoked;
	again.enrollment.certificate.serial = 50;
	again.enrollment.certificate.valid_before = SAMPLE_UNTIL + 1000;
	assert_done(store_add(fixture->store, &again.enrollment, NULL, "operator", SAMPLE_UNTIL, &err), err);
	assert_done(store_revoke(fixture->store, revoked.fingerprint, "stolen", SAMPLE_UNTIL + 10, &err), err);
	for (int64_t now = SAMPLE_UNTIL + 10; now < SAMPLE_UNTIL + 3000; now += 1000) {
		assert_done(snapshot_store(fixture->store, fixture->snapshot, now, &counts, &err), err);
		assert_int_equal(counts.revoked, 1);
		assert_int_equal(counts.active, 0);
		open_snapshot(fixture, &snapshot);
		assert_not_found(snapshot, &revoked, ERROR_ENROLLMENT_REVOKED);
		/* who has no key at all has left, and is not short of a spare one */
		assert_done(snapshot_count_short(snapshot, 2, now + 1, &num, person, &err), err);
		assert_int_equal(num, 0);
		snapshot_close(snapshot);
	}
	enrollment_clear(&revoked.enrollment);
}

/* Other content of the same size in the same file, whose time was set back. */
static void a_file_that_was_written_over_shows(void **state)
{
	struct store_fixture *fixture = *state;
	struct snapshot *snapshot = NULL;
	struct person person;
	struct stat before;
	int descriptor;

	add_person(fixture, &person);
	write_snapshot(fixture);
	open_snapshot(fixture, &snapshot);
	assert_int_equal(stat(fixture->snapshot, &before), 0);
	(void)poll(NULL, 0, 20); /* the kernel's clock for files ticks more slowly than that for people */
	descriptor = open(fixture->snapshot, O_WRONLY | O_CLOEXEC);
	assert_int_equal(pwrite(descriptor, "x", 1, before.st_size - 1), 1);
	assert_int_equal(futimens(descriptor, (struct timespec[]){before.st_atim, before.st_mtim}), 0);
	close(descriptor);
	assert_false(snapshot_is_current(snapshot));
	snapshot_close(snapshot);
	enrollment_clear(&person.enrollment);
}

static void a_reader_keeps_the_file_that_it_opened(void **state)
{
	struct store_fixture *fixture = *state;
	struct snapshot *old = NULL, *new = NULL;
	struct person first, second;
	struct error err = ERROR_EMPTY;

	add_person(fixture, &first);
	write_snapshot(fixture);
	open_snapshot(fixture, &old);
	assert_true(snapshot_is_current(old));
	add_person(fixture, &second);
	assert_done(store_revoke(fixture->store, first.fingerprint, "lost", 1500, &err), err);
	write_snapshot(fixture);
	assert_false(snapshot_is_current(old));
	assert_found(old, &first);
	assert_not_found(old, &second, ERROR_ENROLLMENT_ABSENT);
	open_snapshot(fixture, &new);
	assert_true(snapshot_is_current(new));
	assert_found(new, &second);
	assert_not_found(new, &first, ERROR_ENROLLMENT_REVOKED);
	snapshot_close(old);
	assert_int_equal(unlink(fixture->snapshot), 0);
	assert_false(snapshot_is_current(new));
	assert_found(new, &second);
	snapshot_close(new);
	enrollment_clear(&first.enrollment);
	enrollment_clear(&second.enrollment);
}

static void a_row_that_lies_about_its_key_is_refused(void **state)
{
	struct store_fixture *fixture = *state;
	struct person mine, other;
	struct snapshot *snapshot = NULL;
	sqlite3_stmt *statement = NULL;
	sqlite3 *database = NULL;

	add_person(fixture, &mine);
	add_person(fixture, &other);
	write_snapshot(fixture);
	assert_int_equal(sqlite3_open(fixture->snapshot, &database), SQLITE_OK);
	assert_int_equal(sqlite3_prepare_v2(database, "UPDATE enrollment SET certificate = ? WHERE key_hash = ?", -1,
	                     &statement, NULL),
	    SQLITE_OK);
	assert_int_equal(sqlite3_bind_blob(statement, 1, mine.enrollment.certificate.blob.data,
	                     (int)mine.enrollment.certificate.blob.len, SQLITE_STATIC),
	    SQLITE_OK);
	assert_int_equal(sqlite3_bind_blob(statement, 2, other.hash, sizeof(other.hash), SQLITE_STATIC), SQLITE_OK);
	assert_int_equal(sqlite3_step(statement), SQLITE_DONE);
	assert_int_equal(sqlite3_finalize(statement), SQLITE_OK);
	assert_int_equal(sqlite3_close(database), SQLITE_OK);
	open_snapshot(fixture, &snapshot);
	assert_found(snapshot, &mine);
	assert_not_found(snapshot, &other, ERROR_SNAPSHOT);
	snapshot_close(snapshot);
	enrollment_clear(&mine.enrollment);
	enrollment_clear(&other.enrollment);
}

static void only_a_snapshot_that_nobody_else_writes_is_opened(void **state)
{
	static const char *const changes[] = {
	    "PRAGMA user_version = 1",
	    "PRAGMA user_version = 3",
	    "DROP TABLE snapshot",
	    "DELETE FROM snapshot",
	    "PRAGMA user_version = 0",
	    "PRAGMA user_version = 2; PRAGMA application_id = 1",
	    "DROP TABLE enrollment",
	};
	struct store_fixture *fixture = *state;
	struct snapshot *snapshot = NULL;
	char unseen[512] = "/";
	struct error err;

	memset(unseen + 1, 'x', 300); /* no name is so long: whether it is there nobody can tell */
	assert_refused(snapshot_open(unseen, &snapshot, &err), err, ERROR_FILE);
	assert_refused(snapshot_open(fixture->snapshot, &snapshot, &err), err, ERROR_SNAPSHOT_ABSENT);
	assert_refused(snapshot_open(fixture->path, &snapshot, &err), err, ERROR_SNAPSHOT);
	for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
		sqlite3 *database = NULL;

		write_snapshot(fixture);
		assert_int_equal(sqlite3_open(fixture->snapshot, &database), SQLITE_OK);
		assert_int_equal(sqlite3_exec(database, changes[i], NULL, NULL, NULL), SQLITE_OK);
		assert_int_equal(sqlite3_close(database), SQLITE_OK);
		assert_refused(snapshot_open(fixture->snapshot, &snapshot, &err), err, ERROR_SNAPSHOT);
	}
	write_snapshot(fixture);
	assert_int_equal(chmod(fixture->snapshot, 0664), 0);
	assert_refused(snapshot_open(fixture->snapshot, &snapshot, &err), err, ERROR_PERMISSIONS);
	assert_int_equal(truncate(fixture->snapshot, 0), 0);
	assert_int_equal(chmod(fixture->snapshot, 0644), 0);
	assert_refused(snapshot_open(fixture->snapshot, &snapshot, &err), err, ERROR_SNAPSHOT);
	write_snapshot(fixture);
	assert_int_equal(rename(fixture->snapshot, fixture->snapshot_new), 0);
	assert_int_equal(symlink(fixture->snapshot_new, fixture->snapshot), 0);
	assert_refused(snapshot_open(fixture->snapshot, &snapshot, &err), err, ERROR_PERMISSIONS);
	assert_int_equal(unlink(fixture->snapshot_new), 0);
}

#define ENDLESS "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) "

/* A snapshot comes over the network: what a schema can compute, its reader would compute, and wait for. */
static void only_the_tables_that_a_snapshot_has_are_read(void **state)
{
	static const char *const changes[] = {
	    "DROP TABLE snapshot; CREATE VIEW snapshot AS " ENDLESS "SELECT i AS made_at FROM n WHERE i < 0",
	    "DROP TABLE enrollment; CREATE VIEW enrollment AS " ENDLESS
	    "SELECT NULL AS key_hash, NULL AS certificate, 0 AS revoked_at, '' AS revoked_because, '' AS person FROM n",
	    "CREATE VIEW other AS SELECT 1",
	    "CREATE TABLE other (number INTEGER)",
	    "CREATE TRIGGER other AFTER INSERT ON snapshot BEGIN SELECT 1; END",
	    "CREATE INDEX other ON enrollment (length(hex(certificate)))",
	    "ALTER TABLE snapshot ADD COLUMN other AS (hex(zeroblob(400000)))",
	    "ALTER TABLE grace RENAME TO other",
	    "DROP INDEX enrollment_by_person",
	    "DROP TABLE grace; CREATE VIRTUAL TABLE grace USING fts5(key_hash, grant)",
	};
	struct store_fixture *fixture = *state;
	struct snapshot *snapshot = NULL;
	struct error err;

	for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
		sqlite3 *database = NULL;

		write_snapshot(fixture);
		assert_int_equal(sqlite3_open(fixture->snapshot, &database), SQLITE_OK);
		if (sqlite3_exec(database, changes[i], NULL, NULL, NULL) != SQLITE_OK)
			fail_msg("%s: %s", changes[i], sqlite3_errmsg(database));
		assert_int_equal(sqlite3_close(database), SQLITE_OK);
		(void)alarm(120);
		if (snapshot_open(fixture->snapshot, &snapshot, &err))
			fail_msg("%s: was opened", changes[i]);
		(void)alarm(0);
		assert_int_equal(err.code, ERROR_SNAPSHOT);
	}
}

/* Everybody is looked up in a damaged file: whoever is found has his own certificate, and the revoked one is never found. */
static void look_everybody_up(struct store_fixture *fixture, const struct person *people, size_t *refused)
{
	struct snapshot *snapshot = NULL;
	struct error err = ERROR_EMPTY;

	if (!snapshot_open(fixture->snapshot, &snapshot, &err)) {
		++*refused;
		return;
	}
	for (size_t i = 0; i < NUM_PEOPLE; i++) {
		struct buffer found = BUFFER_EMPTY;

		if (!snapshot_find(snapshot, people[i].hash, &found, &err))
			++*refused;
		else if (i == 0 ||
		         !bytes_equal(buffer_bytes(&found), buffer_bytes(&people[i].enrollment.certificate.blob)))
			fail_msg("person %zu got another certificate", i);
		buffer_free(&found);
	}
	snapshot_close(snapshot);
}

static void flip_byte(const char *path, off_t place, uint8_t mask)
{
	int descriptor = open(path, O_RDWR);
	uint8_t byte;

	assert_true(descriptor >= 0);
	assert_int_equal(pread(descriptor, &byte, 1, place), 1);
	byte ^= mask;
	assert_int_equal(pwrite(descriptor, &byte, 1, place), 1);
	assert_int_equal(close(descriptor), 0);
}

static void damage_lets_nobody_in(void **state)
{
	struct store_fixture *fixture = *state;
	struct person people[NUM_PEOPLE];
	unsigned seed = 20261124;
	size_t refused = 0;
	struct stat status;
	struct error err = ERROR_EMPTY;

	for (size_t i = 0; i < NUM_PEOPLE; i++)
		add_person(fixture, &people[i]);
	assert_done(store_revoke(fixture->store, people[0].fingerprint, "lost", 1500, &err), err);
	write_snapshot(fixture);
	assert_int_equal(stat(fixture->snapshot, &status), 0);
	for (int i = 0; i < 800; i++) {
		off_t place;
		uint8_t mask;

		seed = seed * 1103515245U + 12345U;
		/* the first quarter falls on the header, the schema and the root page, where little is enough */
		place = (off_t)(seed / 16 % (i % 4 == 0 ? 300 : (unsigned)status.st_size));
		mask = (uint8_t)(1U + seed % 255U);
		flip_byte(fixture->snapshot, place, mask);
		look_everybody_up(fixture, people, &refused);
		flip_byte(fixture->snapshot, place, mask);
	}
	/* the revoked one each time, and those who were hit */
	assert_true(refused > 800);
	for (size_t i = 0; i < NUM_PEOPLE; i++)
		enrollment_clear(&people[i].enrollment);
}

static void a_cut_file_lets_nobody_in(void **state)
{
	struct store_fixture *fixture = *state;
	struct person people[NUM_PEOPLE];
	struct stat status;
	struct error err = ERROR_EMPTY;
	size_t refused = 0;

	for (size_t i = 0; i < NUM_PEOPLE; i++)
		add_person(fixture, &people[i]);
	assert_done(store_revoke(fixture->store, people[0].fingerprint, "lost", 1500, &err), err);
	write_snapshot(fixture);
	assert_int_equal(stat(fixture->snapshot, &status), 0);
	for (off_t len = status.st_size - 1; len >= 0; len -= 511) {
		assert_int_equal(truncate(fixture->snapshot, len), 0);
		look_everybody_up(fixture, people, &refused);
	}
	assert_true(refused > 0);
	for (size_t i = 0; i < NUM_PEOPLE; i++)
		enrollment_clear(&people[i].enrollment);
}

static void write_on_a_full_disk(struct store_fixture *fixture, rlim_t limit)
{
	const struct rlimit room = {limit, limit};
	struct store *store = NULL;
	struct error err = ERROR_EMPTY;

	(void)signal(SIGXFSZ, SIG_IGN);
	if (!store_open(fixture->path, false, &store, &err) || setrlimit(RLIMIT_FSIZE, &room) != 0)
		_exit(1);
	_exit(snapshot_store(store, fixture->snapshot, NOW, NULL, &err) ? 2 : err.code == ERROR_FILE ? 42 : 3);
}

static void a_full_disk_leaves_the_old_snapshot(void **state)
{
	static const rlim_t limits[] = {0, 100, 4096, 8192, 12288};
	struct store_fixture *fixture = *state;
	struct snapshot *snapshot = NULL;
	struct person first, later;

	add_person(fixture, &first);
	write_snapshot(fixture);
	for (int i = 0; i < NUM_PEOPLE; i++) {
		add_person(fixture, &later);
		enrollment_clear(&later.enrollment);
	}
	for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
		pid_t child = fork();
		int status;

		if (child == 0)
			write_on_a_full_disk(fixture, limits[i]);
		assert_int_equal(waitpid(child, &status, 0), child);
		assert_true(WIFEXITED(status));
		assert_int_equal(WEXITSTATUS(status), 42);
		assert_false(file_exists(fixture->snapshot_new));
		open_snapshot(fixture, &snapshot);
		assert_found(snapshot, &first);
		snapshot_close(snapshot);
	}
	enrollment_clear(&first.enrollment);
}

static void a_leftover_and_a_missing_folder(void **state)
{
	struct store_fixture *fixture = *state;
	struct snapshot *snapshot = NULL;
	struct person person;
	struct error err = ERROR_EMPTY;

	add_person(fixture, &person);
	/* of a writer that was killed, or a trap for one that would follow it */
	assert_int_equal(symlink(fixture->path, fixture->snapshot_new), 0);
	write_snapshot(fixture);
	assert_false(file_exists(fixture->snapshot_new));
	open_snapshot(fixture, &snapshot);
	assert_found(snapshot, &person);
	snapshot_close(snapshot);
	assert_int_equal(store_sample_count(fixture->store, NULL, NULL), 1);
	assert_refused(snapshot_store(fixture->store, "/nonexistent/snapshot", NOW, NULL, &err), err, ERROR_FILE);
	/* the store is not held any longer */
	err = ERROR_EMPTY;
	assert_done(store_revoke(fixture->store, person.fingerprint, "lost", 1500, &err), err);
	enrollment_clear(&person.enrollment);
}

#define IN_A_FOLDER(test) cmocka_unit_test_setup_teardown(test, store_fixture_make, store_fixture_remove)

/* ssh-keygen's own word on whether a list has a key. */
static bool is_listed(const char *list, const struct enrollment *enrollment)
{
	static char program[] = "ssh-keygen", query[] = "-Q", file[] = "-f";
	char key_path[] = "/tmp/keyenroll-listed.XXXXXX", *path = strdup(list);
	char *const argv[] = {program, query, file, path, key_path, NULL};
	struct buffer line = BUFFER_EMPTY, output = BUFFER_EMPTY;
	struct error err = ERROR_EMPTY;
	int descriptor = mkstemp(key_path);
	bool clean;

	assert_true(descriptor >= 0);
	(void)close(descriptor);
	assert_done(ssh_key_put_line(&enrollment->certificate.key, &line, &err), err);
	assert_done(file_store(key_path, buffer_bytes(&line), 0600, &err), err);
	clean = process_run(program, argv, NULL, BYTES_EMPTY, &output, 10000, &err);
	(void)unlink(key_path);
	free(path);
	buffer_free(&line);
	buffer_free(&output);
	return !clean;
}

/* For ever: these enrollments have been over for half a century. */
static void the_revocation_list_has_what_was_revoked(void **state)
{
	struct store_fixture *fixture = *state;
	char list[128];
	struct person active, revoked;
	struct error err = ERROR_EMPTY;
	uint64_t num = 9;

	(void)snprintf(list, sizeof(list), "%s/revoked.krl", fixture->folder);
	add_person(fixture, &active);
	add_person(fixture, &revoked);
	assert_done(revocation_list_store(fixture->store, list, &num, &err), err);
	assert_int_equal(num, 0);
	assert_false(is_listed(list, &revoked.enrollment));
	assert_done(store_revoke(fixture->store, revoked.fingerprint, "lost", SAMPLE_SINCE, &err), err);
	assert_done(revocation_list_store(fixture->store, list, &num, &err), err);
	assert_int_equal(num, 1);
	assert_true(is_listed(list, &revoked.enrollment));
	assert_false(is_listed(list, &active.enrollment));
	assert_int_equal(unlink(list), 0);
	assert_refused(revocation_list_store(fixture->store, "/nonexistent/list", NULL, &err), err, ERROR_PROGRAM);
	enrollment_clear(&active.enrollment);
	enrollment_clear(&revoked.enrollment);
}

/* Nobody revokes in between: a host refuses a snapshot with a revocation that its list lacks. */
static void a_list_and_a_snapshot_are_of_one_state(void **state)
{
	struct store_fixture *fixture = *state;
	char list[128];
	struct person person;
	struct error err = ERROR_EMPTY;

	(void)snprintf(list, sizeof(list), "%s/revoked.krl", fixture->folder);
	add_person(fixture, &person);
	assert_done(store_hold(fixture->store, &err), err);
	assert_done(revocation_list_store(fixture->store, list, NULL, &err), err);
	assert_done(snapshot_store(fixture->store, fixture->snapshot, NOW, NULL, &err), err);
	assert_refused(store_hold(fixture->store, &err), err, ERROR_STORE); /* it is held still */
	store_release(fixture->store);
	assert_done(snapshot_store(fixture->store, fixture->snapshot, NOW, NULL, &err), err);
	assert_done(store_revoke(fixture->store, person.fingerprint, "lost", SAMPLE_SINCE, &err), err);
	assert_int_equal(unlink(list), 0);
	enrollment_clear(&person.enrollment);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    IN_A_FOLDER(the_revocation_list_has_what_was_revoked),
	    IN_A_FOLDER(a_list_and_a_snapshot_are_of_one_state),
	    IN_A_FOLDER(active_keys_are_found_and_no_others),
	    IN_A_FOLDER(a_revoked_certificate_is_not_in_the_file),
	    IN_A_FOLDER(a_revoked_key_stays_revoked),
	    IN_A_FOLDER(what_is_over_is_left_out),
	    IN_A_FOLDER(a_file_that_was_written_over_shows),
	    IN_A_FOLDER(a_reader_keeps_the_file_that_it_opened),
	    IN_A_FOLDER(a_row_that_lies_about_its_key_is_refused),
	    IN_A_FOLDER(only_a_snapshot_that_nobody_else_writes_is_opened),
	    IN_A_FOLDER(only_the_tables_that_a_snapshot_has_are_read),
	    IN_A_FOLDER(damage_lets_nobody_in),
	    IN_A_FOLDER(a_cut_file_lets_nobody_in),
	    IN_A_FOLDER(a_full_disk_leaves_the_old_snapshot),
	    IN_A_FOLDER(a_leftover_and_a_missing_folder),
	};

	return cmocka_run_group_tests_name("snapshot", tests, NULL, NULL);
}

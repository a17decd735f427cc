/* May this snapshot follow that one: each way in which it may not, by real snapshots and lists of a store that goes on. */
#include "tests/unit/unit.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/file.h"
#include "common/process.h"
#include "registry/revocation_list.h"
#include "registry/snapshot_succession.h"
#include "tests/unit/store_samples.h"

#define NOW (SAMPLE_SINCE + 100)
#define LIST_MAXIMUM ((size_t)1024 * 1024)
#define PAGE_SIZE 4096
#define PAGE_INTERIOR 2
#define PAGE_INTERIOR_HEADER 12
#define PAGE_LEAF 10
#define PAGE_LEAF_HEADER 8

/* A snapshot and its list, as they were published at one time. */
struct publication {
	char snapshot[128], list[128];
	struct snapshot *opened;
	struct buffer hashes;
};

struct stage {
	struct store_fixture *fixture;
	struct publication before, after;
};

static void name_publication(const struct store_fixture *fixture, const char *name, struct publication *publication)
{
	*publication = (struct publication){.opened = NULL};
	(void)snprintf(publication->snapshot, sizeof(publication->snapshot), "%s/%s", fixture->folder, name);
	(void)snprintf(publication->list, sizeof(publication->list), "%s/%s.krl", fixture->folder, name);
}

static int make_stage(void **state)
{
	static struct stage stage;
	void *fixture = NULL;

	if (store_fixture_make(&fixture) != 0)
		return -1;
	stage.fixture = fixture;
	name_publication(stage.fixture, "before", &stage.before);
	name_publication(stage.fixture, "after", &stage.after);
	*state = &stage;
	return 0;
}

static void remove_publication(struct publication *publication)
{
	snapshot_close(publication->opened);
	buffer_free(&publication->hashes);
	(void)unlink(publication->snapshot);
	(void)unlink(publication->list);
}

static int remove_stage(void **state)
{
	struct stage *stage = *state;
	void *fixture = stage->fixture;

	remove_publication(&stage->before);
	remove_publication(&stage->after);
	return store_fixture_remove(&fixture);
}

static void load_list(struct publication *publication)
{
	struct buffer list = BUFFER_UP_TO(LIST_MAXIMUM);
	struct error err = ERROR_EMPTY;

	buffer_free(&publication->hashes);
	assert_done(file_load(publication->list, LIST_MAXIMUM, &list, &err), err);
	assert_done(revocation_list_parse(buffer_bytes(&list), &publication->hashes, &err), err);
	buffer_free(&list);
}

static void publish(struct store *store, int64_t made_at, struct publication *publication)
{
	struct error err = ERROR_EMPTY;

	snapshot_close(publication->opened);
	publication->opened = NULL;
	assert_done(revocation_list_store(store, publication->list, NULL, &err), err);
	assert_done(snapshot_store(store, publication->snapshot, made_at, NULL, &err), err);
	assert_done(snapshot_open(publication->snapshot, &publication->opened, &err), err);
	load_list(publication);
}

static void enroll(const struct stage *stage, char fingerprint[SSH_KEY_FINGERPRINT_SIZE])
{
	struct enrollment enrollment = ENROLLMENT_EMPTY;
	struct error err = ERROR_EMPTY;

	store_sample_add(stage->fixture->store, &stage->fixture->registrar, "alice", NULL, &enrollment);
	assert_done(ssh_key_fingerprint(&enrollment.certificate.key, fingerprint, &err), err);
	enrollment_clear(&enrollment);
}

static void lose(const struct stage *stage, const char *fingerprint)
{
	struct error err = ERROR_EMPTY;

	assert_done(store_revoke(stage->fixture->store, fingerprint, "lost", SAMPLE_SINCE, &err), err);
}

static bool follows(const struct publication *before, const struct publication *after, struct succession_terms terms,
    struct snapshot_counts *counts, struct error *err)
{
	const struct succession_side present = {before->opened, buffer_bytes(&before->hashes)};
	const struct succession_side next = {after->opened, buffer_bytes(&after->hashes)};

	return snapshot_succession_check(&present, &next, &terms, counts, err);
}

static void assert_follows(const struct publication *before, const struct publication *after,
    struct succession_terms terms, uint64_t active, uint64_t revoked)
{
	struct snapshot_counts counts = {99, 99};
	struct error err = ERROR_EMPTY;

	assert_done(follows(before, after, terms, &counts, &err), err);
	assert_int_equal(counts.active, active);
	assert_int_equal(counts.revoked, revoked);
}

static void assert_refuses(const struct publication *before, const struct publication *after,
    struct succession_terms terms, enum error_code code)
{
	struct snapshot_counts counts;
	struct error err;

	assert_refused(follows(before, after, terms, &counts, &err), err, code);
}

static const struct succession_terms usual = {.now = NOW};
static const struct succession_terms older = {.now = NOW, .allow_older = true};
static const struct succession_terms empty = {.now = NOW, .allow_empty = true};
static const struct publication nothing = {.opened = NULL};

static void a_newer_one_follows(void **state)
{
	char first[SSH_KEY_FINGERPRINT_SIZE], second[SSH_KEY_FINGERPRINT_SIZE];
	struct stage *stage = *state;

	enroll(stage, first);
	enroll(stage, second);
	publish(stage->fixture->store, NOW - 10, &stage->before);
	lose(stage, first);
	publish(stage->fixture->store, NOW, &stage->after);
	assert_follows(&nothing, &stage->before, usual, 2, 0);
	assert_follows(&stage->before, &stage->after, usual, 1, 1);
	assert_follows(&stage->after, &stage->after, usual, 1, 1);
}

static void an_older_one_does_not(void **state)
{
	char fingerprint[SSH_KEY_FINGERPRINT_SIZE];
	struct stage *stage = *state;

	enroll(stage, fingerprint);
	publish(stage->fixture->store, NOW - 9, &stage->before);
	publish(stage->fixture->store, NOW - 10, &stage->after);
	assert_refuses(&stage->before, &stage->after, usual, ERROR_SNAPSHOT_ROLLBACK);
	assert_refuses(&stage->before, &stage->after, empty, ERROR_SNAPSHOT_ROLLBACK);
	assert_follows(&stage->before, &stage->after, older, 1, 0);
	assert_follows(&nothing, &stage->after, usual, 1, 0);
}

static void one_from_the_future_never_does(void **state)
{
	char fingerprint[SSH_KEY_FINGERPRINT_SIZE];
	struct stage *stage = *state;

	enroll(stage, fingerprint);
	publish(stage->fixture->store, NOW + SUCCESSION_LEEWAY_SECONDS, &stage->after);
	assert_follows(&nothing, &stage->after, usual, 1, 0);
	publish(stage->fixture->store, NOW + SUCCESSION_LEEWAY_SECONDS + 1, &stage->after);
	assert_refuses(&nothing, &stage->after, usual, ERROR_SNAPSHOT_FUTURE);
	assert_refuses(&nothing, &stage->after, older, ERROR_SNAPSHOT_FUTURE);
}

static void change(const struct publication *publication, const char *sql)
{
	sqlite3 *database = NULL;

	assert_int_equal(sqlite3_open(publication->snapshot, &database), SQLITE_OK);
	if (sqlite3_exec(database, sql, NULL, NULL, NULL) != SQLITE_OK)
		fail_msg("%s: %s", sql, sqlite3_errmsg(database));
	assert_int_equal(sqlite3_close(database), SQLITE_OK);
}

static void reopen(struct publication *publication)
{
	struct error err = ERROR_EMPTY;

	snapshot_close(publication->opened);
	publication->opened = NULL;
	assert_done(snapshot_open(publication->snapshot, &publication->opened, &err), err);
}

/* Each by the snapshot alone, whose list still has all of them. */
static void a_revocation_that_is_gone_does_not(void **state)
{
	static const char *const changes[] = {
	    "DELETE FROM enrollment WHERE revoked_at IS NOT NULL",
	    "UPDATE enrollment SET certificate = (SELECT certificate FROM enrollment WHERE certificate IS NOT NULL),"
	    " revoked_at = NULL, revoked_because = NULL",
	};
	char first[SSH_KEY_FINGERPRINT_SIZE], second[SSH_KEY_FINGERPRINT_SIZE];
	struct snapshot_counts counts;
	struct stage *stage = *state;
	struct error err;

	enroll(stage, first);
	enroll(stage, second);
	lose(stage, first);
	publish(stage->fixture->store, NOW - 10, &stage->before);
	publish(stage->fixture->store, NOW, &stage->after);
	change(&stage->after, changes[0]);
	reopen(&stage->after);
	assert_refuses(&stage->before, &stage->after, usual, ERROR_SNAPSHOT_ROLLBACK);
	assert_follows(&stage->before, &stage->after, older, 1, 0);
	publish(stage->fixture->store, NOW, &stage->after);
	change(&stage->after, changes[1]);
	reopen(&stage->after);
	/* the certificate of another key: whoever looks it up finds damage */
	assert_refused(follows(&stage->before, &stage->after, usual, &counts, &err), err, ERROR_SNAPSHOT);
}

/* A host that has the list alone, or a snapshot that it cannot read, still knows what is revoked. */
static void the_list_alone_knows(void **state)
{
	char first[SSH_KEY_FINGERPRINT_SIZE], second[SSH_KEY_FINGERPRINT_SIZE];
	struct stage *stage = *state;
	struct publication list_alone;

	enroll(stage, first);
	enroll(stage, second);
	publish(stage->fixture->store, NOW, &stage->after);
	lose(stage, first);
	publish(stage->fixture->store, NOW - 10, &stage->before);
	list_alone = (struct publication){.hashes = stage->before.hashes};
	assert_refuses(&list_alone, &stage->after, usual, ERROR_SNAPSHOT_ROLLBACK);
	assert_follows(&list_alone, &stage->after, older, 2, 0);
}

/* Two files of two times: a list that is newer than its snapshot is the other way round, and no harm. */
static void a_list_that_is_older_than_its_snapshot_does_not(void **state)
{
	char first[SSH_KEY_FINGERPRINT_SIZE], second[SSH_KEY_FINGERPRINT_SIZE];
	struct stage *stage = *state;
	struct publication mixed;

	enroll(stage, first);
	enroll(stage, second);
	publish(stage->fixture->store, NOW - 10, &stage->before);
	lose(stage, first);
	publish(stage->fixture->store, NOW, &stage->after);
	mixed = (struct publication){.opened = stage->after.opened, .hashes = stage->before.hashes};
	assert_refuses(&nothing, &mixed, usual, ERROR_SNAPSHOT_ROLLBACK);
	assert_refuses(&nothing, &mixed, older, ERROR_SNAPSHOT_ROLLBACK);
	mixed = (struct publication){.opened = stage->before.opened, .hashes = stage->after.hashes};
	assert_follows(&nothing, &mixed, usual, 2, 0);
}

static void one_without_anybody_does_not(void **state)
{
	char first[SSH_KEY_FINGERPRINT_SIZE];
	struct stage *stage = *state;
	struct publication all_listed;

	publish(stage->fixture->store, NOW - 20, &stage->after);
	assert_follows(&nothing, &stage->after, usual, 0, 0);
	enroll(stage, first);
	publish(stage->fixture->store, NOW - 10, &stage->before);
	publish(stage->fixture->store, SAMPLE_UNTIL, &stage->after);
	assert_refuses(
	    &stage->before, &stage->after, (struct succession_terms){.now = SAMPLE_UNTIL}, ERROR_SNAPSHOT_EMPTY);
	assert_follows(
	    &stage->before, &stage->after, (struct succession_terms){.now = SAMPLE_UNTIL, .allow_empty = true}, 0, 0);
	/* a list that has every key locks everybody out as well */
	lose(stage, first);
	publish(stage->fixture->store, NOW, &stage->after);
	all_listed = (struct publication){.opened = stage->before.opened, .hashes = stage->after.hashes};
	assert_refuses(&stage->before, &all_listed, usual, ERROR_SNAPSHOT_EMPTY);
	assert_follows(&stage->before, &all_listed, empty, 1, 0);
}

/* ---- the shape of a file ---- */

static uint16_t read_u16(const uint8_t *at)
{
	return (uint16_t)(at[0] << 8 | at[1]);
}

static void patch(const struct publication *publication, uint8_t *page, int64_t number)
{
	int descriptor = open(publication->snapshot, O_WRONLY | O_CLOEXEC);

	assert_true(descriptor >= 0);
	assert_int_equal(pwrite(descriptor, page, PAGE_SIZE, (number - 1) * PAGE_SIZE), PAGE_SIZE);
	assert_int_equal(close(descriptor), 0);
}

/* The root page of one of its trees, and its number. */
static int64_t root_page(const struct publication *publication, const char *name, uint8_t page[PAGE_SIZE])
{
	sqlite3_stmt *statement = NULL;
	sqlite3 *database = NULL;
	int64_t number;
	int descriptor;

	assert_int_equal(sqlite3_open(publication->snapshot, &database), SQLITE_OK);
	assert_int_equal(
	    sqlite3_prepare_v2(database, "SELECT rootpage FROM sqlite_schema WHERE name = ?", -1, &statement, NULL),
	    SQLITE_OK);
	assert_int_equal(sqlite3_bind_text(statement, 1, name, -1, SQLITE_STATIC), SQLITE_OK);
	assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
	number = sqlite3_column_int64(statement, 0);
	(void)sqlite3_finalize(statement);
	assert_int_equal(sqlite3_close(database), SQLITE_OK);
	descriptor = open(publication->snapshot, O_RDONLY | O_CLOEXEC);
	assert_true(descriptor >= 0);
	assert_int_equal(pread(descriptor, page, PAGE_SIZE, (number - 1) * PAGE_SIZE), PAGE_SIZE);
	assert_int_equal(close(descriptor), 0);
	return number;
}

#define NUM_PEOPLE 40

static void publish_many(struct stage *stage)
{
	char fingerprint[SSH_KEY_FINGERPRINT_SIZE];

	for (int i = 0; i < NUM_PEOPLE; i++)
		enroll(stage, fingerprint);
	publish(stage->fixture->store, NOW, &stage->after);
	assert_follows(&nothing, &stage->after, usual, NUM_PEOPLE, 0);
}

static bool visit_any(const struct snapshot_entry *entry, void *num, struct error *err)
{
	(void)entry;
	(void)err;
	++*(size_t *)num;
	return true;
}

/* A walk of a file that nobody checked beforehand: a login at the console, doctor and why ask so. */
static void assert_walk_refuses(const struct publication *publication, const char *person, size_t num_before)
{
	struct error err = ERROR_EMPTY;
	size_t num = 0;

	assert_refused(snapshot_each(publication->opened, person, visit_any, &num, &err), err, ERROR_SNAPSHOT);
	assert_int_equal(num, num_before);
}

/* A page that hangs in two places of the tree: with many of them a walk would not end. */
static void a_page_that_comes_twice_is_damage(void **state)
{
	struct stage *stage = *state;
	struct error err = ERROR_EMPTY;
	uint8_t page[PAGE_SIZE];
	uint16_t first, second;
	int64_t number;
	size_t num = 0;

	publish_many(stage);
	number = root_page(&stage->after, "enrollment", page);
	assert_int_equal(page[0], PAGE_INTERIOR);
	assert_true(read_u16(page + 3) >= 2);
	first = read_u16(page + PAGE_INTERIOR_HEADER);
	second = read_u16(page + PAGE_INTERIOR_HEADER + 2);
	assert_memory_not_equal(page + first, page + second, 4);
	memcpy(page + first, page + second, 4);
	patch(&stage->after, page, number);
	reopen(&stage->after);
	assert_refuses(&nothing, &stage->after, usual, ERROR_SNAPSHOT);
	assert_refused(snapshot_each(stage->after.opened, NULL, visit_any, &num, &err), err, ERROR_SNAPSHOT);
	assert_true(num > 0 && num < NUM_PEOPLE);
}

/* Of many keys, on one page: its number. */
static int64_t publish_index(struct stage *stage, uint8_t page[PAGE_SIZE])
{
	int64_t number;

	publish_many(stage);
	number = root_page(&stage->after, "enrollment_by_person", page);
	assert_int_equal(page[0], PAGE_LEAF);
	assert_int_equal(read_u16(page + 3), NUM_PEOPLE);
	return number;
}

static void an_index_of_other_keys_is_damage(void **state)
{
	struct stage *stage = *state;
	uint8_t page[PAGE_SIZE];
	int64_t number = publish_index(stage, page);

	page[4]--;
	patch(&stage->after, page, number);
	reopen(&stage->after);
	assert_refuses(&nothing, &stage->after, usual, ERROR_SNAPSHOT);
}

/* Of one key two times, the second time it is out of order. */
static void an_index_that_gives_a_key_twice_is_not_walked_on(void **state)
{
	struct stage *stage = *state;
	uint8_t page[PAGE_SIZE];
	int64_t number = publish_index(stage, page);

	memcpy(page + PAGE_LEAF_HEADER + 2, page + PAGE_LEAF_HEADER, 2);
	patch(&stage->after, page, number);
	reopen(&stage->after);
	assert_walk_refuses(&stage->after, "alice", 1);
}

static void a_key_that_stands_in_the_index_alone_is_damage(void **state)
{
	struct stage *stage = *state;
	uint8_t page[PAGE_SIZE];
	int64_t number = publish_index(stage, page);
	uint16_t cell;

	cell = read_u16(page + PAGE_LEAF_HEADER + 2 * 3);
	page[cell + page[cell]] ^= 1; /* the last byte of what it holds is the last of a key's hash */
	patch(&stage->after, page, number);
	reopen(&stage->after);
	assert_walk_refuses(&stage->after, "alice", 3);
}

static void a_key_of_another_size_is_damage(void **state)
{
	struct stage *stage = *state;
	struct error err;

	publish_many(stage);
	change(&stage->after, "INSERT INTO enrollment VALUES (x'00', NULL, 1, 'lost', 'alice')");
	reopen(&stage->after);
	assert_walk_refuses(&stage->after, NULL, 0);
	assert_refused(snapshot_check(stage->after.opened, &err), err, ERROR_SNAPSHOT);
}

/* ---- lists ---- */

static void load_bytes_of_list(struct stage *stage, struct buffer *list)
{
	struct error err = ERROR_EMPTY;

	list->maximum = LIST_MAXIMUM;
	assert_done(file_load(stage->after.list, LIST_MAXIMUM, list, &err), err);
}

static bool is_list(struct bytes list, size_t *num, enum error_code *code)
{
	struct buffer hashes = BUFFER_EMPTY;
	struct error err = ERROR_EMPTY;
	bool done = revocation_list_parse(list, &hashes, &err);

	*num = hashes.len / SSH_KEY_HASH_SIZE;
	*code = err.code;
	buffer_free(&hashes);
	return done;
}

static void a_list_is_read_whole_or_not(void **state)
{
	char fingerprint[SSH_KEY_FINGERPRINT_SIZE];
	struct buffer list = BUFFER_EMPTY;
	struct stage *stage = *state;
	size_t num, num_empty = 0;
	enum error_code code;

	for (int i = 0; i < 3; i++) {
		enroll(stage, fingerprint);
		lose(stage, fingerprint);
	}
	publish(stage->fixture->store, NOW, &stage->after);
	load_bytes_of_list(stage, &list);
	assert_true(is_list(buffer_bytes(&list), &num, &code));
	assert_int_equal(num, 3);
	for (size_t len = 0; len < list.len; len++) {
		if (is_list(bytes_of(list.data, len), &num, &code)) {
			/* its head alone is a list of nothing, which succession refuses */
			assert_int_equal(num, 0);
			num_empty++;
		} else {
			assert_int_equal(code, ERROR_REVOCATION_LIST);
		}
	}
	assert_int_equal(num_empty, 1);
	for (size_t i = 0; i < 3; i++) {
		uint8_t hash[SSH_KEY_HASH_SIZE];

		memcpy(hash, stage->after.hashes.data + i * sizeof(hash), sizeof(hash));
		assert_true(revocation_list_holds(buffer_bytes(&stage->after.hashes), hash));
		hash[31] ^= 1;
		assert_false(revocation_list_holds(buffer_bytes(&stage->after.hashes), hash));
	}
	buffer_free(&list);
}

/* The places are those of PROTOCOL.krl: magic, format, and behind a head without comment the kind of the first section. */
static void each_part_of_a_list_counts(void **state)
{
	static const size_t places[] = {0, 7, 11, 44};
	char fingerprint[SSH_KEY_FINGERPRINT_SIZE];
	struct buffer list = BUFFER_EMPTY;
	struct error err = ERROR_EMPTY;
	struct stage *stage = *state;
	enum error_code code;
	size_t num;

	enroll(stage, fingerprint);
	lose(stage, fingerprint);
	publish(stage->fixture->store, NOW, &stage->after);
	load_bytes_of_list(stage, &list);
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		list.data[places[i]] ^= 4;
		assert_false(is_list(buffer_bytes(&list), &num, &code));
		assert_int_equal(code, ERROR_REVOCATION_LIST);
		list.data[places[i]] ^= 4;
	}
	assert_true(is_list(buffer_bytes(&list), &num, &code));
	assert_done(buffer_put_u8(&list, 0, &err), err);
	assert_false(is_list(buffer_bytes(&list), &num, &code));
	buffer_free(&list);
}

/* sshd takes a list of a CA's serials too; here it would hide that no key is listed. */
static void a_list_of_another_kind_is_refused(void **state)
{
	static char program[] = "ssh-keygen", quiet[] = "-q", make[] = "-k", file[] = "-f", input[] = "-";
	struct stage *stage = *state;
	char *const argv[] = {program, quiet, make, file, stage->after.list, input, NULL};
	struct buffer line = BUFFER_EMPTY, said = BUFFER_EMPTY, list = BUFFER_EMPTY;
	struct error err = ERROR_EMPTY;
	enum error_code code;
	size_t num;

	assert_done(ssh_key_put_line(&stage->fixture->registrar.key, &line, &err), err);
	assert_done(process_run(program, argv, NULL, buffer_bytes(&line), &said, 10000, &err), err);
	load_bytes_of_list(stage, &list);
	assert_false(is_list(buffer_bytes(&list), &num, &code));
	assert_int_equal(code, ERROR_REVOCATION_LIST);
	assert_false(is_list(bytes_of_text("no list"), &num, &code));
	assert_int_equal(code, ERROR_REVOCATION_LIST);
	buffer_free(&line);
	buffer_free(&said);
	buffer_free(&list);
}

static void hashes_out_of_order_are_refused(void **state)
{
	char fingerprint[SSH_KEY_FINGERPRINT_SIZE];
	struct buffer list = BUFFER_EMPTY;
	uint8_t hash[SSH_KEY_HASH_SIZE];
	struct stage *stage = *state;
	enum error_code code;
	uint8_t *last;
	size_t num;

	for (int i = 0; i < 2; i++) {
		enroll(stage, fingerprint);
		lose(stage, fingerprint);
	}
	publish(stage->fixture->store, NOW, &stage->after);
	load_bytes_of_list(stage, &list);
	last = list.data + list.len - sizeof(hash);
	memcpy(hash, last, sizeof(hash));
	memcpy(last, last - sizeof(hash) - 4, sizeof(hash));
	assert_false(is_list(buffer_bytes(&list), &num, &code));
	memcpy(last - sizeof(hash) - 4, hash, sizeof(hash));
	assert_false(is_list(buffer_bytes(&list), &num, &code));
	buffer_free(&list);
}

#define ON_A_STAGE(test) cmocka_unit_test_setup_teardown(test, make_stage, remove_stage)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    ON_A_STAGE(a_newer_one_follows),
	    ON_A_STAGE(an_older_one_does_not),
	    ON_A_STAGE(one_from_the_future_never_does),
	    ON_A_STAGE(a_revocation_that_is_gone_does_not),
	    ON_A_STAGE(the_list_alone_knows),
	    ON_A_STAGE(a_list_that_is_older_than_its_snapshot_does_not),
	    ON_A_STAGE(one_without_anybody_does_not),
	    ON_A_STAGE(a_page_that_comes_twice_is_damage),
	    ON_A_STAGE(an_index_of_other_keys_is_damage),
	    ON_A_STAGE(an_index_that_gives_a_key_twice_is_not_walked_on),
	    ON_A_STAGE(a_key_that_stands_in_the_index_alone_is_damage),
	    ON_A_STAGE(a_key_of_another_size_is_damage),
	    ON_A_STAGE(a_list_is_read_whole_or_not),
	    ON_A_STAGE(each_part_of_a_list_counts),
	    ON_A_STAGE(a_list_of_another_kind_is_refused),
	    ON_A_STAGE(hashes_out_of_order_are_refused),
	};

	return cmocka_run_group_tests_name("snapshot_succession", tests, NULL, NULL);
}

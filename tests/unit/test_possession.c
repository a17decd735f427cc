#include "tests/unit/unit.h"

#include <string.h>

#include "registry/possession.h"
#include "tests/unit/mutation.h"
#include "tests/unit/ssh_samples.h"

#define FINGERPRINT "SHA256:abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
#define HEX "0001020304050607a8b9cadbecfdffff00000000000000000000000000000010"
#define RECORD(registrar, person, challenge, time, evidence)                                                           \
	"keyenroll possession 1\nregistrar " registrar "\nperson " person "\nchallenge " challenge "\ntime " time      \
	"\nevidence " evidence "\n"
#define GOOD RECORD(FINGERPRINT, "alice", HEX, "2026-11-24T13:00:00Z", HEX)

static void good_records_are_read_and_written_alike(void **state)
{
	static const struct {
		const char *text, *person;
		int64_t time;
	} rows[] = {
	    {GOOD, "alice", 1795525200},
	    {RECORD(FINGERPRINT, "b", HEX, "1970-01-01T00:00:00Z", HEX), "b", 0},
	    {RECORD(FINGERPRINT, "x.y@z", HEX, "9999-12-31T23:59:59Z", HEX), "x.y@z", 253402300799},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct buffer again = BUFFER_EMPTY;
		struct possession possession;
		struct error err = ERROR_EMPTY;

		assert_done(possession_parse(bytes_of_text(rows[i].text), &possession, &err), err);
		assert_string_equal(possession.person, rows[i].person);
		assert_string_equal(possession.registrar, FINGERPRINT);
		assert_int_equal(possession.time, rows[i].time);
		assert_int_equal(possession.challenge[8], 0xa8);
		assert_int_equal(possession.evidence_hash[31], 0x10);
		assert_done(possession_encode(&possession, &again, &err), err);
		assert_string_equal(buffer_text(&again), rows[i].text);
		buffer_free(&again);
	}
}

static void other_records_are_refused(void **state)
{
	static const char *const rows[] = {
	    "",
	    "keyenroll possession 1\n",
	    "keyenroll possession 2\nregistrar " FINGERPRINT "\n",
	    RECORD("", "alice", HEX, "2026-11-24T13:00:00Z", HEX),
	    RECORD("MD5:abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG", "alice", HEX, "2026-11-24T13:00:00Z", HEX),
	    RECORD(FINGERPRINT "H", "alice", HEX, "2026-11-24T13:00:00Z", HEX),
	    RECORD(FINGERPRINT, "", HEX, "2026-11-24T13:00:00Z", HEX),
	    RECORD(FINGERPRINT, "alice bob", HEX, "2026-11-24T13:00:00Z", HEX),
	    RECORD(FINGERPRINT, "alice\nperson bob", HEX, "2026-11-24T13:00:00Z", HEX),
	    RECORD(FINGERPRINT, "alice", HEX "00", "2026-11-24T13:00:00Z", HEX),
	    RECORD(FINGERPRINT, "alice", "00", "2026-11-24T13:00:00Z", HEX),
	    RECORD(FINGERPRINT, "alice", "A" HEX, "2026-11-24T13:00:00Z", HEX),
	    RECORD(FINGERPRINT, "alice", HEX, "2026-11-24 13:00:00Z", HEX),
	    RECORD(FINGERPRINT, "alice", HEX, "2026-11-24T13:00:00", HEX),
	    RECORD(FINGERPRINT, "alice", HEX, "2026-11-24T13:00:00+1", HEX),
	    RECORD(FINGERPRINT, "alice", HEX, "2026-11-24T3:00:000Z", HEX),
	    RECORD(FINGERPRINT, "alice", HEX, "2026-02-30T13:00:00Z", HEX),
	    RECORD(FINGERPRINT, "alice", HEX, "1969-12-31T23:59:59Z", HEX),
	    GOOD "\n",
	    GOOD " ",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct possession possession;
		struct error err = ERROR_EMPTY;

		if (possession_parse(bytes_of_text(rows[i]), &possession, &err) ||
		    err.code != ERROR_ENROLLMENT_POSSESSION)
			fail_msg("%s: %s", rows[i], error_word(err.code));
	}
}

/* Whatever is read writes itself again in the same letters: no two texts mean the same record. */
static void check_damaged(struct bytes damaged, void *context)
{
	struct buffer again = BUFFER_EMPTY;
	struct possession possession;
	struct error err = ERROR_EMPTY;

	(void)context;
	if (!possession_parse(damaged, &possession, &err))
		return;
	assert_done(possession_encode(&possession, &again, &err), err);
	assert_true(bytes_equal(buffer_bytes(&again), damaged));
	buffer_free(&again);
}

static void a_record_has_one_form(void **state)
{
	(void)state;
	every_mutation(bytes_of_text(GOOD), check_damaged, NULL);
}

static void drawn_records_are_fresh_and_bound(void **state)
{
	struct possession one, other, again;
	struct buffer text = BUFFER_EMPTY, to_sign = BUFFER_EMPTY;
	struct ssh_sample registrar;
	char fingerprint[SSH_KEY_FINGERPRINT_SIZE];
	uint8_t hash[EVIDENCE_HASH_SIZE];
	struct evidence evidence;
	struct error err = ERROR_EMPTY;

	(void)state;
	ssh_sample_init(SSH_KEY_ED25519, &registrar);
	assert_done(evidence_of_piv(bytes_of_text("a"), bytes_of_text("b"), &evidence, &err), err);
	assert_done(evidence_hash(&evidence, hash, &err), err);
	assert_done(ssh_key_fingerprint(&registrar.key, fingerprint, &err), err);
	assert_done(possession_draw(&registrar.key, "alice", &evidence, 1000, &one, &err), err);
	assert_done(possession_draw(&registrar.key, "alice", &evidence, 1000, &other, &err), err);
	assert_memory_not_equal(one.challenge, other.challenge, sizeof(one.challenge));
	assert_memory_equal(one.evidence_hash, hash, sizeof(hash));
	assert_string_equal(one.registrar, fingerprint);
	assert_done(possession_encode(&one, &text, &err), err);
	assert_done(possession_parse(buffer_bytes(&text), &again, &err), err);
	assert_memory_equal(again.challenge, one.challenge, sizeof(one.challenge));
	assert_done(possession_put_to_sign(&one, &to_sign, &err), err);
	assert_true(bytes_start_with(buffer_bytes(&to_sign), "SSHSIG"));
	assert_refused(possession_draw(&registrar.key, "a b", &evidence, 1000, &one, &err), err, ERROR_PERSON_NAME);
	one.time = -1;
	assert_refused(possession_encode(&one, &text, &err), err, ERROR_ENROLLMENT_POSSESSION);
	one.time = INT64_MAX;
	assert_refused(possession_encode(&one, &text, &err), err, ERROR_ENROLLMENT_POSSESSION);
	buffer_free(&text);
	buffer_free(&to_sign);
	evidence_clear(&evidence);
	ssh_sample_clear(&registrar);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(good_records_are_read_and_written_alike),
	    cmocka_unit_test(other_records_are_refused),
	    cmocka_unit_test(a_record_has_one_form),
	    cmocka_unit_test(drawn_records_are_fresh_and_bound),
	};

	return cmocka_run_group_tests_name("possession", tests, NULL, NULL);
}

#include "tests/unit/unit.h"

#include <string.h>

#include "policy/fido_evidence.h"
#include "registry/attested_possession.h"
#include "tests/unit/enrollment_samples.h"

#define DRAWN_AT 1700000000
#define DAY 86400

struct fixture {
	struct ssh_sample subject, registrar, other;
	struct buffer drawn; /* for alice */
};

static int make_fixture(void **state)
{
	static struct fixture fixture;
	struct error err = ERROR_EMPTY;

	ssh_sample_init(SSH_KEY_SK_ECDSA, &fixture.subject);
	ssh_sample_init(SSH_KEY_ED25519, &fixture.registrar);
	ssh_sample_init(SSH_KEY_ED25519, &fixture.other);
	assert_done(attested_challenge_draw(&fixture.registrar.key, "alice", DRAWN_AT, &fixture.drawn, &err), err);
	*state = &fixture;
	return 0;
}

static int free_fixture(void **state)
{
	struct fixture *fixture = *state;

	ssh_sample_clear(&fixture->subject);
	ssh_sample_clear(&fixture->registrar);
	ssh_sample_clear(&fixture->other);
	buffer_free(&fixture->drawn);
	return 0;
}

static void make_evidence(struct bytes challenge, enum fido_client_data kind, struct evidence *evidence)
{
	const struct fido_binding binding = {
	    .application = bytes_of_text("ssh:"), .kind = kind, .client_data = challenge};
	struct error err = ERROR_EMPTY;

	assert_done(evidence_of_fido(bytes_of_text("object"), &binding, evidence, &err), err);
}

static void two_challenges_are_never_the_same(void **state)
{
	const struct fixture *fixture = *state;
	struct buffer again = BUFFER_EMPTY;
	struct error err = ERROR_EMPTY;

	assert_done(attested_challenge_draw(&fixture->registrar.key, "alice", DRAWN_AT, &again, &err), err);
	assert_int_equal(again.len, fixture->drawn.len);
	assert_false(bytes_equal(buffer_bytes(&again), buffer_bytes(&fixture->drawn)));
	assert_refused(
	    attested_challenge_draw(&fixture->registrar.key, "a b", DRAWN_AT, &again, &err), err, ERROR_PERSON_NAME);
	buffer_free(&again);
}

/* One row a way in which the answer does not belong to the challenge. */
static void challenges_bind_person_registrar_and_time(void **state)
{
	const struct fixture *fixture = *state;
	const struct ssh_key *registrar = &fixture->registrar.key, *other = &fixture->other.key;
	const struct {
		const char *name;
		const struct ssh_key *registrar;
		const char *person;
		int64_t now;
		enum error_code code;
	} rows[] = {
	    {"at once", registrar, "alice", DRAWN_AT, ERROR_NONE},
	    {"on the last day", registrar, "alice", DRAWN_AT + 14 * DAY, ERROR_NONE},
	    {"by a clock that is a little late", registrar, "alice", DRAWN_AT - 300, ERROR_NONE},
	    {"too late", registrar, "alice", DRAWN_AT + 14 * DAY + 1, ERROR_ENROLLMENT_POSSESSION},
	    {"too early", registrar, "alice", DRAWN_AT - 301, ERROR_ENROLLMENT_POSSESSION},
	    {"for another person", registrar, "bob", DRAWN_AT, ERROR_ENROLLMENT_POSSESSION},
	    {"for a longer name", registrar, "alice2", DRAWN_AT, ERROR_ENROLLMENT_POSSESSION},
	    {"by another registrar", other, "alice", DRAWN_AT, ERROR_ENROLLMENT_POSSESSION},
	};
	struct evidence evidence;

	make_evidence(buffer_bytes(&fixture->drawn), FIDO_CLIENT_DATA_CHALLENGE, &evidence);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct possession possession;
		struct error err = ERROR_EMPTY;
		bool drawn = false;

		if (attested_possession_fill(rows[i].registrar, rows[i].person, &evidence, rows[i].now, &possession,
		        &drawn, &err) != (rows[i].code == ERROR_NONE) ||
		    err.code != rows[i].code)
			fail_msg("%s: %s [%s]", rows[i].name, err.text, error_word(err.code));
		if (rows[i].code != ERROR_NONE)
			continue;
		assert_true(drawn);
		assert_done(attested_possession_check(&possession, &evidence, &err), err);
		possession.challenge[31] ^= 1;
		assert_refused(
		    attested_possession_check(&possession, &evidence, &err), err, ERROR_ENROLLMENT_POSSESSION);
	}
	evidence_clear(&evidence);
}

/* A drawn challenge with any bit changed is either refused or no drawn one, never one for somebody else. */
static void changed_challenges_are_not_drawn_ones(void **state)
{
	const struct fixture *fixture = *state;

	for (size_t i = 0; i < fixture->drawn.len * 8; i++) {
		struct buffer changed = BUFFER_EMPTY;
		struct possession possession;
		struct evidence evidence;
		struct error err = ERROR_EMPTY;
		bool drawn = false, begins;

		assert_done(buffer_put(&changed, buffer_bytes(&fixture->drawn), &err), err);
		changed.data[i / 8] ^= (uint8_t)(1U << i % 8);
		begins = bytes_start_with(buffer_bytes(&changed), "keyenroll possession ");
		make_evidence(buffer_bytes(&changed), FIDO_CLIENT_DATA_CHALLENGE, &evidence);
		/* the random part and the lesser digits of the time are anybody's */
		if (attested_possession_fill(
		        &fixture->registrar.key, "alice", &evidence, DRAWN_AT, &possession, &drawn, &err))
			assert_true(drawn == begins);
		else
			assert_int_equal(err.code, ERROR_ENROLLMENT_POSSESSION);
		evidence_clear(&evidence);
		buffer_free(&changed);
	}
}

static void a_challenge_of_ones_own_binds_nothing(void **state)
{
	const struct fixture *fixture = *state;
	struct possession possession;
	struct evidence evidence;
	struct error err = ERROR_EMPTY;
	bool drawn = true;

	make_evidence(bytes_of_text("0123456789abcdef"), FIDO_CLIENT_DATA_CHALLENGE, &evidence);
	assert_done(
	    attested_possession_fill(&fixture->registrar.key, "alice", &evidence, DRAWN_AT, &possession, &drawn, &err),
	    err);
	assert_false(drawn);
	assert_done(attested_possession_check(&possession, &evidence, &err), err);
	evidence_clear(&evidence);
}

static void evidence_without_a_challenge_is_no_possession(void **state)
{
	static const uint8_t hash[32];
	const struct fixture *fixture = *state;
	struct possession possession;
	struct evidence evidence;
	struct error err = ERROR_EMPTY;
	bool drawn;

	make_evidence(BYTES_OF(hash), FIDO_CLIENT_DATA_HASH, &evidence);
	assert_refused(
	    attested_possession_fill(&fixture->registrar.key, "alice", &evidence, DRAWN_AT, &possession, &drawn, &err),
	    err, ERROR_ENROLLMENT_POSSESSION);
	evidence_clear(&evidence);
	assert_done(evidence_of_piv(bytes_of_text("leaf"), bytes_of_text("f9"), &evidence, &err), err);
	assert_refused(
	    attested_possession_fill(&fixture->registrar.key, "alice", &evidence, DRAWN_AT, &possession, &drawn, &err),
	    err, ERROR_ENROLLMENT_POSSESSION);
	evidence_clear(&evidence);
}

/* What a registrar signs: evidence and record, and no signature of the key. */
static bool parse_unsigned(const struct fixture *fixture, const struct evidence *evidence,
    const struct possession *possession, struct enrollment *enrollment, struct error *err)
{
	struct enrollment_content content = enrollment_content_usual(&fixture->subject, &fixture->registrar);
	struct buffer raw = BUFFER_EMPTY, encoded = BUFFER_EMPTY, record = BUFFER_EMPTY, blob = BUFFER_EMPTY;
	bool done;

	assert_done(evidence_encode(evidence, &encoded, err) && possession_encode(possession, &record, err), *err);
	assert_done(buffer_put_ssh_text(&raw, "keyenroll-enrollment-1", err) &&
	                buffer_put_ssh_string(&raw, buffer_bytes(&encoded), err) &&
	                buffer_put_ssh_string(&raw, buffer_bytes(&record), err) &&
	                buffer_put_ssh_string(&raw, BYTES_EMPTY, err),
	    *err);
	content.content = buffer_bytes(&raw);
	enrollment_sample_put(&content, &blob);
	done = enrollment_parse(buffer_bytes(&blob), enrollment, err);
	buffer_free(&raw);
	buffer_free(&encoded);
	buffer_free(&record);
	buffer_free(&blob);
	return done;
}

static void an_enrollment_may_rest_on_it(void **state)
{
	const struct fixture *fixture = *state;
	struct enrollment enrollment = ENROLLMENT_EMPTY;
	struct possession possession;
	struct evidence evidence;
	struct error err = ERROR_EMPTY;
	bool drawn;

	make_evidence(buffer_bytes(&fixture->drawn), FIDO_CLIENT_DATA_CHALLENGE, &evidence);
	assert_done(
	    attested_possession_fill(&fixture->registrar.key, "alice", &evidence, DRAWN_AT, &possession, &drawn, &err),
	    err);
	assert_done(parse_unsigned(fixture, &evidence, &possession, &enrollment, &err), err);
	assert_int_equal(enrollment.possession_signature.len, 0);
	enrollment_clear(&enrollment);
	possession.challenge[0] ^= 1;
	assert_refused(
	    parse_unsigned(fixture, &evidence, &possession, &enrollment, &err), err, ERROR_ENROLLMENT_POSSESSION);
	evidence_clear(&evidence);
	assert_done(evidence_of_piv(bytes_of_text("leaf"), bytes_of_text("f9"), &evidence, &err), err);
	assert_done(possession_draw(&fixture->registrar.key, "alice", &evidence, DRAWN_AT, &possession, &err), err);
	assert_refused(
	    parse_unsigned(fixture, &evidence, &possession, &enrollment, &err), err, ERROR_ENROLLMENT_POSSESSION);
	evidence_clear(&evidence);
}

/* An SSH key of another type may have the very numbers of the attested one: it would sign without the application, the touch and the
 * PIN that the attestation speaks of. */
static void only_a_key_of_a_fido_type_rests_on_it(void **state)
{
	static const enum ssh_key_type types[] = {SSH_KEY_ECDSA_P256, SSH_KEY_ED25519, SSH_KEY_RSA};
	struct fixture fixture = *(const struct fixture *)*state;
	struct possession possession;
	struct evidence evidence;
	struct error err = ERROR_EMPTY;
	bool drawn;

	make_evidence(buffer_bytes(&fixture.drawn), FIDO_CLIENT_DATA_CHALLENGE, &evidence);
	assert_done(
	    attested_possession_fill(&fixture.registrar.key, "alice", &evidence, DRAWN_AT, &possession, &drawn, &err),
	    err);
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		struct enrollment enrollment = ENROLLMENT_EMPTY;

		ssh_sample_init(types[i], &fixture.subject);
		assert_refused(
		    parse_unsigned(&fixture, &evidence, &possession, &enrollment, &err), err, ERROR_ENROLLMENT);
		ssh_sample_clear(&fixture.subject);
	}
	evidence_clear(&evidence);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(two_challenges_are_never_the_same),
	    cmocka_unit_test(challenges_bind_person_registrar_and_time),
	    cmocka_unit_test(changed_challenges_are_not_drawn_ones),
	    cmocka_unit_test(a_challenge_of_ones_own_binds_nothing),
	    cmocka_unit_test(evidence_without_a_challenge_is_no_possession),
	    cmocka_unit_test(an_enrollment_may_rest_on_it),
	    cmocka_unit_test(only_a_key_of_a_fido_type_rests_on_it),
	};

	return cmocka_run_group_tests(tests, make_fixture, free_fixture);
}

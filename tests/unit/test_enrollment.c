#include "tests/unit/unit.h"

#include <string.h>

#include "common/base64.h"
#include "policy/appraise.h"
#include "policy/result.h"
#include "registry/registrars.h"
#include "tests/unit/certificate_samples.h"
#include "tests/unit/enrollment_samples.h"
#include "tests/unit/mutation.h"
#include "tests/unit/ssh_samples.h"

#define RAW(text) bytes_of(text, sizeof(text) - 1)

struct fixture {
	struct ssh_sample subject, other, registrar;
};

static int make_keys(void **state)
{
	static struct fixture fixture;

	ssh_sample_init(SSH_KEY_ECDSA_P256, &fixture.subject);
	ssh_sample_init(SSH_KEY_ECDSA_P256, &fixture.other);
	ssh_sample_init(SSH_KEY_ED25519, &fixture.registrar);
	*state = &fixture;
	return 0;
}

static int free_keys(void **state)
{
	struct fixture *fixture = *state;

	ssh_sample_clear(&fixture->subject);
	ssh_sample_clear(&fixture->other);
	ssh_sample_clear(&fixture->registrar);
	return 0;
}

static bool parse(const struct enrollment_content *content, struct enrollment *enrollment, struct error *err)
{
	struct buffer blob = BUFFER_EMPTY;
	bool done;

	enrollment_sample_put(content, &blob);
	done = enrollment_parse(buffer_bytes(&blob), enrollment, err);
	buffer_free(&blob);
	return done;
}

static void enrollments_of_each_key_type_are_read(void **state)
{
	const struct fixture *fixture = *state;

	for (enum ssh_key_type type = 0; type < SSH_KEY_TYPE_COUNT; type++) {
		struct enrollment enrollment = ENROLLMENT_EMPTY;
		struct enrollment_content content;
		struct ssh_sample subject;
		struct bytes attestation, evidence;
		struct error err = ERROR_EMPTY;

		ssh_sample_init(type, &subject);
		content = enrollment_content_usual(&subject, &fixture->registrar);
		assert_done(parse(&content, &enrollment, &err), err);
		assert_string_equal(enrollment.person, "alice");
		assert_string_equal(enrollment.possession.person, "alice");
		assert_int_equal(enrollment.certificate.serial, 7);
		assert_true(ssh_key_equal(&enrollment.certificate.key, &subject.key));
		evidence = buffer_bytes(&enrollment.evidence.content);
		assert_true(bytes_take_ssh_string(&evidence, &attestation));
		assert_true(bytes_equal_text(attestation, "attestation"));
		enrollment_clear(&enrollment);
		ssh_sample_clear(&subject);
	}
}

/* One row a way to lie: what the certificate says and what the proof says are exchanged one by one. */
static void disagreeing_enrollments_are_refused(void **state)
{
	const struct fixture *fixture = *state;
	const struct enrollment_content usual = enrollment_content_usual(&fixture->subject, &fixture->registrar);
	struct {
		const char *name;
		struct enrollment_content content;
		enum error_code code;
	} rows[] = {
	    {"proof for another person", usual, ERROR_ENROLLMENT_POSSESSION},
	    {"proof to another registrar", usual, ERROR_ENROLLMENT_POSSESSION},
	    {"proof with other evidence", usual, ERROR_ENROLLMENT_POSSESSION},
	    {"proof by another key", usual, ERROR_ENROLLMENT_POSSESSION},
	    {"proof under another namespace", usual, ERROR_ENROLLMENT_POSSESSION},
	    {"two people", usual, ERROR_ENROLLMENT},
	    {"nobody", usual, ERROR_SSH_CERTIFICATE_PRINCIPALS},
	    {"no name", usual, ERROR_PERSON_NAME},
	    {"critical option", usual, ERROR_ENROLLMENT},
	    {"no extension", usual, ERROR_ENROLLMENT},
	    {"empty extension", usual, ERROR_ENROLLMENT},
	    {"another form", usual, ERROR_ENROLLMENT},
	    {"no evidence", usual, ERROR_ENROLLMENT},
	    {"evidence of no format", usual, ERROR_EVIDENCE_FORMAT},
	};

	rows[0].content.proof_person = "bob";
	rows[1].content.proof_registrar = &fixture->other;
	rows[2].content.proof_evidence = "another";
	rows[3].content.proof_key = &fixture->other;
	rows[4].content.proof_name_space = "file";
	rows[5].content.principals = RAW("\0\0\0\5alice\0\0\0\3bob");
	rows[6].content.principals = RAW("");
	rows[7].content.principals = RAW("\0\0\0\3a b");
	rows[8].content.critical_options = RAW("\0\0\0\15force-command\0\0\0\6\0\0\0\2ls");
	rows[9].content.extension = "evidence@keyenrolL";
	rows[10].content.content = RAW("");
	rows[11].content.content = RAW("\0\0\0\26keyenroll-enrollment-2\0\0\0\0\0\0\0\0\0\0\0\0");
	rows[12].content.content = RAW("\0\0\0\26keyenroll-enrollment-1");
	rows[13].content.content = RAW("\0\0\0\26keyenroll-enrollment-1\0\0\0\0\0\0\0\0\0\0\0\0");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct enrollment enrollment = ENROLLMENT_EMPTY;
		struct error err = ERROR_EMPTY;

		if (parse(&rows[i].content, &enrollment, &err) || err.code != rows[i].code)
			fail_msg("%s: %s [%s]", rows[i].name, err.text, error_word(err.code));
		assert_null(enrollment.certificate.blob.data);
	}
}

/* A proof that was made once is no use for another certificate: it names evidence, person and registrar. */
static void a_proof_cannot_be_replayed(void **state)
{
	const struct fixture *fixture = *state;
	struct enrollment_content content = enrollment_content_usual(&fixture->subject, &fixture->registrar);
	struct enrollment good = ENROLLMENT_EMPTY, bad = ENROLLMENT_EMPTY;
	struct buffer encoded = BUFFER_EMPTY, record = BUFFER_EMPTY, replayed = BUFFER_EMPTY;
	struct evidence evidence;
	struct error err = ERROR_EMPTY;

	assert_done(parse(&content, &good, &err), err);
	assert_done(evidence_of_piv(bytes_of_text("another"), bytes_of_text("device"), &evidence, &err), err);
	assert_done(evidence_encode(&evidence, &encoded, &err), err);
	assert_done(possession_encode(&good.possession, &record, &err), err);
	assert_done(buffer_put_ssh_text(&replayed, "keyenroll-enrollment-1", &err) &&
	                buffer_put_ssh_string(&replayed, buffer_bytes(&encoded), &err) &&
	                buffer_put_ssh_string(&replayed, buffer_bytes(&record), &err) &&
	                buffer_put_ssh_string(&replayed, buffer_bytes(&good.possession_signature), &err),
	    err);
	content.content = buffer_bytes(&replayed);
	assert_refused(parse(&content, &bad, &err), err, ERROR_ENROLLMENT_POSSESSION);
	assert_done(buffer_put_u8(&replayed, 0, &err), err);
	content.content = buffer_bytes(&replayed);
	assert_refused(parse(&content, &bad, &err), err, ERROR_ENROLLMENT);
	evidence_clear(&evidence);
	enrollment_clear(&good);
	buffer_free(&encoded);
	buffer_free(&record);
	buffer_free(&replayed);
}

static void a_nested_certificate_is_refused(void **state)
{
	const struct fixture *fixture = *state;
	struct certificate_content inner = certificate_content_usual(&fixture->registrar, &fixture->other), outer;
	struct buffer authority = BUFFER_EMPTY, blob = BUFFER_EMPTY;
	struct enrollment enrollment = ENROLLMENT_EMPTY;
	struct error err;

	certificate_sample_put(&inner, &authority);
	outer = certificate_content_usual(&fixture->subject, &fixture->registrar);
	outer.authority_blob = buffer_bytes(&authority);
	certificate_sample_put(&outer, &blob);
	assert_refused(enrollment_parse(buffer_bytes(&blob), &enrollment, &err), err, ERROR_SSH_CERTIFICATE_NESTED);
	buffer_free(&authority);
	buffer_free(&blob);
}

static void check_damaged(struct bytes damaged, void *context)
{
	struct enrollment enrollment = ENROLLMENT_EMPTY;
	struct error err = ERROR_EMPTY;

	(void)context;
	assert_false(enrollment_parse(damaged, &enrollment, &err));
	assert_int_not_equal(err.code, ERROR_NONE);
}

static void damaged_enrollments_are_refused(void **state)
{
	const struct fixture *fixture = *state;
	struct enrollment_content content = enrollment_content_usual(&fixture->subject, &fixture->registrar);
	struct buffer blob = BUFFER_EMPTY;

	enrollment_sample_put(&content, &blob);
	every_mutation(buffer_bytes(&blob), check_damaged, NULL);
	buffer_free(&blob);
}

/* The registrar signs whatever stands in the extension, so damage in there meets the proof alone. */
static void check_damaged_content(struct bytes damaged, void *context)
{
	struct enrollment_content *content = context;
	struct enrollment enrollment = ENROLLMENT_EMPTY;
	struct error err = ERROR_EMPTY;

	content->content = damaged;
	assert_false(parse(content, &enrollment, &err));
}

static void damaged_proofs_are_refused(void **state)
{
	const struct fixture *fixture = *state;
	struct enrollment_content content = enrollment_content_usual(&fixture->subject, &fixture->registrar);
	struct buffer text = BUFFER_EMPTY, good = BUFFER_EMPTY;
	struct error err = ERROR_EMPTY;

	enrollment_sample_prove(&content, &text);
	assert_done(base64_parse(buffer_bytes(&text), &good, &err), err);
	every_mutation(buffer_bytes(&good), check_damaged_content, &content);
	buffer_free(&text);
	buffer_free(&good);
}

static void put_registrars(const struct ssh_sample *key, const char *options, struct registrars *registrars)
{
	struct buffer text = BUFFER_EMPTY;
	struct error err = ERROR_EMPTY;

	assert_done(buffer_put_format(&text, &err, "desk %s ", options), err);
	assert_done(ssh_key_put_line(&key->key, &text, &err), err);
	assert_done(registrars_parse(buffer_bytes(&text), registrars, &err), err);
	buffer_free(&text);
}

static void registrar_and_life_are_checked_first(void **state)
{
	const struct fixture *fixture = *state;
	const struct {
		const char *name;
		const struct ssh_sample *registrar;
		const char *options;
		int64_t proof_time, now;
		enum error_code code;
	} rows[] = {
	    {"of another registrar", &fixture->other, "", SAMPLE_SINCE, SAMPLE_SINCE, ERROR_REGISTRAR_UNKNOWN},
	    {"registrar of other things", &fixture->registrar, "namespaces=\"git\"", SAMPLE_SINCE, SAMPLE_SINCE,
	        ERROR_REGISTRAR_UNKNOWN},
	    {"registrar not yet valid", &fixture->registrar, "valid-after=\"19700101001641Z\"", SAMPLE_SINCE,
	        SAMPLE_SINCE + 1, ERROR_REGISTRAR_EXPIRED},
	    {"registrar retired before", &fixture->registrar, "valid-before=\"19700101001639Z\"", SAMPLE_SINCE,
	        SAMPLE_SINCE, ERROR_REGISTRAR_EXPIRED},
	    {"not yet", &fixture->registrar, "", SAMPLE_SINCE, SAMPLE_SINCE - 1, ERROR_ENROLLMENT_NOT_YET},
	    {"before 1970", &fixture->registrar, "", SAMPLE_SINCE, -1, ERROR_ENROLLMENT_NOT_YET},
	    {"over", &fixture->registrar, "", SAMPLE_SINCE, SAMPLE_UNTIL, ERROR_ENROLLMENT_EXPIRED},
	    {"dated ahead", &fixture->registrar, "", SAMPLE_SINCE + 302, SAMPLE_SINCE + 1, ERROR_ENROLLMENT_NOT_YET},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct enrollment_content content = enrollment_content_usual(&fixture->subject, &fixture->registrar);
		struct appraisal appraisal = {.now = rows[i].now};
		struct enrollment enrollment = ENROLLMENT_EMPTY;
		struct registrars registrars = REGISTRARS_EMPTY;
		struct result result;
		struct error err = ERROR_EMPTY;

		content.proof_time = rows[i].proof_time;
		assert_done(parse(&content, &enrollment, &err), err);
		put_registrars(rows[i].registrar, rows[i].options, &registrars);
		if (enrollment_check(&enrollment, &registrars, &appraisal, &result, &err) || err.code != rows[i].code)
			fail_msg("%s: %s [%s]", rows[i].name, err.text, error_word(err.code));
		assert_int_equal(result.verdict, VERDICT_REFUSED);
		assert_int_equal(result.num_reasons, 1);
		assert_int_equal(result.reasons[0].code, rows[i].code);
		assert_string_equal(result.format, "piv");
		registrars_clear(&registrars);
		enrollment_clear(&enrollment);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(enrollments_of_each_key_type_are_read),
	    cmocka_unit_test(disagreeing_enrollments_are_refused),
	    cmocka_unit_test(a_proof_cannot_be_replayed),
	    cmocka_unit_test(a_nested_certificate_is_refused),
	    cmocka_unit_test(damaged_enrollments_are_refused),
	    cmocka_unit_test(damaged_proofs_are_refused),
	    cmocka_unit_test(registrar_and_life_are_checked_first),
	};

	return cmocka_run_group_tests_name("enrollment", tests, make_keys, free_keys);
}

#include "tests/unit/unit.h"

#include <stdio.h>
#include <string.h>

#include "common/base64.h"
#include "policy/evidence_input.h"
#include "tests/forgery/chain.h"

struct fixture {
	struct buffer der[2]; /* by forged_part */
	struct buffer pem[2];
	struct buffer other; /* DER of another token's device certificate of the same name */
	struct evidence wanted;
};

static void put_pem(struct bytes der, struct buffer *out)
{
	struct buffer base64 = BUFFER_EMPTY;
	struct error err = ERROR_EMPTY;

	assert_done(base64_put(der, &base64, &err), err);
	assert_done(buffer_put_text(out, "-----BEGIN CERTIFICATE-----\n", &err), err);
	for (size_t at = 0; at < base64.len; at += 64)
		assert_done(buffer_put_format(out, &err, "%.64s\n", buffer_text(&base64) + at), err);
	assert_done(buffer_put_text(out, "-----END CERTIFICATE-----\n", &err), err);
	buffer_free(&base64);
}

static int set_up(void **state)
{
	static struct fixture fixture;
	struct forged_edit stranger = {DEVICE, FIELD_KEY, NULL, KEY_STRANGER};
	struct error err = ERROR_EMPTY;
	struct forged_chain chain;

	forged_chain_honest(FORGED_S1, &chain);
	for (size_t i = 0; i < 2; i++) {
		assert_done(forged_certificate_put(&chain.certificates[i], &fixture.der[i], &err), err);
		put_pem(buffer_bytes(&fixture.der[i]), &fixture.pem[i]);
	}
	assert_done(evidence_of_piv(buffer_bytes(&fixture.der[ATTESTATION]), buffer_bytes(&fixture.der[DEVICE]),
	                &fixture.wanted, &err),
	    err);
	forged_chain_edit(&chain, &stranger);
	assert_done(forged_certificate_put(&chain.certificates[DEVICE], &fixture.other, &err), err);
	*state = &fixture;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *fixture = *state;

	for (size_t i = 0; i < 2; i++) {
		buffer_free(&fixture->der[i]);
		buffer_free(&fixture->pem[i]);
	}
	buffer_free(&fixture->other);
	evidence_clear(&fixture->wanted);
	forged_keys_free();
	return 0;
}

/* Letters stand for pieces: A D attestation and device as PEM, a d as DER, o the other device as DER, t text, k a key block, x a
 * control byte, b a block without end. */
static void put_piece(const struct fixture *fixture, char letter, struct buffer *out)
{
	const struct {
		char letter;
		struct bytes piece;
	} pieces[] = {
	    {'A', buffer_bytes(&fixture->pem[ATTESTATION])},
	    {'D', buffer_bytes(&fixture->pem[DEVICE])},
	    {'a', buffer_bytes(&fixture->der[ATTESTATION])},
	    {'d', buffer_bytes(&fixture->der[DEVICE])},
	    {'o', buffer_bytes(&fixture->other)},
	    {'t', bytes_of_text("0 text, as openssl writes it\r\n\n")},
	    {'k', bytes_of_text("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n")},
	    {'x', bytes_of_text("\x01\x02")},
	    {'b', bytes_of_text("-----BEGIN CERTIFICATE-----\nAAAA\n")},
	    {'c', bytes_of_text("-----BEGIN CERTIFICATE-----\nA\n-----END CERTIFICATE-----\n")},
	    {'z', bytes_of_text("-----BEGIN CERTIFICATE-----\nAAAA\n-----END KEY-----\n")},
	};
	struct error err = ERROR_EMPTY;

	for (size_t i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++)
		if (pieces[i].letter == letter)
			assert_done(buffer_put(out, pieces[i].piece, &err), err);
}

static void every_form_is_read(void **state)
{
	static const struct {
		const char *pieces;
		enum error_code code;
	} rows[] = {
	    {"AD", ERROR_NONE},
	    {"DA", ERROR_NONE},
	    {"ad", ERROR_NONE},
	    {"da", ERROR_NONE},
	    {"aD", ERROR_NONE},
	    {"tAtDt", ERROR_NONE},
	    {"kAkD", ERROR_NONE},
	    {"ADAD", ERROR_NONE},
	    {"", ERROR_EVIDENCE_ABSENT},
	    {"t", ERROR_EVIDENCE_ABSENT},
	    {"k", ERROR_EVIDENCE_ABSENT},
	    {"adx", ERROR_EVIDENCE_CERTIFICATE},
	    {"ADb", ERROR_EVIDENCE_CERTIFICATE},
	    {"ADc", ERROR_EVIDENCE_CERTIFICATE},
	    {"ADz", ERROR_EVIDENCE_CERTIFICATE},
	    {"ado", ERROR_EVIDENCE_FORMAT},
	    {"aaaaaaaaaaaaaaaaad", ERROR_LIMIT},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct fixture *fixture = *state;
		struct buffer input = BUFFER_EMPTY;
		struct evidence evidence = EVIDENCE_EMPTY;
		struct error err = ERROR_EMPTY;

		for (const char *letter = rows[i].pieces; *letter != '\0'; letter++)
			put_piece(fixture, *letter, &input);
		(void)!evidence_read(buffer_bytes(&input), &evidence, &err);
		if (err.code != rows[i].code)
			fail_msg("%s: %s [%s]", rows[i].pieces, err.text, error_word(err.code));
		if (rows[i].code == ERROR_NONE)
			assert_true(
			    bytes_equal(buffer_bytes(&evidence.content), buffer_bytes(&fixture->wanted.content)));
		evidence_clear(&evidence);
		buffer_free(&input);
	}
}

static void the_stored_form_comes_back(void **state)
{
	const struct fixture *fixture = *state;
	struct evidence evidence = EVIDENCE_EMPTY;
	struct buffer encoded = BUFFER_EMPTY;
	uint8_t one[EVIDENCE_HASH_SIZE], other[EVIDENCE_HASH_SIZE];
	struct error err = ERROR_EMPTY;

	assert_done(evidence_encode(&fixture->wanted, &encoded, &err), err);
	assert_done(evidence_parse(buffer_bytes(&encoded), &evidence, &err), err);
	assert_true(bytes_equal(buffer_bytes(&evidence.content), buffer_bytes(&fixture->wanted.content)));
	assert_done(evidence_hash(&fixture->wanted, one, &err), err);
	assert_done(evidence_hash(&evidence, other, &err), err);
	assert_memory_equal(one, other, sizeof(one));
	evidence_clear(&evidence);
	while (encoded.len > 0) {
		buffer_cut(&encoded, encoded.len - 1);
		assert_refused(evidence_parse(buffer_bytes(&encoded), &evidence, &err), err, ERROR_EVIDENCE_FORMAT);
	}
	assert_done(buffer_put_ssh_text(&encoded, "magic", &err), err);
	assert_done(buffer_put_ssh_text(&encoded, "", &err), err);
	assert_refused(evidence_parse(buffer_bytes(&encoded), &evidence, &err), err, ERROR_EVIDENCE_FORMAT);
	buffer_free(&encoded);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_form_is_read),
	    cmocka_unit_test(the_stored_form_comes_back),
	};

	return cmocka_run_group_tests_name("evidence", tests, set_up, tear_down);
}

#include "tests/unit/unit.h"

#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "policy/appraise.h"
#include "policy/policy.h"
#include "policy/result.h"
#include "tests/forgery/chain.h"

struct fixture {
	struct trust *trust;
	struct policy *policy;
};

static int set_up(void **state)
{
	static struct fixture fixture;
	struct error err = ERROR_EMPTY;

	assert_done(forged_trust(TRUST_SHIPPED, &fixture.trust, &err), err);
	assert_done(policy_new_evidence_only(&fixture.policy, &err), err);
	*state = &fixture;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *fixture = *state;

	trust_free(fixture->trust);
	policy_free(fixture->policy);
	forged_keys_free();
	return 0;
}

static void appraise_evidence(const struct fixture *fixture, const struct evidence *evidence, struct result *result)
{
	struct appraisal appraisal = {
	    .evidence = evidence, .trust = fixture->trust, .policy = fixture->policy, .now = 1800000000};

	appraise(&appraisal, result);
}

static void appraise_chain(const struct fixture *fixture, const struct forged_chain *chain, struct result *result)
{
	struct evidence evidence = EVIDENCE_EMPTY;
	struct error err = ERROR_EMPTY;

	assert_done(forged_chain_evidence(chain, &evidence, &err), err);
	appraise_evidence(fixture, &evidence, result);
	evidence_clear(&evidence);
}

static const char *claim_of(const struct result *result, enum claim_name name)
{
	const struct claim *claim = result_find_claim(result, name);

	return claim == NULL ? "(absent)" : claim->value;
}

/* What genuine tokens do, odd as it is. */
struct genuine_chain {
	const char *name;
	enum forged_shape shape;
	struct forged_edit edits[3];
	size_t num_edits;
	enum claim_name claim;
	const char *value;
};

static void assert_accepted(const struct genuine_chain *rows, size_t num, void **state)
{
	for (size_t i = 0; i < num; i++) {
		struct forged_chain chain;
		struct result result;

		forged_chain_honest(rows[i].shape, &chain);
		for (size_t j = 0; j < rows[i].num_edits; j++)
			forged_chain_edit(&chain, &rows[i].edits[j]);
		appraise_chain(*state, &chain, &result);
		if (result.verdict != VERDICT_ACCEPTED || strcmp(claim_of(&result, rows[i].claim), rows[i].value) != 0)
			fail_msg("%s: %s, %s is %s", rows[i].name, result.reasons[0].sentence,
			    claim_name(rows[i].claim), claim_of(&result, rows[i].claim));
		assert_int_equal(result.assurance, ASSURANCE_VENDOR);
	}
}

static void every_genuine_shape_is_accepted(void **state)
{
	static const struct genuine_chain rows[] = {
	    {"S1", FORGED_S1, {{ATTESTATION, FIELD_SERIAL, "01", 0}}, 0, CLAIM_SERIAL, "15732500"},
	    {"S2", FORGED_S2, {{ATTESTATION, FIELD_SERIAL, "01", 0}}, 0, CLAIM_FIRMWARE, "5.7.4"},
	    {"no BasicConstraints", FORGED_S1_WITHOUT_CONSTRAINTS, {{ATTESTATION, FIELD_SERIAL, "01", 0}}, 0,
	        CLAIM_ISSUER, ROOT_NAME},
	    {"NULL missing inside and outside", FORGED_S2, {{DEVICE, FIELD_ALGORITHM, "06092a864886f70d01010b", 0}}, 1,
	        CLAIM_EDITION, "normal"},
	    {"the other device name", FORGED_S2,
	        {{DEVICE, FIELD_SUBJECT, "YubiKey PIV Attestation", 0},
	            {ATTESTATION, FIELD_ISSUER, "YubiKey PIV Attestation", 0}},
	        2, CLAIM_SLOT, "9a"},
	    {"device firmware is older", FORGED_S1, {{DEVICE, FIELD_EXTENSION_VALUE, OID_PIV("03") " 040304", 0}}, 1,
	        CLAIM_FIRMWARE, "5.4.3"},
	    {"serial of three bytes", FORGED_S1, {{ATTESTATION, FIELD_EXTENSION_VALUE, OID_PIV("07") " 02035b1a2e", 0}},
	        1, CLAIM_SERIAL, "5970478"},
	    {"firmware 4 without serial and form factor", FORGED_S1,
	        {{ATTESTATION, FIELD_EXTENSION_VALUE, OID_PIV("03") " 040307", 0},
	            {ATTESTATION, FIELD_EXTENSION_ABSENT, OID_PIV("07"), 0},
	            {ATTESTATION, FIELD_EXTENSION_ABSENT, OID_PIV("09"), 0}},
	        3, CLAIM_SERIAL, ""},
	};

	assert_accepted(rows, sizeof(rows) / sizeof(rows[0]), state);
}

static void every_genuine_key_is_accepted(void **state)
{
	static const struct genuine_chain rows[] = {
	    {"device key on P-256", FORGED_S1,
	        {{DEVICE, FIELD_KEY, NULL, KEY_DEVICE_P256}, {ATTESTATION, FIELD_SIGNER, NULL, KEY_DEVICE_P256}}, 2,
	        CLAIM_KEY_ALGORITHM, "ecdsa-p256"},
	    {"P-384", FORGED_S1, {{ATTESTATION, FIELD_KEY, NULL, KEY_SLOT_P384}}, 1, CLAIM_KEY_ALGORITHM, "ecdsa-p384"},
	    {"RSA", FORGED_S2, {{ATTESTATION, FIELD_KEY, NULL, KEY_SLOT_RSA}}, 1, CLAIM_KEY_ALGORITHM, "rsa-2048"},
	    {"Ed25519", FORGED_S2, {{ATTESTATION, FIELD_KEY, NULL, KEY_SLOT_ED25519}}, 1, CLAIM_KEY_ALGORITHM,
	        "ed25519"},
	};

	assert_accepted(rows, sizeof(rows) / sizeof(rows[0]), state);
}

static void every_genuine_extension_is_accepted(void **state)
{
	static const struct genuine_chain rows[] = {
	    {"retired slot", FORGED_S1, {{ATTESTATION, FIELD_SUBJECT, "YubiKey PIV Attestation 93", 0}}, 1, CLAIM_SLOT,
	        "93"},
	    {"FIPS", FORGED_S1, {{DEVICE, FIELD_EXTENSION_VALUE, OID_PIV("0a") " 020107", 0}}, 1, CLAIM_EDITION,
	        "fips"},
	    {"CSPN", FORGED_S1, {{DEVICE, FIELD_EXTENSION_VALUE, OID_PIV("0b") " 020101", 0}}, 1, CLAIM_EDITION,
	        "cspn"},
	    {"Bio policies", FORGED_S1, {{ATTESTATION, FIELD_EXTENSION_VALUE, OID_PIV("08") " 0501", 0}}, 1,
	        CLAIM_PIN_POLICY, "match-always"},
	    {"touch cached", FORGED_S1, {{ATTESTATION, FIELD_EXTENSION_VALUE, OID_PIV("08") " 0203", 0}}, 1,
	        CLAIM_TOUCH_POLICY, "cached"},
	    {"FIPS series form factor", FORGED_S1, {{ATTESTATION, FIELD_EXTENSION_VALUE, OID_PIV("09") " 83", 0}}, 1,
	        CLAIM_FORM_FACTOR, "usb-c keychain"},
	    {"an extension of a later firmware", FORGED_S2,
	        {{ATTESTATION, FIELD_EXTENSION_AGAIN, OID_PIV("20") " 0101ff", 0}}, 1, CLAIM_SLOT, "9a"},
	};

	assert_accepted(rows, sizeof(rows) / sizeof(rows[0]), state);
}

static void no_bit_can_be_changed(void **state)
{
	struct evidence evidence = EVIDENCE_EMPTY;
	struct error err = ERROR_EMPTY;
	struct forged_chain chain;
	struct result result;

	forged_chain_honest(FORGED_S2, &chain);
	assert_done(forged_chain_evidence(&chain, &evidence, &err), err);
	for (size_t i = 0; i < evidence.content.len * 8; i++) {
		uint8_t bit = (uint8_t)(1U << (i % 8));

		evidence.content.data[i / 8] ^= bit;
		appraise_evidence(*state, &evidence, &result);
		if (result.verdict == VERDICT_ACCEPTED || result.num_reasons == 0)
			fail_msg("bit %zu of byte %zu", i % 8, i / 8);
		evidence.content.data[i / 8] ^= bit;
	}
	appraise_evidence(*state, &evidence, &result);
	assert_int_equal(result.verdict, VERDICT_ACCEPTED);
	evidence_clear(&evidence);
}

static void no_length_but_the_whole_is_accepted(void **state)
{
	struct error err = ERROR_EMPTY;
	struct forged_chain chain;
	struct result result;
	struct evidence evidence = EVIDENCE_EMPTY;

	forged_chain_honest(FORGED_S1, &chain);
	assert_done(forged_chain_evidence(&chain, &evidence, &err), err);
	assert_done(buffer_put_u8(&evidence.content, 0, &err), err);
	appraise_evidence(*state, &evidence, &result);
	assert_int_equal(result.verdict, VERDICT_NOT_APPRAISABLE);
	buffer_cut(&evidence.content, evidence.content.len - 1);
	while (evidence.content.len > 0) {
		buffer_cut(&evidence.content, evidence.content.len - 1);
		appraise_evidence(*state, &evidence, &result);
		assert_int_equal(result.verdict, VERDICT_NOT_APPRAISABLE);
	}
	evidence_clear(&evidence);
}

static void a_site_gives_assurance_of_its_own(void **state)
{
	struct fixture fixture = *(struct fixture *)*state;
	struct error err = ERROR_EMPTY;
	struct forged_chain chain;
	struct result result;

	assert_done(forged_trust(TRUST_SITE, &fixture.trust, &err), err);
	forged_chain_honest(FORGED_S1, &chain);
	appraise_chain(&fixture, &chain, &result);
	assert_int_equal(result.verdict, VERDICT_ACCEPTED);
	assert_int_equal(result.assurance, ASSURANCE_ORGANISATION);
	assert_string_equal(result.trust_version, "none");
	assert_string_equal(result_find_claim(&result, CLAIM_ISSUER)->proof, "forged 1");
	trust_free(fixture.trust);
}

/* One extracted attestation key is a batch of tokens; they are distrusted by it, or by the certificate that results name. */
static void a_distrusted_batch_is_refused(void **state)
{
	struct fixture fixture = *(struct fixture *)*state;
	struct error err = ERROR_EMPTY;
	struct forged_chain chain;
	struct result genuine, result;

	forged_chain_honest(FORGED_S1, &chain);
	appraise_chain(&fixture, &chain, &genuine);
	for (int by_hash = 0; by_hash < 2; by_hash++) {
		struct buffer bundle = BUFFER_EMPTY;
		char hashes[80];

		(void)snprintf(hashes, sizeof(hashes), "[\"%.64s\"]", claim_of(&genuine, CLAIM_DEVICE_CERTIFICATE));
		assert_done(forged_trust(TRUST_SHIPPED, &fixture.trust, &err), err);
		assert_done(forged_put_distrust("Stolen batch", by_hash ? KEY_STRANGER : KEY_DEVICE,
		                by_hash ? hashes : NULL, &bundle, &err),
		    err);
		assert_done(trust_add(fixture.trust, buffer_bytes(&bundle), "batch", TRUST_SITE, &err), err);
		appraise_chain(&fixture, &chain, &result);
		assert_int_equal(result.verdict, VERDICT_REFUSED);
		assert_string_equal(error_word(result.reasons[0].code), "issuer.compromised");
		trust_free(fixture.trust);
		buffer_free(&bundle);
	}
}

/* Of a genuine chain, and of one whose signature is wrong. */
static void no_allocation_is_left_behind(void **state)
{
	static const struct forged_edit wrong = {ATTESTATION, FIELD_SIGNER, NULL, KEY_STRANGER};
	struct evidence evidence[2] = {EVIDENCE_EMPTY, EVIDENCE_EMPTY};
	struct error err = ERROR_EMPTY;
	struct forged_chain chain;
	size_t before = 0;

	forged_chain_honest(FORGED_S1, &chain);
	assert_done(forged_chain_evidence(&chain, &evidence[0], &err), err);
	forged_chain_edit(&chain, &wrong);
	assert_done(forged_chain_evidence(&chain, &evidence[1], &err), err);
	for (size_t i = 0; i < 2000; i++) {
		struct result result;

		/* what libcrypto keeps for itself is there after some rounds */
		if (i == 1000)
			before = mallinfo2().uordblks;
		appraise_evidence(*state, &evidence[i % 2], &result);
		assert_int_equal(result.verdict, i % 2 == 0 ? VERDICT_ACCEPTED : VERDICT_REFUSED);
	}
	assert_int_equal(mallinfo2().uordblks, before);
	evidence_clear(&evidence[0]);
	evidence_clear(&evidence[1]);
}

static void the_asked_key_is_bound(void **state)
{
	struct fixture *fixture = *state;
	struct buffer spki = BUFFER_EMPTY;
	struct evidence evidence = EVIDENCE_EMPTY;
	struct error err = ERROR_EMPTY;
	struct forged_chain chain;
	struct result result;
	struct appraisal appraisal = {.evidence = &evidence, .trust = fixture->trust, .policy = fixture->policy};

	forged_chain_honest(FORGED_S1, &chain);
	assert_done(forged_chain_evidence(&chain, &evidence, &err), err);
	assert_done(forged_key_put_spki(KEY_SLOT, &spki, &err), err);
	appraisal.expected_spki = buffer_bytes(&spki);
	appraisal.expected_slot = "9a";
	appraise(&appraisal, &result);
	assert_int_equal(result.verdict, VERDICT_ACCEPTED);
	assert_int_equal(result_find_claim(&result, CLAIM_BOUND)->grade, CLAIM_PROVEN);
	appraisal.expected_spki = bytes_of("no key", 6);
	appraise(&appraisal, &result);
	assert_int_equal(result.verdict, VERDICT_NOT_APPRAISABLE);
	assert_int_equal(result_find_claim(&result, CLAIM_BOUND)->grade, CLAIM_FAILED);
	buffer_free(&spki);
	evidence_clear(&evidence);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_genuine_shape_is_accepted),
	    cmocka_unit_test(every_genuine_key_is_accepted),
	    cmocka_unit_test(every_genuine_extension_is_accepted),
	    cmocka_unit_test(no_bit_can_be_changed),
	    cmocka_unit_test(no_length_but_the_whole_is_accepted),
	    cmocka_unit_test(a_site_gives_assurance_of_its_own),
	    cmocka_unit_test(a_distrusted_batch_is_refused),
	    cmocka_unit_test(no_allocation_is_left_behind),
	    cmocka_unit_test(the_asked_key_is_bound),
	};

	return cmocka_run_group_tests_name("piv", tests, set_up, tear_down);
}

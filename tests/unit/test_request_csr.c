/* Certificate requests that carry an attestation, as tools make them and as nobody should. */
#include "tests/unit/unit.h"

#include <openssl/x509v3.h>

#include "policy/appraise.h"
#include "policy/evidence_input.h"
#include "policy/policy.h"
#include "policy/result.h"
#include "tests/forgery/chain.h"
#include "tests/unit/mutation.h"

#define ATTESTATION_OID "1.3.6.1.4.1.41482.3.1"
#define DEVICE_OID "1.3.6.1.4.1.41482.3.2"
#define LEGACY_OID "1.3.6.1.4.1.41482.3.11"

struct fixture {
	struct trust *trust;
	struct policy *policy;
	struct buffer der[2]; /* by forged_part */
};

static int set_up(void **state)
{
	static struct fixture fixture;
	struct forged_chain chain;
	struct error err = ERROR_EMPTY;

	forged_chain_honest(FORGED_S1, &chain);
	for (size_t i = 0; i < 2; i++)
		assert_done(forged_certificate_put(&chain.certificates[i], &fixture.der[i], &err), err);
	assert_done(forged_trust(TRUST_SHIPPED, &fixture.trust, &err), err);
	assert_done(policy_new_evidence_only(&fixture.policy, &err), err);
	*state = &fixture;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *fixture = *state;

	buffer_free(&fixture->der[ATTESTATION]);
	buffer_free(&fixture->der[DEVICE]);
	trust_free(fixture->trust);
	policy_free(fixture->policy);
	forged_keys_free();
	return 0;
}

/* What the request has; an OID that is NULL leaves the certificate away. */
struct recipe {
	const char *name;
	const char *attestation, *attestation_again, *device;
	enum forged_key key, signer;
	bool swapped; /* each certificate under the other's OID */
	enum error_code code;
};

static void add_extension(STACK_OF(X509_EXTENSION) * list, const char *oid, const struct buffer *der)
{
	ASN1_OBJECT *object = oid == NULL ? NULL : OBJ_txt2obj(oid, 1);
	ASN1_OCTET_STRING *content = ASN1_OCTET_STRING_new();
	X509_EXTENSION *extension;

	assert_true(content != NULL && ASN1_OCTET_STRING_set(content, der->data, (int)der->len) == 1);
	if (object != NULL) {
		extension = X509_EXTENSION_create_by_OBJ(NULL, object, 0, content);
		assert_true(extension != NULL && sk_X509_EXTENSION_push(list, extension) > 0);
	}
	ASN1_OBJECT_free(object);
	ASN1_OCTET_STRING_free(content);
}

static void put_request(const struct fixture *fixture, const struct recipe *recipe, struct buffer *out)
{
	STACK_OF(X509_EXTENSION) *list = sk_X509_EXTENSION_new_null();
	const struct buffer *first = &fixture->der[recipe->swapped ? DEVICE : ATTESTATION];
	const struct buffer *second = &fixture->der[recipe->swapped ? ATTESTATION : DEVICE];
	X509_REQ *request = X509_REQ_new();
	unsigned char *der = NULL;
	struct error err = ERROR_EMPTY;
	int len;

	add_extension(list, recipe->attestation, first);
	add_extension(list, recipe->attestation_again, first);
	add_extension(list, recipe->device, second);
	assert_true(X509_REQ_set_pubkey(request, forged_key(recipe->key)) == 1);
	assert_true(sk_X509_EXTENSION_num(list) == 0 || X509_REQ_add_extensions(request, list) == 1);
	assert_true(X509_REQ_sign(request, forged_key(recipe->signer), EVP_sha256()) > 0);
	len = i2d_X509_REQ(request, &der);
	assert_true(len > 0);
	assert_done(buffer_put(out, bytes_of(der, (size_t)len), &err), err);
	OPENSSL_free(der);
	sk_X509_EXTENSION_pop_free(list, X509_EXTENSION_free);
	X509_REQ_free(request);
}

/* The code of the reading, or of the first reason of the appraisal behind it. */
static enum error_code judge(const struct fixture *fixture, struct bytes request)
{
	struct evidence evidence = EVIDENCE_EMPTY;
	struct buffer spki = BUFFER_EMPTY;
	struct error err = ERROR_EMPTY;
	struct result result;
	enum error_code code;

	if (evidence_read_request(request, &evidence, &spki, &err)) {
		const struct appraisal appraisal = {.evidence = &evidence,
		    .trust = fixture->trust,
		    .policy = fixture->policy,
		    .expected_spki = buffer_bytes(&spki),
		    .now = 1800000000};

		appraise(&appraisal, &result);
		code = result.num_reasons > 0 ? result.reasons[0].code : ERROR_NONE;
		assert_true((result.verdict == VERDICT_ACCEPTED) == (code == ERROR_NONE));
	} else {
		code = err.code;
	}
	evidence_clear(&evidence);
	buffer_free(&spki);
	return code;
}

/* Evidence that is absent, that is incomplete and that is false are three different reasons. */
static void each_request_meets_its_reason(void **state)
{
	static const struct recipe rows[] = {
	    {"as tools write it", ATTESTATION_OID, NULL, DEVICE_OID, KEY_SLOT, KEY_SLOT, false, ERROR_NONE},
	    {"as older tools wrote it", LEGACY_OID, NULL, DEVICE_OID, KEY_SLOT, KEY_SLOT, false, ERROR_NONE},
	    {"absent", NULL, NULL, NULL, KEY_SLOT, KEY_SLOT, false, ERROR_EVIDENCE_ABSENT},
	    {"attestation only", ATTESTATION_OID, NULL, NULL, KEY_SLOT, KEY_SLOT, false, ERROR_EVIDENCE_INCOMPLETE},
	    {"older attestation only", LEGACY_OID, NULL, NULL, KEY_SLOT, KEY_SLOT, false, ERROR_EVIDENCE_INCOMPLETE},
	    {"device only", NULL, NULL, DEVICE_OID, KEY_SLOT, KEY_SLOT, false, ERROR_EVIDENCE_INCOMPLETE},
	    {"under both OIDs", ATTESTATION_OID, LEGACY_OID, DEVICE_OID, KEY_SLOT, KEY_SLOT, false,
	        ERROR_EVIDENCE_FORMAT},
	    {"under one OID twice", ATTESTATION_OID, ATTESTATION_OID, DEVICE_OID, KEY_SLOT, KEY_SLOT, false,
	        ERROR_EVIDENCE_CERTIFICATE},
	    {"swapped", ATTESTATION_OID, NULL, DEVICE_OID, KEY_SLOT, KEY_SLOT, true, ERROR_PIV_ISSUER_UNKNOWN},
	    {"another key, with its signature", ATTESTATION_OID, NULL, DEVICE_OID, KEY_SLOT_RSA, KEY_SLOT_RSA, false,
	        ERROR_KEY_MISMATCH},
	    {"the key, signed by another", ATTESTATION_OID, NULL, DEVICE_OID, KEY_SLOT, KEY_DEVICE_P256, false,
	        ERROR_KEY_MISMATCH},
	    {"another key, signed by the key", ATTESTATION_OID, NULL, DEVICE_OID, KEY_DEVICE_P256, KEY_SLOT, false,
	        ERROR_KEY_MISMATCH},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct buffer request = BUFFER_EMPTY;
		enum error_code code;

		put_request(*state, &rows[i], &request);
		code = judge(*state, buffer_bytes(&request));
		if (code != rows[i].code)
			fail_msg("%s: %s instead of %s", rows[i].name, error_word(code), error_word(rows[i].code));
		buffer_free(&request);
	}
}

static void check_damaged(struct bytes damaged, void *fixture)
{
	assert_int_not_equal(judge(fixture, damaged), ERROR_NONE);
}

static void no_bit_and_no_length_can_be_changed(void **state)
{
	static const struct recipe good = {
	    "good", ATTESTATION_OID, NULL, DEVICE_OID, KEY_SLOT, KEY_SLOT, false, ERROR_NONE};
	struct buffer request = BUFFER_EMPTY;

	put_request(*state, &good, &request);
	assert_int_equal(judge(*state, buffer_bytes(&request)), ERROR_NONE);
	every_mutation(buffer_bytes(&request), check_damaged, *state);
	buffer_free(&request);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(each_request_meets_its_reason),
	    cmocka_unit_test(no_bit_and_no_length_can_be_changed),
	};

	return cmocka_run_group_tests_name("request_csr", tests, set_up, tear_down);
}

#include "tests/unit/unit.h"

#include <openssl/ecdsa.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/file.h"
#include "policy/advisory.h"
#include "policy/certificate.h"
#include "policy/certificate_claim.h"
#include "policy/digest.h"
#include "policy/hex.h"
#include "policy/policy.h"
#include "policy/result.h"
#include "policy/trust.h"
#include "tests/forgery/batch.h"
#include "tests/forgery/chain.h"

#define HEAD "{\"format\": \"keyenroll-trust-1\", \"name\": \"n\", \"version\": \"1\", \"date\": \"2026-01-01\""
/* A name and an Ed25519 key as they have to be written. */
#define SUBJECT "\"subject\": \"MAwxCjAIBgNVBAMMAWE=\""
#define KEY "\"public_key\": \"MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\""
#define ANCHOR "{\"name\": \"a\", \"vendor\": \"v\", \"evidence\": \"piv\", \"shape\": \"S1\", " SUBJECT ", " KEY
#define HASH "0fa1386f80eb8713263ae5c1d84deb455bdf08aea50ab05503cefee82b092d42"
#define ADVISORY                                                                                                       \
	"{\"id\": \"i\", \"vendor\": \"v\", \"product\": \"p\", \"severity\": \"note\", \"text\": \"t\", "             \
	"\"reference\": \"r\""

static int tear_down(void **state)
{
	(void)state;
	forged_keys_free();
	return 0;
}

static bool is_read(const char *text, struct error *err)
{
	struct trust *trust = NULL;
	bool done = trust_new(&trust, err) && trust_add(trust, bytes_of_text(text), "test.json", TRUST_SITE, err);

	trust_free(trust);
	return done;
}

static void good_bundles_are_read(void **state)
{
	static const char *const rows[] = {
	    HEAD "}",
	    HEAD ", \"anchors\": [" ANCHOR "}]}",
	    HEAD ", \"anchors\": [" ANCHOR
	         ", \"valid_from\": \"2016-01-01\", \"under\": [\"x\"], \"certificates\": []}]}",
	    HEAD ", \"distrusted\": [{\"name\": \"b\", \"vendor\": \"v\", \"evidence\": \"fido\", \"reason\": \"why\", "
	         "\"certificates\": [\"" HASH "\"]}]}",
	    HEAD ", \"advisories\": [" ADVISORY "}]}",
	    HEAD ", \"advisories\": [" ADVISORY
	         ", \"evidence\": \"piv\", \"reads\": \"attestation\", \"keys\": [\"rsa\"], "
	         "\"firmware\": [{\"from\": \"4.9.0\", \"before\": \"4.10.0\"}]}]}",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct error err = ERROR_EMPTY;

		if (!is_read(rows[i], &err))
			fail_msg("%zu: %s", i, err.text);
	}
}

struct bad_bundle {
	const char *name, *text, *part;
};

static void assert_places_are_named(const struct bad_bundle *rows, size_t num)
{
	for (size_t i = 0; i < num; i++) {
		struct error err = ERROR_EMPTY;

		if (is_read(rows[i].text, &err))
			fail_msg("%s: was read", rows[i].name);
		if (err.code != ERROR_TRUST_BUNDLE || strstr(err.text, rows[i].part) == NULL)
			fail_msg("%s: %s [%s]", rows[i].name, err.text, error_word(err.code));
	}
}

static void bad_bundles_name_the_place(void **state)
{
	static const struct bad_bundle rows[] = {
	    {"nothing", "", "test.json"},
	    {"no object", "[]", "object"},
	    {"cut", HEAD, "line 1"},
	    {"a rest", HEAD "} x", "line 1"},
	    {"unknown member", HEAD ", \"colour\": 1}", "colour"},
	    {"member twice", HEAD ", \"name\": \"m\"}", "name"},
	    {"wrong type", HEAD ", \"anchors\": {}}", "anchors"},
	    {"no version", "{\"format\": \"keyenroll-trust-1\", \"name\": \"n\", \"date\": \"2026-01-01\"}", "version"},
	    {"another format",
	        "{\"format\": \"keyenroll-trust-2\", \"name\": \"n\", \"version\": \"1\", \"date\": \"2026-01-01\"}",
	        "format"},
	    {"odd date",
	        "{\"format\": \"keyenroll-trust-1\", \"name\": \"n\", \"version\": \"1\", \"date\": \"yesterday\"}",
	        "date"},
	};

	(void)state;
	assert_places_are_named(rows, sizeof(rows) / sizeof(rows[0]));
}

static void bad_anchors_name_the_place(void **state)
{
	static const struct bad_bundle rows[] = {
	    {"no shape",
	        HEAD ", \"anchors\": [{\"name\": \"a\", \"vendor\": \"v\", \"evidence\": \"piv\", " SUBJECT ", " KEY
	             "}]}",
	        "shape"},
	    {"odd shape",
	        HEAD ", \"anchors\": [{\"name\": \"a\", \"vendor\": \"v\", \"evidence\": \"piv\", \"shape\": "
	             "\"S3\", " SUBJECT ", " KEY "}]}",
	        "anchors[0]"},
	    {"unknown evidence",
	        HEAD ", \"anchors\": [{\"name\": \"a\", \"vendor\": \"v\", \"evidence\": \"magic\", \"shape\": "
	             "\"S1\", " SUBJECT ", " KEY "}]}",
	        "evidence"},
	    {"odd base64",
	        HEAD ", \"anchors\": [{\"name\": \"a\", \"vendor\": \"v\", \"evidence\": \"piv\", \"shape\": \"S1\", "
	             "\"subject\": \"MA\", " KEY "}]}",
	        "base64"},
	    {"odd key",
	        HEAD ", \"anchors\": [{\"name\": \"a\", \"vendor\": \"v\", \"evidence\": \"piv\", \"shape\": "
	             "\"S1\", " SUBJECT ", \"public_key\": \"MAA=\"}]}",
	        "public_key"},
	    {"odd hash", HEAD ", \"anchors\": [" ANCHOR ", \"certificates\": [\"00\"]}]}", "certificates"},
	    {"second anchor", HEAD ", \"anchors\": [" ANCHOR "}, 7]}", "anchors[1]"},
	};

	(void)state;
	assert_places_are_named(rows, sizeof(rows) / sizeof(rows[0]));
}

static void bad_batches_name_the_place(void **state)
{
	static const struct bad_bundle rows[] = {
	    {"distrusted without a key",
	        HEAD ", \"distrusted\": [{\"name\": \"b\", \"vendor\": \"v\", \"evidence\": \"fido\", \"reason\": "
	             "\"why\"}]}",
	        "distrusted[0]"},
	    {"a batch with half an identity",
	        HEAD ", \"distrusted\": [{\"name\": \"b\", \"vendor\": \"v\", \"evidence\": \"fido\", \"reason\": "
	             "\"why\", " SUBJECT ", \"certificates\": [\"" HASH "\"]}]}",
	        "public_key"},
	    {"a batch of another kind",
	        HEAD
	        ", \"distrusted\": [{\"name\": \"b\", \"vendor\": \"v\", \"evidence\": \"piv\", \"reason\": \"why\", "
	        "\"certificates\": [\"" HASH "\"]}]}",
	        "public_key"},
	    {"a batch by the name of a wrapping",
	        HEAD ", \"distrusted\": [{\"name\": \"b\", \"vendor\": \"v\", \"evidence\": \"ssh-sk-attest\", "
	             "\"reason\": \"why\", " SUBJECT ", " KEY "}]}",
	        "evidence"},
	    {"distrusted without a reason", HEAD ", \"distrusted\": [" ANCHOR "}]}", "shape"},
	};

	(void)state;
	assert_places_are_named(rows, sizeof(rows) / sizeof(rows[0]));
}

static void bad_advisories_name_the_place(void **state)
{
	static const struct bad_bundle rows[] = {
	    {"odd severity",
	        HEAD ", \"advisories\": [{\"id\": \"i\", \"vendor\": \"v\", \"product\": \"p\", \"severity\": \"bad\", "
	             "\"text\": \"t\", \"reference\": \"r\"}]}",
	        "severity"},
	    {"ranges without evidence", HEAD ", \"advisories\": [" ADVISORY ", \"firmware\": []}]}", "advisories[0]"},
	    {"falling range",
	        HEAD ", \"advisories\": [" ADVISORY ", \"evidence\": \"piv\", \"reads\": \"attestation\", "
	             "\"firmware\": [{\"from\": \"4.10.0\", \"before\": \"4.9.0\"}]}]}",
	        "rising"},
	    {"unknown evidence",
	        HEAD ", \"advisories\": [" ADVISORY ", \"evidence\": \"PIV\", \"reads\": \"attestation\", "
	             "\"firmware\": [{\"from\": \"4.2.0\", \"before\": \"4.9.0\"}]}]}",
	        "evidence"},
	    {"the name of a wrapping",
	        HEAD ", \"advisories\": [" ADVISORY
	             ", \"evidence\": \"ssh-sk-attest\", \"seen_by\": {\"issuer\": [\"x\"]}}]}",
	        "evidence"},
	    {"somebody else's firmware",
	        HEAD ", \"advisories\": [" ADVISORY ", \"evidence\": \"piv\", \"reads\": \"device\", "
	             "\"firmware\": [{\"from\": \"4.2.0\", \"before\": \"4.9.0\"}]}]}",
	        "reads"},
	    {"unknown edition",
	        HEAD ", \"advisories\": [" ADVISORY ", \"evidence\": \"piv\", \"reads\": \"attestation\", "
	             "\"firmware\": [{\"from\": \"4.2.0\", \"before\": \"4.9.0\", \"edition\": \"FIPS\"}]}]}",
	        "edition"},
	    {"unknown kind of key",
	        HEAD ", \"advisories\": [" ADVISORY ", \"evidence\": \"piv\", \"keys\": [\"RSA\"], \"reads\": "
	             "\"attestation\", \"firmware\": [{\"from\": \"4.2.0\", \"before\": \"4.9.0\"}]}]}",
	        "keys"},
	    {"a mark that is no list",
	        HEAD ", \"advisories\": [" ADVISORY
	             ", \"evidence\": \"fido\", \"seen_by\": {\"issuer\": \"somebody\"}}]}",
	        "seen_by"},
	    {"a mark without values",
	        HEAD ", \"advisories\": [" ADVISORY ", \"evidence\": \"fido\", \"seen_by\": {\"issuer\": []}}]}",
	        "seen_by"},
	    {"no mark", HEAD ", \"advisories\": [" ADVISORY ", \"evidence\": \"fido\", \"seen_by\": {}}]}", "seen_by"},
	    {"an id that results would cut",
	        HEAD ", \"advisories\": [{\"id\": \"CVE-2026-0123456789012345678901234567890\", \"vendor\": \"v\", "
	             "\"product\": \"p\", \"severity\": \"note\", \"text\": \"t\", \"reference\": \"r\"}]}",
	        "id"},
	    {"odd version",
	        HEAD ", \"advisories\": [" ADVISORY ", \"evidence\": \"piv\", \"reads\": \"attestation\", "
	             "\"firmware\": [{\"from\": \"4.2\", \"before\": \"4.9.0\"}]}]}",
	        "rising"},
	};

	(void)state;
	assert_places_are_named(rows, sizeof(rows) / sizeof(rows[0]));
}

/* What a site adds about a key that is distrusted changes nothing, in whatever order it comes. */
static void distrust_wins(void **state)
{
	static const char believed[] = HEAD ", \"anchors\": [" ANCHOR "}]}";
	static const char distrusted[] = HEAD ", \"distrusted\": [{\"name\": \"b\", \"vendor\": \"v\", \"evidence\": "
	                                      "\"piv\", \"reason\": \"why\", " SUBJECT ", " KEY "}]}";
	static const char *const orders[][2] = {{believed, distrusted}, {distrusted, believed}};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct error err = ERROR_EMPTY;
		struct trust *trust;

		assert_done(trust_new(&trust, &err), err);
		for (size_t j = 0; j < 2; j++)
			assert_done(trust_add(trust, bytes_of_text(orders[i][j]), "o", TRUST_SITE, &err), err);
		for (size_t j = 0; j < 2; j++) {
			assert_true(trust_anchor(trust, j)->distrusted);
			assert_string_equal(trust_anchor(trust, j)->distrust_reason, "why");
		}
		assert_null(trust_anchor(trust, 2));
		trust_free(trust);
	}
}

/* The certificate with the signature (r, n - s). */
static void turn_signature(X509 *certificate, int curve)
{
	EC_GROUP *group = EC_GROUP_new_by_curve_name(curve);
	const ASN1_BIT_STRING *found = NULL;
	ASN1_BIT_STRING *value;
	const unsigned char *at;
	unsigned char *der = NULL;
	ECDSA_SIG *pair;
	BIGNUM *r, *s = BN_new();
	int len;

	X509_get0_signature(&found, NULL, certificate);
	at = ASN1_STRING_get0_data(found);
	pair = d2i_ECDSA_SIG(NULL, &at, ASN1_STRING_length(found));
	r = BN_dup(ECDSA_SIG_get0_r(pair));
	assert_int_equal(BN_sub(s, EC_GROUP_get0_order(group), ECDSA_SIG_get0_s(pair)), 1);
	assert_int_equal(ECDSA_SIG_set0(pair, r, s), 1);
	len = i2d_ECDSA_SIG(pair, &der);
	memcpy(&value, &found, sizeof(value)); /* libcrypto has no other way to it */
	assert_int_equal(ASN1_STRING_set(value, der, len), 1);
	OPENSSL_free(der);
	ECDSA_SIG_free(pair);
	EC_GROUP_free(group);
}

/* One form of a certificate, in DER. */
struct form {
	uint8_t der[CERTIFICATE_MAXIMUM];
	size_t len;
};

static void set_form(struct form *form, X509 *certificate)
{
	unsigned char *at = form->der;
	int len = i2d_X509(certificate, NULL);

	assert_true(len > 0 && (size_t)len <= sizeof(form->der));
	form->len = (size_t)i2d_X509(certificate, &at);
}

/* The defect that some of FIDO's certificates have: bits of the signature that are said to be unused. */
static void set_defective_form(struct form *form, X509 *certificate, uint8_t unused)
{
	const ASN1_BIT_STRING *signature = NULL;

	set_form(form, certificate);
	X509_get0_signature(&signature, NULL, certificate);
	form->der[form->len - (size_t)ASN1_STRING_length(signature) - 1] = unused;
}

static void put_form_hash(const struct form *form, char hex[2 * SHA256_DIGEST_LENGTH + 1])
{
	uint8_t hash[SHA256_DIGEST_LENGTH];

	digest_sha256(bytes_of(form->der, form->len), hash);
	hex_put(BYTES_OF(hash), hex);
}

/* A certificate that was handed in as one form, and mended before it was read. */
static bool is_form_distrusted(const struct trust *trust, const struct form *handed, const struct form *read)
{
	const struct trust_anchor *found = NULL;
	struct certificate parsed;
	struct error err = ERROR_EMPTY;

	assert_done(certificate_parse(bytes_of(read->der, read->len), &parsed, &err), err);
	assert_done(trust_check_distrusted_certificate(
	                trust, EVIDENCE_FIDO, &parsed, bytes_of(handed->der, handed->len), &found, &err),
	    err);
	return found != NULL;
}

static bool is_distrusted(const struct trust *trust, X509 *certificate)
{
	struct form form;

	set_form(&form, certificate);
	return is_form_distrusted(trust, &form, &form);
}

static struct trust *distrust_form(const struct form *form)
{
	char hex[2 * SHA256_DIGEST_LENGTH + 1], text[512];
	struct error err = ERROR_EMPTY;
	struct trust *trust = NULL;

	put_form_hash(form, hex);
	(void)snprintf(text, sizeof(text),
	    HEAD ", \"distrusted\": [{\"name\": \"b\", \"vendor\": \"v\", \"evidence\": \"fido\", "
	         "\"reason\": \"why\", \"certificates\": [\"%s\"]}]}",
	    hex);
	assert_done(trust_new(&trust, &err) && trust_add(trust, bytes_of_text(text), "o", TRUST_SITE, &err), err);
	return trust;
}

static struct trust *distrust_certificate(X509 *certificate)
{
	struct form form;

	set_form(&form, certificate);
	return distrust_form(&form);
}

/* Whoever has the key of a batch that is distrusted by its certificate's hash turns its issuer's signature: it is as good, and the hash
 * is another one. */
static void a_turned_signature_is_the_same_certificate(void **state)
{
	static const char *const curves[] = {"P-256", "P-384"};

	(void)state;
	for (size_t i = 0; i < 8; i++) {
		EVP_PKEY *issuer = EVP_PKEY_Q_keygen(NULL, NULL, "EC", curves[i % 2]);
		X509 *batch = forged_batch(issuer), *other = forged_batch(issuer);
		struct trust *trust = distrust_certificate(batch);

		assert_true(is_distrusted(trust, batch));
		assert_false(is_distrusted(trust, other));
		turn_signature(batch, i % 2 == 0 ? NID_X9_62_prime256v1 : NID_secp384r1);
		assert_int_equal(X509_verify(batch, issuer), 1);
		assert_true(is_distrusted(trust, batch));
		X509_free(batch);
		X509_free(other);
		EVP_PKEY_free(issuer);
		trust_free(trust);
	}
}

/* What an appraisal would make of a token with this certificate: refused by a rule, concerned by an advisory. */
static void judge_form(const struct policy *policy, const struct trust *trust, const struct form *handed,
    const struct form *read, bool *refused, bool *concerned)
{
	struct result result = {.verdict = VERDICT_ACCEPTED};
	struct policy_subject nobody = {.person = NULL};
	struct certificate parsed;
	struct error err = ERROR_EMPTY;

	assert_done(certificate_parse(bytes_of(read->der, read->len), &parsed, &err), err);
	result_add_claim(&result, CLAIM_VENDOR, CLAIM_PROVEN, "v", "");
	assert_done(
	    certificate_claim_add(&parsed, EVIDENCE_FIDO, bytes_of(handed->der, handed->len), "", &result, &err), err);
	*concerned = advisory_concerns(trust_advisory(trust, 0), "fido", &result);
	policy_decide(policy, &nobody, &result);
	*refused = result.verdict == VERDICT_REFUSED;
}

static void judge(
    const struct policy *policy, const struct trust *trust, X509 *certificate, bool *refused, bool *concerned)
{
	struct form form;

	set_form(&form, certificate);
	judge_form(policy, trust, &form, &form, refused, concerned);
}

/* A policy that refuses the certificate in this form and takes every other, and an advisory about it. */
static void name_form(const struct form *form, struct policy **policy, struct trust **trust)
{
	char hex[2 * SHA256_DIGEST_LENGTH + 1], rules[256], bundle[512];
	struct error err = ERROR_EMPTY;

	put_form_hash(form, hex);
	(void)snprintf(rules, sizeof(rules),
	    "rule \"batch\" {\ndevice-certificate = { \"%s\" }\nthen = \"refuse\"\n}\n"
	    "rule \"others\" {\nvendor = { \"v\" }\nthen = \"accept\"\n}\n",
	    hex);
	(void)snprintf(bundle, sizeof(bundle),
	    HEAD
	    ", \"advisories\": [{\"id\": \"A\", \"vendor\": \"v\", \"product\": \"p\", \"severity\": \"critical\", "
	    "\"text\": \"t\", \"reference\": \"r\", \"evidence\": \"fido\", \"seen_by\": {\"device-certificate\": "
	    "[\"%s\"]}}]}",
	    hex);
	assert_done(policy_parse(bytes_of_text(rules), "policy", NULL, NULL, policy, &err), err);
	assert_done(trust_new(trust, &err) && trust_add(*trust, bytes_of_text(bundle), "o", TRUST_SITE, &err), err);
}

static void name_certificate(X509 *certificate, struct policy **policy, struct trust **trust)
{
	struct form form;

	set_form(&form, certificate);
	name_form(&form, policy, trust);
}

static void a_turned_signature_meets_the_same_rules(void **state)
{
	static const char *const curves[] = {"P-256", "P-384"};

	(void)state;
	for (size_t i = 0; i < 8; i++) {
		EVP_PKEY *issuer = EVP_PKEY_Q_keygen(NULL, NULL, "EC", curves[i % 2]);
		X509 *batch = forged_batch(issuer), *other = forged_batch(issuer);
		struct policy *policy = NULL;
		struct trust *trust = NULL;
		bool refused, concerned;

		name_certificate(batch, &policy, &trust);
		judge(policy, trust, other, &refused, &concerned);
		assert_true(!refused && !concerned);
		judge(policy, trust, batch, &refused, &concerned);
		assert_true(refused && concerned);
		turn_signature(batch, i % 2 == 0 ? NID_X9_62_prime256v1 : NID_secp384r1);
		judge(policy, trust, batch, &refused, &concerned);
		assert_true(refused && concerned);
		X509_free(batch);
		X509_free(other);
		EVP_PKEY_free(issuer);
		policy_free(policy);
		trust_free(trust);
	}
}

/* Whoever has a certificate with that defect can mend it, and whoever has it mended can bring the defect back. */
static void a_mended_certificate_is_the_same(void **state)
{
	X509 *batch = forged_batch(forged_key(KEY_ROOT)), *other = forged_batch(forged_key(KEY_ISSUING));
	struct form forms[8], stranger;

	(void)state;
	set_form(&stranger, other);
	for (uint8_t i = 0; i < 8; i++)
		set_defective_form(&forms[i], batch, i); /* the first has no defect */
	for (size_t i = 0; i < 8; i++) {
		struct trust *trust = distrust_form(&forms[i]);

		for (size_t j = 0; j < 8; j++)
			assert_true(is_form_distrusted(trust, &forms[j], &forms[0]));
		assert_false(is_form_distrusted(trust, &stranger, &stranger));
		trust_free(trust);
	}
	X509_free(batch);
	X509_free(other);
}

static void a_mended_certificate_meets_the_same_rules(void **state)
{
	X509 *batch = forged_batch(forged_key(KEY_ROOT)), *other = forged_batch(forged_key(KEY_ISSUING));
	struct form forms[8];

	(void)state;
	for (uint8_t i = 0; i < 8; i++)
		set_defective_form(&forms[i], batch, i);
	for (size_t i = 0; i < 8; i++) {
		struct policy *policy = NULL;
		struct trust *trust = NULL;
		bool refused, concerned;

		name_form(&forms[i], &policy, &trust);
		for (size_t j = 0; j < 8; j++) {
			judge_form(policy, trust, &forms[j], &forms[0], &refused, &concerned);
			assert_true(refused && concerned);
		}
		judge(policy, trust, other, &refused, &concerned);
		assert_true(!refused && !concerned);
		policy_free(policy);
		trust_free(trust);
	}
	X509_free(batch);
	X509_free(other);
}

static void a_bad_bundle_leaves_the_trust_alone(void **state)
{
	struct error err = ERROR_EMPTY;
	struct trust *trust;

	(void)state;
	assert_done(forged_trust(TRUST_SHIPPED, &trust, &err), err);
	assert_refused(
	    trust_add(trust, bytes_of_text(HEAD ", \"anchors\": [" ANCHOR "}, 7]}"), "o", TRUST_SHIPPED, &err), err,
	    ERROR_TRUST_BUNDLE);
	assert_non_null(trust_anchor(trust, 3));
	assert_null(trust_anchor(trust, 4));
	assert_string_equal(trust_version(trust), "1");
	trust_free(trust);
}

static void the_shipped_bundle_is_sound(void **state)
{
	const char *source = getenv("srcdir");
	struct buffer json = BUFFER_EMPTY;
	struct error err = ERROR_EMPTY;
	struct trust *trust;
	char path[600];
	size_t believed = 0;

	(void)state;
	(void)snprintf(path, sizeof(path), "%.500s/policy/data/trust.json", source == NULL ? "." : source);
	assert_done(file_load(path, (size_t)1024 * 1024, &json, &err), err);
	assert_done(trust_new(&trust, &err), err);
	assert_done(trust_add(trust, buffer_bytes(&json), path, TRUST_SHIPPED, &err), err);
	for (size_t i = 0; trust_anchor(trust, i) != NULL; i++) {
		assert_null(strstr(trust_anchor(trust, i)->name, "Test"));
		believed += trust_anchor(trust, i)->distrusted ? 0 : 1;
	}
	assert_int_equal(believed, 31);
	assert_non_null(trust_advisory(trust, 0));
	trust_free(trust);
	buffer_free(&json);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(good_bundles_are_read),
	    cmocka_unit_test(bad_bundles_name_the_place),
	    cmocka_unit_test(bad_anchors_name_the_place),
	    cmocka_unit_test(bad_batches_name_the_place),
	    cmocka_unit_test(bad_advisories_name_the_place),
	    cmocka_unit_test(distrust_wins),
	    cmocka_unit_test(a_turned_signature_is_the_same_certificate),
	    cmocka_unit_test(a_turned_signature_meets_the_same_rules),
	    cmocka_unit_test(a_mended_certificate_is_the_same),
	    cmocka_unit_test(a_mended_certificate_meets_the_same_rules),
	    cmocka_unit_test(a_bad_bundle_leaves_the_trust_alone),
	    cmocka_unit_test(the_shipped_bundle_is_sound),
	};

	return cmocka_run_group_tests_name("trust", tests, NULL, tear_down);
}

#include "tests/unit/unit.h"

#include <openssl/sha.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/file.h"
#include "common/sshsig.h"
#include "common/tlv.h"
#include "policy/appraise.h"
#include "policy/policy.h"
#include "policy/result.h"
#include "policy/trust.h"
#include "registry/registrars.h"
#include "tests/unit/certificate_samples.h"
#include "tests/unit/enrollment_samples.h"
#include "tests/unit/vtoken_bench.h"
#include "tests/vtoken/shared_vendor.h"
#include "tests/vtoken/vendor.h"

#define PROVEN_AT 1795525200 /* 2026-11-24 */
#define NOW (PROVEN_AT + 100)

/* A token of a test vendor, a key made in it, and an enrollment of that key: every signature in it is a real one. */
struct fixture {
	char folder[64];
	struct ssh_sample registrar, software;
	struct trust *trust, *nobody;
	struct policy *policy;
	struct registrars registrars;
	struct ssh_key key;
	struct evidence evidence;
	struct bench bench;
};

static struct bytes take_reply(struct bench *bench, const char *command, uint32_t outer, uint32_t inner)
{
	struct bytes reply, content, value = BYTES_EMPTY;
	struct error err = ERROR_EMPTY;

	assert_int_equal(bench_send(bench, command), 0x9000);
	reply = buffer_bytes(&bench->reply);
	assert_done(tlv_take(&reply, outer, &content, &err) && tlv_take(&content, inner, &value, &err), err);
	return value;
}

static void read_key(struct bytes attestation, struct ssh_key *key)
{
	const uint8_t *at = attestation.data;
	X509 *leaf = d2i_X509(NULL, &at, (long)attestation.len);
	struct error err = ERROR_EMPTY;

	assert_non_null(leaf);
	assert_done(ssh_key_of_public(X509_get0_pubkey(leaf), key, &err), err);
	X509_free(leaf);
}

/* Generates a P-256 key in 9a with the usual policies, attests it, reads the f9 certificate. */
static void prepare_token(struct fixture *fixture)
{
	struct bench *bench = &fixture->bench;
	struct buffer attestation = BUFFER_EMPTY;
	struct error err = ERROR_EMPTY;

	bench_open(bench, "5.7.4");
	assert_done(vendor_make_f9(&bench->token.card, fixture->folder, &err), err);
	bench_manage(bench);
	assert_int_equal(bench_send(bench, "0047009a05ac03800111"), 0x9000);
	assert_int_equal(bench_send(bench, "00f99a00"), 0x9000);
	assert_done(buffer_put(&attestation, buffer_bytes(&bench->reply), &err), err);
	read_key(buffer_bytes(&attestation), &fixture->key);
	assert_done(evidence_of_piv(buffer_bytes(&attestation), take_reply(bench, "00cb3fff055c035fff0100", 0x53, 0x70),
	                &fixture->evidence, &err),
	    err);
	buffer_free(&attestation);
}

static void load_trust(struct fixture *fixture)
{
	struct buffer json = BUFFER_EMPTY;
	struct error err = ERROR_EMPTY;
	char path[96];

	(void)snprintf(path, sizeof(path), "%s/trust.json", fixture->folder);
	assert_done(file_load(path, 1 << 20, &json, &err), err);
	assert_done(trust_new(&fixture->trust, &err) && trust_new(&fixture->nobody, &err), err);
	assert_done(trust_add(fixture->trust, buffer_bytes(&json), path, TRUST_SITE, &err), err);
	buffer_free(&json);
}

static int make_world(void **state)
{
	static struct fixture fixture;
	struct buffer line = BUFFER_EMPTY;
	struct error err = ERROR_EMPTY;

	(void)snprintf(fixture.folder, sizeof(fixture.folder), "/tmp/keyenroll-test.%ld", (long)getpid());
	assert_done(shared_vendor_link(SHARED_VENDOR, fixture.folder, &err), err);
	load_trust(&fixture);
	assert_done(policy_new_default(&fixture.policy, &err), err);
	ssh_sample_init(SSH_KEY_ED25519, &fixture.registrar);
	ssh_sample_init(SSH_KEY_ECDSA_P256, &fixture.software);
	assert_done(buffer_put_text(&line, "desk ", &err), err);
	assert_done(ssh_key_put_line(&fixture.registrar.key, &line, &err), err);
	assert_done(registrars_parse(buffer_bytes(&line), &fixture.registrars, &err), err);
	prepare_token(&fixture);
	buffer_free(&line);
	*state = &fixture;
	return 0;
}

static int end_world(void **state)
{
	struct fixture *fixture = *state;

	bench_close(&fixture->bench);
	evidence_clear(&fixture->evidence);
	ssh_key_clear(&fixture->key);
	registrars_clear(&fixture->registrars);
	policy_free(fixture->policy);
	trust_free(fixture->trust);
	trust_free(fixture->nobody);
	ssh_sample_clear(&fixture->registrar);
	ssh_sample_clear(&fixture->software);
	return unlink(fixture->folder);
}

/* What an enrolling program does with the token: digest, PIN, GENERAL AUTHENTICATE. */
static void sign_by_token(struct bench *bench, struct bytes message, struct buffer *bare)
{
	char command[160] = "0087119a267c2482008120";
	uint8_t digest[SHA256_DIGEST_LENGTH];
	struct error err = ERROR_EMPTY;
	size_t len = strlen(command);

	SHA256(message.data, message.len, digest);
	for (size_t i = 0; i < sizeof(digest); i++, len += 2)
		(void)snprintf(command + len, sizeof(command) - len, "%02x", digest[i]);
	assert_int_equal(bench_send(bench, BENCH_PIN), 0x9000);
	assert_done(buffer_put(bare, take_reply(bench, command, 0x7c, 0x82), &err), err);
}

static void prove(struct fixture *fixture, const struct possession *possession, struct buffer *sshsig)
{
	struct buffer message = BUFFER_EMPTY, bare = BUFFER_EMPTY, signature = BUFFER_EMPTY;
	struct error err = ERROR_EMPTY;

	assert_done(possession_put_to_sign(possession, &message, &err), err);
	sign_by_token(&fixture->bench, buffer_bytes(&message), &bare);
	assert_done(ssh_key_put_signature(&fixture->key, buffer_bytes(&bare), &signature, &err), err);
	assert_done(sshsig_encode(&fixture->key, POSSESSION_NAMESPACE, buffer_bytes(&signature), sshsig, &err), err);
	buffer_free(&message);
	buffer_free(&bare);
	buffer_free(&signature);
}

/* The certificate around it. Its writer wants a sample as the subject, of which it only uses the public key. */
static void certify(struct fixture *fixture, struct bytes text, struct buffer *blob)
{
	const struct ssh_sample subject = {.key = fixture->key};
	struct certificate_content content = certificate_content_usual(&subject, &fixture->registrar);
	struct buffer principals = BUFFER_EMPTY, extensions = BUFFER_EMPTY, wrapped = BUFFER_EMPTY;
	struct error err = ERROR_EMPTY;

	assert_done(buffer_put_ssh_text(&principals, "alice", &err), err);
	assert_done(buffer_put_ssh_string(&wrapped, text, &err), err);
	assert_done(buffer_put_ssh_text(&extensions, ENROLLMENT_EXTENSION, &err), err);
	assert_done(buffer_put_ssh_string(&extensions, buffer_bytes(&wrapped), &err), err);
	content.valid_after = PROVEN_AT;
	content.valid_before = PROVEN_AT + 1000;
	content.principals = buffer_bytes(&principals);
	content.extensions = buffer_bytes(&extensions);
	certificate_sample_put(&content, blob);
	buffer_free(&principals);
	buffer_free(&extensions);
	buffer_free(&wrapped);
}

static void enroll(struct fixture *fixture, struct enrollment *enrollment)
{
	struct buffer sshsig = BUFFER_EMPTY, text = BUFFER_EMPTY, blob = BUFFER_EMPTY;
	struct possession possession;
	struct error err = ERROR_EMPTY;

	assert_done(
	    possession_draw(&fixture->registrar.key, "alice", &fixture->evidence, PROVEN_AT, &possession, &err), err);
	prove(fixture, &possession, &sshsig);
	assert_done(enrollment_put_extension(&fixture->evidence, &possession, buffer_bytes(&sshsig), &text, &err), err);
	certify(fixture, buffer_bytes(&text), &blob);
	assert_done(enrollment_parse(buffer_bytes(&blob), enrollment, &err), err);
	buffer_free(&sshsig);
	buffer_free(&text);
	buffer_free(&blob);
}

static void a_key_of_a_token_is_accepted(void **state)
{
	struct fixture *fixture = *state;
	const struct appraisal appraisal = {.trust = fixture->trust, .policy = fixture->policy, .now = NOW};
	struct enrollment enrollment = ENROLLMENT_EMPTY;
	char fingerprint[SSH_KEY_FINGERPRINT_SIZE];
	const struct claim *key;
	struct result result;
	struct error err = ERROR_EMPTY;

	enroll(fixture, &enrollment);
	assert_done(enrollment_check(&enrollment, &fixture->registrars, &appraisal, &result, &err), err);
	assert_int_equal(result.verdict, VERDICT_ACCEPTED);
	assert_int_equal(result.assurance, ASSURANCE_ORGANISATION);
	assert_done(ssh_key_fingerprint(&fixture->key, fingerprint, &err), err);
	key = result_find_claim(&result, CLAIM_KEY);
	assert_non_null(key);
	assert_string_equal(key->value, fingerprint);
	enrollment_clear(&enrollment);
}

/* The rule gives ninety days; the certificate itself lives longer. */
static void a_rule_shortens_a_life(void **state)
{
	static const char text[] = "rule \"short\" {\nthen = accept\nmaximum-life = 90d\n}\n";
	struct fixture *fixture = *state;
	struct appraisal appraisal = {.trust = fixture->trust, .now = NOW};
	struct enrollment enrollment = ENROLLMENT_EMPTY;
	struct policy *policy = NULL;
	struct result result;
	struct error err = ERROR_EMPTY;

	assert_done(policy_parse(bytes_of_text(text), "t", NULL, NULL, &policy, &err), err);
	appraisal.policy = policy;
	enroll(fixture, &enrollment);
	enrollment.certificate.valid_before = UINT64_MAX;
	appraisal.now = enrollment.possession.time + 90 * 86400 - 1;
	assert_done(enrollment_check(&enrollment, &fixture->registrars, &appraisal, &result, &err), err);
	appraisal.now++;
	assert_refused(enrollment_check(&enrollment, &fixture->registrars, &appraisal, &result, &err), err,
	    ERROR_ENROLLMENT_EXPIRED);
	assert_int_equal(result.verdict, VERDICT_REFUSED);
	enrollment_clear(&enrollment);
	policy_free(policy);
}

static void a_vendor_that_nobody_trusts_is_refused(void **state)
{
	struct fixture *fixture = *state;
	const struct appraisal appraisal = {.trust = fixture->nobody, .policy = fixture->policy, .now = NOW};
	struct enrollment enrollment = ENROLLMENT_EMPTY;
	struct result result;
	struct error err;

	enroll(fixture, &enrollment);
	assert_refused(enrollment_check(&enrollment, &fixture->registrars, &appraisal, &result, &err), err,
	    ERROR_PIV_ISSUER_UNKNOWN);
	assert_int_equal(result.verdict, VERDICT_REFUSED);
	assert_int_equal(result.reasons[0].code, err.code);
	enrollment_clear(&enrollment);
}

/* The true registrar signs a software key with the evidence of a token: the proof holds, the evidence is for another key. */
static void a_software_key_with_borrowed_evidence_is_refused(void **state)
{
	struct fixture *fixture = *state;
	const struct appraisal appraisal = {.trust = fixture->trust, .policy = fixture->policy, .now = NOW};
	struct enrollment_content content = enrollment_content_usual(&fixture->software, &fixture->registrar);
	struct enrollment enrollment = ENROLLMENT_EMPTY;
	struct buffer blob = BUFFER_EMPTY;
	struct result result;
	struct error err = ERROR_EMPTY;

	content.valid_after = PROVEN_AT;
	content.valid_before = PROVEN_AT + 1000;
	content.proof_time = PROVEN_AT;
	content.evidence_itself = &fixture->evidence;
	enrollment_sample_put(&content, &blob);
	assert_done(enrollment_parse(buffer_bytes(&blob), &enrollment, &err), err);
	assert_refused(
	    enrollment_check(&enrollment, &fixture->registrars, &appraisal, &result, &err), err, ERROR_KEY_MISMATCH);
	enrollment_clear(&enrollment);
	buffer_free(&blob);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_key_of_a_token_is_accepted),
	    cmocka_unit_test(a_rule_shortens_a_life),
	    cmocka_unit_test(a_vendor_that_nobody_trusts_is_refused),
	    cmocka_unit_test(a_software_key_with_borrowed_evidence_is_refused),
	};

	return cmocka_run_group_tests_name("enrollment_check", tests, make_world, end_world);
}

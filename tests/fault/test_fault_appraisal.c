/* Memory gives out at each allocation of an appraisal and of the loading of what it rests on: honest evidence is accepted with each of its
 * claims, or refused with a code; forged evidence stays refused. */
#include "tests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>
#include <openssl/x509.h>

#include "common/file.h"
#include "policy/appraise.h"
#include "policy/certificate.h"
#include "policy/certificate_twin.h"
#include "policy/digest.h"
#include "policy/hex.h"
#include "policy/mds_index.h"
#include "policy/policy.h"
#include "policy/result.h"
#include "policy/trust.h"
#include "registry/registrars.h"
#include "tests/fault/sweep.h"
#include "tests/forgery/batch.h"
#include "tests/forgery/fido_lies.h"
#include "tests/forgery/fido_recipe.h"
#include "tests/forgery/lies.h"
#include "tests/forgery/mds_recipe.h"

/* A forgery meets the same calls as its honest sister up to its lie; those of security keys ask for memory hundreds of times. */
#define STRIDE_OF_FORMATS 3
#define STRIDE_OF_LIES 127
#define STRIDE_OF_FILES 41
#define STRIDE_OF_METADATA 5

/* Of honest RSA keys in hardware of these versions it is worth knowing, and under the built-in rules it refuses. */
#define ADVISORY                                                                                                       \
	"[{\"id\": \"TEST-1\", \"vendor\": \"yubico\", \"product\": \"p\", \"severity\": \"critical\", \"text\": "     \
	"\"t\", \"reference\": \"r\", \"evidence\": \"piv\", \"reads\": \"attestation\", \"firmware\": "               \
	"[{\"from\": \"5.0.0\", \"before\": \"5.5.0\"}]}]"

static struct court {
	struct trust *piv, *with_advisory, *fido;
	struct policy *built_in, *evidence_only;
	struct buffer another_key;
} court;

static struct trust *load_trust(struct buffer *bundle)
{
	struct trust *trust = NULL;
	struct error err = ERROR_EMPTY;

	assert_done(
	    trust_new(&trust, &err) && trust_add(trust, buffer_bytes(bundle), "forged", TRUST_SHIPPED, &err), err);
	buffer_free(bundle);
	return trust;
}

static int convene(void **state)
{
	struct buffer bundle = BUFFER_EMPTY;
	struct error err = ERROR_EMPTY;

	(void)state;
	assert_done(forged_put_bundle(NULL, &bundle, &err), err);
	court.piv = load_trust(&bundle);
	assert_done(forged_put_bundle(ADVISORY, &bundle, &err), err);
	court.with_advisory = load_trust(&bundle);
	assert_done(fido_recipe_put_bundle(&bundle, &err), err);
	court.fido = load_trust(&bundle);
	assert_done(policy_new_default(&court.built_in, &err) && policy_new_evidence_only(&court.evidence_only, &err) &&
	                forged_key_put_spki(KEY_STRANGER, &court.another_key, &err),
	    err);
	return 0;
}

static int adjourn(void **state)
{
	(void)state;
	trust_free(court.piv);
	trust_free(court.with_advisory);
	trust_free(court.fido);
	policy_free(court.built_in);
	policy_free(court.evidence_only);
	buffer_free(&court.another_key);
	forged_keys_free();
	return 0;
}

static void run_appraisal(void *context, struct outcome *outcome)
{
	const struct reason *reason;
	struct error err = ERROR_EMPTY;
	struct buffer said = BUFFER_EMPTY;
	struct result result;

	appraise(context, &result);
	(void)fault_disarm();
	reason = result_first_refusal(&result);
	outcome->done = result.verdict == VERDICT_ACCEPTED;
	outcome->code = reason == NULL ? ERROR_NONE : reason->code;
	assert_done(result_put_json(&result, &said, &err), err);
	outcome_put(outcome, buffer_bytes(&said));
	buffer_free(&said);
}

static void sweep_appraisal(const char *name, struct appraisal *appraisal, unsigned long stride)
{
	const struct sweep appraising = {
	    .name = name, .kind = FAULT_MEMORY, .stride = stride, .run = run_appraisal, .context = appraisal};

	sweep(&appraising);
}

static void sweep_chain(
    const char *name, enum forged_shape shape, const struct trust *trust, const struct policy *policy)
{
	struct evidence evidence = EVIDENCE_EMPTY;
	struct appraisal appraisal = {.evidence = &evidence, .trust = trust, .policy = policy, .now = 1800000000};
	struct error err = ERROR_EMPTY;
	struct forged_chain chain;

	forged_chain_honest(shape, &chain);
	assert_done(forged_chain_evidence(&chain, &evidence, &err), err);
	sweep_appraisal(name, &appraisal, 1);
	evidence_clear(&evidence);
}

static void honest_chains(void **state)
{
	(void)state;
	sweep_chain("piv, issuer is a root", FORGED_S1, court.piv, court.evidence_only);
	sweep_chain("piv, issuer below a root", FORGED_S2, court.piv, court.built_in);
	sweep_chain("piv, an advisory is told", FORGED_S1, court.with_advisory, court.evidence_only);
	sweep_chain("piv, an advisory refuses", FORGED_S1, court.with_advisory, court.built_in);
}

static void honest_security_keys(void **state)
{
	(void)state;
	for (enum fido_format format = FIDO_PACKED; format < FIDO_FORMAT_COUNT; format++) {
		struct evidence evidence = EVIDENCE_EMPTY;
		struct appraisal appraisal = {
		    .evidence = &evidence, .trust = court.fido, .policy = court.evidence_only, .now = 1800000000};
		struct error err = ERROR_EMPTY;
		struct fido_recipe recipe;

		fido_recipe_honest(format, &recipe);
		assert_done(fido_recipe_evidence(&recipe, &evidence, &err), err);
		sweep_appraisal(fido_format_name(format), &appraisal, STRIDE_OF_FORMATS);
		evidence_clear(&evidence);
	}
}

static void sweep_lie(const struct lie *lie)
{
	struct evidence evidence = EVIDENCE_EMPTY;
	struct appraisal appraisal = {
	    .evidence = &evidence,
	    .trust = court.piv,
	    .policy = lie->by_policy ? court.built_in : court.evidence_only,
	    .expected_spki = lie->another_key ? buffer_bytes(&court.another_key) : BYTES_EMPTY,
	    .expected_slot = lie->expected_slot,
	    .now = 1800000000,
	};
	struct error err = ERROR_EMPTY;
	struct forged_chain chain;

	forged_chain_honest(lie->shape, &chain);
	for (size_t i = 0; i < lie->num_edits; i++)
		forged_chain_edit(&chain, &lie->edits[i]);
	assert_done(forged_chain_evidence(&chain, &evidence, &err), err);
	sweep_appraisal(lie->name, &appraisal, 1);
	evidence_clear(&evidence);
}

static void forged_chains(void **state)
{
	const struct lie *lie;

	(void)state;
	for (size_t i = 0; (lie = lie_at(i)) != NULL; i++)
		sweep_lie(lie);
}

static void sweep_fido_lie(const struct fido_lie *lie)
{
	struct evidence evidence = EVIDENCE_EMPTY;
	struct appraisal appraisal = {
	    .evidence = &evidence, .trust = court.fido, .policy = court.evidence_only, .now = 1800000000};
	struct error err = ERROR_EMPTY;
	struct fido_recipe recipe;

	fido_recipe_honest(lie->format, &recipe);
	for (size_t i = 0; i < lie->num_changes; i++) {
		const struct fido_change *made = &lie->changes[i];

		if (made->is_text)
			memcpy((char *)&recipe + made->at, &made->text, sizeof(made->text));
		else
			memcpy((char *)&recipe + made->at, &made->number, sizeof(made->number));
	}
	assert_done(fido_recipe_evidence(&recipe, &evidence, &err), err);
	sweep_appraisal(lie->name, &appraisal, STRIDE_OF_LIES);
	evidence_clear(&evidence);
}

static void forged_security_keys(void **state)
{
	const struct fido_lie *lie;

	(void)state;
	for (size_t i = 0; (lie = fido_lie_at(i)) != NULL; i++)
		sweep_fido_lie(lie);
}

/* ---- whom it distrusts -------------------------------------------------------------------------------------------------------- */

/* A certificate, and whom a site distrusts: the same one in its other form. */
struct batch {
	struct trust *trust;
	unsigned char *der;
	size_t len;
};

static void distrust_other_form(struct batch *batch)
{
	uint8_t twins[CERTIFICATE_TWINS_MAXIMUM][SHA256_DIGEST_LENGTH];
	char hex[2 * SHA256_DIGEST_LENGTH + 1], text[512];
	struct certificate parsed;
	size_t num = 0;
	struct error err = ERROR_EMPTY;

	assert_done(certificate_parse(bytes_of(batch->der, batch->len), &parsed, &err) &&
	                certificate_hash_twins(&parsed, EVIDENCE_FIDO, twins, &num, &err),
	    err);
	assert_true(num > 0);
	hex_put(BYTES_OF(twins[0]), hex); /* on P-256 */
	(void)snprintf(text, sizeof(text),
	    "{\"format\": \"keyenroll-trust-1\", \"name\": \"n\", \"version\": \"1\", \"date\": \"2026-01-01\", "
	    "\"distrusted\": [{\"name\": \"b\", \"vendor\": \"v\", \"evidence\": \"fido\", \"reason\": \"why\", "
	    "\"certificates\": [\"%s\"]}]}",
	    hex);
	assert_done(trust_new(&batch->trust, &err) &&
	                trust_add(batch->trust, bytes_of_text(text), "site.json", TRUST_SITE, &err),
	    err);
}

static void run_batch(void *context, struct outcome *outcome)
{
	const struct batch *batch = context;
	const struct trust_anchor *found = NULL;
	struct certificate parsed;
	struct error err = ERROR_EMPTY;
	bool checked =
	    certificate_parse(bytes_of(batch->der, batch->len), &parsed, &err) &&
	    trust_check_distrusted_certificate(batch->trust, EVIDENCE_FIDO, &parsed, parsed.whole, &found, &err);

	(void)fault_disarm();
	outcome->done = checked && found == NULL;
	outcome->code = checked && found != NULL ? found->distrust_code : err.code;
}

static void a_distrusted_certificate_in_its_other_form(void **state)
{
	EVP_PKEY *issuer = EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256");
	X509 *certificate = forged_batch(issuer);
	struct batch batch = {.der = NULL};
	const struct sweep checking = {
	    .name = "a turned signature", .kind = FAULT_MEMORY, .run = run_batch, .context = &batch};
	int len = i2d_X509(certificate, &batch.der);

	(void)state;
	assert_true(len > 0);
	batch.len = (size_t)len;
	distrust_other_form(&batch);
	sweep(&checking);
	trust_free(batch.trust);
	OPENSSL_free(batch.der);
	X509_free(certificate);
	EVP_PKEY_free(issuer);
}

/* ---- what an appraisal rests on ----------------------------------------------------------------------------------------------- */

static struct bytes load(const char *name, struct buffer *content)
{
	const char *source = getenv("srcdir");
	struct error err = ERROR_EMPTY;
	char path[600];

	(void)snprintf(path, sizeof(path), "%.400s/%s", source == NULL ? "." : source, name);
	assert_done(file_load(path, 1 << 22, content, &err), err);
	return buffer_bytes(content);
}

static void say_counts(struct outcome *outcome, size_t anchors, size_t advisories)
{
	char line[64];

	(void)snprintf(line, sizeof(line), "%zu anchors, %zu advisories", anchors, advisories);
	outcome_put(outcome, bytes_of_text(line));
}

/* A trust that was not added to is as it was: empty. */
static void run_trust(void *context, struct outcome *outcome)
{
	struct trust *trust = NULL;
	struct error err = ERROR_EMPTY;
	size_t anchors = 0, advisories = 0;

	outcome->done = trust_new(&trust, &err) &&
	                trust_add(trust, *(const struct bytes *)context, "trust.json", TRUST_SHIPPED, &err);
	(void)fault_disarm();
	outcome->code = err.code;
	while (trust != NULL && trust_anchor(trust, anchors) != NULL)
		anchors++;
	while (trust != NULL && trust_advisory(trust, advisories) != NULL)
		advisories++;
	if (outcome->done)
		say_counts(outcome, anchors, advisories);
	else
		assert_int_equal(anchors + advisories, 0);
	trust_free(trust);
}

static void the_shipped_bundle(void **state)
{
	struct buffer content = BUFFER_EMPTY;
	struct bytes json = load("policy/data/trust.json", &content);
	const struct sweep loading = {
	    .name = "trust.json", .kind = FAULT_MEMORY, .stride = STRIDE_OF_FILES, .run = run_trust, .context = &json};

	(void)state;
	sweep(&loading);
	buffer_free(&content);
}

/* Fewer rules than the file has would be another policy: each is named by what explains it. */
static bool name_rule(const struct policy_step *step, void *context, struct error *err)
{
	(void)err;
	outcome_put(context, bytes_of_text(step->rule));
	outcome_put(context, bytes_of_text(step->accepts ? " accepts " : " refuses "));
	outcome_put(context, bytes_of_text(step->condition));
	return true;
}

static void run_policy(void *context, struct outcome *outcome)
{
	const struct policy_subject nobody = {.person = NULL};
	const struct result nothing = {.format = "piv"};
	struct policy *policy = NULL;
	struct error err = ERROR_EMPTY;

	outcome->done = policy_parse(*(const struct bytes *)context, "policy.conf", NULL, NULL, &policy, &err);
	(void)fault_disarm();
	outcome->code = err.code;
	if (outcome->done)
		assert_done(policy_explain(policy, &nobody, &nothing, name_rule, outcome, &err), err);
	policy_free(policy);
}

static void policies(void **state)
{
	static const char *const names[] = {
	    "policies/baseline.conf", "policies/fips.conf", "policies/touch-required.conf"};

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct buffer content = BUFFER_EMPTY;
		struct bytes text = load(names[i], &content);
		const struct sweep loading = {
		    .name = names[i], .kind = FAULT_MEMORY, .run = run_policy, .context = &text, .may_die = true};

		sweep(&loading);
		buffer_free(&content);
	}
}

/* A model that is missing, or a report about it, would be one that nothing speaks against. */
static void name_models(struct bytes index, struct outcome *outcome)
{
	json_t *root = json_loadb((const char *)index.data, index.len, 0, NULL), *entry;
	char line[80];
	size_t i;

	assert_non_null(root);
	json_array_foreach(json_object_get(root, "entries"), i, entry)
	{
		(void)snprintf(line, sizeof(line), "%zu identifiers, %zu reports\n",
		    json_array_size(json_object_get(entry, "key_identifiers")),
		    json_array_size(json_object_get(entry, "statuses")));
		outcome_put(outcome, bytes_of_text(line));
	}
	json_decref(root);
}

static void run_metadata(void *context, struct outcome *outcome)
{
	static const uint8_t blob_hash[32] = {0};
	struct buffer index = BUFFER_UP_TO((size_t)1 << 20);
	struct error err = ERROR_EMPTY;
	struct mds_sum sum;

	outcome->done = mds_index_put(*(const struct bytes *)context, TRUST_SHIPPED, blob_hash, &index, &sum, &err);
	(void)fault_disarm();
	outcome->code = err.code;
	if (outcome->done)
		name_models(buffer_bytes(&index), outcome);
	buffer_free(&index);
}

static void metadata(void **state)
{
	struct buffer payload = BUFFER_UP_TO((size_t)1 << 20);
	struct error err = ERROR_EMPTY;
	struct mds_recipe recipe;
	struct bytes content;
	const struct sweep making = {.name = "an index of metadata",
	    .kind = FAULT_MEMORY,
	    .stride = STRIDE_OF_METADATA,
	    .run = run_metadata,
	    .context = &content};

	(void)state;
	mds_recipe_honest(&recipe);
	recipe.key_identifier = 1;
	recipe.reports_batch = KEY_DEVICE_P256 + 1;
	recipe.twin_reports = "{\"status\": \"REVOKED\"}";
	assert_done(mds_recipe_put_payload(&recipe, &payload, &err), err);
	content = buffer_bytes(&payload);
	sweep(&making);
	buffer_free(&payload);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(honest_chains),
	    cmocka_unit_test(honest_security_keys),
	    cmocka_unit_test(forged_chains),
	    cmocka_unit_test(forged_security_keys),
	    cmocka_unit_test(a_distrusted_certificate_in_its_other_form),
	    cmocka_unit_test(the_shipped_bundle),
	    cmocka_unit_test(policies),
	    cmocka_unit_test(metadata),
	};

	return cmocka_run_group_tests_name("appraisals without memory", tests, convene, adjourn);
}

/* forgery.c: appraises every lie of the table and demands its reason. Closing line: forgeries TRIED refused REFUSED.
 * With the argument "results" it writes the result of each honest chain and of each lie as JSON instead. */
#include <stdio.h>
#include <string.h>

#include "policy/appraise.h"
#include "policy/policy.h"
#include "policy/result.h"
#include "tests/forgery/lies.h"

/* Made-up advisories with the shape of real ones. */
#define ADVISORIES                                                                                                     \
	"[{\"id\": \"TEST-1\", \"vendor\": \"yubico\", \"product\": \"p\", \"severity\": \"critical\", \"text\": "     \
	"\"t\", "                                                                                                      \
	"\"reference\": \"r\", \"evidence\": \"piv\", \"reads\": \"attestation\", \"keys\": [\"rsa\"], "               \
	"\"firmware\": [{\"from\": \"4.2.0\", \"before\": \"4.3.5\"}]}, "                                              \
	"{\"id\": \"TEST-2\", \"vendor\": \"yubico\", \"product\": \"p\", \"severity\": \"critical\", \"text\": "      \
	"\"t\", "                                                                                                      \
	"\"reference\": \"r\", \"evidence\": \"piv\", \"reads\": \"attestation\", "                                    \
	"\"firmware\": [{\"from\": \"4.4.2\", \"before\": \"4.4.5\", \"edition\": \"fips\"}]}]"

struct court {
	struct trust *trust;
	struct policy *built_in, *evidence_only;
	struct buffer another_key;
};

static bool convene(struct court *court, struct error *err)
{
	struct buffer bundle = BUFFER_EMPTY;
	bool done = trust_new(&court->trust, err) && forged_put_bundle(ADVISORIES, &bundle, err) &&
	            trust_add(court->trust, buffer_bytes(&bundle), "forged", TRUST_SHIPPED, err) &&
	            policy_new_default(&court->built_in, err) && policy_new_evidence_only(&court->evidence_only, err) &&
	            forged_key_put_spki(KEY_STRANGER, &court->another_key, err);

	buffer_free(&bundle);
	return done;
}

static void adjourn(struct court *court)
{
	trust_free(court->trust);
	policy_free(court->built_in);
	policy_free(court->evidence_only);
	buffer_free(&court->another_key);
	forged_keys_free();
}

static bool appraise_lie(
    const struct court *court, const struct lie *lie, bool honest, struct result *result, struct error *err)
{
	struct evidence evidence = EVIDENCE_EMPTY;
	struct forged_chain chain;
	struct appraisal appraisal = {
	    .evidence = &evidence,
	    .trust = court->trust,
	    .policy = lie->by_policy && !honest ? court->built_in : court->evidence_only,
	    .expected_spki = lie->another_key && !honest ? buffer_bytes(&court->another_key) : BYTES_EMPTY,
	    .expected_slot = honest ? NULL : lie->expected_slot,
	    .now = 1800000000,
	};
	bool done;

	forged_chain_honest(lie->shape, &chain);
	for (size_t i = 0; i < lie->num_edits && !honest; i++)
		forged_chain_edit(&chain, &lie->edits[i]);
	done = forged_chain_evidence(&chain, &evidence, err);
	if (done)
		appraise(&appraisal, result);
	evidence_clear(&evidence);
	return done;
}

/* The first reason that refuses. */
static enum error_code code_of(const struct result *result)
{
	for (size_t i = 0; i < result->num_reasons; i++)
		if (!result->reasons[i].warning)
			return result->reasons[i].code;
	return ERROR_NONE;
}

static bool is_refused(const struct court *court, const struct lie *lie)
{
	struct error err = ERROR_EMPTY;
	struct result result;
	enum error_code code;

	if (!appraise_lie(court, lie, true, &result, &err) || result.verdict != VERDICT_ACCEPTED) {
		printf(
		    "%s: the honest chain is not accepted: %s %s\n", lie->name, err.text, result.reasons[0].sentence);
		return false;
	}
	if (!appraise_lie(court, lie, false, &result, &err)) {
		printf("%s: cannot be made: %s\n", lie->name, err.text);
		return false;
	}
	code = code_of(&result);
	if (result.verdict != VERDICT_ACCEPTED && code == lie->code)
		return true;
	printf("%s: %s with %s instead of %s: %s\n", lie->name, verdict_name(result.verdict), error_word(code),
	    error_word(lie->code), result.num_reasons > 0 ? result.reasons[0].sentence : "");
	return false;
}

static bool write_result(const struct court *court, const struct lie *lie, bool honest)
{
	struct buffer json = BUFFER_EMPTY;
	struct error err = ERROR_EMPTY;
	struct result result;
	bool done = appraise_lie(court, lie, honest, &result, &err) && result_put_json(&result, &json, &err);

	if (done)
		fputs(buffer_text(&json), stdout);
	else
		fprintf(stderr, "%s: %s\n", lie->name, err.text);
	buffer_free(&json);
	return done;
}

static bool write_results(const struct court *court)
{
	const struct lie *lie;
	bool done = true;

	for (size_t i = 0; (lie = lie_at(i)) != NULL; i++)
		done = write_result(court, lie, true) && write_result(court, lie, false) && done;
	return done;
}

static bool try_all(const struct court *court)
{
	const struct lie *lie;
	size_t tried = 0, refused = 0;

	for (; (lie = lie_at(tried)) != NULL; tried++)
		refused += is_refused(court, lie) ? 1 : 0;
	printf("forgeries %zu refused %zu\n", tried, refused);
	return tried == refused;
}

int main(int argc, char **argv)
{
	struct court court = {.trust = NULL};
	struct error err = ERROR_EMPTY;
	bool done = convene(&court, &err);

	if (!done)
		printf("forgery: %s\n", err.text);
	else if (argc == 2 && strcmp(argv[1], "results") == 0)
		done = write_results(&court);
	else
		done = try_all(&court);
	adjourn(&court);
	return done ? 0 : 1;
}

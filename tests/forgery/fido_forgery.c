/* fido_forgery.c: appraises every lie of the table and demands its reason. Closing line: forgeries TRIED refused REFUSED. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "policy/appraise.h"
#include "tests/forgery/fido_lies.h"

struct court {
	struct trust *trust;
	struct policy *policy;
};

static bool convene(struct court *court, struct error *err)
{
	struct buffer bundle = BUFFER_EMPTY;
	bool done = trust_new(&court->trust, err) && fido_recipe_put_bundle(&bundle, err) &&
	            trust_add(court->trust, buffer_bytes(&bundle), "forged", TRUST_SHIPPED, err) &&
	            policy_new_evidence_only(&court->policy, err);

	buffer_free(&bundle);
	return done;
}

static void change(struct fido_recipe *recipe, const struct fido_change *made)
{
	char *member = (char *)recipe + made->at;

	if (made->is_text)
		memcpy(member, &made->text, sizeof(made->text));
	else
		memcpy(member, &made->number, sizeof(made->number));
}

static bool appraise_lie(
    const struct court *court, const struct fido_lie *lie, size_t num_changes, struct result *result, struct error *err)
{
	struct evidence evidence = EVIDENCE_EMPTY;
	struct fido_recipe recipe;
	struct appraisal appraisal = {
	    .evidence = &evidence, .trust = court->trust, .policy = court->policy, .now = (int64_t)time(NULL)};
	bool done;

	fido_recipe_honest(lie->format, &recipe);
	for (size_t i = 0; i < num_changes; i++)
		change(&recipe, &lie->changes[i]);
	done = fido_recipe_evidence(&recipe, &evidence, err);
	if (done)
		appraise(&appraisal, result);
	evidence_clear(&evidence);
	return done;
}

static bool is_refused(const struct court *court, const struct fido_lie *lie)
{
	struct error err = ERROR_EMPTY;
	struct result result;
	const struct reason *reason;

	if (!appraise_lie(court, lie, lie->num_honest, &result, &err) || result.verdict != VERDICT_ACCEPTED) {
		reason = result_first_refusal(&result);
		printf(
		    "%s: the honest one is not accepted: %s %s\n", lie->name, err.text, reason ? reason->sentence : "");
		return false;
	}
	if (!appraise_lie(court, lie, lie->num_changes, &result, &err)) {
		printf("%s: cannot be made: %s\n", lie->name, err.text);
		return false;
	}
	reason = result_first_refusal(&result);
	if (result.verdict != VERDICT_ACCEPTED && reason != NULL && reason->code == lie->code)
		return true;
	printf("%s: %s with %s instead of %s: %s\n", lie->name, verdict_name(result.verdict),
	    error_word(reason ? reason->code : ERROR_NONE), error_word(lie->code), reason ? reason->sentence : "");
	return false;
}

int main(void)
{
	struct court court = {.trust = NULL};
	struct error err = ERROR_EMPTY;
	const struct fido_lie *lie;
	size_t tried = 0, refused = 0;
	bool done = convene(&court, &err);

	if (!done)
		printf("fido_forgery: %s\n", err.text);
	for (; done && (lie = fido_lie_at(tried)) != NULL; tried++)
		refused += is_refused(&court, lie) ? 1 : 0;
	printf("forgeries %zu refused %zu\n", tried, refused);
	trust_free(court.trust);
	policy_free(court.policy);
	forged_keys_free();
	return done && tried == refused ? 0 : 1;
}

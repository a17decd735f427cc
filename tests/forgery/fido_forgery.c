/* fido_forgery.c: appraises every lie of the table and demands its reason. Closing line: forgeries TRIED refused REFUSED.
 * With the arguments "seeds FOLDER" it writes honest attestations as seeds for the fuzz targets instead; keys are thrown away. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "common/file.h"
#include "policy/appraise.h"
#include "policy/policy.h"
#include "policy/result.h"
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

static bool store(
    const char *folder, const char *kind, enum fido_format format, struct bytes content, struct error *err)
{
	char path[512];

	(void)snprintf(path, sizeof(path), "%.400s/%s/%s", folder, kind, fido_format_name(format));
	return file_store(path, content, 0644, err);
}

/* The object, its authenticator data, and for what OpenSSH takes the file of ssh-keygen. */
static bool write_seeds_of(const char *folder, enum fido_format format, struct error *err)
{
	struct evidence evidence = EVIDENCE_EMPTY, wrapped = EVIDENCE_EMPTY;
	struct fido_recipe recipe;
	struct fido_statement statement;
	struct bytes content, object, auth_data;
	bool done;

	fido_recipe_honest(format, &recipe);
	done = fido_recipe_evidence(&recipe, &evidence, err);
	content = buffer_bytes(&evidence.content);
	done = done && bytes_take_ssh_string(&content, &object) &&
	       fido_object_parse(object, &statement, &auth_data, err) &&
	       store(folder, "fido_object", format, object, err) &&
	       store(folder, "fido_auth_data", format, auth_data, err);
	recipe.wrapped_by_ssh = 1;
	done = done && fido_recipe_evidence(&recipe, &wrapped, err);
	content = buffer_bytes(&wrapped.content);
	done = done && bytes_take_ssh_string(&content, &object) && store(folder, "ssh_sk_attest", format, object, err);
	evidence_clear(&evidence);
	evidence_clear(&wrapped);
	return done;
}

static int write_seeds(const char *folder)
{
	struct error err = ERROR_EMPTY;
	bool done = true;

	for (enum fido_format format = FIDO_PACKED; done && format < FIDO_NONE; format++)
		done = write_seeds_of(folder, format, &err);
	if (!done)
		(void)fprintf(stderr, "fido_forgery: %s\n", err.text);
	forged_keys_free();
	return done ? 0 : 1;
}

int main(int argc, char **argv)
{
	struct court court = {.trust = NULL};
	struct error err = ERROR_EMPTY;
	const struct fido_lie *lie;
	size_t tried = 0, refused = 0;
	bool done;

	if (argc == 3 && strcmp(argv[1], "seeds") == 0)
		return write_seeds(argv[2]);
	done = convene(&court, &err);
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

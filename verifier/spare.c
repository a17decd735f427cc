#include "verifier/spare.h"

#include <inttypes.h>
#include <string.h>

#include "policy/appraise.h"
#include "policy/device_name.h"
#include "policy/result.h"
#include "registry/enrollment.h"
#include "registry/snapshot.h"
#include "verifier/configuration.h"
#include "verifier/host_rules.h"

struct count {
	const struct host_view *view;
	const char *person;
	const struct appraisal *appraisal;
	int64_t revoked_since;
	char names[HOST_RULES_TOKENS_MAXIMUM][DEVICE_NAME_SIZE]; /* of the tokens that have one */
	size_t num_names, num_others;
};

static bool is_counted(const struct count *count, const char *name)
{
	for (size_t i = 0; i < count->num_names; i++)
		if (strcmp(count->names[i], name) == 0)
			return true;
	return false;
}

static void count_token(struct count *count, const struct result *result)
{
	char name[DEVICE_NAME_SIZE];

	device_name(result, name);
	if (name[0] == '\0')
		count->num_others++;
	else if (count->num_names < HOST_RULES_TOKENS_MAXIMUM && !is_counted(count, name))
		memcpy(count->names[count->num_names++], name, sizeof(name));
}

/* What does not appraise well is no spare, whatever the reason. */
static void count_certificate(struct count *count, struct bytes certificate)
{
	struct enrollment enrollment = ENROLLMENT_EMPTY;
	struct result result = {.verdict = VERDICT_REFUSED};

	if (enrollment_parse(certificate, &enrollment, NULL) && strcmp(enrollment.person, count->person) == 0 &&
	    enrollment_check(&enrollment, count->view->registrars, count->appraisal, &result, NULL))
		count_token(count, &result);
	enrollment_clear(&enrollment);
}

static bool count_entry(const struct snapshot_entry *entry, void *context, struct error *err)
{
	struct count *count = context;

	(void)err;
	if (!entry->revoked)
		count_certificate(count, entry->certificate);
	else if (entry->revoked_at >= count->revoked_since)
		count->num_others++;
	return true;
}

bool spare_check(const struct host_view *view, const char *person, const struct appraisal *appraisal, struct error *err)
{
	size_t wanted = host_rules_minimum_tokens(view->rules), found;
	struct count count = {.view = view,
	    .person = person,
	    .appraisal = appraisal,
	    .revoked_since = appraisal->now - host_rules_replace_within(view->rules)};

	if (wanted <= 1)
		return true;
	if (view->snapshot == NULL)
		return error_set(err, ERROR_SNAPSHOT_ABSENT,
		    "host.conf asks for %zu tokens a person, and there is no snapshot to count them in", wanted);
	if (!snapshot_each(view->snapshot, person, count_entry, &count, err))
		return false;
	found = count.num_names + count.num_others;
	return found >= wanted ||
	       error_set(err, ERROR_ENROLLMENT_SPARE,
	           "host.conf asks for %zu tokens a person, and %s has %zu that counts: enroll another", wanted, person,
	           found);
}

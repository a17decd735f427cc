#include <string.h>

#include "enroll/verb.h"

/* The order is that of a desk's life. */
static const struct verb *const verbs[] = {
    &verb_init,
    &verb_tokens,
    &verb_enroll,
    &verb_list,
    &verb_show,
    &verb_verify,
    &verb_revoke,
    &verb_grace,
    &verb_snapshot,
    &verb_audit,
    &verb_policy,
    &verb_mds,
    &verb_trust,
    &verb_advisories,
    &verb_host,
    &verb_doctor,
    &verb_why,
    &verb_help,
};

const struct verb *verb_at(size_t index)
{
	return index < sizeof(verbs) / sizeof(*verbs) ? verbs[index] : NULL;
}

const struct verb *verb_find(const char *name)
{
	for (size_t i = 0; i < sizeof(verbs) / sizeof(*verbs); i++)
		if (strcmp(verbs[i]->name, name) == 0)
			return verbs[i];
	return NULL;
}

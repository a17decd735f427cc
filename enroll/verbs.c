#include <stdio.h>
#include <string.h>

#include "common/buffer.h"
#include "enroll/verb.h"

/* The order is that of a desk's life. */
static const struct verb *const verbs[] = {
    &verb_init,
    &verb_tokens,
    &verb_enroll,
    &verb_resume,
    &verb_abandon,
    &verb_challenge,
    &verb_import,
    &verb_token_info,
    &verb_token_pin,
    &verb_token_puk,
    &verb_token_unblock,
    &verb_token_retries,
    &verb_token_reset,
    &verb_token_management_key,
    &verb_slots,
    &verb_attest,
    &verb_csr,
    &verb_certificate,
    &verb_delete,
    &verb_move,
    &verb_list,
    &verb_show,
    &verb_verify,
    &verb_revoke,
    &verb_grace,
    &verb_snapshot,
    &verb_sync,
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

const struct verb *verb_find_words(char *const words[], size_t num, size_t *num_words)
{
	const struct verb *verb;
	char both[64];

	*num_words = 2;
	if (num >= 2 && snprintf(both, sizeof(both), "%s %s", words[0], words[1]) < (int)sizeof(both) &&
	    (verb = verb_find(both)) != NULL)
		return verb;
	*num_words = 1;
	return num >= 1 ? verb_find(words[0]) : NULL;
}

bool verb_refuse(const char *word, struct error *err)
{
	struct buffer known = BUFFER_EMPTY;
	size_t len = strlen(word);
	bool done = true;

	for (size_t i = 0; done && i < sizeof(verbs) / sizeof(*verbs); i++)
		if (strncmp(verbs[i]->name, word, len) == 0 && verbs[i]->name[len] == ' ')
			done = buffer_put_format(&known, err, "%s%s", known.len > 0 ? ", " : "", verbs[i]->name);
	if (done && known.len > 0)
		(void)error_set(err, ERROR_USAGE, "there is no verb \"%s\"; there are: %s", word, buffer_text(&known));
	else if (done)
		(void)error_set(err, ERROR_USAGE, "there is no verb \"%s\"", word);
	buffer_free(&known);
	return false;
}

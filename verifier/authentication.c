#include "verifier/authentication.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/account_name.h"
#include "common/ssh_key.h"
#include "piv/slot.h"
#include "policy/fido_credential.h"
#include "policy/result.h"
#include "registry/snapshot.h"
#include "verifier/admission.h"
#include "verifier/challenge.h"
#include "verifier/configuration.h"
#include "verifier/decision.h"

static void candidate_clear(struct candidate *candidate)
{
	ssh_key_clear(&candidate->key);
	buffer_free(&candidate->offered);
	buffer_free(&candidate->credential);
}

void authentication_free(struct authentication *authentication)
{
	if (authentication == NULL)
		return;
	for (size_t i = 0; i < authentication->num_candidates; i++)
		candidate_clear(&authentication->candidates[i]);
	buffer_free(&authentication->message);
	buffer_free(&authentication->to_sign);
	free(authentication);
}

bool authentication_is(const struct request *request)
{
	return request->code == REQUEST_AUTHENTICATE || request->code == REQUEST_AGENT;
}

/* One search; what stands against the last key is what is said where none is found. */
struct search {
	const struct host_view *view;
	int64_t now;
	char account[ACCOUNT_NAME_MAXIMUM];
	bool at_token; /* the key must be one that can be asked for here */
	struct authentication *found;
	struct admission *key;
	struct error passed_over; /* why the last key did not do */
};

static const char *claim_value(const struct result *result, enum claim_name name)
{
	const struct claim *claim = result_find_claim(result, name);

	return claim != NULL && claim->grade == CLAIM_PROVEN ? claim->value : NULL;
}

/* Decimal, as the claim is written. */
static bool read_serial(const char *text, uint32_t *serial)
{
	char *end;
	unsigned long value;

	if (text == NULL)
		return false;
	errno = 0;
	value = strtoul(text, &end, 10);
	if (errno != 0 || end == text || *end != '\0' || value > UINT32_MAX)
		return false;
	*serial = (uint32_t)value;
	return true;
}

static bool is_sk(const struct ssh_key *key)
{
	return key->type == SSH_KEY_SK_ECDSA || key->type == SSH_KEY_SK_ED25519;
}

static bool wants_verification(const struct result *result)
{
	const char *verification = claim_value(result, CLAIM_USER_VERIFICATION);

	return result_has_key_option(result, "verify-required") ||
	       (verification != NULL && strcmp(verification, "required") == 0);
}

static bool note_credential(const struct admission *admission, struct candidate *candidate, struct error *err)
{
	candidate->wants_touch = true;
	candidate->wants_verification = wants_verification(&admission->result);
	return fido_credential_put_id(&admission->enrollment.evidence, &candidate->credential, err);
}

static bool note_slot(const struct result *result, struct candidate *candidate)
{
	const char *slot = claim_value(result, CLAIM_SLOT), *touch = claim_value(result, CLAIM_TOUCH_POLICY);

	candidate->slot = slot == NULL ? NULL : piv_slot_find(slot);
	candidate->has_serial = read_serial(claim_value(result, CLAIM_SERIAL), &candidate->serial);
	candidate->wants_touch = touch != NULL && strcmp(touch, "never") != 0;
	return candidate->slot != NULL;
}

/* Where to find the key, and what it asks of its person. A grace is for sshd: its key is in no token that could be asked for. */
static bool note_token(struct search *search, struct candidate *candidate)
{
	if (search->key->grace.person[0] != '\0')
		return error_set(&search->passed_over, ERROR_CARD_UNSUPPORTED, "a grace lets nobody in but by ssh");
	if (is_sk(&candidate->key))
		return note_credential(search->key, candidate, &search->passed_over);
	return note_slot(&search->key->result, candidate) || !search->at_token ||
	       error_set(&search->passed_over, ERROR_CARD_UNSUPPORTED,
	           "the key of this enrollment is in no token that can be asked for at this machine");
}

static bool fill_candidate(struct search *search, struct bytes offered, struct candidate *candidate)
{
	const struct ssh_key *key = admission_key(search->key);

	memcpy(candidate->device, search->key->device, sizeof(candidate->device));
	return ssh_key_parse(buffer_bytes(&key->blob), &candidate->key, &search->passed_over) &&
	       note_token(search, candidate) &&
	       buffer_put(
	           &candidate->offered, search->at_token ? buffer_bytes(&key->blob) : offered, &search->passed_over);
}

static bool add_candidate(struct search *search, struct bytes offered)
{
	struct authentication *found = search->found;
	struct candidate candidate = {.key = SSH_KEY_EMPTY};

	if (found->num_candidates == AUTHENTICATION_CANDIDATES_MAXIMUM)
		return error_set(
		    &search->passed_over, ERROR_LIMIT, "more than %d tokens", AUTHENTICATION_CANDIDATES_MAXIMUM);
	if (!fill_candidate(search, offered, &candidate)) {
		candidate_clear(&candidate);
		return false;
	}
	found->candidates[found->num_candidates++] = candidate;
	return true;
}

/* A key that does not do is passed over. */
static void try_key(struct search *search, struct bytes blob)
{
	admission_clear(search->key);
	if (admission_check(search->view, search->account, blob, search->now, search->key, &search->passed_over))
		(void)add_candidate(search, blob);
}

static bool try_entry(const struct snapshot_entry *entry, void *context, struct error *err)
{
	struct search *search = context;

	(void)err;
	if (!entry->revoked)
		try_key(search, entry->certificate);
	else if (search->passed_over.code == ERROR_NONE) /* tokens of long ago: what stands against today's says more */
		error_set(&search->passed_over, ERROR_ENROLLMENT_REVOKED, "the token of %s is revoked", entry->person);
	return true;
}

static bool try_tokens_of(struct search *search, struct bytes name, struct error *err)
{
	char person[ACCOUNT_NAME_MAXIMUM];

	return account_name_check(name, err) &&
	       (bytes_to_text(name, person, sizeof(person)) ||
	           error_set(err, ERROR_PERSON_NAME, "the name is too long")) &&
	       snapshot_each(search->view->snapshot, person, try_entry, search, err);
}

/* Who stands in front of the machine is the account's person, or who calls for it (su, to another account). */
static bool try_tokens(struct search *search, const struct request *request, bool trusted, struct error *err)
{
	if (search->view->snapshot == NULL)
		return error_set(
		    err, ERROR_SNAPSHOT_ABSENT, "there is no snapshot on this host: nobody's tokens are known here");
	if (trusted && request->caller.len > 0 && !bytes_equal(request->caller, request->account) &&
	    !try_tokens_of(search, request->caller, err))
		return false;
	return try_tokens_of(search, request->account, err);
}

static bool try_all(struct search *search, const struct request *request, bool trusted, struct error *err)
{
	if (search->at_token)
		return try_tokens(search, request, trusted, err);
	for (size_t i = 0; i < request->num_methods; i++)
		if (bytes_equal_text(request->methods[i].name, "publickey"))
			try_key(search, request->methods[i].blob);
	return true;
}

static bool find_candidates(struct search *search, const struct request *request, bool trusted, struct error *err)
{
	if (!account_name_check(request->account, err))
		return false;
	if (!bytes_to_text(request->account, search->account, sizeof(search->account)))
		return error_set(err, ERROR_PERSON_NAME, "the account's name is too long");
	if (!try_all(search, request, trusted, err))
		return false;
	if (search->found->num_candidates > 0)
		return true;
	if (search->passed_over.code == ERROR_NONE)
		return error_set(err, ERROR_ENROLLMENT_ABSENT, "no token is enrolled for %s", search->account);
	*err = search->passed_over;
	return false;
}

bool authentication_begin(const struct request *request, struct bytes message, const struct host_view *view,
    bool trusted, int64_t now, struct authentication **begun, struct admission *key, struct error *err)
{
	struct search search = {.view = view,
	    .now = now,
	    .at_token = request->code == REQUEST_AUTHENTICATE,
	    .key = key,
	    .passed_over = ERROR_EMPTY};

	search.found = calloc(1, sizeof(*search.found));
	if (search.found == NULL)
		return error_set(err, ERROR_MEMORY, "no memory for an authentication");
	search.found->message = BUFFER_UP_TO(REQUEST_MAXIMUM);
	if (!find_candidates(&search, request, trusted, err) || !buffer_put(&search.found->message, message, err) ||
	    !request_parse(buffer_bytes(&search.found->message), &search.found->request, err) ||
	    !challenge_draw(request, now, &search.found->to_sign, err)) {
		authentication_free(search.found);
		return false;
	}
	*begun = search.found;
	return true;
}

bool authentication_put_proof(
    const struct candidate *candidate, struct bytes signature, struct buffer *out, struct error *err)
{
	return buffer_put_ssh_string(out, buffer_bytes(&candidate->offered), err) &&
	       buffer_put_ssh_string(out, signature, err);
}

static const struct candidate *find_signer(const struct authentication *authentication, struct bytes offered)
{
	for (size_t i = 0; i < authentication->num_candidates; i++)
		if (bytes_equal(buffer_bytes(&authentication->candidates[i].offered), offered))
			return &authentication->candidates[i];
	return NULL;
}

static bool proof_check(
    const struct authentication *authentication, struct bytes proof, const struct candidate **signer, struct error *err)
{
	struct bytes offered, signature;

	if (!bytes_take_ssh_string(&proof, &offered) || !bytes_take_ssh_string(&proof, &signature) || proof.len > 0)
		return error_set(err, ERROR_PROTOCOL, "a proof that is cut short or too long");
	*signer = find_signer(authentication, offered);
	if (*signer == NULL)
		return error_set(err, ERROR_KEY_MISMATCH, "another key has signed than one that was asked for");
	return challenge_check(
	    &(*signer)->key, signature, buffer_bytes(&authentication->to_sign), (*signer)->wants_verification, err);
}

void authentication_conclude(const struct authentication *authentication, struct bytes proof,
    const struct host_view *view, int64_t now, struct decision *decision)
{
	const struct candidate *signer;
	char account[ACCOUNT_NAME_MAXIMUM];
	bool accepted;

	accepted =
	    (bytes_to_text(authentication->request.account, account, sizeof(account)) ||
	        error_set(&decision->error, ERROR_PERSON_NAME, "the account's name is too long")) &&
	    proof_check(authentication, proof, &signer, &decision->error) &&
	    admission_check(view, account, buffer_bytes(&signer->offered), now, &decision->key, &decision->error);
	decision->verdict = accepted ? REQUEST_ACCEPTED : REQUEST_REFUSED;
}

#include "enroll/why.h"

#include <stdio.h>
#include <string.h>

#include "common/base64.h"
#include "registry/snapshot.h"
#include "verifier/configuration.h"
#include "verifier/decision.h"
#include "verifier/host_rules.h"
#include "verifier/names.h"

#define FINGERPRINT_START "SHA256:"

/* What the walk over the snapshot needs at each key. */
struct asking {
	const struct host_view *view;
	const char *account;
	int64_t now;
	why_visitor *visit;
	void *context;
	size_t num;
};

static bool put_fingerprint(
    const uint8_t hash[SSH_KEY_HASH_SIZE], char text[SSH_KEY_FINGERPRINT_SIZE], struct error *err)
{
	struct buffer encoded = BUFFER_EMPTY;
	bool done = base64_put(bytes_of(hash, SSH_KEY_HASH_SIZE), &encoded, err);

	if (done) {
		while (encoded.len > 0 && buffer_text(&encoded)[encoded.len - 1] == '=')
			buffer_cut(&encoded, encoded.len - 1);
		(void)snprintf(text, SSH_KEY_FINGERPRINT_SIZE, FINGERPRINT_START "%.50s", buffer_text(&encoded));
	}
	buffer_free(&encoded);
	return done;
}

/* The verifier is asked for the key itself. */
static void decide_key(
    const struct asking *asking, const char *person, const struct ssh_key *key, struct decision *decision)
{
	const struct request request = {
	    .code = REQUEST_AUTHORIZED_KEYS,
	    .account = bytes_of_text(asking->account == NULL ? person : asking->account),
	    .service = bytes_of_text("sshd"),
	    .methods = {{bytes_of_text("publickey"), buffer_bytes(&key->blob)}},
	    .num_methods = 1,
	};

	decision->error = ERROR_EMPTY;
	decide(&request, asking->view, asking->now, decision);
}

static bool decide_certificate(
    const struct asking *asking, struct bytes certificate, struct decision *decision, struct error *err)
{
	struct enrollment enrollment = ENROLLMENT_EMPTY;
	bool done = enrollment_parse(certificate, &enrollment, err);

	if (done)
		decide_key(asking, enrollment.person, &enrollment.certificate.key, decision);
	enrollment_clear(&enrollment);
	return done;
}

static bool decide_grant(const struct asking *asking, struct bytes grant, struct decision *decision, struct error *err)
{
	struct grace grace = GRACE_EMPTY;
	bool done = grace_of_grant(grant, &grace, err);

	if (done)
		decide_key(asking, grace.person, &grace.key, decision);
	grace_clear(&grace);
	return done;
}

/* A revoked key has no certificate here any more: the snapshot itself says when and why. What is neither enrolled nor granted
 * stays absent. */
static void decide_hash(const struct asking *asking, const uint8_t hash[SSH_KEY_HASH_SIZE], struct decision *decision)
{
	struct buffer certificate = BUFFER_EMPTY, grant = BUFFER_EMPTY;
	struct snapshot *snapshot = asking->view->snapshot;
	struct error *err = &decision->error;

	if (snapshot_find(snapshot, hash, &certificate, err))
		(void)!decide_certificate(asking, buffer_bytes(&certificate), decision, err);
	else if (err->code == ERROR_ENROLLMENT_ABSENT && snapshot_find_grace(snapshot, hash, &grant, NULL))
		(void)!decide_grant(asking, buffer_bytes(&grant), decision, err);
	buffer_free(&certificate);
	buffer_free(&grant);
}

/* A session is asked about when sshd has let a key in by whatever else it believes. */
static void find_pass(const struct asking *asking, const char *person, struct why *why)
{
	const char *account = asking->account != NULL                ? asking->account
	                      : why->decision->key.person[0] != '\0' ? why->decision->key.person
	                                                             : person;

	(void)snprintf(why->account, sizeof(why->account), "%s", account);
	if (account[0] != '\0')
		why->pass = decision_pass(asking->view->rules, asking->view->names, account);
}

/* person  as the snapshot says; "" where it was not asked */
static bool visit_hash(
    struct asking *asking, const uint8_t hash[SSH_KEY_HASH_SIZE], const char *person, struct error *err)
{
	struct decision decision = DECISION_EMPTY;
	struct why why = {.decision = &decision};
	bool done = put_fingerprint(hash, why.fingerprint, err);

	if (done) {
		decide_hash(asking, hash, &decision);
		find_pass(asking, person, &why);
		asking->num++;
		done = asking->visit(asking->view, &why, asking->context, err);
	}
	decision_clear(&decision);
	return done;
}

static bool visit_entry(const struct snapshot_entry *entry, void *context, struct error *err)
{
	return visit_hash(context, entry->key_hash, entry->person, err);
}

static bool parse_fingerprint(const char *text, uint8_t hash[SSH_KEY_HASH_SIZE], struct error *err)
{
	struct buffer padded = BUFFER_EMPTY, bytes = BUFFER_EMPTY;
	struct bytes rest;
	bool done = buffer_put_format(&padded, err, "%s=", text + strlen(FINGERPRINT_START)) &&
	            base64_parse(buffer_bytes(&padded), &bytes, err);

	rest = buffer_bytes(&bytes);
	done = done && bytes_take_to(&rest, hash, SSH_KEY_HASH_SIZE) && rest.len == 0;
	buffer_free(&padded);
	buffer_free(&bytes);
	return done || error_set(err, ERROR_USAGE, "%s is no fingerprint as ssh-keygen -l shows it", text);
}

bool why_each(const struct host_view *view, const char *word, const char *account, int64_t now, why_visitor *visit,
    void *context, struct error *err)
{
	struct asking asking = {view, account, now, visit, context, 0};
	uint8_t hash[SSH_KEY_HASH_SIZE];

	if (view->snapshot == NULL)
		return error_set(err, ERROR_SNAPSHOT_ABSENT, "there is no snapshot on this host");
	if (strncmp(word, FINGERPRINT_START, strlen(FINGERPRINT_START)) == 0)
		return parse_fingerprint(word, hash, err) && visit_hash(&asking, hash, "", err);
	if (!snapshot_each(view->snapshot, word, visit_entry, &asking, err))
		return false;
	return asking.num > 0 ||
	       error_set(err, ERROR_ENROLLMENT_ABSENT,
	           "the snapshot of this host has no key of %s: enroll one, or bring a newer snapshot", word);
}

/* Whether the rules were asked at all. */
static bool reached_rules(const struct why *why)
{
	return why->decision->key.result.rule[0] != '\0' || why->decision->error.code == ERROR_POLICY_NO_RULE;
}

bool why_explain_rules(const struct host_view *view, const struct why *why, policy_explain_visitor *visit,
    void *context, struct error *err)
{
	const struct admission *key = &why->decision->key;
	struct result claims = key->result;
	const struct name_entry *entry;

	if (!reached_rules(why))
		return true;
	if (!names_find(view->names, key->person, &entry, err))
		return false;
	claims.num_reasons = 0;
	claims.rule[0] = '\0';
	return policy_explain(view->policy,
	    &(struct policy_subject){.person = key->person,
	        .groups = (const char *const *)entry->groups,
	        .num_groups = entry->num_groups,
	        .host_class = host_rules_class(view->rules),
	        .enrolled_at = key->enrollment.possession.time},
	    &claims, visit, context, err);
}

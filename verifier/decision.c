#include "verifier/decision.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

/* The last second that sshd's four digits of a year can say. */
#define EXPIRY_MAXIMUM ((uint64_t)253402300799)

struct inquiry {
	const struct request *request;
	const struct host_view *view;
	int64_t now;
	struct decision *decision;
	char account[ACCOUNT_NAME_MAXIMUM];
};

void decision_clear(struct decision *decision)
{
	buffer_free(&decision->output);
	*decision = DECISION_EMPTY;
}

static bool parse_plain_key(struct bytes blob, struct ssh_key *key, struct error *err)
{
	if (ssh_certificate_is(blob))
		return error_set(err, ERROR_SSH_KEY_TYPE,
		    "a certificate was offered; this host admits plain keys that are in its registry");
	return ssh_key_parse(blob, key, err);
}

/* The row that was found under a key's hash must be of this very key: a damaged snapshot may hand out another's. */
static bool find_enrollment(
    struct snapshot *snapshot, const struct ssh_key *key, struct enrollment *enrollment, struct error *err)
{
	struct buffer certificate = BUFFER_EMPTY;
	uint8_t hash[SSH_KEY_HASH_SIZE];
	bool done = false;

	if (!ssh_key_hash(key, hash, err) || !snapshot_find(snapshot, hash, &certificate, err) ||
	    !enrollment_parse(buffer_bytes(&certificate), enrollment, err))
		goto out;
	if (!ssh_key_equal(&enrollment->certificate.key, key)) {
		error_set(err, ERROR_SNAPSHOT, "the snapshot has the enrollment of another key in this key's place");
		goto out;
	}
	done = true;
out:
	buffer_free(&certificate);
	return done;
}

/* Which persons may enter which account: the one of the same name. */
static bool person_check(const char *person, const char *account, struct error *err)
{
	if (strcmp(person, account) != 0)
		return error_set(err, ERROR_ENROLLMENT_PERSON,
		    "the key is enrolled for %s, who may not enter the account %s", person, account);
	return true;
}

static void note_enrollment(const struct enrollment *enrollment, struct decision *decision)
{
	(void)snprintf(decision->person, sizeof(decision->person), "%s", enrollment->person);
	decision->serial = enrollment->certificate.serial;
}

static void note_result(const struct result *result, struct decision *decision)
{
	const struct claim *serial = result_find_claim(result, CLAIM_SERIAL);

	(void)snprintf(decision->rule, sizeof(decision->rule), "%s", result->rule);
	(void)snprintf(decision->key_options, sizeof(decision->key_options), "%s", result->key_options);
	(void)snprintf(decision->trust_version, sizeof(decision->trust_version), "%s", result->trust_version);
	if (serial != NULL && serial->grade == CLAIM_PROVEN)
		(void)snprintf(decision->device, sizeof(decision->device), "%s %.40s", result->format, serial->value);
}

/* One key, up to the appraisal of its evidence. *enrollment is the caller's to clear, whatever is returned. */
static bool key_check(
    const struct inquiry *inquiry, struct bytes blob, struct enrollment *enrollment, struct error *err)
{
	const struct appraisal appraisal = {
	    .trust = inquiry->view->trust, .policy = inquiry->view->policy, .now = inquiry->now};
	struct ssh_key key = SSH_KEY_EMPTY;
	struct result result;
	bool done = false;

	if (!parse_plain_key(blob, &key, err) || !ssh_key_fingerprint(&key, inquiry->decision->fingerprint, err) ||
	    !find_enrollment(inquiry->view->snapshot, &key, enrollment, err))
		goto out;
	note_enrollment(enrollment, inquiry->decision);
	if (!person_check(enrollment->person, inquiry->account, err))
		goto out;
	done = enrollment_check(enrollment, inquiry->view->registrars, &appraisal, &result, err);
	note_result(&result, inquiry->decision);
out:
	ssh_key_clear(&key);
	return done;
}

/* sshd itself ends the key's life with the enrollment's, should a login come in the very second.
 *   separator  out: what stands before the next option */
static bool put_expiry(uint64_t valid_before, const char **separator, struct buffer *out, struct error *err)
{
	char text[sizeof("YYYYMMDDHHMMSSZ")];
	time_t end = (time_t)valid_before;
	struct tm parts;

	if (valid_before > EXPIRY_MAXIMUM)
		return true;
	if (gmtime_r(&end, &parts) == NULL || strftime(text, sizeof(text), "%Y%m%d%H%M%SZ", &parts) == 0)
		return error_set(err, ERROR_BUG, "no date for %" PRIu64, valid_before);
	*separator = ",";
	return buffer_put_format(out, err, "expiry-time=\"%s\"", text);
}

/* "expiry-time=…,OPTIONS TYPE BASE64": one authorized_keys line. Source: sshd(8) AUTHORIZED_KEYS FILE FORMAT. */
static bool put_key_line(
    const struct enrollment *enrollment, const char *options, struct buffer *out, struct error *err)
{
	const char *separator = "";

	if (!put_expiry(enrollment->certificate.valid_before, &separator, out, err))
		return false;
	if (options[0] != '\0' && !buffer_put_format(out, err, "%s%s", separator, options))
		return false;
	return (out->len == 0 || buffer_put_text(out, " ", err)) &&
	       ssh_key_put_line(&enrollment->certificate.key, out, err) && buffer_put_text(out, "\n", err);
}

static bool decide_authorized_keys(const struct inquiry *inquiry, struct error *err)
{
	const struct request *request = inquiry->request;
	struct enrollment enrollment = ENROLLMENT_EMPTY;
	bool done;

	if (request->num_methods != 1 || !bytes_equal_text(request->methods[0].name, "publickey"))
		return error_set(
		    err, ERROR_PROTOCOL, "authorized-keys asks about one public key, and this request does not");
	done = key_check(inquiry, request->methods[0].blob, &enrollment, err) &&
	       put_key_line(&enrollment, inquiry->decision->key_options, &inquiry->decision->output, err);
	enrollment_clear(&enrollment);
	return done;
}

/* What may have been done beside an attested key. All else (hostbased, gssapi-with-mic, …) proves no hardware and refuses. */
static const char *const methods_beside_a_key[] = {"keyboard-interactive/pam", "password"};

static bool method_is_allowed_beside(struct bytes name)
{
	for (size_t i = 0; i < sizeof(methods_beside_a_key) / sizeof(methods_beside_a_key[0]); i++)
		if (bytes_equal_text(name, methods_beside_a_key[i]))
			return true;
	return false;
}

static bool method_check(
    const struct inquiry *inquiry, const struct request_method *method, size_t *num_keys, struct error *err)
{
	struct enrollment enrollment = ENROLLMENT_EMPTY;
	bool done;

	if (!bytes_equal_text(method->name, "publickey")) {
		if (method_is_allowed_beside(method->name))
			return true;
		return error_set(err, ERROR_AUTH_METHOD, "the login method %.*s proves no hardware and is not allowed",
		    (int)(method->name.len < 64 ? method->name.len : 64), (const char *)method->name.data);
	}
	done = key_check(inquiry, method->blob, &enrollment, err);
	enrollment_clear(&enrollment);
	*num_keys += done ? 1 : 0;
	return done;
}

static bool decide_session(const struct inquiry *inquiry, struct error *err)
{
	size_t num_keys = 0;

	for (size_t i = 0; i < inquiry->request->num_methods; i++)
		if (!method_check(inquiry, &inquiry->request->methods[i], &num_keys, err))
			return false;
	if (num_keys == 0)
		return error_set(
		    err, ERROR_AUTH_METHOD, "nobody proved to hold a key: a session needs an attested one");
	return true;
}

typedef bool decider(const struct inquiry *inquiry, struct error *err);

static decider *find_decider(enum request_code code)
{
	static const struct {
		enum request_code code;
		decider *decide;
	} rows[] = {
	    {REQUEST_AUTHORIZED_KEYS, decide_authorized_keys},
	    {REQUEST_SESSION, decide_session},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].code == code)
			return rows[i].decide;
	return NULL;
}

static bool account_check(struct inquiry *inquiry, struct error *err)
{
	return account_name_check(inquiry->request->account, err) &&
	       (bytes_to_text(inquiry->request->account, inquiry->account, sizeof(inquiry->account)) ||
	           error_set(err, ERROR_PERSON_NAME, "the account's name is too long"));
}

void decide(const struct request *request, const struct host_view *view, int64_t now, struct decision *decision)
{
	struct inquiry inquiry = {.request = request, .view = view, .now = now, .decision = decision};
	decider *decide_this = find_decider(request->code);
	bool accepted;

	if (decide_this == NULL)
		accepted = error_set(&decision->error, ERROR_PROTOCOL, "unknown kind of request");
	else
		accepted = account_check(&inquiry, &decision->error) && decide_this(&inquiry, &decision->error);
	decision->verdict = accepted ? REQUEST_ACCEPTED : REQUEST_REFUSED;
	if (!accepted)
		buffer_free(&decision->output);
}

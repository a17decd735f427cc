#include "verifier/decision.h"

#include <inttypes.h>
#include <stdio.h>
#include <time.h>

#include "common/language.h"
#include "verifier/configuration.h"
#include "verifier/host_rules.h"
#include "verifier/names.h"

/* The last second that sshd's four digits of a year can say. */
#define EXPIRY_MAXIMUM ((uint64_t)253402300799)

struct inquiry {
	const struct request *request;
	const struct host_view *view;
	struct names *names;
	int64_t now;
	struct decision *decision;
	char account[ACCOUNT_NAME_MAXIMUM];
};

void decision_clear(struct decision *decision)
{
	buffer_free(&decision->output);
	admission_clear(&decision->key);
	*decision = DECISION_EMPTY;
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

/* "expiry-time=…,OPTIONS " in front of a line, if there are any. Source: sshd(8) AUTHORIZED_KEYS FILE FORMAT. */
static bool put_options(const struct admission *key, struct buffer *out, struct error *err)
{
	const char *separator = "", *options = key->result.key_options;

	if (!put_expiry(key->valid_before, &separator, out, err))
		return false;
	if (options[0] != '\0' && !buffer_put_format(out, err, "%s%s", separator, options))
		return false;
	return out->len == 0 || buffer_put_text(out, " ", err);
}

static bool only_key_check(const struct inquiry *inquiry, bool certificate, struct error *err)
{
	const struct request *request = inquiry->request;

	if (request->num_methods != 1 || !bytes_equal_text(request->methods[0].name, "publickey"))
		return error_set(err, ERROR_PROTOCOL, "%s asks about one public key, and this request does not",
		    request_name(request->code));
	if (ssh_certificate_is(request->methods[0].blob) != certificate)
		return error_set(err, ERROR_SSH_KEY_TYPE,
		    certificate ? "a plain key was offered where a certificate is asked for"
		                : N_("a certificate was offered where plain keys are asked for: sshd wants "
		                     "AuthorizedPrincipalsCommand for those"));
	return admission_check(
	    inquiry->view, inquiry->account, request->methods[0].blob, inquiry->now, &inquiry->decision->key, err);
}

static bool decide_authorized_keys(const struct inquiry *inquiry, struct error *err)
{
	struct decision *decision = inquiry->decision;
	struct buffer *out = &decision->output;

	return only_key_check(inquiry, false, err) && put_options(&decision->key, out, err) &&
	       ssh_key_put_line(admission_key(&decision->key), out, err) && buffer_put_text(out, "\n", err);
}

/* sshd lets a certificate in that names one of the principals it is told: the person's, whatever the account is called. */
static bool decide_principals(const struct inquiry *inquiry, struct error *err)
{
	struct decision *decision = inquiry->decision;

	return only_key_check(inquiry, true, err) && put_options(&decision->key, &decision->output, err) &&
	       buffer_put_format(&decision->output, err, "%s\n", decision->key.person);
}

static bool method_check(
    const struct inquiry *inquiry, const struct request_method *method, size_t *num_keys, struct error *err)
{
	if (!bytes_equal_text(method->name, "publickey")) {
		if (host_rules_allows_method(inquiry->view->rules, method->name))
			return true;
		return error_set(err, ERROR_AUTH_METHOD, "the login method %.*s proves no hardware and is not allowed",
		    (int)(method->name.len < 64 ? method->name.len : 64), (const char *)method->name.data);
	}
	admission_clear(&inquiry->decision->key);
	*num_keys += 1;
	return admission_check(
	    inquiry->view, inquiry->account, method->blob, inquiry->now, &inquiry->decision->key, err);
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
	    {REQUEST_PRINCIPALS, decide_principals},
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

/* Some group of an account may be under a stricter mode than the others: unless all are known the strictest holds. */
static enum host_mode find_mode(const struct host_rules *rules, struct names *names, const char *account)
{
	const struct name_entry nobody = NAME_ENTRY_EMPTY, *entry = &nobody;
	struct error untold = ERROR_EMPTY;

	if (host_rules_name_groups(rules) && !names_find(names, account, &entry, &untold))
		return HOST_MODE_ENFORCE;
	return host_rules_mode(
	    rules, &(struct host_person){account, (const char *const *)entry->groups, entry->num_groups});
}

enum pass decision_pass(const struct host_rules *rules, struct names *names, const char *account)
{
	static const enum pass passes[] = {PASS_NONE, PASS_AUDIT, PASS_OFF};

	if (host_rules_is_break_glass(rules, account))
		return PASS_BREAK_GLASS;
	return passes[find_mode(rules, names, account)];
}

/* A break-glass account has one rule: where from. Its mode is of no account. */
static bool break_glass_check(struct inquiry *inquiry, const struct host_rules *rules, struct error *err)
{
	if (!host_rules_break_glass_check(rules, inquiry->account, inquiry->request->remote, err))
		return false;
	inquiry->decision->pass = PASS_BREAK_GLASS;
	*err = ERROR_EMPTY;
	return true;
}

static bool is_break_glass(const struct inquiry *inquiry, const struct host_rules *rules)
{
	return inquiry->request->code == REQUEST_SESSION && host_rules_is_break_glass(rules, inquiry->account);
}

/* sshd's own questions about keys are never answered in this way: it would take a key for somebody's whom nobody has named. */
static bool may_pass(const struct inquiry *inquiry, const struct host_rules *rules)
{
	if (inquiry->request->code == REQUEST_SESSION && inquiry->account[0] != '\0')
		inquiry->decision->pass = decision_pass(rules, inquiry->names, inquiry->account);
	return inquiry->decision->pass != PASS_NONE;
}

static void conclude(struct decision *decision, bool accepted)
{
	decision->verdict = accepted ? REQUEST_ACCEPTED : REQUEST_REFUSED;
	if (!accepted)
		buffer_free(&decision->output);
}

void decide(const struct request *request, const struct host_view *view, int64_t now, struct decision *decision)
{
	struct inquiry inquiry = {
	    .request = request, .view = view, .names = view->names, .now = now, .decision = decision};
	decider *decide_this = find_decider(request->code);
	struct error *err = &decision->error;
	bool accepted;

	if (decide_this == NULL)
		accepted = error_set(err, ERROR_PROTOCOL, "unknown kind of request");
	else if (!account_check(&inquiry, err))
		accepted = false;
	else if (is_break_glass(&inquiry, view->rules))
		accepted = break_glass_check(&inquiry, view->rules, err);
	else
		accepted = decide_this(&inquiry, err) || may_pass(&inquiry, view->rules);
	conclude(decision, accepted);
}

void decide_without_view(
    const struct request *request, const struct host_rules *rules, struct names *names, struct decision *decision)
{
	struct inquiry inquiry = {.request = request, .names = names, .decision = decision};
	struct error ignored = ERROR_EMPTY;
	bool accepted = false;

	if (account_check(&inquiry, &ignored))
		accepted = is_break_glass(&inquiry, rules) ? break_glass_check(&inquiry, rules, &decision->error)
		                                           : may_pass(&inquiry, rules);
	conclude(decision, accepted);
}

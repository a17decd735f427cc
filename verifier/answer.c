#include "verifier/answer.h"

#include <inttypes.h>
#include <stdio.h>
#include <sys/types.h>
#include <syslog.h>
#include <unistd.h>

#include "common/account_name.h"
#include "common/conversation.h"
#include "common/log.h"
#include "common/request.h"
#include "common/ssh_key.h"
#include "policy/device_name.h"
#include "verifier/admission.h"
#include "verifier/authentication.h"
#include "verifier/configuration.h"
#include "verifier/decision.h"
#include "verifier/names.h"

bool peer_is_trusted(uid_t user)
{
	return user == 0 || user == geteuid();
}

/* unix_chkpwd's rule: the user's id must be the one that owns the name. */
static bool peer_check(const struct peer *peer, struct bytes account, struct names *names, struct error *err)
{
	const struct name_entry *entry;
	char name[ACCOUNT_NAME_MAXIMUM];

	if (peer_is_trusted(peer->user))
		return true;
	if (!account_name_check(account, err) || !bytes_to_text(account, name, sizeof(name)) ||
	    !names_find(names, name, &entry, err))
		return false;
	return (entry->has_account && entry->user == peer->user) ||
	       error_set(
	           err, ERROR_PROTOCOL_PEER, "user id %ju may ask about its own account only", (uintmax_t)peer->user);
}

static const char *text_or_null(const char *text)
{
	return text[0] == '\0' ? NULL : text;
}

/* Keys that are not enrolled are offered all day by ssh clients that have several; an enrolled one that fails is worth a look. */
static int priority_of(const struct request *request, const struct decision *decision)
{
	static const int priorities[] = {
	    [ERROR_CATEGORY_DENIED] = LOG_WARNING,
	    [ERROR_CATEGORY_INPUT] = LOG_WARNING,
	    [ERROR_CATEGORY_DEVICE] = LOG_ERR,
	    [ERROR_CATEGORY_SYSTEM] = LOG_ERR,
	    [ERROR_CATEGORY_USAGE] = LOG_ERR,
	    [ERROR_CATEGORY_BUG] = LOG_CRIT,
	};
	enum error_code code = decision->error.code;

	if (decision->pass == PASS_BREAK_GLASS)
		return LOG_ALERT;
	if (decision->pass == PASS_AUDIT || decision->key.grace.person[0] != '\0')
		return LOG_WARNING;
	if (decision->verdict == REQUEST_ACCEPTED)
		return request->code == REQUEST_SESSION || authentication_is(request) ? LOG_NOTICE : LOG_INFO;
	if (request->code == REQUEST_AUTHORIZED_KEYS && (code == ERROR_ENROLLMENT_ABSENT || code == ERROR_SSH_KEY_TYPE))
		return LOG_INFO;
	return priorities[error_category(code)];
}

/* A field's text out of foreign bytes; cut where it is too long. */
static const char *text_of(struct bytes bytes, char *text, size_t size)
{
	if (bytes.len >= size)
		bytes.len = size - 1;
	return bytes_to_text(bytes, text, size) ? text : "?";
}

/* What a reader of the log wants to know at once. */
static void put_sentence(
    const struct decision *decision, const char *action, const char *account, char *sentence, size_t size)
{
	static const char *const remarks[] = {
	    [PASS_NONE] = "",
	    [PASS_BREAK_GLASS] = ", BREAK GLASS, no key was asked for",
	    [PASS_AUDIT] = ", but only because this host audits",
	    [PASS_OFF] = ", since the mode of this host is off",
	};
	bool accepted = decision->verdict == REQUEST_ACCEPTED;
	const char *who = decision->key.person, *why = decision->error.text, *remark = remarks[decision->pass];

	if (decision->pass == PASS_BREAK_GLASS)
		why = "find out who and why";
	else if (decision->key.grace.person[0] != '\0' && accepted)
		remark = ", BY GRACE, with a key that nobody attested";
	(void)snprintf(sentence, size, "%s %s %s%s: %s", accepted ? "accepted" : "refused", action, account, remark,
	    accepted && decision->pass == PASS_NONE ? who : why);
}

static void log_decision(const struct peer *peer, const struct request *request, const struct decision *decision)
{
	char account[ACCOUNT_NAME_MAXIMUM], service[64], remote[64], user[24], process[24], serial[24], sentence[1024];
	char command[1025];
	const struct admission *key = &decision->key;
	const char *action = request->code == 0 ? "request" : request_name(request->code);
	const struct log_field fields[] = {
	    {"KEYENROLL_REQUEST", action},
	    {"KEYENROLL_ACCOUNT", text_of(request->account, account, sizeof(account))},
	    {"KEYENROLL_SERVICE", text_of(request->service, service, sizeof(service))},
	    {"KEYENROLL_REASON", error_word(decision->error.code)},
	    {"KEYENROLL_VERDICT", decision->verdict == REQUEST_ACCEPTED ? "accepted" : "refused"},
	    {"KEYENROLL_PASS", pass_name(decision->pass)},
	    {"KEYENROLL_REMOTE", request->remote.len == 0 ? NULL : text_of(request->remote, remote, sizeof(remote))},
	    {"KEYENROLL_COMMAND",
	        request->command.len == 0 ? NULL : text_of(request->command, command, sizeof(command))},
	    {"KEYENROLL_FINGERPRINT", text_or_null(key->fingerprint)},
	    {"KEYENROLL_PERSON", text_or_null(key->person)},
	    {"KEYENROLL_SERIAL", key->serial == 0 ? NULL : serial},
	    {"KEYENROLL_DEVICE", text_or_null(key->device)},
	    {"KEYENROLL_RULE", text_or_null(key->result.rule)},
	    {"KEYENROLL_TRUST_VERSION", text_or_null(key->result.trust_version)},
	    {"KEYENROLL_POLICY_VERSION", text_or_null(key->result.policy_version)},
	    {"KEYENROLL_PEER_USER", user},
	    {"KEYENROLL_PEER_PROCESS", process},
	};

	(void)snprintf(serial, sizeof(serial), "%" PRIu64, key->serial);
	(void)snprintf(user, sizeof(user), "%ju", (uintmax_t)peer->user);
	(void)snprintf(process, sizeof(process), "%jd", (intmax_t)peer->process);
	put_sentence(decision, action, account, sentence, sizeof(sentence));
	log_write(&(struct log_event){.program = "keyenrolld",
	    .priority = priority_of(request, decision),
	    .sentence = sentence,
	    .fields = fields,
	    .num_fields = sizeof(fields) / sizeof(fields[0])});
}

static void put_consent(const struct decision *decision, char *sentence, size_t size)
{
	const struct admission *key = &decision->key;

	if (decision->pass != PASS_NONE)
		(void)snprintf(sentence, size, "somebody whom %s lets in", pass_name(decision->pass));
	else
		(void)snprintf(sentence, size, "%s with %s (%s)", key->person, key->fingerprint,
		    key->device[0] == '\0' ? "device without a number" : key->device);
}

static bool put_reply(const struct decision *decision, struct buffer *out, struct error *err)
{
	char accepted[ACCOUNT_NAME_MAXIMUM + SSH_KEY_FINGERPRINT_SIZE + DEVICE_NAME_SIZE + 32];
	struct reply reply = {
	    .verdict = decision->verdict,
	    .reason = bytes_of_text(error_word(decision->error.code)),
	    .sentence = bytes_of_text(decision->error.text),
	    .output = buffer_bytes(&decision->output),
	};

	/* To the client an accepted request has no reason against it: what there was, the log has. */
	if (decision->verdict == REQUEST_ACCEPTED) {
		put_consent(decision, accepted, sizeof(accepted));
		reply.reason = bytes_of_text(error_word(ERROR_NONE));
		reply.sentence = bytes_of_text(accepted);
	}
	return reply_encode(&reply, out, err);
}

/* What host.conf allows on its own holds also where another of the host's files is broken. */
static void decide_now(struct configuration *configuration, const struct request *request, int64_t now,
    struct names *names, struct decision *decision)
{
	const struct host_rules *rules;
	struct host_view view;

	if (!configuration_refresh_rules(configuration, &rules, &decision->error))
		return;
	if (configuration_refresh(configuration, names, &view, &decision->error))
		decide(request, &view, now, decision);
	else
		decide_without_view(request, rules, names, decision);
}

/* False: *decision says why not. */
static bool begin(struct configuration *configuration, const struct peer *peer, struct bytes message, int64_t now,
    const struct request *request, struct names *names, struct authentication **begun, struct decision *decision)
{
	struct host_view view;

	if (begun == NULL)
		return error_set(&decision->error, ERROR_VERIFIER_UNREACHABLE,
		    "only the running verifier can talk with a person, and it does not run");
	return configuration_refresh(configuration, names, &view, &decision->error) &&
	       authentication_begin(
	           request, message, &view, peer_is_trusted(peer->user), now, begun, &decision->key, &decision->error);
}

/* Fills *decision, or begins an authentication, and then it is true. */
static bool request_decide(struct configuration *configuration, const struct peer *peer, struct bytes message,
    int64_t now, struct request *request, struct names *names, struct authentication **begun, struct decision *decision)
{
	if (!request_parse(message, request, &decision->error)) {
		*request = (struct request){.num_methods = 0};
		return false;
	}
	if (!peer_check(peer, request->account, names, &decision->error))
		return false;
	if (authentication_is(request))
		return begin(configuration, peer, message, now, request, names, begun, decision);
	decide_now(configuration, request, now, names, decision);
	return false;
}

/* A warning that cannot be made keeps no reply back. */
static void warn_person(const struct decision *decision, struct buffer *reply)
{
	const struct question warning = {.kind = QUESTION_WARN, .message = message_of_error(&decision->error)};

	(void)!question_encode(&warning, reply, NULL);
}

/* The log first: it has more than the client is told.
 *   warn  a person sits there who reads */
static bool conclude(const struct peer *peer, const struct request *request, bool warn, struct decision *decision,
    struct buffer *reply, struct error *err)
{
	bool done;

	log_decision(peer, request, decision);
	if (warn && decision->verdict != REQUEST_ACCEPTED)
		warn_person(decision, reply);
	done = put_reply(decision, reply, err);
	decision_clear(decision);
	return done;
}

/* A decision that missed a name is none, whatever it says. */
static bool is_to_be_made_again(const struct names *names, struct authentication **begun)
{
	if (names->wanted[0] == '\0')
		return false;
	if (begun != NULL) {
		authentication_free(*begun);
		*begun = NULL;
	}
	return true;
}

bool answer(struct configuration *configuration, const struct peer *peer, struct bytes message, int64_t now,
    struct names *names, struct authentication **begun, struct buffer *reply, struct error *err)
{
	struct decision decision = DECISION_EMPTY;
	struct request request = {.num_methods = 0};
	bool has_begun;

	if (begun != NULL)
		*begun = NULL;
	has_begun = request_decide(configuration, peer, message, now, &request, names, begun, &decision);
	if (!is_to_be_made_again(names, begun) && !has_begun)
		return conclude(peer, &request, begun != NULL && authentication_is(&request), &decision, reply, err);
	decision_clear(&decision);
	return true;
}

bool answer_proof(struct configuration *configuration, const struct peer *peer,
    const struct authentication *authentication, const struct bytes *proof, const struct error *why, int64_t now,
    struct names *names, struct buffer *reply, struct error *err)
{
	struct decision decision = DECISION_EMPTY;
	struct host_view view;

	if (proof == NULL)
		decision.error = *why;
	else if (configuration_refresh(configuration, names, &view, &decision.error))
		authentication_conclude(authentication, *proof, &view, now, &decision);
	return conclude(peer, &authentication->request, !authentication->told, &decision, reply, err);
}

bool answer_refusal(const struct peer *peer, const struct error *why, struct buffer *reply, struct error *err)
{
	const struct request request = {.num_methods = 0};
	const struct decision decision = {.verdict = REQUEST_REFUSED, .error = *why};

	log_decision(peer, &request, &decision);
	return put_reply(&decision, reply, err);
}

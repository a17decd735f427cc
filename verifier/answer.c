#include "verifier/answer.h"

#include <inttypes.h>
#include <pwd.h>
#include <stdio.h>
#include <syslog.h>
#include <unistd.h>

#include "common/log.h"

bool peer_is_trusted(uid_t user)
{
	return user == 0 || user == geteuid();
}

/* unix_chkpwd's rule: the user's id must be the one that owns the name. */
static bool peer_check(const struct peer *peer, struct bytes account, struct error *err)
{
	struct passwd entry, *found = NULL;
	char storage[4096];

	if (peer_is_trusted(peer->user))
		return true;
	if (getpwuid_r(peer->user, &entry, storage, sizeof(storage), &found) == 0 && found != NULL &&
	    bytes_equal_text(account, found->pw_name))
		return true;
	return error_set(
	    err, ERROR_PROTOCOL_PEER, "user id %ju may ask about its own account only", (uintmax_t)peer->user);
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

	if (decision->verdict == REQUEST_ACCEPTED)
		return request->code == REQUEST_SESSION ? LOG_NOTICE : LOG_INFO;
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

static void log_decision(const struct peer *peer, const struct request *request, const struct decision *decision)
{
	char account[ACCOUNT_NAME_MAXIMUM], service[64], user[24], process[24], serial[24], sentence[1024];
	const char *action = request->code == 0 ? "request" : request_name(request->code);
	const struct log_field fields[] = {
	    {"KEYENROLL_REQUEST", action},
	    {"KEYENROLL_ACCOUNT", text_of(request->account, account, sizeof(account))},
	    {"KEYENROLL_SERVICE", text_of(request->service, service, sizeof(service))},
	    {"KEYENROLL_REASON", error_word(decision->error.code)},
	    {"KEYENROLL_FINGERPRINT", decision->fingerprint[0] == '\0' ? NULL : decision->fingerprint},
	    {"KEYENROLL_PERSON", decision->person[0] == '\0' ? NULL : decision->person},
	    {"KEYENROLL_SERIAL", decision->serial == 0 ? NULL : serial},
	    {"KEYENROLL_DEVICE", decision->device[0] == '\0' ? NULL : decision->device},
	    {"KEYENROLL_RULE", decision->rule[0] == '\0' ? NULL : decision->rule},
	    {"KEYENROLL_TRUST_VERSION", decision->trust_version[0] == '\0' ? NULL : decision->trust_version},
	    {"KEYENROLL_PEER_USER", user},
	    {"KEYENROLL_PEER_PROCESS", process},
	};
	bool accepted = decision->verdict == REQUEST_ACCEPTED;

	(void)snprintf(serial, sizeof(serial), "%" PRIu64, decision->serial);
	(void)snprintf(user, sizeof(user), "%ju", (uintmax_t)peer->user);
	(void)snprintf(process, sizeof(process), "%jd", (intmax_t)peer->process);
	(void)snprintf(sentence, sizeof(sentence), "%s %s %s: %s", accepted ? "accepted" : "refused", action, account,
	    accepted ? decision->person : decision->error.text);
	log_write(&(struct log_event){.program = "keyenrolld",
	    .priority = priority_of(request, decision),
	    .sentence = sentence,
	    .fields = fields,
	    .num_fields = sizeof(fields) / sizeof(fields[0])});
}

static bool put_reply(const struct decision *decision, struct buffer *out, struct error *err)
{
	char accepted[ACCOUNT_NAME_MAXIMUM + SSH_KEY_FINGERPRINT_SIZE + 96];
	struct reply reply = {
	    .verdict = decision->verdict,
	    .reason = bytes_of_text(error_word(decision->error.code)),
	    .sentence = bytes_of_text(decision->error.text),
	    .output = buffer_bytes(&decision->output),
	};

	if (decision->verdict == REQUEST_ACCEPTED) {
		(void)snprintf(accepted, sizeof(accepted), "%s with %s (%s)", decision->person, decision->fingerprint,
		    decision->device[0] == '\0' ? "device without a number" : decision->device);
		reply.sentence = bytes_of_text(accepted);
	}
	return reply_encode(&reply, out, err);
}

static bool request_decide(struct configuration *configuration, const struct peer *peer, struct bytes message,
    int64_t now, struct request *request, struct decision *decision)
{
	struct host_view view;

	if (!request_parse(message, request, &decision->error)) {
		*request = (struct request){.num_methods = 0};
		return false;
	}
	if (!peer_check(peer, request->account, &decision->error) ||
	    !configuration_refresh(configuration, &view, &decision->error))
		return false;
	decide(request, &view, now, decision);
	return decision->verdict == REQUEST_ACCEPTED;
}

bool answer(struct configuration *configuration, const struct peer *peer, struct bytes message, int64_t now,
    struct buffer *reply, struct error *err)
{
	struct decision decision = DECISION_EMPTY;
	struct request request = {.num_methods = 0};
	bool done;

	(void)request_decide(configuration, peer, message, now, &request, &decision);
	log_decision(peer, &request, &decision);
	done = put_reply(&decision, reply, err);
	decision_clear(&decision);
	return done;
}

bool answer_refusal(const struct peer *peer, const struct error *why, struct buffer *reply, struct error *err)
{
	const struct request request = {.num_methods = 0};
	const struct decision decision = {.verdict = REQUEST_REFUSED, .error = *why};

	log_decision(peer, &request, &decision);
	return put_reply(&decision, reply, err);
}

#include "pam_module/authenticate.h"

#include <string.h>

#include "common/account_name.h"
#include "common/client.h"
#include "common/request.h"
#include "pam_module/command_line.h"
#include "pam_module/dialogue.h"
#include "pam_module/options.h"

/* One dialogue: the person, and the agent where there is one. */
struct exchange {
	const struct authenticate *authenticate;
	const struct authenticate_person *person;
	bool has_agent;
};

/* A PAM_RHOST that is not plainly this machine's own is remote. */
static bool is_local(const char *remote)
{
	static const char *const names[] = {"", "localhost", "127.0.0.1", "::1"};

	if (remote == NULL)
		return true;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(remote, names[i]) == 0)
			return true;
	return false;
}

static bool tell(void *state, bool warn, const char *text, struct error *err)
{
	const struct exchange *exchange = state;

	return exchange->person->tell(exchange->person->state, warn, text, err);
}

static bool ask(void *state, bool secret, const char *text, struct secret *answer, struct error *err)
{
	const struct exchange *exchange = state;

	return exchange->person->ask(exchange->person->state, secret, text, answer, err);
}

/* That this key does not sign is no end: its token may be another one than the one that is plugged in. */
static bool sign(void *state, struct bytes key, struct bytes data, struct buffer *signature, struct error *err)
{
	const struct exchange *exchange = state;

	if (!exchange->has_agent)
		return error_set(err, ERROR_PROTOCOL, "the verifier wants a signature where no agent is asked");
	if (!agent_sign(&exchange->authenticate->agent, key, data, signature, NULL))
		buffer_cut(signature, 0);
	return true;
}

static bool place_check(
    const struct module_options *options, const struct authenticate *authenticate, struct error *err)
{
	if (authenticate->account == NULL)
		return error_set(err, ERROR_PERSON_NAME, "PAM names no user");
	if (authenticate->service == NULL)
		return error_set(err, ERROR_USAGE, "PAM names no service");
	if (options->mode == MODULE_MODE_LOCAL && !is_local(authenticate->remote))
		return error_set(err, ERROR_REMOTE,
		    "%.64s does not sit at this machine: a token that is plugged in here is somebody else's",
		    authenticate->remote);
	return account_name_check(bytes_of_text(authenticate->account), err);
}

static bool hold(const struct module_options *options, struct exchange *exchange, struct request *request,
    struct buffer *accepted, struct error *err)
{
	const struct client client = {.socket = options->socket, .timeout_ms = CLIENT_TIMEOUT_MS};
	const struct dialogue_partner partner = {.state = exchange, .tell = tell, .ask = ask, .sign = sign};
	struct buffer message = BUFFER_EMPTY;
	struct reply reply;
	bool done = dialogue_hold(&client, request, &partner, &message, &reply, err) && client_consent(&reply, err) &&
	            buffer_put(accepted, reply.sentence, err);

	buffer_free(&message);
	return done;
}

/* The verifier is told which keys the agent has, and says which of them shall sign. */
static bool add_agent_keys(const struct agent *agent, struct buffer *answer, struct request *request, struct error *err)
{
	struct bytes keys[AUTH_INFO_METHODS_MAXIMUM];

	if (!agent_list(agent, answer, keys, AUTH_INFO_METHODS_MAXIMUM, &request->num_methods, err))
		return false;
	if (request->num_methods == 0)
		return error_set(err, ERROR_AGENT, "the agent has no key");
	for (size_t i = 0; i < request->num_methods; i++)
		request->methods[i] = (struct request_method){bytes_of_text("publickey"), keys[i]};
	return true;
}

bool authenticate_check(const struct module_options *options, const struct authenticate *authenticate,
    const struct authenticate_person *person, struct buffer *accepted, struct error *err)
{
	struct exchange exchange = {authenticate, person, options->mode == MODULE_MODE_AGENT};
	struct buffer answer = BUFFER_EMPTY, command = BUFFER_EMPTY;
	struct request request;
	bool done;

	if (!place_check(options, authenticate, err) || !command_line_put(&command, err))
		return false;
	request = (struct request){
	    .code = exchange.has_agent ? REQUEST_AGENT : REQUEST_AUTHENTICATE,
	    .account = bytes_of_text(authenticate->account),
	    .service = bytes_of_text(authenticate->service),
	    .remote = bytes_of_text(authenticate->remote),
	    .caller = bytes_of_text(authenticate->caller),
	    .command = buffer_bytes(&command),
	    .wait_seconds = options->wait_seconds,
	};
	done = (!exchange.has_agent || add_agent_keys(&authenticate->agent, &answer, &request, err)) &&
	       hold(options, &exchange, &request, accepted, err);
	buffer_free(&answer);
	buffer_free(&command);
	return done;
}

#include "pam_module/session.h"

#include <string.h>

#include "common/account_name.h"
#include "common/client.h"
#include "common/request.h"

/* The variable is believed only where sshd alone can have set it: su, sudo and login run with what their caller brings. */
static bool place_check(const struct module_options *options, const struct session *session, struct error *err)
{
	if (options->mode != MODULE_MODE_SSH)
		return error_set(err, ERROR_USAGE, "mode=ssh is missing behind pam_keyenroll.so");
	if (session->service == NULL || strcmp(session->service, options->service) != 0)
		return error_set(err, ERROR_USAGE,
		    "mode=ssh belongs into the PAM service %s, not %s; service=NAME allows another name",
		    options->service, session->service == NULL ? "(none)" : session->service);
	if (session->account == NULL)
		return error_set(err, ERROR_PERSON_NAME, "PAM names no user");
	if (session->auth_info == NULL)
		return error_set(
		    err, ERROR_AUTH_INFO, "SSH_AUTH_INFO_0 is not set: sshd did not say how this user has logged in");
	return account_name_check(bytes_of_text(session->account), err);
}

static void fill_request(const struct session *session, const struct auth_info *info, struct request *request)
{
	*request = (struct request){
	    .code = REQUEST_SESSION,
	    .account = bytes_of_text(session->account),
	    .service = bytes_of_text(session->service),
	    .num_methods = info->num_methods,
	    .remote = bytes_of_text(session->remote),
	};
	for (size_t i = 0; i < info->num_methods; i++) {
		request->methods[i].name = info->methods[i].name;
		request->methods[i].blob = buffer_bytes(&info->methods[i].blob);
	}
}

bool session_check(
    const struct module_options *options, const struct session *session, struct buffer *accepted, struct error *err)
{
	const struct client client = {.socket = options->socket,
	    .verifier = session->may_spawn ? CLIENT_VERIFIER : NULL,
	    .timeout_ms = CLIENT_TIMEOUT_MS};
	struct auth_info info = AUTH_INFO_EMPTY;
	struct buffer message = BUFFER_EMPTY;
	struct request request;
	struct reply reply;
	bool done = false;

	if (!place_check(options, session, err) || !auth_info_parse(bytes_of_text(session->auth_info), &info, err))
		goto out;
	fill_request(session, &info, &request);
	if (!client_ask(&client, &request, &message, &reply, err))
		goto out;
	done = client_consent(&reply, err) && buffer_put(accepted, reply.sentence, err);
out:
	auth_info_clear(&info);
	buffer_free(&message);
	return done;
}

#include "pam_module/agent.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/connection.h"
#include "common/deadline.h"

static bool refuse_owner(const struct agent *agent, struct error *err)
{
	return error_set(
	    err, ERROR_AGENT, "the agent at %.80s is not the one of user id %ju", agent->path, (uintmax_t)agent->owner);
}

static bool owner_check(const struct agent *agent, struct error *err)
{
	struct stat status;

	if (agent->path == NULL || agent->path[0] != '/')
		return error_set(err, ERROR_AGENT,
		    "no agent: SSH_AUTH_SOCK names no path (sudo hands it on with env_keep += SSH_AUTH_SOCK)");
	if (lstat(agent->path, &status) < 0)
		return error_set_errno(err, ERROR_AGENT, "no agent at %.80s", agent->path);
	return (S_ISSOCK(status.st_mode) && status.st_uid == agent->owner) || refuse_owner(agent, err);
}

/* The path may have been changed since: who listens is what counts. */
static bool peer_check(const struct agent *agent, int descriptor, struct error *err)
{
	struct ucred credentials;
	socklen_t len = sizeof(credentials);

	return (getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &credentials, &len) == 0 &&
	           credentials.uid == agent->owner) ||
	       refuse_owner(agent, err);
}

static bool exchange(
    const struct agent *agent, struct bytes question, unsigned timeout_ms, struct buffer *answer, struct error *err)
{
	struct deadline deadline = deadline_in(timeout_ms);
	int descriptor;
	bool done;

	if (!owner_check(agent, err) || !connection_open(agent->path, deadline, &descriptor, err))
		return false;
	done = peer_check(agent, descriptor, err) && connection_send(descriptor, question, deadline, err) &&
	       connection_receive_message(descriptor, SSH_AGENT_MESSAGE_MAXIMUM, answer, deadline, err);
	close(descriptor);
	return done;
}

/* connection.c speaks of the verifier: whatever went wrong here, it was the agent. */
static bool ask(
    const struct agent *agent, struct bytes question, unsigned timeout_ms, struct buffer *answer, struct error *err)
{
	struct error why = ERROR_EMPTY;

	*answer = BUFFER_UP_TO(SSH_AGENT_MESSAGE_MAXIMUM);
	if (exchange(agent, question, timeout_ms, answer, &why))
		return true;
	if (why.code == ERROR_VERIFIER_DEADLINE)
		return error_set(err, ERROR_AGENT, "the agent at %.80s did not answer in time", agent->path);
	if (why.code != ERROR_AGENT)
		return error_set(err, ERROR_AGENT, "the agent at %.80s cannot be asked", agent->path);
	if (err != NULL)
		*err = why;
	return false;
}

bool agent_list(const struct agent *agent, struct buffer *answer, struct bytes *keys, size_t maximum, size_t *num_keys,
    struct error *err)
{
	struct buffer question = BUFFER_EMPTY;
	bool done = ssh_agent_put_list(&question, err) &&
	            ask(agent, buffer_bytes(&question), AGENT_LIST_TIMEOUT_MS, answer, err) &&
	            ssh_agent_parse_list(buffer_bytes(answer), keys, maximum, num_keys, err);

	buffer_free(&question);
	return done;
}

bool agent_sign(
    const struct agent *agent, struct bytes key, struct bytes data, struct buffer *signature, struct error *err)
{
	struct buffer question = BUFFER_EMPTY, answer = BUFFER_EMPTY;
	struct bytes found;
	bool done = ssh_agent_put_sign(key, data, &question, err) &&
	            ask(agent, buffer_bytes(&question), AGENT_SIGN_TIMEOUT_MS, &answer, err) &&
	            ssh_agent_parse_signature(buffer_bytes(&answer), &found, err) && buffer_put(signature, found, err);

	buffer_free(&question);
	buffer_free(&answer);
	return done;
}

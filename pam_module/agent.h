/* agent.h: the SSH agent of a person, asked from a process that may be root's.
 *
 * The path comes from the person's environment, so it may lead anywhere. It is connected to with the rights that the process has (to
 * change them for a moment would change them for every thread of a host program); that root is led to a socket which the person
 * could not reach himself is kept out in another way: the socket must be his, and so must the process behind it, before the first
 * byte is sent. libc only. */
#ifndef PAM_MODULE_AGENT_H
#define PAM_MODULE_AGENT_H

#include <sys/types.h>

#include "common/ssh_agent.h"

/* How long an agent may take for its list, and for a signature: a person may have to touch a token, or be asked by the agent. */
#define AGENT_LIST_TIMEOUT_MS 2000
#define AGENT_SIGN_TIMEOUT_MS (60 * 1000)

struct agent {
	const char *path; /* SSH_AUTH_SOCK, borrowed */
	uid_t owner;      /* whose agent it must be */
};

/* agent_list: the agent's keys, as it has them: what they are is not looked at.
 *   answer    out: memory of the keys, the caller's to buffer_free()
 *   keys      out: at most `maximum` blobs, borrowed from `answer`
 *   num_keys  out: how many of them were written
 * Errors: ERROR_AGENT (also: no path, another's socket, nobody listens, no answer in time). */
bool agent_list(const struct agent *agent, struct buffer *answer, struct bytes *keys, size_t maximum, size_t *num_keys,
    struct error *err) MUST_CHECK;

/* agent_sign: appends the SSH signature blob, which is not checked. Another connection, and so owner and process are looked at again.
 * Errors: as agent_list; ERROR_AGENT also for a refusal. */
bool agent_sign(const struct agent *agent, struct bytes key, struct bytes data, struct buffer *signature,
    struct error *err) MUST_CHECK;

#endif

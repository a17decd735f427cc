/* ssh_agent.h: the two questions to an SSH agent that a login needs: which keys it has, and a signature by one of them.
 * An agent is its user's: what it says is hostile input. Knows nothing of sockets and of what keys are. libc only.
 * Source: draft-miller-ssh-agent (RFC 9987) 3.5, 3.6; OpenSSH PROTOCOL.agent. */
#ifndef COMMON_SSH_AGENT_H
#define COMMON_SSH_AGENT_H

#include "common/buffer.h"

/* OpenSSH's agents send and take no more. */
#define SSH_AGENT_MESSAGE_MAXIMUM ((size_t)256 * 1024)

/* ssh_agent_put_list: appends the question which keys there are, length included; `out` is as before on error.
 * Errors: ERROR_LIMIT, ERROR_MEMORY. */
bool ssh_agent_put_list(struct buffer *out, struct error *err) MUST_CHECK;

/* ssh_agent_put_sign: appends the request to sign `data`, length included; RSA keys are asked for SHA-512.
 *   key  the public key's blob, as the list has it
 * Errors: ERROR_LIMIT, ERROR_MEMORY. */
bool ssh_agent_put_sign(struct bytes key, struct bytes data, struct buffer *out, struct error *err) MUST_CHECK;

/* ssh_agent_parse_list: reads an agent's answer without its length, all of it.
 *   keys      out: the blobs of the first `maximum` keys, borrowed from `message`; what they are is not looked at
 *   num_keys  out: how many of them were written
 * Errors: ERROR_AGENT (a refusal, or no list of keys). */
bool ssh_agent_parse_list(
    struct bytes message, struct bytes *keys, size_t maximum, size_t *num_keys, struct error *err) MUST_CHECK;

/* ssh_agent_parse_signature: as ssh_agent_parse_list.
 *   signature  out: an SSH signature blob, borrowed from `message`; whether it is good is not looked at
 * Errors: ERROR_AGENT. */
bool ssh_agent_parse_signature(struct bytes message, struct bytes *signature, struct error *err) MUST_CHECK;

#endif

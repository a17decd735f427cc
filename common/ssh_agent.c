#include "common/ssh_agent.h"

enum {
	AGENT_FAILURE = 5,
	AGENT_REQUEST_IDENTITIES = 11,
	AGENT_IDENTITIES_ANSWER = 12,
	AGENT_SIGN_REQUEST = 13,
	AGENT_SIGN_RESPONSE = 14,
	AGENT_RSA_SHA2_512 = 4,
};

bool ssh_agent_put_list(struct buffer *out, struct error *err)
{
	size_t mark;

	if (!buffer_open_u32(out, &mark, err))
		return false;
	if (!buffer_put_u8(out, AGENT_REQUEST_IDENTITIES, err)) {
		buffer_cut(out, mark);
		return false;
	}
	buffer_close_u32(out, mark);
	return true;
}

bool ssh_agent_put_sign(struct bytes key, struct bytes data, struct buffer *out, struct error *err)
{
	size_t mark;

	if (!buffer_open_u32(out, &mark, err))
		return false;
	if (!buffer_put_u8(out, AGENT_SIGN_REQUEST, err) || !buffer_put_ssh_string(out, key, err) ||
	    !buffer_put_ssh_string(out, data, err) || !buffer_put_u32(out, AGENT_RSA_SHA2_512, err)) {
		buffer_cut(out, mark);
		return false;
	}
	buffer_close_u32(out, mark);
	return true;
}

static bool take_kind(struct bytes *message, uint8_t wanted, struct error *err)
{
	uint8_t kind;

	if (message->len > SSH_AGENT_MESSAGE_MAXIMUM || !bytes_take_u8(message, &kind))
		return error_set(err, ERROR_AGENT, "the agent's answer has %zu bytes", message->len);
	if (kind == AGENT_FAILURE)
		return error_set(err, ERROR_AGENT, "the agent refuses");
	return kind == wanted || error_set(err, ERROR_AGENT, "the agent answers with a message of kind %u", kind);
}

bool ssh_agent_parse_list(struct bytes message, struct bytes *keys, size_t maximum, size_t *num_keys, struct error *err)
{
	struct bytes key, comment;
	size_t num = 0;
	uint32_t count;

	if (!take_kind(&message, AGENT_IDENTITIES_ANSWER, err))
		return false;
	if (!bytes_take_u32(&message, &count))
		return error_set(err, ERROR_AGENT, "the agent's list of keys is cut short");
	for (uint32_t i = 0; i < count; i++) {
		if (!bytes_take_ssh_string(&message, &key) || !bytes_take_ssh_string(&message, &comment))
			return error_set(err, ERROR_AGENT, "the agent's list of keys is cut short");
		if (num < maximum)
			keys[num++] = key;
	}
	if (message.len > 0)
		return error_set(err, ERROR_AGENT, "%zu bytes stand behind the agent's list of keys", message.len);
	*num_keys = num;
	return true;
}

bool ssh_agent_parse_signature(struct bytes message, struct bytes *signature, struct error *err)
{
	struct bytes found;

	if (!take_kind(&message, AGENT_SIGN_RESPONSE, err))
		return false;
	if (!bytes_take_ssh_string(&message, &found) || message.len > 0)
		return error_set(err, ERROR_AGENT, "the agent's signature is cut short or too long");
	*signature = found;
	return true;
}

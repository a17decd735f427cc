#include "tests/vtoken/channel.h"

#include "tests/vtoken/instructions.h"

enum {
	CLASS_NOT_CHAIN = 0xe0,
	CLASS_CHAIN = 0x10,
	CLASS_FIDO_CHAIN = 0x90,
	INS_GET_RESPONSE = 0xc0,
	SHORT_REPLY_MAXIMUM = 256
};

void channel_clear(struct channel *channel)
{
	buffer_free(&channel->chain);
	buffer_free(&channel->waiting);
	*channel = (struct channel){.chaining = false};
}

static bool put_status(struct buffer *reply, unsigned status, struct error *err)
{
	return buffer_put_u16(reply, (uint16_t)status, err);
}

/* Hands out as much of the waiting reply as the host takes; 61xx tells of the rest. */
static bool put_part(
    struct channel *channel, const struct wire *wire, size_t wanted, struct buffer *reply, struct error *err)
{
	size_t most = wanted < wire->reply_maximum ? wanted : wire->reply_maximum;
	struct bytes rest = buffer_bytes(&channel->waiting), gone, part;
	size_t left;

	if (!bytes_take(&rest, channel->fetched, &gone) || !bytes_take(&rest, rest.len < most ? rest.len : most, &part))
		return error_set(err, ERROR_BUG, "more was fetched than waited");
	if (!buffer_put(reply, part, err))
		return false;
	channel->fetched += part.len;
	left = rest.len;
	if (left > 0 && wire->silent_rest)
		return put_status(reply, STATUS_DONE, err);
	if (left > 0)
		return put_status(reply, STATUS_MORE | (left >= SHORT_REPLY_MAXIMUM ? 0U : (unsigned)left), err);
	buffer_free(&channel->waiting);
	channel->fetched = 0;
	return put_status(reply, channel->waiting_status, err);
}

static size_t host_takes(const struct command *command)
{
	return command->le > 0 ? command->le : SHORT_REPLY_MAXIMUM;
}

/* The command was run, and is not run again when it comes with the length that is named here. */
static bool hold(struct channel *channel, const struct command *command, struct buffer *reply, struct error *err)
{
	channel->held = true;
	channel->held_ins = command->ins;
	channel->held_p1 = command->p1;
	channel->held_p2 = command->p2;
	return put_status(reply, STATUS_OTHER_LENGTH | (unsigned)channel->waiting.len, err);
}

static bool is_held(const struct channel *channel, const struct command *command)
{
	return channel->held && channel->held_ins == command->ins && channel->held_p1 == command->p1 &&
	       channel->held_p2 == command->p2 && channel->waiting.len == host_takes(command);
}

static bool run(
    struct channel *channel, struct card *card, const struct command *command, struct buffer *reply, struct error *err)
{
	const struct wire *wire = card->personality->wire;

	channel->waiting_status = application_answer(card, command, &channel->waiting);
	if (channel->waiting_status != STATUS_DONE && channel->waiting_status != STATUS_KEEP_ALIVE)
		buffer_free(&channel->waiting);
	if (wire->exact_length && command->le > 0 && channel->waiting.len > 0 &&
	    channel->waiting.len < SHORT_REPLY_MAXIMUM && channel->waiting.len != host_takes(command))
		return hold(channel, command, reply, err);
	return put_part(channel, wire, host_takes(command), reply, err);
}

static bool continues(const struct channel *channel, const struct command *command)
{
	return channel->chain_ins == command->ins && channel->chain_p1 == command->p1 &&
	       channel->chain_p2 == command->p2;
}

/* Only classes of the interindustry range have the bit, and FIDO's own class. */
static bool chains(const struct command *command)
{
	return (command->cla & (CLASS_NOT_CHAIN | CLASS_CHAIN)) == CLASS_CHAIN || command->cla == CLASS_FIDO_CHAIN;
}

static void drop_chain(struct channel *channel)
{
	buffer_free(&channel->chain);
	channel->chaining = false;
}

/* Keeps a part of a chain, or runs the command with everything that was chained before it. */
static bool gather(
    struct channel *channel, struct card *card, struct command *command, struct buffer *reply, struct error *err)
{
	bool last = !chains(command), done;

	if (channel->chaining && !continues(channel, command))
		drop_chain(channel);
	if (channel->chain.len + command->data.len > card->personality->wire->command_maximum) {
		drop_chain(channel);
		return put_status(reply, STATUS_LENGTH, err);
	}
	if (!channel->chaining && last)
		return run(channel, card, command, reply, err);
	if (!buffer_put(&channel->chain, command->data, err))
		return false;
	if (!last) {
		channel->chaining = true;
		channel->chain_ins = command->ins;
		channel->chain_p1 = command->p1;
		channel->chain_p2 = command->p2;
		return put_status(reply, STATUS_DONE, err);
	}
	command->data = buffer_bytes(&channel->chain);
	done = run(channel, card, command, reply, err);
	drop_chain(channel);
	return done;
}

bool channel_exchange(
    struct channel *channel, struct card *card, struct bytes message, struct buffer *reply, struct error *err)
{
	const struct wire *wire = card->personality->wire;
	struct command command;

	if (!command_parse(message, &command, err))
		return put_status(reply, STATUS_LENGTH, err);
	if (command.extended && !wire->extended_length)
		return put_status(reply, STATUS_LENGTH, err);
	if ((command.ins == INS_GET_RESPONSE && channel->waiting.len > 0) || is_held(channel, &command)) {
		channel->held = false;
		return put_part(channel, wire, host_takes(&command), reply, err);
	}
	channel->held = false;
	buffer_free(&channel->waiting);
	channel->fetched = 0;
	if (command.ins == INS_GET_RESPONSE)
		return put_status(reply, STATUS_CONDITIONS, err);
	return gather(channel, card, &command, reply, err);
}

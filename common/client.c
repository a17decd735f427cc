#include "common/client.h"

#include <string.h>
#include <unistd.h>

#include "common/connection.h"
#include "common/deadline.h"
#include "common/framing.h"
#include "common/process.h"
#include "common/request.h"

static bool fail_deadline(struct error *err)
{
	return error_set(err, ERROR_VERIFIER_DEADLINE, "the verifier did not answer in time");
}

/* Reads until the verifier closes: a reply is the last thing that comes. */
static bool ask_socket(
    const char *path, struct bytes request, struct deadline deadline, struct buffer *message, struct error *err)
{
	int descriptor;
	bool done;

	if (!connection_open(path, deadline, &descriptor, err))
		return false;
	done = connection_send(descriptor, request, deadline, err) &&
	       connection_receive(descriptor, message, deadline, err);
	close(descriptor);
	return done;
}

/* Nothing of a host's environment reaches the verifier: in sudo it is the user's. */
static bool ask_program(
    const char *program, struct bytes request, struct deadline deadline, struct buffer *message, struct error *err)
{
	static char name[] = "keyenrolld", flag[] = "--once";
	char *const argv[] = {name, flag, NULL}, *const environment[] = {NULL};
	int left = deadline_left_ms(deadline);

	if (left == 0)
		return fail_deadline(err);
	if (process_run(program, argv, environment, request, message, (unsigned)left, err))
		return true;
	if (err->code == ERROR_DEADLINE)
		return fail_deadline(err);
	if (err->code == ERROR_PROGRAM)
		err->code = ERROR_VERIFIER_UNREACHABLE;
	return false;
}

static bool take_reply(const struct buffer *message, struct reply *reply, struct error *err)
{
	struct bytes received = buffer_bytes(message), content;

	if (!bytes_take_ssh_string(&received, &content) || received.len > 0)
		return error_set(err, ERROR_PROTOCOL, "the verifier's answer is not exactly one reply");
	return reply_parse(content, reply, err);
}

/* Of another release is a verifier that runs on while its packages are exchanged: the program that lies there by now is of this one. */
static bool program_may_know(const struct client *client, const struct error *err)
{
	return client->verifier != NULL &&
	       (err->code == ERROR_VERIFIER_UNREACHABLE || err->code == ERROR_PROTOCOL_VERSION);
}

static bool exchange(
    const struct client *client, struct bytes request, struct buffer *message, struct reply *reply, struct error *err)
{
	struct deadline deadline = deadline_in(client->timeout_ms);

	if (ask_socket(client->socket, request, deadline, message, err) && take_reply(message, reply, err))
		return true;
	if (!program_may_know(client, err))
		return false;
	buffer_cut(message, 0);
	return ask_program(client->verifier, request, deadline, message, err) && take_reply(message, reply, err);
}

bool client_ask(const struct client *client, const struct request *request, struct buffer *message, struct reply *reply,
    struct error *err)
{
	struct buffer encoded = BUFFER_UP_TO(FRAMING_LENGTH_SIZE + REQUEST_MAXIMUM);
	bool done;

	*message = BUFFER_UP_TO(FRAMING_LENGTH_SIZE + REPLY_MAXIMUM);
	done = request_encode(request, &encoded, err) && exchange(client, buffer_bytes(&encoded), message, reply, err);
	buffer_free(&encoded);
	if (!done)
		buffer_free(message);
	return done;
}

bool client_consent(const struct reply *reply, struct error *err)
{
	char word[64] = "", sentence[sizeof(err->text)] = "";
	enum error_code code;

	if (reply->verdict == REQUEST_ACCEPTED && bytes_equal_text(reply->reason, error_word(ERROR_NONE)))
		return true;
	if (!bytes_to_text(reply->reason, word, sizeof(word)) ||
	    !bytes_to_text(reply->sentence, sentence, sizeof(sentence)))
		return error_set(err, ERROR_PROTOCOL, "the verifier refused, with a reason that cannot be read");
	code = error_find(word);
	if (code == ERROR_NONE)
		return error_set(err, ERROR_PROTOCOL, "the verifier refused by \"%s\": %s", word, sentence);
	return error_set(err, code, "%s", sentence);
}

#include "verifier/once.h"

#include <errno.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

#include "common/file.h"
#include "common/framing.h"
#include "common/request.h"
#include "verifier/answer.h"
#include "verifier/names.h"
#include "verifier/serve.h"

static bool write_all(int output, struct bytes rest, struct error *err)
{
	struct bytes written;

	while (rest.len > 0) {
		ssize_t len = write(output, rest.data, rest.len);

		if (len < 0 && errno == EINTR)
			continue;
		if (len <= 0 || !bytes_take(&rest, (size_t)len, &written))
			return error_set_errno(err, ERROR_FILE, "cannot write the reply");
	}
	return true;
}

static bool answer_input(struct configuration *configuration, const struct peer *peer, struct bytes input,
    struct buffer *reply, struct error *err)
{
	struct names names = NAMES_EMPTY;
	struct error why = ERROR_EMPTY;
	struct bytes message;
	bool done;

	if (bytes_take_ssh_string(&input, &message) && input.len == 0) {
		done = answer(configuration, peer, message, time(NULL), &names, NULL, reply, err);
		names_clear(&names);
		return done;
	}
	error_set(&why, ERROR_PROTOCOL, "standard input is not exactly one request");
	return answer_refusal(peer, &why, reply, err);
}

bool once(int input, int output, uid_t asker, struct configuration *configuration, struct error *err)
{
	const struct peer peer = {.user = asker, .process = getppid()};
	struct buffer received = BUFFER_EMPTY, reply = BUFFER_EMPTY;
	bool done;

	alarm(SERVE_TIMEOUT_MS / 1000);
	done = file_load_descriptor(input, FRAMING_LENGTH_SIZE + REQUEST_MAXIMUM, &received, err) &&
	       answer_input(configuration, &peer, buffer_bytes(&received), &reply, err) &&
	       write_all(output, buffer_bytes(&reply), err);
	buffer_free(&received);
	buffer_free(&reply);
	return done;
}

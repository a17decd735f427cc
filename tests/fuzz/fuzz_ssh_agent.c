/* What an SSH agent answers, and a program's words: both are chosen by somebody who may be no friend. */
#include "common/ssh_agent.h"
#include "common/text.h"
#include "pam_module/command_line.h"
#include "tests/fuzz/fuzz.h"

#define KEYS_MAXIMUM 4

static bool lies_within(struct bytes part, struct bytes whole)
{
	return part.len == 0 ||
	       (part.data >= whole.data && part.len <= whole.len && part.data + part.len <= whole.data + whole.len);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes in = bytes_of(data, size), keys[KEYS_MAXIMUM], signature;
	struct buffer command = BUFFER_EMPTY;
	struct error err = ERROR_EMPTY;
	size_t num_keys = 0;
	bool list = ssh_agent_parse_list(in, keys, KEYS_MAXIMUM, &num_keys, &err);

	if (list) {
		demand(num_keys <= KEYS_MAXIMUM);
		for (size_t i = 0; i < num_keys; i++)
			demand(lies_within(keys[i], in));
	} else {
		demand(err.code == ERROR_AGENT);
	}
	err = ERROR_EMPTY;
	if (ssh_agent_parse_signature(in, &signature, &err))
		demand(!list && signature.len < in.len && lies_within(signature, in));
	else
		demand(err.code == ERROR_AGENT);
	demand(command_line_put_words(in, &command, &err));
	demand(command.len <= COMMAND_LINE_MAXIMUM && text_is_printable(buffer_bytes(&command)));
	buffer_free(&command);
	return 0;
}

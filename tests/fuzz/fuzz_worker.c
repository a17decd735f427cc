/* What a worker reports to the verifier: output or a reason, and of a name an entry. An entry that is taken is written again byte for
 * byte; whoever asked for the name has it then, or what stood against it, and waits no longer. */
#include <string.h>

#include "tests/fuzz/fuzz.h"
#include "verifier/names.h"
#include "verifier/worker.h"

static void try_entry(struct bytes in)
{
	struct name_entry entry = NAME_ENTRY_EMPTY;
	struct buffer again = BUFFER_EMPTY;
	struct error err = ERROR_EMPTY;

	if (name_entry_parse(in, &entry, &err)) {
		demand(name_entry_put(&entry, &again, &err));
		demand(bytes_equal(buffer_bytes(&again), in));
	} else {
		demand(err.code == ERROR_PROTOCOL && entry.groups == NULL && entry.num_groups == 0);
	}
	name_entry_clear(&entry);
	buffer_free(&again);
}

static void try_name(struct bytes in)
{
	struct names names = NAMES_EMPTY_WAITS_NOT;
	const struct name_entry *entry = NULL;
	struct error err = ERROR_EMPTY;

	demand(!names_find(&names, "alice", &entry, &err) && strcmp(names.wanted, "alice") == 0);
	demand(names_take(&names, &in, NULL, &err) && names.wanted[0] == '\0');
	if (names_find(&names, "alice", &entry, &err))
		demand(entry != NULL);
	else
		demand(err.code == ERROR_PROTOCOL && names.wanted[0] == '\0');
	names_clear(&names);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes in = bytes_of(data, size), output = BYTES_EMPTY;
	struct error err = ERROR_EMPTY;

	if (worker_parse_report(in, &output, &err)) {
		demand(output.len < in.len);
		try_entry(output);
	} else {
		demand(err.code != ERROR_NONE && output.len == 0);
	}
	try_entry(in);
	try_name(in);
	return 0;
}

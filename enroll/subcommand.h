/* subcommand.h: verbs whose first argument says what is done ("trust show", "policy check"). The verb's own table of options
 * serves all of them. Knows nothing of what they do. */
#ifndef ENROLL_SUBCOMMAND_H
#define ENROLL_SUBCOMMAND_H

#include <stddef.h>

#include "common/error.h"

struct invocation;

struct subcommand {
	const char *name;      /* NULL ends a table */
	const char *arguments; /* what stands behind it, "FILE" */
	size_t min_arguments, max_arguments;
	bool (*run)(struct invocation *invocation, struct error *err) MUST_CHECK; /* sees its own arguments only */
};

#define SUBCOMMANDS_END ((struct subcommand){.name = NULL})

/* subcommand_run: finds the row of the first argument and runs it without that argument.
 *   verb  its name, for errors
 * Errors: ERROR_USAGE that lists the table; what the row's function says. */
bool subcommand_run(
    const char *verb, const struct subcommand *table, struct invocation *invocation, struct error *err) MUST_CHECK;

#endif

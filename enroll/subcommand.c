#include "enroll/subcommand.h"

#include <stddef.h>
#include <string.h>

#include "common/buffer.h"
#include "common/language.h"
#include "enroll/options.h"
#include "enroll/verb.h"

static bool refuse_unknown(const char *verb, const char *word, const struct subcommand *table, struct error *err)
{
	struct buffer known = BUFFER_EMPTY;
	bool done = true;

	for (; done && table->name != NULL; table++)
		done = buffer_put_format(&known, err, "%s%s %s%s%s", known.len == 0 ? "" : ", ", verb, table->name,
		    table->arguments[0] == '\0' ? "" : " ", table->arguments);
	if (done)
		(void)error_set(
		    err, ERROR_USAGE, "there is no \"%s %s\"; there are: %s", verb, word, buffer_text(&known));
	buffer_free(&known);
	return false;
}

static bool refuse_count(const char *verb, const struct subcommand *row, bool few, struct error *err)
{
	struct buffer usage = BUFFER_EMPTY;
	bool done =
	    buffer_put_format(&usage, err, "%s%s%s", row->name, row->arguments[0] == '\0' ? "" : " ", row->arguments);

	if (done)
		(void)error_set(err, ERROR_USAGE,
		    few ? N_("too few arguments: keyenroll %s %s") : N_("too many arguments: keyenroll %s %s"), verb,
		    buffer_text(&usage));
	buffer_free(&usage);
	return false;
}

bool subcommand_run(const char *verb, const struct subcommand *table, struct invocation *invocation, struct error *err)
{
	struct options *given = &invocation->options;
	const struct subcommand *row = table;

	while (row->name != NULL && strcmp(row->name, given->arguments[0]) != 0)
		row++;
	if (row->name == NULL)
		return refuse_unknown(verb, given->arguments[0], table, err);
	given->arguments++;
	given->num_arguments--;
	if (given->num_arguments < row->min_arguments || given->num_arguments > row->max_arguments)
		return refuse_count(verb, row, given->num_arguments < row->min_arguments, err);
	return row->run(invocation, err);
}

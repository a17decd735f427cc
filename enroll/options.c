#include "enroll/options.h"

#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define HELP_AT OPTIONS_MAXIMUM

static bool fill_long_options(const struct option_row *rows, struct option *wanted, struct error *err)
{
	size_t i;

	for (i = 0; rows[i].name; i++) {
		if (i == OPTIONS_MAXIMUM)
			return error_set(err, ERROR_BUG, "more than %d options in one table", OPTIONS_MAXIMUM);
		wanted[i] = (struct option){
		    .name = rows[i].name, .has_arg = rows[i].argument ? required_argument : no_argument, .val = (int)i};
	}
	wanted[i] = (struct option){.name = "help", .has_arg = no_argument, .val = HELP_AT};
	wanted[i + 1] = (struct option){.name = NULL};
	return true;
}

/* getopt keeps its place in globals: optind 0 starts it anew, -1 is no option of ours. */
static bool take_options(int argc, char **argv, const struct option *wanted, struct options *options, struct error *err)
{
	int found;

	optind = 0;
	opterr = 0;
	while ((found = getopt_long(argc, argv, ":h", wanted, NULL)) != -1) {
		if (found == HELP_AT || found == 'h') {
			options->help = true;
			continue;
		}
		if (found == ':')
			return error_set(err, ERROR_USAGE, "%s needs a value behind it", argv[optind - 1]);
		if (found == '?')
			return error_set(err, ERROR_USAGE, "%s is no option of \"%s\", or it takes no value",
			    argv[optind - 1], argv[0]);
		if (optarg && !*optarg)
			return error_set(err, ERROR_USAGE, "the value of --%s is empty", options->rows[found].name);
		if (options->values[found])
			return error_set(err, ERROR_USAGE, "--%s is given twice", options->rows[found].name);
		options->values[found] = optarg ? optarg : "";
	}
	return true;
}

/* What a script's unset variable leaves means nothing, and would be taken for "any". */
static bool arguments_check(const struct options *options, struct error *err)
{
	for (size_t i = 0; i < options->num_arguments; i++)
		if (!options->arguments[i][0])
			return error_set(err, ERROR_USAGE, "argument %zu is empty", i + 1);
	return true;
}

bool options_parse(const struct option_row *rows, int argc, char **argv, struct options *options, struct error *err)
{
	struct option wanted[OPTIONS_MAXIMUM + 2];

	*options = (struct options){.rows = rows};
	if (!fill_long_options(rows, wanted, err) || !take_options(argc, argv, wanted, options, err))
		return false;
	options->arguments = argv + optind;
	options->num_arguments = (size_t)(argc - optind);
	return arguments_check(options, err);
}

bool options_given(const struct options *options, size_t row)
{
	return options->values[row] != NULL;
}

const char *options_text(const struct options *options, size_t row, const char *fallback)
{
	return options->values[row] ? options->values[row] : fallback;
}

const char *options_output(const struct options *options, size_t row)
{
	const char *path = options_text(options, row, "-");

	return strcmp(path, "-") != 0 ? path : NULL;
}

static bool parse_number(
    const char *name, const char *text, long minimum, long maximum, long fallback, long *number, struct error *err)
{
	char *end;
	long value;

	if (!text) {
		*number = fallback;
		return true;
	}
	errno = 0;
	value = strtol(text, &end, 10);
	if (errno || end == text || *end || value < minimum || value > maximum)
		return error_set(
		    err, ERROR_USAGE, "--%s wants a number from %ld to %ld, not \"%s\"", name, minimum, maximum, text);
	*number = value;
	return true;
}

bool options_date(const struct options *options, size_t row, int64_t fallback, int64_t *seconds, struct error *err)
{
	const char *text = options->values[row], *end;
	struct tm day = {.tm_isdst = 0};

	*seconds = fallback;
	if (!text)
		return true;
	end = strptime(text, "%Y-%m-%d", &day);
	if (!end || *end != '\0')
		return error_set(
		    err, ERROR_USAGE, "--%s %s: write the date as 2026-11-24", options->rows[row].name, text);
	*seconds = timegm(&day);
	return true;
}

bool options_find_number(const struct options *options, const char *name, long minimum, long maximum, long fallback,
    long *number, struct error *err)
{
	return parse_number(name, options_find(options, name), minimum, maximum, fallback, number, err);
}

bool options_number(const struct options *options, size_t row, long minimum, long maximum, long fallback, long *number,
    struct error *err)
{
	return parse_number(options->rows[row].name, options->values[row], minimum, maximum, fallback, number, err);
}

bool options_know(const struct options *options, const char *name)
{
	for (size_t i = 0; options->rows[i].name; i++)
		if (strcmp(options->rows[i].name, name) == 0)
			return true;
	return false;
}

const char *options_find(const struct options *options, const char *name)
{
	for (size_t i = 0; options->rows[i].name; i++)
		if (strcmp(options->rows[i].name, name) == 0)
			return options->values[i];
	return NULL;
}

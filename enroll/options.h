/* options.h: the options of a verb as a table, parsed by getopt_long. A verb has an enum for the rows that it alone reads, so
 * that a row that does not exist does not compile; they stand first. The rows that verbs share are found by their names.
 * Knows nothing of verbs and of what an option means. */
#ifndef ENROLL_OPTIONS_H
#define ENROLL_OPTIONS_H

#include <stddef.h>
#include <stdint.h>

#include "common/error.h"
#include "common/language.h"

/* The most rows of a table. */
#define OPTIONS_MAXIMUM 32

struct option_row {
	const char *name;     /* without the dashes; NULL ends a table */
	const char *argument; /* what stands for its value in the help, "FILE"; NULL: a switch */
	const char *help;     /* half a sentence, without full stop */
};

#define OPTION_ROWS_END ((struct option_row){NULL, NULL, NULL})

/* Rows that several verbs have, so that one option reads the same everywhere. */
#define OPTION_ROW_JSON                                                                                                \
	{                                                                                                              \
		"json", NULL, N_("report as JSON on standard output")                                                  \
	}
#define OPTION_ROW_REGISTRY                                                                                            \
	{                                                                                                              \
		"registry", "DIR", N_("the registry's folder, in place of the usual one")                              \
	}
#define OPTION_ROW_TRUST                                                                                               \
	{                                                                                                              \
		"trust", "DIR", N_("take the site's own trust bundles from DIR")                                       \
	}
#define OPTION_ROW_BUNDLE                                                                                              \
	{                                                                                                              \
		"bundle", "FILE", N_("believe FILE, not the installed vendors' bundle")                                \
	}
#define OPTION_ROW_METADATA                                                                                            \
	{                                                                                                              \
		"metadata", "FILE", N_("the FIDO metadata that was imported, not the usual")                           \
	}
#define OPTION_ROW_POLICY                                                                                              \
	{                                                                                                              \
		"policy", "FILE", N_("decide by the rules in FILE, not the usual ones")                                \
	}
#define OPTION_ROW_REGISTRARS                                                                                          \
	{                                                                                                              \
		"registrars", "FILE", N_("believe the registrars in FILE, not the usual ones")                         \
	}

/* What an appraisal by the house's rules is made from. */
#define OPTION_ROWS_APPRAISAL OPTION_ROW_POLICY, OPTION_ROW_TRUST, OPTION_ROW_BUNDLE, OPTION_ROW_REGISTRARS

#define OPTION_ROW_SERIAL                                                                                              \
	{                                                                                                              \
		"serial", "NUMBER", N_("the token with this serial")                                                   \
	}
#define OPTION_ROW_READER                                                                                              \
	{                                                                                                              \
		"reader", "NAME", N_("the token in the reader that \"tokens\" names so")                               \
	}
#define OPTION_ROW_PIN_FD                                                                                              \
	{                                                                                                              \
		"pin-fd", "N", N_("read the PIN from descriptor N, up to a line end")                                  \
	}
#define OPTION_ROW_PUK_FD                                                                                              \
	{                                                                                                              \
		"puk-fd", "N", N_("write the new PUK to descriptor N")                                                 \
	}
#define OPTION_ROW_NEW_PIN_FD                                                                                          \
	{                                                                                                              \
		"new-pin-fd", "N", N_("read the new PIN from descriptor N")                                            \
	}
#define OPTION_ROW_PRESENT_PUK_FD                                                                                      \
	{                                                                                                              \
		"present-puk-fd", "N", N_("read the present PUK from descriptor N")                                    \
	}
#define OPTION_ROW_FACTORY_CODES                                                                                       \
	{                                                                                                              \
		"factory-codes", NULL, N_("it has the factory's codes (for firmware below 5.3)")                       \
	}
#define OPTION_ROW_YES                                                                                                 \
	{                                                                                                              \
		"yes", NULL, N_("do it without asking")                                                                \
	}
#define OPTION_ROW_YES_REPLACE                                                                                         \
	{                                                                                                              \
		"yes", NULL, N_("replace a key that is in the slot, without asking")                                   \
	}
#define OPTION_ROW_PINENTRY                                                                                            \
	{                                                                                                              \
		"pinentry", NULL, N_("ask for PINs through the program pinentry")                                      \
	}
#define OPTION_ROW_MANAGEMENT_KEY_FD                                                                                   \
	{                                                                                                              \
		"management-key-fd", "N", N_("read the management key from N, in hexadecimal")                         \
	}
/* What proves the management key of a token. */
#define OPTION_ROWS_MANAGEMENT                                                                                         \
	OPTION_ROW_SERIAL, OPTION_ROW_READER, OPTION_ROW_PIN_FD, OPTION_ROW_MANAGEMENT_KEY_FD, OPTION_ROW_PINENTRY
#define OPTION_ROW_ESCROW                                                                                              \
	{                                                                                                              \
		"escrow", "FILE", N_("seal PUK and management key to a certificate")                                   \
	}
#define OPTION_ROW_TRACE                                                                                               \
	{                                                                                                              \
		"trace", "FILE", N_("append all commands to FILE, secrets masked")                                     \
	}

struct options {
	const struct option_row *rows;
	const char
	    *values[OPTIONS_MAXIMUM]; /* borrowed from argv; "" for a switch that is given, NULL for what is not */
	char **arguments;             /* what is no option, borrowed from argv */
	size_t num_arguments;
	bool help; /* --help is there; nothing else is checked then */
};

/* options_parse: reads a command line. Options may stand between arguments; "--" ends them. One given twice is refused, and so is
 * an empty value or argument.
 *   argv  argv[0] is the verb; the order of the rest is changed
 * Errors: ERROR_USAGE. */
bool options_parse(
    const struct option_row *rows, int argc, char **argv, struct options *options, struct error *err) MUST_CHECK;

/* options_given: whether a row's option is there.
 *   row  its place in the table, here and in the next three */
bool options_given(const struct options *options, size_t row);

/* options_text: its value, borrowed; `fallback` (may be NULL) when it is not given. */
const char *options_text(const struct options *options, size_t row, const char *fallback);

/* options_output: the file that a result goes to, borrowed; NULL for standard output, which "-" means as well. */
const char *options_output(const struct options *options, size_t row);

/* options_number: its value as a decimal number; `fallback` when it is not given.
 * Errors: ERROR_USAGE when it is no number from `minimum` to `maximum`. */
bool options_number(const struct options *options, size_t row, long minimum, long maximum, long fallback, long *number,
    struct error *err) MUST_CHECK;

/* options_date: its value as a day like 2026-11-24, at which it begins in UTC, in seconds since 1970; `fallback` when it is not
 * given. Errors: ERROR_USAGE. */
bool options_date(
    const struct options *options, size_t row, int64_t fallback, int64_t *seconds, struct error *err) MUST_CHECK;

/* options_know: whether the verb has an option of that name, given or not. */
bool options_know(const struct options *options, const char *name);

/* options_find: the value of the option of that name, for the rows that several verbs share; NULL when the table has no such
 * row or it is not given. */
const char *options_find(const struct options *options, const char *name);

/* options_find_number: as options_number, for the option of that name; `fallback` also when the table has no such row.
 * Errors: ERROR_USAGE. */
bool options_find_number(const struct options *options, const char *name, long minimum, long maximum, long fallback,
    long *number, struct error *err) MUST_CHECK;

#endif

#include <unistd.h>

#include "common/file.h"
#include "common/language.h"
#include "enroll/help.h"
#include "enroll/options.h"
#include "enroll/report.h"
#include "enroll/verb.h"

enum { OPTION_WORDS };

static const struct option_row options[] = {
    [OPTION_WORDS] = {"words", NULL, N_("only the words, as completion in shells wants them")},
    OPTION_ROW_JSON,
    OPTION_ROWS_END,
};

/* The manual, for a person at a terminal; comes back where there is none or man(1) is missing. */
static void open_manual(void)
{
	static const char *const pages[] = {
	    KEYENROLL_MAN_DIR "/man1/keyenroll.1", KEYENROLL_MAN_DIR "/man1/keyenroll.1.gz"};

	for (size_t i = 0; isatty(STDIN_FILENO) && isatty(STDOUT_FILENO) && i < 2; i++)
		if (file_exists(pages[i]))
			(void)execlp("man", "man", pages[i], (char *)NULL);
}

static bool run(struct invocation *invocation, struct error *err)
{
	const struct options *given = &invocation->options;
	const struct verb *verb = NULL;
	size_t num_words;

	if (invocation->json)
		return report_take_json("help", help_json(), err);
	if (options_given(given, OPTION_WORDS) && given->num_arguments == 1 && help_second_words(given->arguments[0]))
		return report_end(err);
	if (given->num_arguments > 0) {
		/* A word behind the verb is what it is to do, as in "help policy check": its text tells of each. */
		verb = verb_find_words(given->arguments, given->num_arguments, &num_words);
		if (!verb)
			return verb_refuse(given->arguments[0], err);
		if (num_words < given->num_arguments && !help_knows(verb, given->arguments[num_words]))
			return error_set(err, ERROR_USAGE, "\"%s\" knows no \"%s\": keyenroll %s %s", verb->name,
			    given->arguments[num_words], verb->name, verb->synopsis);
	}
	if (options_given(given, OPTION_WORDS))
		help_words(verb);
	else if (verb) {
		open_manual();
		help_verb(verb);
	} else
		help_overview();
	return report_end(err);
}

const struct verb verb_help = {
    .name = "help",
    .summary = N_("say what a verb does and which options it has"),
    .synopsis = "[OPTION]... [VERB]",
    .description = N_("Prints the list of all verbs, or all about one. With --json the whole table\n"
                      "comes out, as other programs want it.\n"),
    .options = options,
    .max_arguments = 2,
    .run = run,
};

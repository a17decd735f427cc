#include "enroll/help.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "common/language.h"
#include "enroll/options.h"
#include "enroll/report.h"
#include "enroll/verb.h"

static const char exit_statuses[] =
    N_("Exit status:\n"
       "  0 done or accepted, 1 refused, 2 input that cannot be read or appraised,\n"
       "  3 token or reader, 4 this machine, 64 command line, 70 a fault of keyenroll.\n");

#define NAME_COLUMNS 20
#define SUMMARY_COLUMNS 57

/* Of a text in UTF-8 so many bytes as fit into the columns, up to the end of a word. */
static size_t fitting(const char *text, size_t columns)
{
	size_t end = 0, used = 0, i = 0;

	for (; text[i] && used <= columns; i++) {
		if (text[i] == ' ')
			end = i;
		used += ((unsigned char)text[i] & 0xc0) != 0x80;
	}
	return text[i] || used > columns ? end : i;
}

/* What does not fit beside the name goes on below. */
static void verb_line(const struct verb *verb)
{
	const char *name = verb->name, *text = translated(verb->summary);
	size_t len;

	do {
		len = fitting(text, SUMMARY_COLUMNS);
		report_line("  %-*s %.*s", NAME_COLUMNS, name, (int)len, text);
		name = "";
		text += len;
		text += strspn(text, " ");
	} while (*text && len > 0);
}

void help_overview(void)
{
	report_text("Usage: keyenroll VERB [OPTION]... [ARGUMENT]...\n"
	            "Enrolls SSH keys that were made in certified hardware and cannot leave it.\n\nVerbs:\n");
	for (size_t i = 0; verb_at(i); i++)
		verb_line(verb_at(i));
	report_text("\n\"keyenroll help VERB\" says more of one; --version tells the version.\n"
	            "A new desk begins with \"keyenroll init\".\n\n");
	report_text(exit_statuses);
}

static void option_line(const struct option_row *row)
{
	char head[64];

	snprintf(
	    head, sizeof(head), "--%s%s%s", row->name, row->argument ? " " : "", row->argument ? row->argument : "");
	report_line("  %-24s %s", head, translated(row->help));
}

void help_verb(const struct verb *verb)
{
	report_line("Usage: keyenroll %s %s", verb->name, verb->synopsis);
	report_text("\n");
	report_text(verb->description);
	report_text("\nOptions:\n");
	for (const struct option_row *row = verb->options; row->name; row++)
		option_line(row);
	report_text("  --help                   this text\n\n");
	report_text(exit_statuses);
}

/* A tab is no control character of report_line's here. */
static void word_line(const char *dashes, const char *word, const char *kind, const char *meaning)
{
	const char *const parts[] = {dashes, word, "\t", kind ? kind : "", "\t", meaning, "\n"};

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		report_text(parts[i]);
}

/* "show|verify|add [OPTION]... [FILE]": what begins with a small letter is said as it stands, other words are kinds. */
static void argument_words(const char *synopsis)
{
	const char *last = strrchr(synopsis, ' ');
	char word[32];

	while (*synopsis >= 'a' && *synopsis <= 'z') {
		size_t len = strcspn(synopsis, "| ");

		snprintf(word, sizeof(word), "%.*s", (int)len, synopsis);
		word_line("", word, NULL, "");
		synopsis += len + (synopsis[len] == '|' ? 1 : 0);
	}
	if (last)
		word_line("", "", last + 1, "");
}

/* Of "token info", "token pin" … the first word stands there once. */
static void first_words(void)
{
	char last[32] = "", word[32];

	for (size_t i = 0; verb_at(i); i++) {
		const char *name = verb_at(i)->name;

		snprintf(word, sizeof(word), "%.*s", (int)strcspn(name, " "), name);
		if (strcmp(word, last) != 0)
			word_line(
			    "", word, NULL, strchr(name, ' ') ? N_("codes and facts of a token") : verb_at(i)->summary);
		snprintf(last, sizeof(last), "%s", word);
	}
}

bool help_knows(const struct verb *verb, const char *word)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz-";
	const char *at = verb->synopsis;

	while (*at) {
		size_t len = strspn(at, letters);

		if (len > 0 && len == strlen(word) && strncmp(at, word, len) == 0)
			return true;
		at += len > 0 ? len : 1;
	}
	return false;
}

bool help_second_words(const char *first)
{
	size_t len = strlen(first);
	bool any = false;

	for (size_t i = 0; verb_at(i); i++) {
		const char *name = verb_at(i)->name;

		if (strncmp(name, first, len) != 0 || name[len] != ' ')
			continue;
		word_line("", name + len + 1, NULL, verb_at(i)->summary);
		any = true;
	}
	return any;
}

void help_words(const struct verb *verb)
{
	if (!verb) {
		first_words();
		return;
	}
	argument_words(verb->synopsis);
	for (const struct option_row *row = verb->options; row->name; row++)
		word_line("--", row->name, row->argument, row->help);
	word_line("--", "help", NULL, N_("say what the verb does"));
}

static json_t *options_json(const struct verb *verb)
{
	json_t *options = json_array();

	for (const struct option_row *row = verb->options; row->name; row++)
		if (json_array_append_new(options, json_pack("{s:s, s:s?, s:s}", "name", row->name, "argument",
		                                       row->argument, "help", row->help)) < 0) {
			json_decref(options);
			return NULL;
		}
	return options;
}

json_t *help_json(void)
{
	json_t *verbs = json_array();

	for (size_t i = 0; verb_at(i); i++) {
		const struct verb *verb = verb_at(i);
		json_t *one = json_pack("{s:s, s:s, s:s, s:o}", "name", verb->name, "summary", verb->summary,
		    "synopsis", verb->synopsis, "options", options_json(verb));

		if (json_array_append_new(verbs, one) < 0) {
			json_decref(verbs);
			return NULL;
		}
	}
	return json_pack("{s:o}", "verbs", verbs);
}

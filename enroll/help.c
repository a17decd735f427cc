#include "enroll/help.h"

#include <stdio.h>

#include "enroll/report.h"

static const char exit_statuses[] = "Exit status:\n"
                                    "  0 done or accepted, 1 refused, 2 input that cannot be read or appraised,\n"
                                    "  3 token or reader, 4 this machine, 64 command line, 70 a fault of keyenroll.\n";

void help_overview(void)
{
	report_text("Usage: keyenroll VERB [OPTION]... [ARGUMENT]...\n"
	            "Enrolls SSH keys that were made in certified hardware and cannot leave it.\n\nVerbs:\n");
	for (size_t i = 0; verb_at(i); i++)
		report_line("  %-10s %s", verb_at(i)->name, verb_at(i)->summary);
	report_text("\n\"keyenroll help VERB\" says more of one; --version tells the version.\n"
	            "A new desk begins with \"keyenroll init\".\n\n");
	report_text(exit_statuses);
}

static void option_line(const struct option_row *row)
{
	char head[64];

	snprintf(
	    head, sizeof(head), "--%s%s%s", row->name, row->argument ? " " : "", row->argument ? row->argument : "");
	report_line("  %-24s %s", head, row->help);
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

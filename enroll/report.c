#include "enroll/report.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/language.h"
#include "common/text.h"

/* The schema comes first, so that a person who looks sees what he has before him. */
static json_t *with_schema(const char *name, json_t *content)
{
	json_t *report = json_pack("{s:o}", "schema", json_sprintf("keyenroll-%s-1", name));

	if (!report || json_object_update(report, content) < 0) {
		json_decref(report);
		return NULL;
	}
	return report;
}

static bool take_json(const char *name, json_t *content, size_t form, struct error *err)
{
	json_t *report = content ? with_schema(name, content) : NULL;
	bool done = false;

	json_decref(content);
	if (!report)
		return error_set(err, ERROR_MEMORY, "no memory for the report");
	if (json_dumpf(report, stdout, form) < 0 || fputc('\n', stdout) == EOF)
		error_set_errno(err, ERROR_FILE, "standard output");
	else
		done = report_end(err);
	json_decref(report);
	return done;
}

bool report_take_json(const char *name, json_t *content, struct error *err)
{
	return take_json(name, content, JSON_INDENT(2), err);
}

bool report_take_json_line(const char *name, json_t *content, struct error *err)
{
	return take_json(name, content, JSON_COMPACT, err);
}

void report_text(const char *text)
{
	fputs(translated(text), stdout);
}

void report_line(const char *format, ...)
{
	char line[2048];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(line, sizeof(line), translated(format), arguments);
	va_end(arguments);
	text_make_printable(line);
	puts(line);
}

json_t *report_foreign(const char *text)
{
	char *shown = strdup(text);
	json_t *string;

	if (!shown)
		return NULL;
	text_make_printable(shown);
	string = json_string(shown);
	free(shown);
	return string;
}

bool report_end(struct error *err)
{
	if (fflush(stdout) == EOF)
		return error_set_errno(err, ERROR_FILE, "standard output");
	/* an earlier write failed, and why is forgotten */
	return !ferror(stdout) || error_set(err, ERROR_FILE, "standard output did not take all of it");
}

const char *report_time(int64_t time, char text[REPORT_TIME_SIZE])
{
	time_t seconds = (time_t)time;
	struct tm parts;

	if (!gmtime_r(&seconds, &parts) || strftime(text, REPORT_TIME_SIZE, "%Y-%m-%dT%H:%M:%SZ", &parts) == 0)
		snprintf(text, REPORT_TIME_SIZE, "never");
	return text;
}

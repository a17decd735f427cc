/* report.h: what goes to standard output: JSON through one writer, and text made safe for a terminal.
 * Each report is an object whose first member is "schema": "keyenroll-NAME-1"; enroll/schema/NAME.json describes it. */
#ifndef ENROLL_REPORT_H
#define ENROLL_REPORT_H

#include <jansson.h>
#include <stdint.h>

#include "common/buffer.h"

/* The size of a time as text, with the NUL. */
#define REPORT_TIME_SIZE 32

/* report_take_json: prints one report; `content` is taken, on error as well (NULL: it could not be made).
 *   name  the schema's name, "list"
 * Errors: ERROR_MEMORY, ERROR_FILE when standard output takes no more. */
bool report_take_json(const char *name, json_t *content, struct error *err) MUST_CHECK;

/* report_take_json_line: the same on one line, for reports of many objects; the last one is followed by report_end or by
 * another line. Errors: as report_take_json. */
bool report_take_json_line(const char *name, json_t *content, struct error *err) MUST_CHECK;

/* report_text: prints a text as it is, translated if the catalogue has it. Whether all was written, report_end says. */
void report_text(const char *text);

/* report_line: one line by printf, its format translated, cut at 2047 bytes. What is not printable in it is shown as '?', since names and
 * sentences may come from a token or a file. */
void report_line(const char *format, ...) PRINTF_LIKE(1, 2);

/* report_foreign: a text of others, such as a reader's name, for a report: it need not be UTF-8, and a report has to be. What is not
 * printable in it is a '?'. NULL: no memory. */
json_t *report_foreign(const char *text);

/* report_end: flushes. Errors: ERROR_FILE. */
bool report_end(struct error *err) MUST_CHECK;

/* report_time: seconds since 1970 as "2026-11-24T13:00:00Z", the same for people and programs. */
const char *report_time(int64_t time, char text[REPORT_TIME_SIZE]);

#endif

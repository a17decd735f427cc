/* failure.h: the one place where an error of the command becomes words: what is wrong, its code, and what to do next. */
#ifndef ENROLL_FAILURE_H
#define ENROLL_FAILURE_H

#include "common/error.h"

/* failure_report: says it on standard error ("keyenroll: SENTENCE [code]" and a line with the next step), or with `json` as
 * an object of the schema "error" on standard output. Returns the status to exit with.
 *   verb  whose command line it was: its help is what a wrong one is followed by; NULL: none */
int failure_report(const struct error *err, const char *verb, bool json);

/* failure_advice: what an operator does about a code; NULL where the sentence itself says all there is. Static storage. */
const char *failure_advice(enum error_code code);

#endif

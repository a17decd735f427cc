/* batch.h: a list of people, token after token, with a running tally, and a report at the end. One who fails does not stop the
 * others, and the report comes also when it is broken off by Ctrl-C. Knows nothing of how one enrollment runs. */
#ifndef ENROLL_BATCH_H
#define ENROLL_BATCH_H

#include "common/error.h"

struct enrolling;

/* batch_run: enrolls all of a file's people, and prints the report.
 *   path  as input_load takes it
 *   all   out: whether everybody was enrolled
 * Errors: those of people_parse and of the report. */
bool batch_run(struct enrolling *enrolling, const char *path, bool *all, struct error *err) MUST_CHECK;

#endif

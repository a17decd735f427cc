/* batch.h: a list of people, token after token, with a running tally, and a report at the end. One who fails does not stop the
 * others. Knows nothing of how one enrollment runs. */
#ifndef ENROLL_BATCH_H
#define ENROLL_BATCH_H

#include "enroll/enrolling.h"

/* batch_run: enrolls all of a file's people, and prints the report.
 *   path  as input_load takes it
 * Errors: those of people_parse and of the report; ERROR_BATCH when somebody was not enrolled. */
bool batch_run(struct enrolling *enrolling, const char *path, struct error *err) MUST_CHECK;

#endif

/* resuming.h: going on with what was broken off, as `resume` and the guided desk do it: tells what it will do, and does it.
 * Knows nothing of how the unfinished course was chosen. */
#ifndef ENROLL_RESUMING_H
#define ENROLL_RESUMING_H

#include "common/error.h"

struct enrolling;
struct unfinished;

/* resuming_run: waits for its token where it must.
 *   unfinished  its journal is taken over; it is to be cleared in any case
 * Errors: those of unfinished_open_token and enrolling_resume. */
bool resuming_run(struct enrolling *enrolling, struct unfinished *unfinished, struct error *err) MUST_CHECK;

#endif

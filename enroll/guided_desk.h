/* guided_desk.h: `keyenroll` alone on a terminal: token after token, question after question, line by line. Whatever it does a
 * verb does as well. Knows nothing of how one enrollment runs. */
#ifndef ENROLL_GUIDED_DESK_H
#define ENROLL_GUIDED_DESK_H

#include "common/error.h"

struct invocation;

/* guided_desk_run: until the operator ends it by Ctrl-D at a question (Ctrl-C ends the program as ever). What goes wrong with
 * one token is said, and the next one is waited for.
 *   invocation  without options: the usual ones hold
 * Errors: those of house_open; ERROR_PCSC. */
bool guided_desk_run(struct invocation *invocation, struct error *err) MUST_CHECK;

#endif

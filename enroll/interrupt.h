/* interrupt.h: for verbs that have something to say at their end also when they are broken off: Ctrl-C, a terminal that closes, and
 * SIGTERM wait until they are asked for. What the token is about is ended first; questions and waits are not gone on with. Ctrl-\
 * ends the program at once as ever.
 * Knows nothing of what is broken off. */
#ifndef ENROLL_INTERRUPT_H
#define ENROLL_INTERRUPT_H

#include "common/error.h"

#define INTERRUPT_MS 200 /* so often a wait looks whether something has come */

/* interrupt_hold: from now on, to the end of the program. Programs that are started do not inherit it (common/process.h). */
void interrupt_hold(void);

/* interrupt_check: whether nothing has come that is held. Errors: ERROR_DECLINED. */
bool interrupt_check(struct error *err) MUST_CHECK;

#endif

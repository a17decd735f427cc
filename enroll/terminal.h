/* terminal.h: what is said to the operator while a verb works: lines on standard error, so that standard output holds the
 * result alone. Works on a serial console and for a screen reader: nothing is ever drawn over.
 * Formats are translated here. Knows nothing of asking: prompt.h. */
#ifndef ENROLL_TERMINAL_H
#define ENROLL_TERMINAL_H

#include "common/error.h"

/* terminal_is_there: whether the operator can be asked something. */
bool terminal_is_there(void);

/* terminal_say: one line. What is not printable in it is shown as '?'. */
void terminal_say(const char *format, ...) PRINTF_LIKE(1, 2);

/* terminal_warn: one line that stands out, in colour where standard error is a terminal and NO_COLOR is not set. */
void terminal_warn(const char *format, ...) PRINTF_LIKE(1, 2);

/* terminal_progress: one line that only a person needs: nothing where standard error is no terminal. */
void terminal_progress(const char *format, ...) PRINTF_LIKE(1, 2);

#endif

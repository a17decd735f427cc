/* command_line.h: with which words this very program was started: behind sudo stands what it is asked to run.
 * A set-user-id program's words are those of its exec: who started it cannot change them afterwards. libc only.
 * Source: proc(5), /proc/PID/cmdline. */
#ifndef PAM_MODULE_COMMAND_LINE_H
#define PAM_MODULE_COMMAND_LINE_H

#include "common/buffer.h"

/* As much of it is taken. */
#define COMMAND_LINE_MAXIMUM ((size_t)1024)

/* command_line_put: appends the words with a blank in between; what is not printable becomes '?'. Nothing where the system does not
 * tell. Errors: ERROR_LIMIT, ERROR_MEMORY. */
bool command_line_put(struct buffer *out, struct error *err) MUST_CHECK;

/* command_line_put_words: the same of `words`, in the form of proc(5): each ends with a NUL. Errors: as buffer_put. */
bool command_line_put_words(struct bytes words, struct buffer *out, struct error *err) MUST_CHECK;

#endif

/* process.h: runs a program without a shell. Knows nothing of what it does. */
#ifndef COMMON_PROCESS_H
#define COMMON_PROCESS_H

#include "common/buffer.h"

/* process_run: starts `path` with posix_spawn, closes all other descriptors in it, feeds `input`, collects its standard output.
 * Waits by poll; the caller's signal handling and SIGCHLD disposition are never changed, and its own children are not
 * reaped (the child is waited for by pid).
 *   path         without a slash it is sought in PATH
 *   input        given to the child on its standard input, which then ends; BYTES_EMPTY (data NULL) leaves it the caller's standard
 *                input, so that a program which asks for a passphrase can do so
 *   argv         ends with NULL; argv[0] is the name it sees
 *   environment  ends with NULL; NULL keeps the caller's
 *   output       out: appended; the buffer's maximum bounds it. NULL gives the child the caller's standard output
 *   timeout_ms   0 waits for ever; else the child is killed and ERROR_DEADLINE returned
 * Errors: ERROR_PROGRAM (cannot start, exit status not 0, killed), ERROR_DEADLINE, ERROR_LIMIT. */
bool process_run(const char *path, char *const argv[], char *const environment[], struct bytes input,
    struct buffer *output, unsigned timeout_ms, struct error *err) MUST_CHECK;

#endif

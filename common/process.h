/* process.h: runs a program without a shell. Knows nothing of what it does. */
#ifndef COMMON_PROCESS_H
#define COMMON_PROCESS_H

#include "common/buffer.h"

/* process_run: starts a program with posix_spawnp, feeds `input`, collects its standard output, waits for its end. The child
 * has default signals, an empty mask and no descriptors but 0, 1 and 2; its standard input (and output, when collected) is
 * a socket, so it cannot open /dev/stdin again. May be called inside sshd or sudo: the caller's signal handling and SIGCHLD
 * disposition are never changed, no SIGPIPE is raised, and its other children are not reaped.
 *   path         a name without slash is looked for in PATH; who runs as root gives an absolute path
 *   argv         ends with NULL; argv[0] is the name it sees
 *   environment  ends with NULL; NULL keeps the caller's
 *   output       out: appended, as before on error; the buffer's maximum bounds it. NULL gives the child the caller's
 *                standard output
 *   timeout_ms   0 waits for ever; else the child is killed and ERROR_DEADLINE returned
 * Where the host ignores SIGCHLD or reaps all children, the exit status cannot be known: then true says only that the child
 * closed its output after writing something. So the caller parses the output strictly, and takes nothing from the mere
 * success.
 * Errors: ERROR_PROGRAM (cannot start, exit status not 0, killed, or no status and no output), ERROR_DEADLINE, ERROR_LIMIT,
 * ERROR_SYSTEM. */
bool process_run(const char *path, char *const argv[], char *const environment[], struct bytes input,
    struct buffer *output, unsigned timeout_ms, struct error *err) MUST_CHECK;

/* process_run_interactive: runs a program that talks with the operator itself, who may have to type a passphrase: it keeps the
 * caller's standard input, output and error, and is waited for without limit. Else as process_run.
 * Errors: ERROR_PROGRAM, ERROR_SYSTEM. */
bool process_run_interactive(const char *path, char *const argv[], struct error *err) MUST_CHECK;

#endif

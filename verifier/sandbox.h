/* sandbox.h: what the verifier forbids itself before it reads the first foreign byte, and can never get back.
 *
 *   no privileges   it is its own user, has no capability in any set, and exec gains none
 *   Landlock        files are read below the folders given here, and nowhere is one written (but for devices), made, removed or
 *                   executed; where the
 *                   kernel has no Landlock this layer is missing, and that is said
 *   seccomp         the system calls of a list, sockets of the local kind only; what would start a program or look into another
 *                   process ends the verifier, any other call fails as one that this kernel does not have
 *
 * Workers are forked inside it and have all of it as well. Builds with sanitizers cannot be in it: their run time calls what they like.
 * Knows nothing of requests.
 * Source: seccomp(2), landlock(7), capabilities(7). */
#ifndef VERIFIER_SANDBOX_H
#define VERIFIER_SANDBOX_H

#include <stddef.h>

#include "common/error.h"

/* What of it holds. */
struct sandbox_layers {
	bool landlock, seccomp;
};

/* sandbox_enter: after the last privilege was dropped and the sockets are open.
 *   folders  paths below which files may be read, besides those that libc and its name services need; one that does not exist
 *            is passed over
 *   layers   out
 * Errors: ERROR_SYSTEM: the caller must not go on then. A kernel without Landlock is no error. */
bool sandbox_enter(
    const char *const *folders, size_t num_folders, struct sandbox_layers *layers, struct error *err) MUST_CHECK;

#endif

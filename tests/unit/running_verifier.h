/* running_verifier.h: the real serve loop in a child process, on a socket in the folder of an enrolled host. */
#ifndef TESTS_UNIT_RUNNING_VERIFIER_H
#define TESTS_UNIT_RUNNING_VERIFIER_H

#include <sys/types.h>

#include "tests/unit/enrolled_host.h"

struct running_verifier {
	char socket[96];
	pid_t process;
	int stop; /* closing it ends the loop */
};

/* running_verifier_start: returns when the socket listens. */
bool running_verifier_start(
    struct running_verifier *verifier, const struct enrolled_host *host, struct error *err) MUST_CHECK;

/* running_verifier_stop: ends it and waits; true when the loop ended as asked, without an error. */
bool running_verifier_stop(struct running_verifier *verifier) MUST_CHECK;

#endif

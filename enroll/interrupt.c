#include "enroll/interrupt.h"

#include <signal.h>
#include <stddef.h>

static const int held[] = {SIGINT, SIGHUP, SIGTERM};

void interrupt_hold(void)
{
	sigset_t signals;

	sigemptyset(&signals);
	for (size_t i = 0; i < sizeof(held) / sizeof(*held); i++)
		sigaddset(&signals, held[i]);
	(void)sigprocmask(SIG_BLOCK, &signals, NULL);
}

bool interrupt_check(struct error *err)
{
	sigset_t pending;

	sigemptyset(&pending);
	(void)sigpending(&pending);
	for (size_t i = 0; i < sizeof(held) / sizeof(*held); i++)
		if (sigismember(&pending, held[i]) == 1)
			return error_set(err, ERROR_DECLINED, "interrupted");
	return true;
}

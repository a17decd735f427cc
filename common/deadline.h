/* deadline.h: a point in time by which something must be over, on the clock that nobody can set.
 * Knows nothing of what is waited for. libc only. */
#ifndef COMMON_DEADLINE_H
#define COMMON_DEADLINE_H

#include <stdint.h>

struct deadline {
	int64_t at_ms; /* CLOCK_MONOTONIC */
};

/* deadline_in: so many milliseconds from now. */
struct deadline deadline_in(unsigned timeout_ms);

/* deadline_left_ms: what is left of it, as poll() wants it; 0 when it is over. */
int deadline_left_ms(struct deadline deadline);

#endif

/* patience.h: says something when a token takes its time, and nothing when it does not: a thread that waits beside the call
 * that blocks. Knows nothing of tokens. */
#ifndef ENROLL_PATIENCE_H
#define ENROLL_PATIENCE_H

#include <stdbool.h>

struct patience;

/* patience_begin: to be ended by patience_end. From now on `say` is called, in another thread, after `after_ms`, and again each
 * `every_ms` (0: once only). NULL, when there is no thread to be had: then nothing is said. */
struct patience *patience_begin(unsigned after_ms, unsigned every_ms, void (*say)(void *state), void *state);

/* patience_end: when it returns, `say` is not called any more. NULL does nothing. */
void patience_end(struct patience *patience);

#endif

/* sweep.h: the same thing again and again, each time with another call that fails: the first, the second, and so on until none is met.
 *
 * Each run is a child of the test: what a failure leaves behind in a library's memory meets no other run, a crash and a hang are seen, and
 * what it did to files the test looks at afterwards. The children are as warm as the test that forks them: what OpenSSL sets up once is
 * swept as well where nothing has set it up before.
 * KEYENROLL_FAULT_STRIDE=1 tries every call where a sweep by itself would leave some out; KEYENROLL_FAULT_AT=N runs the N-th alone and
 * without a child, for a debugger. Tests only. */
#ifndef TESTS_FAULT_SWEEP_H
#define TESTS_FAULT_SWEEP_H

#include "common/buffer.h"
#include "tests/fault/fault.h"

#define OUTCOME_SIZE 32768

/* What came of one run. */
struct outcome {
	bool done;               /* accepted, written, recorded: what a failure must never bring about by itself */
	enum error_code code;    /* why not */
	char text[OUTCOME_SIZE]; /* what was said; where it is done it is to be what it always is */
};

/* sweep_run: the thing itself, in a child. */
typedef void sweep_run(void *context, struct outcome *outcome);

/* sweep_step: in the test's own process, before and after each run. */
typedef void sweep_before(void *context);
typedef void sweep_after(void *context, const struct outcome *outcome, enum fault_mode mode);

struct sweep {
	const char *name;
	enum fault_kind kind;
	unsigned long stride; /* 0 is 1 */
	sweep_run *run;
	sweep_before *before; /* NULL: nothing */
	sweep_after *after;
	void *context;
	/* By a library's fault: libconfuse reads on where it has got no memory, and dies of it, which lets nobody in. */
	bool may_die;
	/* One failure alone is swallowed where nobody outside of the C library can see it. */
	bool only_from_then_on;
};

/* sweep: both modes, once and from then on. The test fails when a run crashes, hangs, is done though the undisturbed one is not, says
 * something else though it is done, or fails without a code. */
void sweep(const struct sweep *sweep);

/* outcome_put: adds to what was said; what does not fit fails the test. */
void outcome_put(struct outcome *outcome, struct bytes said);

#endif

#include "tests/unit/unit.h"

#include "tests/fault/sweep.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define SECONDS_MAXIMUM 120
#ifdef __SANITIZE_ADDRESS__
#define STRIDE_FACTOR 37
#else
#define STRIDE_FACTOR 1
#endif

/* Lies in memory that parent and child share, so that it is there whatever becomes of the child. */
struct shared {
	unsigned long met;
	bool died;
	struct outcome outcome;
};

struct tally {
	unsigned long met, runs, done, refused, died;
};

void outcome_put(struct outcome *outcome, struct bytes said)
{
	size_t len = strlen(outcome->text);

	if (said.len >= sizeof(outcome->text) - len)
		abort();
	if (said.len > 0)
		memcpy(outcome->text + len, said.data, said.len);
	outcome->text[len + said.len] = '\0';
}

static unsigned long stride_of(const struct sweep *sweep)
{
	const char *wished = getenv("KEYENROLL_FAULT_STRIDE");
	unsigned long number = wished == NULL ? 0 : strtoul(wished, NULL, 10);

	return number > 0 ? number : (sweep->stride == 0 ? 1 : sweep->stride) * STRIDE_FACTOR;
}

static void run_child(const struct sweep *sweep, unsigned long at, enum fault_mode mode, struct shared *shared)
{
	/* An assertion here must not go back into the test, which would then run twice. */
	if (setenv("CMOCKA_TEST_ABORT", "1", 1) < 0)
		abort();
	(void)signal(SIGSEGV, SIG_DFL);
	(void)alarm(SECONDS_MAXIMUM);
	fault_arm(sweep->kind, at, mode);
	sweep->run(sweep->context, &shared->outcome);
	shared->met = fault_disarm();
	_exit(0);
}

static void run_once(const struct sweep *sweep, unsigned long at, enum fault_mode mode, struct shared *shared)
{
	pid_t child;
	int status;

	*shared = (struct shared){.met = 0};
	if (sweep->before != NULL)
		sweep->before(sweep->context);
	(void)fflush(NULL);
	child = fork();
	assert_true(child >= 0);
	if (child == 0)
		run_child(sweep, at, mode, shared);
	assert_int_equal(waitpid(child, &status, 0), child);
	shared->died = !WIFEXITED(status) || WEXITSTATUS(status) != 0;
	if (shared->died && (!sweep->may_die || (WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM)))
		fail_msg("%s: call %lu fails%s: %s %d", sweep->name, at, mode == FAULT_ONCE ? "" : ", and all after it",
		    WIFSIGNALED(status) ? "killed by signal" : "ended with status",
		    WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
	if (sweep->after != NULL)
		sweep->after(sweep->context, &shared->outcome, mode);
}

static void judge(const struct sweep *sweep, const struct shared *calm, unsigned long at, const struct shared *now)
{
	const struct outcome *wanted = &calm->outcome, *found = &now->outcome;

	if (found->done && !wanted->done)
		fail_msg("%s: call %lu fails: done, though otherwise it is not: %s", sweep->name, at, found->text);
	if (found->done && strcmp(found->text, wanted->text) != 0)
		fail_msg("%s: call %lu fails: done, with other words: %s\ninstead of %s", sweep->name, at, found->text,
		    wanted->text);
	if (now->died)
		return;
	if (!found->done && found->code == ERROR_NONE)
		fail_msg("%s: call %lu fails: not done, and no code says why", sweep->name, at);
}

static struct tally sweep_mode(
    const struct sweep *sweep, const struct shared *calm, enum fault_mode mode, struct shared *shared)
{
	unsigned long stride = stride_of(sweep);
	struct tally tally = {.met = calm->met};

	for (unsigned long at = 1;; at += stride) {
		run_once(sweep, at, mode, shared);
		judge(sweep, calm, at, shared);
		if (shared->met < at && !shared->died)
			return tally;
		tally.runs++;
		tally.done += shared->outcome.done;
		tally.refused += !shared->outcome.done && !shared->died;
		tally.died += shared->died;
	}
}

/* For a debugger: this one run, in the test's own process. */
static void run_here(const struct sweep *sweep, unsigned long at)
{
	struct outcome *outcome = calloc(1, sizeof(*outcome));

	assert_non_null(outcome);
	if (sweep->before != NULL)
		sweep->before(sweep->context);
	fault_arm(sweep->kind, at, FAULT_ONCE);
	sweep->run(sweep->context, outcome);
	print_message("%s: %lu calls, %s [%s] %s\n", sweep->name, fault_disarm(), outcome->done ? "done" : "not done",
	    error_word(outcome->code), outcome->text);
	free(outcome);
}

void sweep(const struct sweep *sweep)
{
	static const char *const kinds[] = {"memory", "reading", "writing"};
	struct shared *shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	struct shared *calm = malloc(sizeof(*calm));
	const char *alone = getenv("KEYENROLL_FAULT_AT");

	if (alone != NULL) {
		run_here(sweep, strtoul(alone, NULL, 10));
		return;
	}
	assert_true(shared != MAP_FAILED && calm != NULL);
	run_once(sweep, 0, FAULT_ONCE, shared);
	*calm = *shared;
	for (enum fault_mode mode = sweep->only_from_then_on ? FAULT_FROM_THEN_ON : FAULT_ONCE;
	     mode <= FAULT_FROM_THEN_ON; mode++) {
		struct tally tally = sweep_mode(sweep, calm, mode, shared);

		print_message("%s: %s fails %s: %lu calls, %lu tried (stride %lu): %lu done, %lu not, %lu died\n",
		    sweep->name, kinds[sweep->kind], mode == FAULT_ONCE ? "once" : "from then on", tally.met,
		    tally.runs, stride_of(sweep), tally.done, tally.refused, tally.died);
	}
	free(calm);
	(void)munmap(shared, sizeof(*shared));
}

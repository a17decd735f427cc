#include "enroll/patience.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>

struct patience {
	pthread_t thread;
	pthread_mutex_t mutex;
	pthread_cond_t ended;
	bool over;
	unsigned after_ms, every_ms;
	void (*say)(void *state);
	void *state;
};

static struct timespec from_now(unsigned ms)
{
	struct timespec time;

	(void)clock_gettime(CLOCK_MONOTONIC, &time);
	time.tv_sec += ms / 1000;
	time.tv_nsec += (long)(ms % 1000) * 1000000;
	if (time.tv_nsec >= 1000000000) {
		time.tv_nsec -= 1000000000;
		time.tv_sec++;
	}
	return time;
}

static void *wait_and_say(void *argument)
{
	struct patience *patience = argument;
	struct timespec until = from_now(patience->after_ms);

	(void)pthread_mutex_lock(&patience->mutex);
	while (!patience->over) {
		/* Anything but the time being over is looked at again. */
		if (pthread_cond_timedwait(&patience->ended, &patience->mutex, &until) == 0 || patience->over)
			continue;
		patience->say(patience->state);
		if (patience->every_ms == 0)
			break;
		until = from_now(patience->every_ms);
	}
	(void)pthread_mutex_unlock(&patience->mutex);
	return NULL;
}

static bool init_condition(pthread_cond_t *condition)
{
	pthread_condattr_t attributes;
	bool done = pthread_condattr_init(&attributes) == 0;

	if (!done)
		return false;
	done = pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC) == 0 &&
	       pthread_cond_init(condition, &attributes) == 0;
	(void)pthread_condattr_destroy(&attributes);
	return done;
}

/* Signals belong to the thread that asks and answers. */
static bool start(struct patience *patience)
{
	sigset_t all, before;
	bool done;

	sigfillset(&all);
	if (pthread_sigmask(SIG_SETMASK, &all, &before) != 0)
		return false;
	done = pthread_create(&patience->thread, NULL, wait_and_say, patience) == 0;
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	return done;
}

struct patience *patience_begin(unsigned after_ms, unsigned every_ms, void (*say)(void *state), void *state)
{
	struct patience *patience = calloc(1, sizeof(*patience));

	if (!patience)
		return NULL;
	*patience = (struct patience){.after_ms = after_ms, .every_ms = every_ms, .say = say, .state = state};
	if (pthread_mutex_init(&patience->mutex, NULL) == 0 && init_condition(&patience->ended) && start(patience))
		return patience;
	free(patience);
	return NULL;
}

void patience_end(struct patience *patience)
{
	if (!patience)
		return;
	(void)pthread_mutex_lock(&patience->mutex);
	patience->over = true;
	(void)pthread_cond_signal(&patience->ended);
	(void)pthread_mutex_unlock(&patience->mutex);
	(void)pthread_join(patience->thread, NULL);
	(void)pthread_cond_destroy(&patience->ended);
	(void)pthread_mutex_destroy(&patience->mutex);
	free(patience);
}

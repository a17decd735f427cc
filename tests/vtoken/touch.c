#include <time.h>

#include "tests/vtoken/instructions.h"

enum { CACHED_MS = 15000 };

static uint64_t now_ms(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static void sleep_ms(unsigned ms)
{
	struct timespec pause = {.tv_sec = ms / 1000, .tv_nsec = (long)(ms % 1000) * 1000000};

	(void)clock_nanosleep(CLOCK_MONOTONIC, 0, &pause, NULL);
}

bool touch_given(struct card *card, uint8_t touch_policy)
{
	uint64_t last = card->session.touched_ms;

	if (touch_policy == TOUCH_DEFAULT || touch_policy == TOUCH_NEVER)
		return true;
	if (touch_policy == TOUCH_CACHED && last != 0 && now_ms() - last < CACHED_MS)
		return true;
	sleep_ms(card->touch.after_ms);
	if (card->touch.comes)
		card->session.touched_ms = now_ms();
	return card->touch.comes;
}

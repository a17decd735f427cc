#include "fido/select.h"

#include <stddef.h>

#include "common/deadline.h"
#include "fido/authenticator.h"

/* No finger is as fast as one round. */
enum { ROUND_MS = 200 };

/* Those that blink. */
struct choice {
	struct authenticator open[SELECT_MAXIMUM];
	size_t count;
};

static void begin(const struct authenticator_place *place, struct choice *choice)
{
	struct authenticator *one = &choice->open[choice->count];

	if (!authenticator_open(place, one, NULL))
		return;
	if (fido_dev_get_touch_begin(one->device) == FIDO_OK)
		choice->count++;
	else
		authenticator_close(one);
}

static void finish(struct choice *choice)
{
	for (size_t i = 0; i < choice->count; i++) {
		if (choice->open[i].device != NULL)
			(void)fido_dev_cancel(choice->open[i].device);
		authenticator_close(&choice->open[i]);
	}
}

/* The place of one that was touched by now; the count where none was. */
static size_t ask_all(struct choice *choice)
{
	for (size_t i = 0; i < choice->count; i++) {
		int touched = 0;

		if (fido_dev_get_touch_status(choice->open[i].device, &touched, ROUND_MS / (int)choice->count) ==
		        FIDO_OK &&
		    touched != 0)
			return i;
	}
	return choice->count;
}

static bool wait(struct choice *choice, unsigned timeout_ms, size_t *touched, struct error *err)
{
	struct deadline deadline = deadline_in(timeout_ms);

	*touched = ask_all(choice);
	if (*touched < choice->count)
		return error_set(err, ERROR_CARD_SEVERAL,
		    "%s answers without a touch, so a touch cannot say which is meant", choice->open[*touched].title);
	while (deadline_left_ms(deadline) > 0) {
		*touched = ask_all(choice);
		if (*touched < choice->count)
			return true;
	}
	return error_set(err, ERROR_TOUCH, "none of the %zu tokens was touched in time", choice->count);
}

bool select_by_touch(
    const struct authenticator_list *list, unsigned timeout_ms, struct authenticator *authenticator, struct error *err)
{
	struct choice choice = {.count = 0};
	size_t touched = 0;
	bool done;

	if (list->count > SELECT_MAXIMUM)
		return error_set(err, ERROR_CARD_SEVERAL, "%zu tokens are too many to choose by touch", list->count);
	for (size_t i = 0; i < list->count; i++)
		begin(&list->places[i], &choice);
	if (choice.count == 0)
		return error_set(err, ERROR_CARD_ABSENT, "none of the %zu tokens can be used", list->count);
	done = wait(&choice, timeout_ms, &touched, err);
	if (done) {
		*authenticator = choice.open[touched];
		choice.open[touched] = AUTHENTICATOR_EMPTY;
	}
	finish(&choice);
	return done;
}

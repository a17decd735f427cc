#include "enroll/arrivals.h"

#include <stdio.h>
#include <string.h>

#include "common/language.h"
#include "enroll/terminal.h"

void arrivals_clear(struct arrivals *arrivals)
{
	reader_list_clear(&arrivals->now);
	*arrivals = ARRIVALS_EMPTY;
}

/* The upper half of a state counts comings and goings: the same count is the same card. */
static bool is_same_card(const struct reader *one, const struct reader *other)
{
	return one->card_present && other->card_present && strcmp(one->name, other->name) == 0 &&
	       one->state >> 16 == other->state >> 16;
}

static void forget_gone(struct arrivals *arrivals)
{
	size_t kept = 0;

	for (size_t i = 0; i < arrivals->num_served; i++) {
		const struct reader *found = reader_list_find(&arrivals->now, arrivals->served[i].name);

		if (found && is_same_card(found, &arrivals->served[i]))
			arrivals->served[kept++] = arrivals->served[i];
	}
	arrivals->num_served = kept;
}

static bool had_turn(const struct arrivals *arrivals, const struct reader *reader)
{
	for (size_t i = 0; i < arrivals->num_served; i++)
		if (is_same_card(reader, &arrivals->served[i]))
			return true;
	return false;
}

static size_t count_new(const struct arrivals *arrivals, char reader[READER_NAME_SIZE])
{
	size_t num = 0;

	for (size_t i = 0; i < arrivals->now.count; i++) {
		const struct reader *one = &arrivals->now.readers[i];

		if (one->card_present && !had_turn(arrivals, one) && num++ == 0)
			snprintf(reader, READER_NAME_SIZE, "%s", one->name);
	}
	if (num > 1)
		reader[0] = '\0';
	return num;
}

bool arrivals_wait(
    struct reader_context *context, struct arrivals *arrivals, char reader[READER_NAME_SIZE], struct error *err)
{
	bool said = false, changed;

	if (!reader_list_load(context, &arrivals->now, err))
		return false;
	for (forget_gone(arrivals); count_new(arrivals, reader) == 0; forget_gone(arrivals)) {
		if (!said)
			terminal_say(arrivals->num_served > 0 ? N_("Take the token out and plug in the next one.")
			                                      : N_("Plug in a token."));
		said = true;
		if (!reader_list_wait(context, &arrivals->now, -1, &changed, err))
			return false;
	}
	return true;
}

void arrivals_serve(struct arrivals *arrivals, const char *reader)
{
	for (size_t i = 0; i < arrivals->now.count; i++) {
		const struct reader *one = &arrivals->now.readers[i];

		if (one->card_present && (!reader || strcmp(one->name, reader) == 0) && !had_turn(arrivals, one) &&
		    arrivals->num_served < ARRIVALS_MAXIMUM)
			arrivals->served[arrivals->num_served++] = *one;
	}
}

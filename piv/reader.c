#include "piv/reader.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/bytes.h"
#include "common/language.h"
#include "piv/pcsc.h"

#define ARRIVALS_READER "\\\\?PnP?\\Notification"

/* An older service forgets a reader that came just before the question, so the list is loaded again this often. */
#define SLICE_MS 1000

struct reader_context {
	SCARDCONTEXT handle;
	struct trace_sink sink;
};

SCARDCONTEXT pcsc_context(const struct reader_context *context)
{
	return context->handle;
}

struct trace_sink reader_context_sink(const struct reader_context *context)
{
	return context->sink;
}

void reader_context_trace(struct reader_context *context, struct trace_sink sink)
{
	context->sink = sink;
}

bool reader_context_new(struct reader_context **context, struct error *err)
{
	struct reader_context *made = calloc(1, sizeof(*made));

	if (made == NULL)
		return error_set(err, ERROR_MEMORY, "no memory for the smart card service");
	if (!pcsc_check(SCardEstablishContext(SCARD_SCOPE_SYSTEM, NULL, NULL, &made->handle),
	        "connecting to the smart card service", err)) {
		free(made);
		return false;
	}
	*context = made;
	return true;
}

void reader_context_free(struct reader_context *context)
{
	if (context == NULL)
		return;
	(void)SCardReleaseContext(context->handle);
	free(context);
}

void reader_list_clear(struct reader_list *list)
{
	free(list->readers);
	*list = READER_LIST_EMPTY;
}

const struct reader *reader_list_find(const struct reader_list *list, const char *name)
{
	for (size_t i = 0; i < list->count; i++)
		if (strcmp(list->readers[i].name, name) == 0)
			return &list->readers[i];
	return NULL;
}

/* The service's list: names with a NUL behind each, an empty name behind the last. */
static bool take_name(struct bytes *names, struct bytes *name)
{
	return bytes_take_until(names, 0, name) && name->len > 0;
}

static bool add_names(struct reader_list *list, struct bytes names, struct error *err)
{
	struct bytes counted = names, name;
	size_t count = 0;

	while (take_name(&counted, &name))
		count++;
	list->readers = calloc(count + 1, sizeof(*list->readers));
	if (list->readers == NULL)
		return error_set(err, ERROR_MEMORY, "no memory for %zu readers", count);
	for (; take_name(&names, &name); list->count++)
		if (!bytes_to_text(name, list->readers[list->count].name, READER_NAME_SIZE))
			return error_set(err, ERROR_PCSC, "a reader's name has %zu bytes, which is too long", name.len);
	return true;
}

static bool load_names(struct reader_context *context, struct reader_list *list, struct error *err)
{
	static const char doing[] = N_("asking for the readers");
	char *names = NULL;
	DWORD len = SCARD_AUTOALLOCATE;
	LONG result = SCardListReaders(context->handle, NULL, (LPSTR)&names, &len);
	bool done;

	if (result == SCARD_E_NO_READERS_AVAILABLE)
		return true;
	if (!pcsc_check(result, doing, err))
		return false;
	done = add_names(list, bytes_of(names, len), err);
	(void)SCardFreeMemory(context->handle, names);
	return done;
}

/* Asks for changes against what `list` says. The last entry of `states` is the reader that stands for arrivals. */
static SCARD_READERSTATE *states_of(const struct reader_list *list, struct error *err)
{
	SCARD_READERSTATE *states = calloc(list->count + 1, sizeof(*states));

	if (states == NULL) {
		(void)error_set(err, ERROR_MEMORY, "no memory for %zu readers", list->count);
		return NULL;
	}
	for (size_t i = 0; i < list->count; i++) {
		states[i].szReader = list->readers[i].name;
		states[i].dwCurrentState = list->readers[i].state;
	}
	states[list->count].szReader = ARRIVALS_READER;
	return states;
}

static bool load_states(struct reader_context *context, struct reader_list *list, struct error *err)
{
	SCARD_READERSTATE *states;
	bool done;

	if (list->count == 0)
		return true;
	states = states_of(list, err);
	if (states == NULL)
		return false;
	done = pcsc_check(
	    SCardGetStatusChange(context->handle, 0, states, (DWORD)list->count), "asking what is in the readers", err);
	for (size_t i = 0; done && i < list->count; i++) {
		list->readers[i].state = states[i].dwEventState & ~(unsigned long)SCARD_STATE_CHANGED;
		list->readers[i].card_present = (states[i].dwEventState & SCARD_STATE_PRESENT) != 0;
	}
	free(states);
	return done;
}

bool reader_list_load(struct reader_context *context, struct reader_list *list, struct error *err)
{
	struct reader_list now = READER_LIST_EMPTY;

	if (!load_names(context, &now, err) || !load_states(context, &now, err)) {
		reader_list_clear(&now);
		return false;
	}
	reader_list_clear(list);
	*list = now;
	return true;
}

/* The upper half of a state counts comings and goings, so that a quick change of cards shows as well. */
static bool differs(const struct reader_list *one, const struct reader_list *other)
{
	if (one->count != other->count)
		return true;
	for (size_t i = 0; i < one->count; i++) {
		const struct reader *same = reader_list_find(other, one->readers[i].name);

		if (same == NULL || same->card_present != one->readers[i].card_present ||
		    same->state >> 16 != one->readers[i].state >> 16)
			return true;
	}
	return false;
}

/* Returns after an event of any kind, or when the time is over. */
static bool await_event(
    struct reader_context *context, const struct reader_list *list, unsigned time_ms, struct error *err)
{
	SCARD_READERSTATE *states = states_of(list, err);
	LONG result;

	if (states == NULL)
		return false;
	result = SCardGetStatusChange(context->handle, time_ms, states, (DWORD)list->count + 1);
	free(states);
	/* A reader that went away meanwhile is a change, and the next list shows it. */
	if (result == SCARD_E_TIMEOUT || result == SCARD_E_UNKNOWN_READER || result == SCARD_E_READER_UNAVAILABLE)
		return true;
	return pcsc_check(result, "waiting for a token", err);
}

static int64_t now_ms(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

bool reader_list_wait(
    struct reader_context *context, struct reader_list *list, int timeout_ms, bool *changed, struct error *err)
{
	struct reader_list now = READER_LIST_EMPTY;
	int64_t end = now_ms() + timeout_ms, left = SLICE_MS;

	*changed = false;
	do {
		if (timeout_ms >= 0)
			left = end - now_ms();
		if (left > 0 && !await_event(context, list, left < SLICE_MS ? (unsigned)left : SLICE_MS, err))
			return false;
		if (!reader_list_load(context, &now, err))
			return false;
		*changed = differs(list, &now);
		reader_list_clear(list);
		*list = now;
		now = READER_LIST_EMPTY;
	} while (!*changed && left > 0);
	return true;
}

#include <stdlib.h>
#include <string.h>

#include "enroll/prompt.h"
#include "enroll/terminal.h"
#include "enroll/token.h"
#include "fido/authenticator.h"
#include "fido/select.h"

/* Those that are meant stay in the list, in their order. */
static bool keep_meant(const struct token_choice *choice, struct authenticator_list *list, struct error *err)
{
	size_t kept = 0;

	for (size_t i = 0; i < list->count; i++)
		if (choice->reader == NULL || strcmp(choice->reader, list->places[i].path) == 0)
			list->places[kept++] = list->places[i];
	list->count = kept;
	if (kept > 0)
		return true;
	if (choice->reader != NULL)
		return error_set(err, ERROR_CARD_ABSENT, "there is no FIDO2 token in \"%s\"", choice->reader);
	return error_set(err, ERROR_CARD_ABSENT, "no FIDO2 token is plugged in");
}

static bool ask_which(const struct authenticator_list *list, size_t *place, struct error *err)
{
	char answer[16], *end;
	unsigned long number;

	terminal_say("%zu FIDO2 tokens are plugged in:", list->count);
	for (size_t i = 0; i < list->count; i++)
		terminal_say("  %zu  %s", i + 1, list->places[i].title);
	if (!prompt_line("Which number? ", answer, sizeof(answer), err))
		return false;
	number = strtoul(answer, &end, 10);
	if (*end != '\0' || number < 1 || number > list->count)
		return error_set(err, ERROR_DECLINED, "none of them was chosen");
	*place = number - 1;
	return true;
}

/* What a touch cannot say, the operator does. */
static bool open_one_of(const struct authenticator_list *list, struct authenticator *authenticator, struct error *err)
{
	struct error problem = ERROR_EMPTY;
	size_t place;

	if (!terminal_is_there())
		return error_set(
		    err, ERROR_CARD_SEVERAL, "%zu FIDO2 tokens are plugged in; --reader says which", list->count);
	terminal_say("%zu FIDO2 tokens are plugged in: touch the one that is meant.", list->count);
	if (select_by_touch(list, SELECT_TOUCH_MS, authenticator, &problem)) {
		terminal_say("It is the one in %s.", authenticator->title);
		return true;
	}
	terminal_say("%s.", problem.text);
	return ask_which(list, &place, err) && authenticator_open(&list->places[place], authenticator, err);
}

bool token_open_fido(const struct token_choice *choice, struct authenticator *authenticator, struct error *err)
{
	struct authenticator_list list = AUTHENTICATOR_LIST_EMPTY;
	bool done;

	if (choice->serial != NULL)
		return error_set(err, ERROR_USAGE, "--serial cannot choose a FIDO2 token; --reader can");
	done = authenticator_list_load(&list, err) && keep_meant(choice, &list, err) &&
	       (list.count == 1 ? authenticator_open(&list.places[0], authenticator, err)
	                        : open_one_of(&list, authenticator, err));
	authenticator_list_clear(&list);
	return done;
}

#include "enroll/token.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/language.h"
#include "enroll/interrupt.h"
#include "enroll/prompt.h"
#include "enroll/terminal.h"

/* How many tokens one desk is looked at for. */
#define CANDIDATES_MAXIMUM 16

/* What opened of the readers. One that is alone stays open; as soon as there are several all are closed, so that nobody
 * waits for a token that is not meant. */
struct candidates {
	struct token open;
	struct {
		char reader[READER_NAME_SIZE];
		struct piv_identity identity;
	} list[CANDIDATES_MAXIMUM];
	size_t num;
	struct error last; /* why one did not open; of several reasons, that another program has it */
};

static bool is_held(const struct candidates *candidates)
{
	return candidates->last.code == ERROR_CARD_BUSY;
}

void token_close(struct token *token)
{
	piv_close(token->piv);
	*token = TOKEN_EMPTY;
}

const char *token_name(const struct token *token, char text[TOKEN_NAME_SIZE])
{
	if (token->identity.has_serial)
		snprintf(text, TOKEN_NAME_SIZE, translated("token %lu"), (unsigned long)token->identity.serial);
	else
		snprintf(text, TOKEN_NAME_SIZE, translated("the token in %s"), token->reader);
	return text;
}

static bool open_reader(struct reader_context *context, const char *reader, struct token *token, struct error *err)
{
	*token = TOKEN_EMPTY;
	snprintf(token->reader, sizeof(token->reader), "%s", reader);
	if (piv_open(context, reader, &token->piv, err) && piv_identify(token->piv, &token->identity, err))
		return true;
	token_close(token);
	return error_prefix(err, "%s", reader);
}

static bool is_meant(const struct token *token, const struct token_choice *choice)
{
	char serial[16];

	if (!choice->serial)
		return true;
	snprintf(serial, sizeof(serial), "%lu", (unsigned long)token->identity.serial);
	return token->identity.has_serial && strcmp(serial, choice->serial) == 0;
}

static void add_candidate(struct candidates *candidates, struct token *token)
{
	snprintf(candidates->list[candidates->num].reader, READER_NAME_SIZE, "%s", token->reader);
	candidates->list[candidates->num].identity = token->identity;
	candidates->num++;
	if (candidates->num == 1) {
		candidates->open = *token;
		*token = TOKEN_EMPTY;
	} else {
		token_close(&candidates->open);
		token_close(token);
	}
}

static void look_into(struct reader_context *context, const struct reader *reader, const struct token_choice *choice,
    struct candidates *candidates)
{
	struct error reason = ERROR_EMPTY;
	struct token token;

	if (!reader->card_present || (choice->reader && strcmp(choice->reader, reader->name) != 0) ||
	    candidates->num == CANDIDATES_MAXIMUM)
		return;
	if (!open_reader(context, reader->name, &token, &reason)) {
		if (!is_held(candidates))
			candidates->last = reason;
		return;
	}
	if (is_meant(&token, choice))
		add_candidate(candidates, &token);
	token_close(&token);
}

static bool nothing_found(const struct reader_list *list, const struct token_choice *choice,
    const struct candidates *candidates, struct error *err)
{
	if (choice->serial && !is_held(candidates))
		return error_set(err, ERROR_CARD_ABSENT, "no token with the serial %s is plugged in%s%s",
		    choice->serial, candidates->last.code != ERROR_NONE ? "; " : "", candidates->last.text);
	if (candidates->last.code != ERROR_NONE) {
		*err = candidates->last;
		return false;
	}
	if (choice->reader && !reader_list_find(list, choice->reader))
		return error_set(err, ERROR_READER_ABSENT, "there is no reader \"%s\"", choice->reader);
	if (list->count == 0)
		return error_set(err, ERROR_READER_ABSENT, "no reader and no token is plugged in");
	if (choice->reader)
		return error_set(err, ERROR_CARD_ABSENT, "no token is in the reader \"%s\"", choice->reader);
	return error_set(err, ERROR_CARD_ABSENT, "no token is plugged in");
}

static void list_candidates(const struct candidates *candidates)
{
	if (is_held(candidates))
		terminal_say("%s", candidates->last.text);
	if (candidates->num > 1)
		terminal_say("%zu tokens are plugged in:", candidates->num);
	for (size_t i = 0; i < candidates->num; i++) {
		const struct piv_identity *identity = &candidates->list[i].identity;

		if (identity->has_serial)
			terminal_say("  %zu  serial %lu  %s", i + 1, (unsigned long)identity->serial,
			    candidates->list[i].reader);
		else
			terminal_say("  %zu  no serial  %s", i + 1, candidates->list[i].reader);
	}
}

/* A slip of the finger chooses none, and is no end. */
static bool ask_number(size_t maximum, size_t *number, struct error *err)
{
	char answer[16];

	for (;;) {
		if (!prompt_line("Which number? ", answer, sizeof(answer), err))
			return false;
		*number = strspn(answer, "0123456789") == strlen(answer) ? strtoul(answer, NULL, 10) : 0;
		if (*number >= 1 && *number <= maximum)
			return true;
		terminal_say("A number from 1 to %zu; Ctrl-D ends this.", maximum);
	}
}

static bool ask_which(
    struct reader_context *context, const struct candidates *candidates, struct token *token, struct error *err)
{
	size_t number;

	if (!terminal_is_there() && is_held(candidates)) {
		*err = candidates->last;
		return false;
	}
	if (!terminal_is_there())
		return error_set(err, ERROR_CARD_SEVERAL, "%zu tokens are plugged in", candidates->num);
	list_candidates(candidates);
	if (!ask_number(candidates->num, &number, err) ||
	    !open_reader(context, candidates->list[number - 1].reader, token, err))
		return false;
	if (token->identity.serial == candidates->list[number - 1].identity.serial)
		return true;
	token_close(token);
	return error_set(err, ERROR_CARD_CHANGED, "another token is in that reader now");
}

static bool any_card(const struct reader_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		if (list->readers[i].card_present)
			return true;
	return false;
}

/* What can still come: any token, that of the serial, or one into the reader. What is there and does not open is told instead,
 * and so is a reader that nobody has. */
static bool may_come(
    const struct reader_list *list, const struct token_choice *choice, const struct candidates *candidates)
{
	if (candidates->num > 0 || candidates->last.code != ERROR_NONE || choice->at_once || !terminal_is_there())
		return false;
	return !any_card(list) || choice->serial || (choice->reader && reader_list_find(list, choice->reader));
}

static void say_wait(const struct token_choice *choice)
{
	if (choice->serial)
		terminal_say("Plug in token %s (Ctrl-C ends this).", choice->serial);
	else if (choice->reader)
		terminal_say("Plug in the token, in %s (Ctrl-C ends this).", choice->reader);
	else
		terminal_say("Plug in the token (Ctrl-C ends this).");
}

static void look(struct reader_context *context, const struct reader_list *list, const struct token_choice *choice,
    struct candidates *candidates)
{
	*candidates = (struct candidates){.open = TOKEN_EMPTY, .last = ERROR_EMPTY};
	for (size_t i = 0; i < list->count; i++)
		look_into(context, &list->readers[i], choice, candidates);
}

bool token_await(struct reader_context *context, struct reader_list *list, struct error *err)
{
	bool changed = false;

	while (!changed)
		if (!interrupt_check(err) || !reader_list_wait(context, list, INTERRUPT_MS, &changed, err))
			return false;
	return true;
}

/* Where nobody can be told to plug one in, what is not there is an error at once. */
static bool look_until_it_comes(struct reader_context *context, struct reader_list *list,
    const struct token_choice *choice, struct candidates *candidates, struct error *err)
{
	bool said = false;

	for (look(context, list, choice, candidates); may_come(list, choice, candidates);
	     look(context, list, choice, candidates)) {
		if (!said)
			say_wait(choice);
		said = true;
		if (!token_await(context, list, err))
			return false;
	}
	return true;
}

/* With one that cannot be looked at there are several, and the one that can is not taken for the one that is meant. */
static bool may_be_another(const struct token_choice *choice, const struct candidates *candidates)
{
	return !choice->serial && !choice->reader && is_held(candidates);
}

bool token_open(
    struct reader_context *context, const struct token_choice *choice, struct token *token, struct error *err)
{
	struct candidates candidates = {.open = TOKEN_EMPTY, .last = ERROR_EMPTY};
	struct reader_list list = READER_LIST_EMPTY;
	bool done =
	    reader_list_load(context, &list, err) && look_until_it_comes(context, &list, choice, &candidates, err);

	if (done && candidates.num == 0) {
		done = nothing_found(&list, choice, &candidates, err);
	} else if (done && candidates.num == 1 && !may_be_another(choice, &candidates)) {
		*token = candidates.open;
	} else if (done) {
		token_close(&candidates.open);
		done = ask_which(context, &candidates, token, err);
	}
	reader_list_clear(&list);
	return done;
}

#include "tests/vtoken/token.h"

#include <signal.h>
#include <time.h>

#include "tests/vtoken/hex.h"
#include "tests/vtoken/state.h"

void token_clear(struct token *token)
{
	faults_clear(&token->faults);
	channel_clear(&token->channel);
	card_clear(&token->card);
}

static void trace_line(const struct token *token, const char *sign, struct bytes bytes)
{
	struct buffer text = BUFFER_EMPTY;

	if (token->trace == NULL)
		return;
	if (hex_append(&text, bytes, NULL))
		(void)fprintf(token->trace, "%s %s\n", sign, buffer_text(&text));
	(void)fflush(token->trace);
	buffer_free(&text);
}

static void trace_event(const struct token *token, const char *what)
{
	if (token->trace == NULL)
		return;
	(void)fprintf(token->trace, "! %s\n", what);
	(void)fflush(token->trace);
}

void token_power(struct token *token, const char *what)
{
	trace_event(token, what);
	channel_clear(&token->channel);
	card_power_off(&token->card);
}

static void pull(struct token *token)
{
	token_power(token, "pulled");
	token->inserted = false;
}

static void delay(const struct faults *faults)
{
	struct timespec pause = {
	    .tv_sec = faults->delay_ms / 1000, .tv_nsec = (long)(faults->delay_ms % 1000) * 1000000};

	if (faults->delay_ms > 0)
		(void)clock_nanosleep(CLOCK_MONOTONIC, 0, &pause, NULL);
}

static bool store(struct token *token, struct error *err)
{
	if (!token->card.changed || token->state_file == NULL)
		return true;
	if (!state_store(&token->card, token->state_file, err))
		return false;
	token->card.changed = false;
	return true;
}

static bool answer(struct token *token, struct bytes message, struct buffer *reply, struct error *err)
{
	struct buffer wrong = BUFFER_EMPTY;
	bool done;

	if (!faults_due(&token->faults, FAULT_REPLY, &wrong))
		return channel_exchange(&token->channel, &token->card, message, reply, err) && store(token, err);
	done = buffer_put(reply, buffer_bytes(&wrong), err);
	buffer_free(&wrong);
	return done;
}

bool token_exchange(struct token *token, struct bytes message, struct buffer *reply, struct error *err)
{
	trace_line(token, ">", message);
	faults_step(&token->faults);
	if (faults_due(&token->faults, FAULT_RESET, NULL))
		token_power(token, "reset by a fault");
	if (faults_due(&token->faults, FAULT_STOP, NULL))
		(void)raise(SIGSTOP);
	if (faults_due(&token->faults, FAULT_PULL, NULL)) {
		pull(token);
		return true;
	}
	delay(&token->faults);
	if (!answer(token, message, reply, err))
		return false;
	if (faults_due(&token->faults, FAULT_PULL_AFTER, NULL)) {
		pull(token);
		return true;
	}
	trace_line(token, "<", buffer_bytes(reply));
	return true;
}

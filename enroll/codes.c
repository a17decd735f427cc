#include "enroll/codes.h"

#include <stdio.h>
#include <string.h>

#include "common/file.h"
#include "common/language.h"
#include "common/secret.h"
#include "enroll/interrupt.h"
#include "enroll/pinentry.h"
#include "enroll/prompt.h"
#include "enroll/terminal.h"
#include "policy/hex.h"

#define CODE_MAXIMUM 64 /* what is too long is refused with the PIN's own words later on */
#define MANAGEMENT_KEY_MAXIMUM 32

bool codes_can_ask(const struct codes_source *source)
{
	return source->descriptor < 0 && (source->pinentry || terminal_is_there());
}

/* Nobody answered. */
static bool say_needed(const char *question, const char *option, struct error *err)
{
	return err->code == ERROR_DECLINED && interrupt_check(err)
	           ? error_set(err, ERROR_PIN_NEEDED, "the %s is needed: type it, or give it by %s", question, option)
	           : false;
}

void codes_line_read(int descriptor, struct codes_line *line)
{
	*line = CODES_LINE_EMPTY;
	(void)!prompt_secret_from(descriptor, CODE_MAXIMUM, &line->code, &line->problem);
}

void codes_line_clear(struct codes_line *line)
{
	secret_free(line->code);
	*line = CODES_LINE_EMPTY;
}

static bool take_line(const struct codes_line *line, struct secret **code, struct error *err)
{
	struct secret *taken = NULL;

	if (!line->code) {
		*err = line->problem;
		return false;
	}
	if (!secret_new(CODE_MAXIMUM, &taken, err))
		return false;
	if (!secret_put(taken, secret_bytes(line->code), err)) {
		secret_free(taken);
		return false;
	}
	*code = taken;
	return true;
}

bool codes_ask(const struct codes_source *source, const char *question, const char *option, struct secret **code,
    struct error *err)
{
	char text[256];

	if (source->line)
		return take_line(source->line, code, err);
	if (source->descriptor >= 0)
		return prompt_secret_from(source->descriptor, CODE_MAXIMUM, code, err);
	if (source->pinentry)
		return pinentry_ask(question, CODE_MAXIMUM, code, err);
	snprintf(text, sizeof(text), "%s: ", question);
	return prompt_secret(text, CODE_MAXIMUM, code, err) || say_needed(question, option, err);
}

void codes_warn_last(bool says_tries, unsigned tries_left, const char *question)
{
	if (says_tries && tries_left == 1)
		terminal_warn("one try is left of the %s; a wrong one blocks it.", question);
}

static bool ask_again(const struct codes_source *source, const char *question, const char *option,
    struct secret **again, struct error *err)
{
	char text[256];

	snprintf(text, sizeof(text), translated("Again, the %s"), question);
	if (source->pinentry)
		return pinentry_ask(text, CODE_MAXIMUM, again, err);
	strncat(text, ": ", sizeof(text) - strlen(text) - 1);
	return prompt_secret(text, CODE_MAXIMUM, again, err) || say_needed(question, option, err);
}

static bool asked_again(const struct codes_source *source, const char *question, const char *option,
    struct secret **code, bool *same, struct error *err)
{
	struct secret *again = NULL;

	if (!ask_again(source, question, option, &again, err)) {
		secret_free(*code);
		*code = NULL;
		return false;
	}
	*same = secret_equal(secret_bytes(*code), secret_bytes(again));
	secret_free(again);
	return true;
}

bool codes_ask_new(const struct codes_source *source, const char *question, const char *option, codes_judge *judge,
    const void *context, struct secret **code, struct error *err)
{
	struct error reason = ERROR_EMPTY;
	bool same = false;

	while (codes_ask(source, question, option, code, err)) {
		if (source->descriptor >= 0 || (judge && !judge(*code, context, &reason)))
			return true;
		if (!asked_again(source, question, option, code, &same, err))
			return false;
		if (same)
			return true;
		secret_free(*code);
		*code = NULL;
		terminal_say("These two are not the same; once more.");
	}
	return false;
}

static bool write_code(int descriptor, const char *label, const struct secret *code, struct error *err)
{
	return (file_write_descriptor(descriptor, bytes_of_text(label), err) &&
	           file_write_descriptor(descriptor, secret_bytes(code), err) &&
	           file_write_descriptor(descriptor, bytes_of_text("\n"), err)) ||
	       error_prefix(err, "descriptor %d, which takes a new code", descriptor);
}

bool codes_show(int descriptor, const char *label, const char *title, const struct secret *code, struct error *err)
{
	char answer[16];

	if (descriptor >= 0)
		return write_code(descriptor, label, code, err);
	if (!prompt_show_secret(title, code, err))
		return false;
	terminal_say("Write it down now; it is not shown again.");
	return prompt_line("Press Enter when you have it: ", answer, sizeof(answer), err);
}

static bool parse_hex(struct bytes text, struct secret *key, struct error *err)
{
	uint8_t byte;

	if (text.len != 32 && text.len != 48 && text.len != 64)
		return error_set(err, ERROR_MANAGEMENT_KEY, "a management key has 32, 48 or 64 hexadecimal digits");
	while (text.len > 0) {
		if (!hex_take_byte(&text, &byte))
			return error_set(err, ERROR_MANAGEMENT_KEY, "a management key has hexadecimal digits only");
		if (!secret_put_u8(key, byte, err))
			return false;
	}
	return true;
}

bool codes_management_key(int descriptor, struct secret **key, struct error *err)
{
	struct secret *text = NULL, *parsed = NULL;
	bool done = prompt_secret_from(descriptor, (size_t)2 * MANAGEMENT_KEY_MAXIMUM, &text, err) &&
	            secret_new(MANAGEMENT_KEY_MAXIMUM, &parsed, err) && parse_hex(secret_bytes(text), parsed, err);

	secret_free(text);
	if (done)
		*key = parsed;
	else
		secret_free(parsed);
	return done;
}

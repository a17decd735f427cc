#include "enroll/pinentry.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "common/process.h"
#include "common/secret.h"
#include "common/text.h"
#include "policy/hex.h"

#define ANSWERS_MAXIMUM ((size_t)16 * 1024)
#define DESCRIPTION_SIZE 512

static bool put_data(struct bytes data, struct secret *secret, struct error *err)
{
	uint8_t byte;

	while (bytes_take_u8(&data, &byte)) {
		if (byte == '%' && !hex_take_byte(&data, &byte))
			return error_set(err, ERROR_PROTOCOL, "pinentry answers with a %% that escapes nothing");
		if (!secret_put_u8(secret, byte, err))
			return false;
	}
	return true;
}

/* GPG_ERR_CANCELED is 99, the low bits of the number behind ERR. */
static bool judge_error(struct bytes line, struct error *err)
{
	struct bytes number;
	unsigned long code = 0;
	uint8_t digit;

	if (bytes_take_until(&line, ' ', &number))
		while (bytes_take_u8(&number, &digit) && digit >= '0' && digit <= '9')
			code = code * 10 + (unsigned long)(digit - '0');
	if ((code & 0xffffU) == 99)
		return error_set(err, ERROR_DECLINED, "the question was cancelled");
	return error_set(err, ERROR_PROGRAM, "pinentry refuses (error %lu)", code & 0xffffU);
}

bool pinentry_parse(struct bytes answers, struct secret *secret, struct error *err)
{
	struct bytes line, word;

	while (bytes_take_until(&answers, '\n', &line)) {
		if (!bytes_take_until(&line, ' ', &word))
			continue;
		if (bytes_equal_text(word, "ERR"))
			return judge_error(line, err);
		if (bytes_equal_text(word, "D") && !put_data(line, secret, err))
			return false;
	}
	return secret_bytes(secret).len > 0 || error_set(err, ERROR_DECLINED, "no answer was given");
}

/* In a command's argument percent signs are escaped. Pinentry shows on a terminal whatever it is given. */
static bool put_escaped(const char *description, struct buffer *out, struct error *err)
{
	char text[DESCRIPTION_SIZE];

	(void)snprintf(text, sizeof(text), "%s", description);
	text_make_printable(text);
	for (const char *at = text; *at; at++)
		if (*at == '%' ? !buffer_put_text(out, "%25", err) : !buffer_put_u8(out, (uint8_t)*at, err))
			return false;
	return true;
}

/* A refused OPTION would look like a refusal of the question, so only what every pinentry has is said. */
static bool put_commands(const char *description, struct buffer *out, struct error *err)
{
	const char *terminal = ttyname(STDERR_FILENO), *kind = getenv("TERM");

	if (terminal && !(buffer_put_format(out, err, "OPTION ttyname=%s\n", terminal) &&
	                    buffer_put_format(out, err, "OPTION ttytype=%s\n", kind ? kind : "dumb")))
		return false;
	return buffer_put_text(out, "SETDESC ", err) && put_escaped(description, out, err) &&
	       buffer_put_text(out, "\nSETPROMPT PIN:\nGETPIN\nBYE\n", err);
}

bool pinentry_ask(const char *description, size_t maximum, struct secret **secret, struct error *err)
{
	char name[] = "pinentry";
	char *arguments[] = {name, NULL};
	struct buffer commands = BUFFER_EMPTY, answers = BUFFER_UP_TO(ANSWERS_MAXIMUM);
	struct secret *made = NULL;
	bool done = put_commands(description, &commands, err) &&
	            process_run("pinentry", arguments, NULL, buffer_bytes(&commands), &answers, 0, err) &&
	            secret_new(maximum, &made, err) && pinentry_parse(buffer_bytes(&answers), made, err);

	buffer_free(&commands);
	buffer_free(&answers);
	if (done)
		*secret = made;
	else
		secret_free(made);
	return done;
}

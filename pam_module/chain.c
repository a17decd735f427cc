#include "pam_module/chain.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/process.h"
#include "common/text.h"

#define WORDS_MAXIMUM 16
#define OUTPUT_MAXIMUM ((size_t)1024 * 1024)

static bool is_blank(uint8_t letter)
{
	return letter == ' ' || letter == '\t';
}

static void skip_blanks(struct bytes *line)
{
	struct bytes rest = *line;
	uint8_t letter;

	while (bytes_take_u8(&rest, &letter) && is_blank(letter))
		*line = rest;
}

/* Up to the next blank, or one of `end`, that is not within double quotes. A backslash takes a quote's meaning, whatever stands before
 * the backslash: read otherwise than sshd reads, quotes would hide an option from here that sshd obeys. */
static struct bytes take_field(struct bytes *line, uint8_t end)
{
	struct bytes field = *line, rest = *line;
	bool quoted = false, escaped = false;
	uint8_t letter;

	while (bytes_take_u8(&rest, &letter)) {
		if (!quoted && (is_blank(letter) || letter == end))
			break;
		if (letter == '"' && !escaped)
			quoted = !quoted;
		escaped = letter == '\\';
		*line = rest;
	}
	field.len -= line->len;
	return field;
}

static bool equals_option(struct bytes option, const char *name)
{
	return option.len == strlen(name) && strncasecmp((const char *)option.data, name, option.len) == 0;
}

static bool options_check(struct bytes options, struct error *err)
{
	static const char *const refused[] = {"no-touch-required", "cert-authority"};
	uint8_t comma;

	if (!text_is_printable(options))
		return error_set(err, ERROR_CHAIN, "the other command's options are no text");
	do {
		struct bytes option = take_field(&options, ',');

		for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
			if (equals_option(option, refused[i]))
				return error_set(err, ERROR_CHAIN,
				    "the other command gives this key with the option %s", refused[i]);
	} while (bytes_take_u8(&options, &comma));
	return true;
}

/* "[OPTIONS ]TYPE KEY[ COMMENT]"
 *   options  out: empty where there are none */
static bool line_is_of(struct bytes line, const char *key_type, const char *key, struct bytes *options)
{
	struct bytes first, second, third;

	skip_blanks(&line);
	first = take_field(&line, ' ');
	skip_blanks(&line);
	second = take_field(&line, ' ');
	skip_blanks(&line);
	third = take_field(&line, ' ');
	*options = BYTES_EMPTY;
	if (bytes_equal_text(first, key_type) && bytes_equal_text(second, key))
		return true;
	*options = first;
	return bytes_equal_text(second, key_type) && bytes_equal_text(third, key);
}

bool chain_find(struct bytes lines, const char *key_type, const char *key, struct buffer *options, struct error *err)
{
	struct bytes line, found;

	while (bytes_take_until(&lines, '\n', &line))
		if (!bytes_start_with(line, "#") && line_is_of(line, key_type, key, &found))
			return found.len == 0 || (options_check(found, err) && buffer_put(options, found, err));
	return error_set(err, ERROR_CHAIN, "the key is enrolled, but the other command does not have it");
}

/* The words lie in `copy`, which is cut at the spaces. */
static bool split(char *copy, char *argv[WORDS_MAXIMUM + 2], size_t *num, struct error *err)
{
	char *place = NULL;

	*num = 0;
	for (char *word = strtok_r(copy, " ", &place); word != NULL; word = strtok_r(NULL, " ", &place)) {
		if (*num == WORDS_MAXIMUM)
			return error_set(err, ERROR_USAGE, "--chain: more than %d words", WORDS_MAXIMUM);
		argv[(*num)++] = word;
	}
	if (*num == 0 || argv[0][0] != '/')
		return error_set(err, ERROR_USAGE, "--chain wants the absolute path of a command");
	return true;
}

bool chain_ask(const char *command, const char *account, const char *key_type, const char *key, struct buffer *options,
    struct error *err)
{
	char *copy = strdup(command), *name = strdup(account), *argv[WORDS_MAXIMUM + 2] = {NULL};
	struct buffer output = BUFFER_UP_TO(OUTPUT_MAXIMUM);
	bool done = false;
	size_t num;

	if (copy == NULL || name == NULL) {
		error_set(err, ERROR_MEMORY, "no memory for the other command");
		goto out;
	}
	if (!split(copy, argv, &num, err))
		goto out;
	argv[num] = name;
	done = (process_run(argv[0], argv, NULL, BYTES_EMPTY, &output, CHAIN_TIMEOUT_MS, err) ||
	           error_prefix(err, "--chain")) &&
	       chain_find(buffer_bytes(&output), key_type, key, options, err);
out:
	buffer_free(&output);
	free(copy);
	free(name);
	return done;
}

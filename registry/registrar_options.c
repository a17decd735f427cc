#include "registry/registrar_options.h"

#include <stdio.h>
#include <strings.h>
#include <time.h>

static bool is_blank(uint8_t letter)
{
	return letter == ' ' || letter == '\t' || letter == '\r';
}

void registrar_skip_blanks(struct bytes *line)
{
	struct bytes rest = *line;
	uint8_t letter;

	while (bytes_take_u8(&rest, &letter) && is_blank(letter))
		*line = rest;
}

bool registrar_take_word(struct bytes *line, struct bytes *word)
{
	struct bytes rest = *line;
	size_t len = 0;
	uint8_t letter;

	while (bytes_take_u8(&rest, &letter) && !is_blank(letter))
		len++;
	return len > 0 && bytes_take(line, len, word);
}

static bool next_is(struct bytes text, char wanted)
{
	uint8_t letter;

	return bytes_take_u8(&text, &letter) && letter == (uint8_t)wanted;
}

static bool take_letter(struct bytes *text, char wanted)
{
	uint8_t letter;

	return next_is(*text, wanted) && bytes_take_u8(text, &letter);
}

static bool take_digits(struct bytes *text, size_t count, int *number)
{
	struct bytes rest = *text;
	uint8_t letter;

	*number = 0;
	for (size_t i = 0; i < count; i++) {
		if (!bytes_take_u8(&rest, &letter) || letter < '0' || letter > '9')
			return false;
		*number = *number * 10 + (letter - '0');
	}
	*text = rest;
	return true;
}

/* The C library takes the 30th of February for the 2nd of March: what comes back must be what went in. */
static bool to_seconds(const struct tm *date, bool utc, int64_t *seconds)
{
	struct tm back = *date;
	time_t found = utc ? timegm(&back) : mktime(&back);

	if (found == -1 || back.tm_mday != date->tm_mday || back.tm_mon != date->tm_mon ||
	    back.tm_min != date->tm_min || back.tm_sec != date->tm_sec)
		return false;
	*seconds = (int64_t)found;
	return true;
}

static bool parse_time(struct bytes text, int64_t *seconds)
{
	struct tm date = {.tm_isdst = -1};
	bool utc;

	if (!take_digits(&text, 4, &date.tm_year) || !take_digits(&text, 2, &date.tm_mon) ||
	    !take_digits(&text, 2, &date.tm_mday))
		return false;
	date.tm_year -= 1900;
	date.tm_mon -= 1;
	if (take_digits(&text, 2, &date.tm_hour)) {
		if (!take_digits(&text, 2, &date.tm_min))
			return false;
		if (!take_digits(&text, 2, &date.tm_sec))
			date.tm_sec = 0;
	}
	utc = take_letter(&text, 'Z');
	return text.len == 0 && date.tm_hour < 24 && to_seconds(&date, utc, seconds);
}

static bool set_time(struct bytes value, int64_t *seconds, struct error *err)
{
	return parse_time(value, seconds) ||
	       error_set(err, ERROR_REGISTRARS, "the time is not of the form YYYYMMDD[HHMM[SS]][Z]");
}

static bool set_valid_after(struct bytes value, struct registrar_options *options, struct error *err)
{
	return set_time(value, &options->valid_after, err);
}

static bool set_valid_before(struct bytes value, struct registrar_options *options, struct error *err)
{
	return set_time(value, &options->valid_before, err);
}

static bool set_namespaces(struct bytes value, struct registrar_options *options, struct error *err)
{
	if (value.len == 0)
		return error_set(err, ERROR_REGISTRARS, "the list of namespaces is empty");
	options->namespaces_given = true;
	options->namespaces = value;
	return true;
}

static bool refuse_authority(struct bytes value, struct registrar_options *options, struct error *err)
{
	(void)value;
	(void)options;
	return error_set(err, ERROR_REGISTRARS,
	    "a registrar signs with its own key, not with a certificate: take the option away and name the key");
}

struct option_row {
	const char *name;
	bool takes_value;
	bool (*set)(struct bytes value, struct registrar_options *options, struct error *err);
};

static const struct option_row rows[] = {
    {"namespaces", true, set_namespaces},
    {"valid-after", true, set_valid_after},
    {"valid-before", true, set_valid_before},
    {"cert-authority", false, refuse_authority},
};

#define NUM_ROWS (sizeof(rows) / sizeof(rows[0]))

static bool take_option_name(struct bytes *line, char name[32])
{
	struct bytes rest = *line, word;
	size_t len = 0;
	uint8_t letter;

	while (bytes_take_u8(&rest, &letter) && !is_blank(letter) && letter != '=' && letter != ',')
		len++;
	return bytes_take(line, len, &word) && bytes_to_text(word, name, 32);
}

/* No option needs a quote in its value, so a backslash, which would bring one, is refused rather than understood. */
static bool take_value(struct bytes *line, struct bytes *value)
{
	struct bytes rest = *line, part;
	size_t len = 0;
	uint8_t letter = 0;

	if (!take_letter(&rest, '=') || !take_letter(&rest, '"'))
		return false;
	part = rest;
	while (bytes_take_u8(&rest, &letter) && letter != '"' && letter != '\\')
		len++;
	if (letter != '"' || !bytes_take(&part, len, value))
		return false;
	*line = rest;
	return true;
}

static bool take_option(struct bytes *line, struct registrar_options *options, unsigned *seen, struct error *err)
{
	struct bytes value = BYTES_EMPTY;
	char name[32];
	size_t i = 0;

	if (!take_option_name(line, name))
		return error_set(err, ERROR_REGISTRARS, "what stands behind the name is no option and no type of key");
	while (i < NUM_ROWS && strcasecmp(rows[i].name, name) != 0)
		i++;
	if (i == NUM_ROWS)
		return error_set(err, ERROR_REGISTRARS,
		    "what stands behind the name is no option and no type of key that a registrar can have");
	if ((*seen & 1U << i) != 0)
		return error_set(err, ERROR_REGISTRARS, "%s stands there twice", rows[i].name);
	*seen |= 1U << i;
	if (rows[i].takes_value && !take_value(line, &value))
		return error_set(err, ERROR_REGISTRARS, "%s=\"…\" wants a value in double quotes", rows[i].name);
	return rows[i].set(value, options, err) || error_prefix(err, "%s", rows[i].name);
}

bool registrar_take_options(struct bytes *line, struct registrar_options *options, struct error *err)
{
	struct registrar_options found = REGISTRAR_OPTIONS_NONE;
	struct bytes rest = *line, word;
	unsigned seen = 0;

	do {
		if (!take_option(&rest, &found, &seen, err))
			return false;
	} while (take_letter(&rest, ','));
	/* what touches the last option is not the key: `valid-before="…"x` */
	if (registrar_take_word(&(struct bytes){rest.data, rest.len > 0 ? 1 : 0}, &word))
		return error_set(err, ERROR_REGISTRARS, "a comma or a blank must stand behind an option");
	if (found.valid_after >= found.valid_before)
		return error_set(err, ERROR_REGISTRARS, "valid-before is not later than valid-after");
	*line = rest;
	*options = found;
	return true;
}

/* One pattern against all of a text, backing up to the last '*' only. */
static bool matches(struct bytes pattern, struct bytes text)
{
	struct bytes star = BYTES_EMPTY, retry = BYTES_EMPTY;
	bool starred = false;
	uint8_t letter;

	while (text.len > 0) {
		struct bytes rest = text;

		if (take_letter(&pattern, '*')) {
			starred = true;
			star = pattern;
			retry = text;
			continue;
		}
		if (!bytes_take_u8(&rest, &letter))
			return false;
		if (take_letter(&pattern, '?') || take_letter(&pattern, (char)letter)) {
			text = rest;
			continue;
		}
		if (!starred || !bytes_take_u8(&retry, &letter))
			return false;
		pattern = star;
		text = retry;
	}
	while (take_letter(&pattern, '*'))
		continue;
	return pattern.len == 0;
}

bool registrar_namespaces_match(struct bytes patterns, const char *name_space)
{
	struct bytes pattern;
	bool found = false;

	while (bytes_take_until(&patterns, ',', &pattern)) {
		bool not = take_letter(&pattern, '!');

		if (!matches(pattern, bytes_of_text(name_space)))
			continue;
		if (not )
			return false;
		found = true;
	}
	return found;
}

#include "policy/strict_conf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/buffer.h"
#include "common/language.h"

#define GIVEN_MAXIMUM 64
#define DURATION_MAXIMUM INT64_C(3155760000) /* a hundred years */

/* An option that was given a value, and where. */
struct given {
	const cfg_t *cfg;
	const cfg_opt_t *option;
};

/* What the callbacks of libconfuse need and cannot be given otherwise; one parse a thread, for the time of the call. */
struct reading {
	const char *origin;
	enum error_code code;
	struct error *err;
	bool failed;
	const cfg_t *whole;                /* the file itself, outside of its sections */
	int section_line;                  /* of the first word of the section that is open */
	struct given given[GIVEN_MAXIMUM]; /* in the sections that are open */
	size_t num_given;
};

static _Thread_local struct reading *current;

PRINTF_LIKE(2, 0) static void note_error(cfg_t *cfg, const char *format, va_list values)
{
	char text[256];

	if (current->failed)
		return;
	current->failed = true;
	(void)vsnprintf(text, sizeof(text), format, values);
	if (strstr(text, STRICT_CONF_END_MARK) != NULL)
		(void)snprintf(text, sizeof(text), "%s", translated("a section has no closing brace"));
	(void)error_set(current->err, current->code, "%s:%d: %s", current->origin, cfg->line, text);
}

/* libconfuse lets a later assignment take the place of an earlier one. A list's further values are not one. */
static bool is_given_twice(const cfg_t *cfg, const cfg_opt_t *option)
{
	if (option->nvalues > 1)
		return false;
	for (size_t i = 0; i < current->num_given; i++)
		if (current->given[i].option == option)
			return true;
	if (current->num_given == GIVEN_MAXIMUM)
		return true;
	current->given[current->num_given++] = (struct given){cfg, option};
	return false;
}

int strict_conf_note_value(cfg_t *cfg, cfg_opt_t *option, const char *value, void *result)
{
	if (is_given_twice(cfg, option)) {
		cfg_error(cfg, translated("'%s' is given twice"), option->name);
		return -1;
	}
	if (current->section_line == 0 && cfg != current->whole)
		current->section_line = cfg->line;
	*(const char **)result = value;
	return 0;
}

int strict_conf_refuse_line(cfg_t *cfg, cfg_opt_t *option, const char *value, void *result)
{
	(void)value;
	(void)result;
	cfg_error(cfg, translated("no such option '%s'"), option->name);
	return -1;
}

cfg_opt_t strict_conf_checked(cfg_opt_t row, cfg_validate_callback_t check)
{
	row.validcb = check;
	return row;
}

int strict_conf_refuse(cfg_t *cfg, const struct error *reason)
{
	cfg_error(cfg, "%s", reason->text);
	return -1;
}

/* An empty list calls nobody back, and takes the values of an earlier one away: what is left of it is that its option was
 * changed and holds nothing. */
static const cfg_opt_t *find_emptied(const cfg_opt_t *options)
{
	for (const cfg_opt_t *option = options; option->name != NULL; option++)
		if ((option->flags & CFGF_LIST) != 0 && (option->flags & CFGF_MODIFIED) != 0 && option->nvalues == 0)
			return option;
	return NULL;
}

/* A section is complete. One that may stand there once would take the place of an earlier one. */
static int note_section(cfg_t *cfg, cfg_opt_t *option)
{
	cfg_t *section = cfg_opt_getnsec(option, cfg_opt_size(option) - 1);
	const cfg_opt_t *emptied = find_emptied(section->opts);

	if (emptied != NULL) {
		cfg_error(cfg, translated("'%s' is an empty list"), emptied->name);
		return -1;
	}
	if ((option->flags & CFGF_MULTI) == 0 && is_given_twice(cfg, option)) {
		cfg_error(cfg, translated("'%s' is given twice"), option->name);
		return -1;
	}
	cfg_setint(section, "line", current->section_line == 0 ? section->line : current->section_line);
	current->section_line = 0;
	while (current->num_given > 0 && current->given[current->num_given - 1].cfg == section)
		current->num_given--;
	return 0;
}

long strict_conf_line(cfg_t *section)
{
	return cfg_getint(section, "line");
}

/* libconfuse puts environment variables in place of ${NAME}: a file must say the same to everybody. */
static bool check_text(struct bytes text, const char *origin, enum error_code code, struct error *err)
{
	struct bytes line;

	if (text.len > 0 && memchr(text.data, 0, text.len) != NULL)
		return error_set(err, code, "%s: there is a NUL byte in it", origin);
	for (int number = 1; bytes_take_until(&text, '\n', &line); number++)
		if (line.len > 1 && memmem(line.data, line.len, "${", 2) != NULL)
			return error_set(err, code, "%s:%d: '${' is not possible here", origin, number);
	return true;
}

/* The end of the comment that begins there; NULL for none.
 *   between  no word is open, in which only '#' begins one */
static char *comment_end(char *at, bool between)
{
	char *end = NULL;

	if (*at == '#' || (between && strncmp(at, "//", 2) == 0))
		return at + strcspn(at, "\n");
	if (between && strncmp(at, "/*", 2) == 0)
		end = strstr(at + 2, "*/");
	return end != NULL ? end + 2 : NULL;
}

static char *string_end(char *at)
{
	const char quote = *at++;

	while (*at != '\0' && *at != quote)
		at += *at == '\\' && at[1] != '\0' ? 2 : 1;
	return *at != '\0' ? at + 1 : at;
}

/* libconfuse counts a comment as lines of its own, so that all behind it would have other numbers than in an editor: it gets spaces
 * in their place. */
static void blank_comments(char *text)
{
	bool between = true;

	for (char *at = text, *end; *at != '\0'; at = end) {
		end = comment_end(at, between);
		if (end != NULL) {
			for (; at < end; at++)
				*at = *at == '\n' ? '\n' : ' ';
			between = true;
		} else if (*at == '"' || *at == '\'') {
			end = string_end(at);
			between = true;
		} else {
			between = strchr(" \t\r\n{}()=,", *at) != NULL;
			end = at + 1;
		}
	}
}

/* What libconfuse takes at most: for its scanner, for each byte of the text, and for each section, which is a copy of its options. */
#define SCANNER_SIZE ((size_t)256 * 1024)
#define ROOM_MAXIMUM ((size_t)256 * 1024 * 1024)
#define SIZE_OF_A_BYTE ((size_t)64)
#define SIZE_OF_AN_OPTION (sizeof(cfg_opt_t) + 128)

static size_t count_options(const cfg_opt_t *options)
{
	size_t num = 0;

	for (; options->name != NULL; options++)
		num += 1 + (options->type == CFGT_SEC ? count_options(options->subopts) : 0);
	return num;
}

/* Where it gets no memory libconfuse ends the process, which may be the verifier: so what it takes has to be there beforehand. */
static bool has_memory(struct bytes text, const char *origin, const cfg_opt_t *options, struct error *err)
{
	size_t size = SCANNER_SIZE + text.len * SIZE_OF_A_BYTE, num_braces = 0;
	void *volatile room; /* or a compiler sees that nothing comes of it */

	for (struct bytes rest = text, part; bytes_take_until(&rest, '{', &part);)
		num_braces++;
	size += num_braces * count_options(options) * SIZE_OF_AN_OPTION;
	room = malloc(size < ROOM_MAXIMUM ? size : ROOM_MAXIMUM);
	free(room);
	return room != NULL || error_set(err, ERROR_MEMORY, "no memory to read %s", origin);
}

static bool parse(struct reading *reading, const char *text, cfg_opt_t *options, cfg_t **cfg)
{
	cfg_t *made = cfg_init(options, CFGF_NONE);
	const cfg_opt_t *emptied;

	if (made == NULL)
		return error_set(reading->err, ERROR_MEMORY, "no memory to read %s", reading->origin);
	(void)cfg_set_error_function(made, note_error);
	for (const cfg_opt_t *option = options; option->name != NULL; option++)
		if (option->type == CFGT_SEC)
			(void)cfg_set_validate_func(made, option->name, note_section);
	reading->whole = made;
	current = reading;
	if (cfg_parse_buf(made, text) != CFG_SUCCESS && !reading->failed)
		reading->failed = !error_set(reading->err, reading->code, "%s: cannot be read", reading->origin);
	current = NULL;
	/* the mark is missed as well by what ends within a comment, which libconfuse takes for the end of everything */
	if (!reading->failed && cfg_size(made, STRICT_CONF_END_MARK) == 0)
		reading->failed =
		    !error_set(reading->err, reading->code, "%s: a comment or a section has no end", reading->origin);
	emptied = find_emptied(made->opts);
	if (!reading->failed && emptied != NULL)
		reading->failed = !error_set(
		    reading->err, reading->code, "%s: '%s' is an empty list", reading->origin, emptied->name);
	if (reading->failed) {
		(void)cfg_free(made);
		return false;
	}
	*cfg = made;
	return true;
}

bool strict_conf_read(
    struct bytes text, const char *origin, enum error_code code, cfg_opt_t *options, cfg_t **cfg, struct error *err)
{
	static const char mark[] = "\xef\xbb\xbf";
	struct reading reading = {.origin = origin, .code = code, .err = err};
	struct buffer copy = BUFFER_EMPTY;
	struct bytes skipped;
	bool done;

	/* The mark of UTF-8 that some editors begin a file with would be an option whose name looks right. */
	if (bytes_start_with(text, mark))
		(void)!bytes_take(&text, sizeof(mark) - 1, &skipped);
	done = check_text(text, origin, code, err) && buffer_put(&copy, text, err) &&
	       buffer_put_text(&copy, "\n" STRICT_CONF_END_MARK " = here\n", err) &&
	       has_memory(buffer_bytes(&copy), origin, options, err);
	if (done)
		blank_comments((char *)copy.data);
	done = done && parse(&reading, buffer_text(&copy), options, cfg);

	buffer_free(&copy);
	return done;
}

bool strict_conf_duration(const char *text, enum error_code code, int64_t *seconds, struct error *err)
{
	static const struct {
		char unit;
		int64_t seconds;
	} units[] = {{'d', 86400}, {'h', 3600}, {'m', 60}};
	struct bytes in = bytes_of_text(text);
	int64_t number = 0;
	uint8_t next = 0;
	bool digits = false;

	while (bytes_take_u8(&in, &next) && next >= '0' && next <= '9' && number < DURATION_MAXIMUM) {
		number = number * 10 + (next - '0');
		digits = true;
	}
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (!digits || in.len > 0 || next != (uint8_t)units[i].unit ||
		    number > DURATION_MAXIMUM / units[i].seconds)
			continue;
		*seconds = number * units[i].seconds;
		return true;
	}
	return error_set(err, code, "'%s' is no time: write 90d, 12h or 30m", text);
}

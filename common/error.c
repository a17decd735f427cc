#include "common/error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "common/language.h"
#include "common/text.h"

/* Between two sentences. */
#define COLON ": "

struct code_row {
	const char *word;
	enum error_category category;
};

#define ERROR_AS_ROW(name, word, category) [name] = {word, ERROR_CATEGORY_##category},
static const struct code_row rows[ERROR_CODE_COUNT] = {ERROR_CODES(ERROR_AS_ROW)};
#undef ERROR_AS_ROW

/* Before the text is written: it may be among the values. */
PRINTF_LIKE(2, 0)
static void note(struct wording *wording, const char *format, va_list values)
{
	va_list again;

	*wording = WORDING_EMPTY;
	va_copy(again, values);
	wording_add(wording, format, 0, &again);
	va_end(again);
	wording->lost = wording->lost || translated(format) != format;
}

PRINTF_LIKE(5, 0)
static void fill(
    struct error *err, const char *file, int line, enum error_code code, const char *format, va_list values)
{
	note(&err->wording, format, values);
	err->code = code;
	err->file = file;
	err->line = line;
	(void)vsnprintf(err->text, sizeof(err->text), translated(format), values);
	text_make_printable(err->text);
}

/* Puts ": MORE" behind a sentence; what does not fit is cut. */
static void append(struct error *err, const char *more)
{
	size_t len = strlen(err->text), room = sizeof(err->text) - 1 - len;
	size_t colon = strnlen(COLON, room), rest = strnlen(more, room - colon);

	memcpy(err->text + len, COLON, colon);
	memcpy(err->text + len + colon, more, rest);
	err->text[len + colon + rest] = '\0';
	text_make_printable(err->text);
}

void error_set_at(struct error *err, const char *file, int line, enum error_code code, const char *format, ...)
{
	va_list values;

	if (err == NULL)
		return;
	va_start(values, format);
	fill(err, file, line, code, format, values);
	va_end(values);
}

void error_set_errno_at(struct error *err, const char *file, int line, enum error_code code, const char *format, ...)
{
	int number = errno;
	va_list values;

	if (err == NULL)
		return;
	va_start(values, format);
	fill(err, file, line, code, format, values);
	va_end(values);
	wording_add_text(&err->wording, strlen(err->text) + strlen(COLON), sizeof(err->text));
	append(err, strerror(number));
}

void error_put_prefix(struct error *err, const char *format, ...)
{
	char sentence[ERROR_TEXT_SIZE];
	struct wording front;
	va_list values;

	if (err == NULL)
		return;
	memcpy(sentence, err->text, sizeof(sentence));
	va_start(values, format);
	note(&front, format, values);
	(void)vsnprintf(err->text, sizeof(err->text), translated(format), values);
	va_end(values);
	wording_put_front(&err->wording, &front, strlen(err->text) + strlen(COLON));
	append(err, sentence);
}

const char *error_word(enum error_code code)
{
	return rows[code].word;
}

enum error_code error_find(const char *word)
{
	for (enum error_code code = ERROR_NONE; code < ERROR_CODE_COUNT; code++)
		if (strcmp(rows[code].word, word) == 0)
			return code;
	return ERROR_NONE;
}

enum error_category error_category(enum error_code code)
{
	return rows[code].category;
}

int error_exit_status(enum error_code code)
{
	static const int statuses[] = {
	    [ERROR_CATEGORY_DENIED] = 1,
	    [ERROR_CATEGORY_INPUT] = 2,
	    [ERROR_CATEGORY_DEVICE] = 3,
	    [ERROR_CATEGORY_SYSTEM] = 4,
	    [ERROR_CATEGORY_USAGE] = 64,
	    [ERROR_CATEGORY_BUG] = 70,
	};

	return code == ERROR_NONE ? 0 : statuses[rows[code].category];
}

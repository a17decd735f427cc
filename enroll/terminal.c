#include "enroll/terminal.h"

#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/language.h"
#include "common/text.h"

bool terminal_is_there(void)
{
	int terminal = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);

	if (terminal < 0)
		return false;
	close(terminal);
	return true;
}

static void PRINTF_LIKE(3, 0) say(const char *before, const char *after, const char *format, va_list arguments)
{
	char line[1024];

	vsnprintf(line, sizeof(line), translated(format), arguments);
	text_make_printable(line);
	fprintf(stderr, "%s%s%s\n", before, line, after);
}

void terminal_say(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	say("", "", format, arguments);
	va_end(arguments);
}

static bool colours(void)
{
	const char *no_color = getenv("NO_COLOR"), *kind = getenv("TERM");

	return isatty(STDERR_FILENO) && !(no_color && *no_color) && kind && strcmp(kind, "dumb") != 0;
}

void terminal_warn(const char *format, ...)
{
	bool coloured = colours();
	char before[64];
	va_list arguments;

	snprintf(before, sizeof(before), "%s%s", coloured ? "\033[33m" : "", translated("Warning: "));
	va_start(arguments, format);
	say(before, coloured ? "\033[0m" : "", format, arguments);
	va_end(arguments);
}

void terminal_progress(const char *format, ...)
{
	va_list arguments;

	if (!isatty(STDERR_FILENO))
		return;
	va_start(arguments, format);
	say("", "", format, arguments);
	va_end(arguments);
}

#include "config.h"

#include "enroll/language.h"

#if ENABLE_NLS

#include <libintl.h>
#include <locale.h>

/* LC_CTYPE says in which bytes a terminal wants its letters. All else, numbers and dates, stays as it is. */
void language_begin(void)
{
	(void)setlocale(LC_CTYPE, "");
	(void)setlocale(LC_MESSAGES, "");
	(void)bindtextdomain(PACKAGE, KEYENROLL_LOCALE_DIR);
}

/* To an empty text gettext answers with the head of the catalogue. */
const char *translated(const char *text)
{
	return *text ? dgettext(PACKAGE, text) : text;
}

const char *translated_more(const char *one, const char *many, unsigned long number)
{
	return dngettext(PACKAGE, one, many, number);
}

#else

void language_begin(void)
{
}

#endif

#include "config.h"

#include "pam_module/translation.h"

#if ENABLE_NLS

#include <libintl.h>

/* To an empty text gettext answers with the head of the catalogue. */
const char *translation_find(const char *sentence)
{
	(void)bindtextdomain(PACKAGE, KEYENROLL_LOCALE_DIR);
	return *sentence ? dgettext(PACKAGE, sentence) : sentence;
}

#else

const char *translation_find(const char *sentence)
{
	return sentence;
}

#endif

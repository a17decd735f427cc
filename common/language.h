/* language.h: sentences for people, in the language that they read. The source's English is the key of a catalogue in po/.
 * Only a program that speaks to a person brings translations (enroll/language.h); in all others, in a log and in JSON a sentence
 * stays English; what the verifier says to a person, the PAM module translates (message.h). Functions that print for people or fill an
 * error translate their own format, so that callers just say it. Which calls those are, po/sentences lists for xgettext.
 * Knows nothing of locales. */
#ifndef COMMON_LANGUAGE_H
#define COMMON_LANGUAGE_H

#include "common/attributes.h"

/* N_: marks a text in a table for the catalogue; it is translated where it is shown. */
#define N_(text) text

/* translated: `text` in the person's language; `text` itself where nobody translates. Static storage. */
const char *translated(const char *text) TRANSLATED_FORMAT(1);

/* translated_more: the form for `number` of things. */
const char *translated_more(const char *one, const char *many, unsigned long number) TRANSLATED_FORMAT(1)
    TRANSLATED_FORMAT(2);

#endif

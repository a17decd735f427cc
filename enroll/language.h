/* language.h: the command in the language of the person before it: gettext with the locale of the environment.
 * It takes the place of common/language.c's plain English. */
#ifndef ENROLL_LANGUAGE_H
#define ENROLL_LANGUAGE_H

#include "common/language.h"

/* language_begin: from here on sentences are translated, where a catalogue for LC_ALL, LC_MESSAGES, LANG and LANGUAGE is
 * installed. A program that prints JSON does not call it. */
void language_begin(void);

#endif

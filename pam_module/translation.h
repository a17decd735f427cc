/* translation.h: the language of the person in front of a host program: the one that the program itself has chosen by setlocale(3).
 *
 * As other PAM modules do, this one takes the locale as it finds it and changes nothing of the process but the folder of its own
 * domain. A set-user-id program's caller cannot lead this to files of his: libc then ignores what of his environment has a path.
 * What goes into logs stays English: only a message of the verifier's is translated, never an error of the module's.
 * libc only. Source: dgettext(3), setlocale(3). */
#ifndef PAM_MODULE_TRANSLATION_H
#define PAM_MODULE_TRANSLATION_H

/* translation_find: a sentence in that language, or itself where no catalogue has it, or the program has chosen none. A message_translator
 * (message.h). Static storage. */
const char *translation_find(const char *sentence);

#endif

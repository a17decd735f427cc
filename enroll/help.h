/* help.h: the verbs' table as words: what --help prints, and as JSON what completion and the man page's check read. */
#ifndef ENROLL_HELP_H
#define ENROLL_HELP_H

#include <jansson.h>
#include <stdbool.h>

struct verb;

/* help_overview: all verbs with their summaries, on standard output. */
void help_overview(void);

/* help_verb: one of them, whole. */
void help_verb(const struct verb *verb);

/* help_words: what may stand next, for completion: lines of a word, the kind of its value ("FILE", or empty) and its meaning,
 * with tabs between. Without a verb its names, with one its options, and what its first argument can be; a line without a word
 * names the kind of its arguments. */
void help_words(const struct verb *verb);

/* help_knows: whether a verb's synopsis has that word, as one of those that it is to do. */
bool help_knows(const struct verb *verb, const char *word);

/* help_second_words: as help_words, for the first word of verbs that have two: what may stand behind it. False: there is none. */
bool help_second_words(const char *first);

/* help_json: the object of the schema "help"; NULL without memory. */
json_t *help_json(void);

#endif

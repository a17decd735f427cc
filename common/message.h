/* message.h: what a person is told, apart from the language it is told in: sentences as the source has them, in English, which are the
 * keys of a catalogue (language.h), and the values in them. So a process that knows what to say leaves it to another one that knows
 * the person's language. A sentence that comes from outside is data: it is substituted here and is no function's format.
 * Knows nothing of catalogues. libc only.
 *
 *   message  byte number of sentences | string sentence … | byte number of values | string value …
 *
 * The values are those of all sentences, in their order. */
#ifndef COMMON_MESSAGE_H
#define COMMON_MESSAGE_H

#include "common/buffer.h"

#define MESSAGE_SENTENCES_MAXIMUM WORDING_FORMATS_MAXIMUM
#define MESSAGE_VALUES_MAXIMUM WORDING_VALUES_MAXIMUM
/* Bytes of a sentence, and of all that is shown, with the NUL: PAM's limit. */
#define MESSAGE_TEXT_SIZE 512

struct message {
	struct bytes sentences[MESSAGE_SENTENCES_MAXIMUM]; /* borrowed, as the values */
	size_t num_sentences;                              /* 0: nothing is said */
	struct bytes values[MESSAGE_VALUES_MAXIMUM];
	size_t num_values;
};

#define MESSAGE_EMPTY ((struct message){.num_sentences = 0})

/* message_of: one sentence, which po/sentences takes for the catalogue, with up to two values.
 *   first, second  borrowed; NULL: the sentence has no such value */
struct message message_of(const char *sentence, const char *first, const char *second);

/* message_of_error: what an error says; borrowed from it. A value that cannot be shown becomes "?". */
struct message message_of_error(const struct error *err);

/* message_put: appends it. Errors: ERROR_BUG (values that do not fit the sentences), ERROR_LIMIT, ERROR_MEMORY. */
bool message_put(const struct message *message, struct buffer *out, struct error *err) MUST_CHECK;

/* message_take: the next message, borrowed from `in`: printable, and with as many values as its sentences want. */
bool message_take(struct bytes *in, struct message *message) MUST_CHECK;

/* What turns a sentence into the person's language; itself, where it is not known. */
typedef const char *message_translator(const char *sentence);

/* message_render: the message as a text for the person; sentences are joined by ": ".
 * A value of several words is looked up as well: it may be a sentence itself. A translation whose conversions do not fit the values
 * is not used, and where the translated whole is too long, all of it is English.
 *   translate  NULL: English
 *   size       bytes at `text`, the NUL included
 * False when it is too long in English, too, or there is no memory. */
bool message_render(const struct message *message, message_translator *translate, char *text, size_t size) MUST_CHECK;

#endif

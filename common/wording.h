/* wording.h: what a text was made of: the formats in the source, and where in the text their values stand. So the same can be said in
 * another language by somebody who gets formats and values (message.h).
 * Knows nothing of errors and of languages. libc only. */
#ifndef COMMON_WORDING_H
#define COMMON_WORDING_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* As many sentences, joined by ": ", and as many values in all of them; what has more is lost. */
#define WORDING_FORMATS_MAXIMUM 6
#define WORDING_VALUES_MAXIMUM 8

struct wording {
	const char *formats[WORDING_FORMATS_MAXIMUM]; /* static storage */
	size_t num_formats;
	struct {
		uint16_t at, len; /* bytes */
	} values[WORDING_VALUES_MAXIMUM];
	size_t num_values;
	bool lost; /* the text is all that there is */
};

#define WORDING_EMPTY ((struct wording){.num_formats = 0})

/* wording_add: notes one sentence more behind the others.
 *   at      where in the text it begins
 *   values  as many as the format wants; used up */
void wording_add(struct wording *wording, const char *format, size_t at, va_list *values);

/* wording_add_text: the same for text that is its own only value. */
void wording_add_text(struct wording *wording, size_t at, size_t len);

/* wording_put_front: the sentences of `front` come before these, which move on by `shift` bytes. */
void wording_put_front(struct wording *wording, const struct wording *front, size_t shift);

#endif

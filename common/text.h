/* text.h: whether foreign bytes are text that may be shown to a person, and what is shown where they are not.
 * Knows nothing of what it says. Source: RFC 3629 4. */
#ifndef COMMON_TEXT_H
#define COMMON_TEXT_H

#include "common/bytes.h"

/* text_is_printable: well-formed UTF-8 (shortest form, no surrogates) without control characters, those of C1 and line
 * ends included. No bytes are printable. */
bool text_is_printable(struct bytes text);

/* text_make_printable: puts '?' in the place of each byte that belongs to no printable character, up to the NUL. What comes from a
 * reader, a token or a file must not begin a new line, move the cursor or speak to the terminal. */
void text_make_printable(char *text);

#endif

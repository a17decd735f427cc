/* hex.h: bytes as hexadecimal text, for the state file, the control socket and the trace. */
#ifndef TESTS_VTOKEN_HEX_H
#define TESTS_VTOKEN_HEX_H

#include "common/buffer.h"

/* hex_append: appends two lower-case digits for each byte. Errors: as buffer_put. */
bool hex_append(struct buffer *out, struct bytes bytes, struct error *err) MUST_CHECK;

/* hex_take: appends the bytes that `text` stands for; digits of either case, nothing between them.
 * Errors: ERROR_TEXT, or as buffer_put. */
bool hex_take(struct bytes text, struct buffer *out, struct error *err) MUST_CHECK;

#endif

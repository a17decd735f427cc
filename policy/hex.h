/* hex.h: bytes as hexadecimal digits: in lower case where this project writes them, in either case where others do.
 * Knows nothing of what they are. */
#ifndef POLICY_HEX_H
#define POLICY_HEX_H

#include "common/bytes.h"

/* hex_parse: reads exactly `len` bytes from 2 * `len` lower-case digits and nothing else. */
bool hex_parse(struct bytes text, uint8_t *out, size_t len) MUST_CHECK;

/* hex_put: writes them, with a NUL behind.
 *   text  room for 2 * bytes.len + 1 */
void hex_put(struct bytes bytes, char *text);

/* hex_take_byte: takes two digits of either case off the front of what a person or another program wrote; false, with nothing taken,
 * where none stand there. */
bool hex_take_byte(struct bytes *text, uint8_t *byte) MUST_CHECK;

#endif

/* hex.h: fixed numbers of bytes as lower-case hex. Knows nothing of what they are. */
#ifndef POLICY_HEX_H
#define POLICY_HEX_H

#include "common/bytes.h"

/* hex_parse: reads exactly `len` bytes from 2 * `len` lower-case digits and nothing else. */
bool hex_parse(struct bytes text, uint8_t *out, size_t len) MUST_CHECK;

/* hex_put: writes them, with a NUL behind.
 *   text  room for 2 * bytes.len + 1 */
void hex_put(struct bytes bytes, char *text);

#endif

/* base64.h: strict base64. Knows nothing of lines and armor. Source: RFC 4648 4. */
#ifndef COMMON_BASE64_H
#define COMMON_BASE64_H

#include "common/buffer.h"

/* base64_put: appends the padded base64 form of `bytes`. Errors: as buffer_put. */
bool base64_put(struct bytes bytes, struct buffer *out, struct error *err) MUST_CHECK;

/* base64_parse: appends what `text` encodes. Canonical form only: padded, no blanks, unused bits zero.
 * Errors: ERROR_BASE64; the content of `out` is as before then. */
bool base64_parse(struct bytes text, struct buffer *out, struct error *err) MUST_CHECK;

#endif

/* base64url.h: base64 for addresses, without padding, as WebAuthn and JSON Web Signatures write it. Source: RFC 4648 5. */
#ifndef POLICY_BASE64URL_H
#define POLICY_BASE64URL_H

#include "common/buffer.h"

/* base64url_parse: appends what `text` encodes. Canonical form only.
 * Errors: ERROR_BASE64; the content of `out` is as before then. */
bool base64url_parse(struct bytes text, struct buffer *out, struct error *err) MUST_CHECK;

#endif

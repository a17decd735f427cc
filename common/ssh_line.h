/* ssh_line.h: "TYPE BASE64[ COMMENT]", the one-line form of SSH keys and certificates in .pub files and in SSH_AUTH_INFO_0.
 * Knows nothing of what a blob holds behind its type name. libc only.
 * Source: sshd(8) AUTHORIZED_KEYS FILE FORMAT. */
#ifndef COMMON_SSH_LINE_H
#define COMMON_SSH_LINE_H

#include "common/buffer.h"

/* ssh_line_parse: appends the blob of one line; a line end is allowed, a second line is not. The type name that stands
 * before a blob must be the one inside it.
 *   blob     out: appended
 *   comment  out: what stands behind the blob, borrowed from `line`; may be NULL
 *   code     the error that a malformed line is
 * Errors: `code`, ERROR_BASE64. */
bool ssh_line_parse(
    struct bytes line, struct buffer *blob, struct bytes *comment, enum error_code code, struct error *err) MUST_CHECK;

/* ssh_line_put: appends "TYPE BASE64" without line end, for a blob that begins with its type name. Errors: ERROR_BUG when
 * it does not. */
bool ssh_line_put(struct bytes blob, struct buffer *out, struct error *err) MUST_CHECK;

#endif

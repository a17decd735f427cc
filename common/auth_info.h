/* auth_info.h: SSH_AUTH_INFO_0: how the person in front of sshd has proven himself, one line a completed method.
 * Knows nothing of keys: a key here is a type name and a blob. libc only, since the PAM module carries it.
 * Source: OpenSSH auth2.c auth2_update_session_info; sshkey_format_text. */
#ifndef COMMON_AUTH_INFO_H
#define COMMON_AUTH_INFO_H

#include "common/buffer.h"

#define AUTH_INFO_MAXIMUM ((size_t)512 * 1024)
#define AUTH_INFO_METHODS_MAXIMUM 16

struct auth_method {
	struct bytes name;  /* "publickey", "keyboard-interactive/pam": borrowed from the text */
	struct buffer blob; /* publickey: the key or certificate; else empty */
};

struct auth_info {
	struct auth_method methods[AUTH_INFO_METHODS_MAXIMUM];
	size_t num_methods; /* never 0 after a parse */
};

#define AUTH_INFO_EMPTY ((struct auth_info){.num_methods = 0})

/* auth_info_clear: frees what it owns; AUTH_INFO_EMPTY afterwards. */
void auth_info_clear(struct auth_info *info);

/* auth_info_parse: reads the variable's whole text. The type name that stands before a blob must be the one inside it.
 *   info  out: the caller's, to auth_info_clear(); the names in it borrow from `text`
 * Errors: ERROR_AUTH_INFO (empty, too long, NUL or CR, a line that is cut or has an unknown form, too many lines),
 * ERROR_BASE64. */
bool auth_info_parse(struct bytes text, struct auth_info *info, struct error *err) MUST_CHECK;

#endif

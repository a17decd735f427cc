/* key_file.h: OpenSSH's file of a sk key: not a private key but the handle that the authenticator needs to find it, or to make it
 * again. Written without a passphrase; `ssh-keygen -p` adds one.
 * Source: OpenSSH PROTOCOL.key, PROTOCOL.u2f. */
#ifndef FIDO_KEY_FILE_H
#define FIDO_KEY_FILE_H

#include "common/ssh_key.h"

struct key_file {
	struct ssh_key key;
	uint8_t flags; /* enum credential_flag */
	struct buffer key_handle;
	struct buffer comment; /* text */
};

#define KEY_FILE_EMPTY ((struct key_file){.flags = 0})

/* key_file_clear: frees what it owns; KEY_FILE_EMPTY afterwards. */
void key_file_clear(struct key_file *file);

/* key_file_put: appends the text of the file. Errors: ERROR_CRYPTO (no randomness), those of buffer_put. */
bool key_file_put(const struct key_file *file, struct buffer *out, struct error *err) MUST_CHECK;

/* key_file_parse: reads such a text, all of it.
 *   file  out: the caller's, to key_file_clear()
 * Errors: ERROR_SK_KEY_FILE (malformed, with a passphrase, of another type), ERROR_BASE64, those of ssh_key_parse. */
bool key_file_parse(struct bytes text, struct key_file *file, struct error *err) MUST_CHECK;

#endif

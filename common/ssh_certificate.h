/* ssh_certificate.h: OpenSSH user certificates: read, and the certification authority's signature checked.
 * Knows nothing of who is trusted to sign and of what an extension means.
 * Source: OpenSSH PROTOCOL.certkeys. */
#ifndef COMMON_SSH_CERTIFICATE_H
#define COMMON_SSH_CERTIFICATE_H

#include "common/ssh_key.h"

struct ssh_certificate {
	struct buffer blob; /* owned; all views below lie in it */
	struct ssh_key key; /* the certified key, as a plain key */
	struct ssh_key authority;
	uint64_t serial;
	uint64_t valid_after, valid_before;        /* seconds since 1970; after <= t < before */
	struct bytes key_id;                       /* text without NUL and control characters */
	struct bytes principals;                   /* SSH strings, never none: ssh_certificate_take_principal */
	struct bytes critical_options, extensions; /* pairs of SSH strings, in strictly rising order of names */
};

#define SSH_CERTIFICATE_EMPTY ((struct ssh_certificate){.serial = 0})

/* ssh_certificate_clear: frees what it owns; SSH_CERTIFICATE_EMPTY afterwards. */
void ssh_certificate_clear(struct ssh_certificate *certificate);

/* ssh_certificate_is: whether a blob names a certificate type (of any kind); reads the name only. */
bool ssh_certificate_is(struct bytes blob);

/* ssh_certificate_parse: reads a user certificate, all of it, and checks its signature by the key inside it. Whether that
 * key may sign is the caller's question, and so is the time.
 *   certificate  out: the caller's, to ssh_certificate_clear(); owns a copy of `blob`
 * Errors: ERROR_SSH_CERTIFICATE (malformed, host certificate, never valid, option twice or out of order),
 * ERROR_SSH_CERTIFICATE_NESTED (signed by a certificate), ERROR_SSH_CERTIFICATE_PRINCIPALS (none, or an empty one),
 * ERROR_SSH_KEY…, ERROR_SSH_SIGNATURE. */
bool ssh_certificate_parse(struct bytes blob, struct ssh_certificate *certificate, struct error *err) MUST_CHECK;

/* ssh_certificate_peek_key_id: the key id alone of a certificate that was checked once, without its signature: for lists.
 *   key_id  out: borrowed from blob
 * False when it is no certificate as far as that. */
bool ssh_certificate_peek_key_id(struct bytes blob, struct bytes *key_id) MUST_CHECK;

/* ssh_certificate_parse_line: as above, from "TYPE BASE64[ COMMENT]". Errors: also ERROR_BASE64. */
bool ssh_certificate_parse_line(struct bytes line, struct ssh_certificate *certificate, struct error *err) MUST_CHECK;

/* ssh_certificate_put_line: appends "TYPE BASE64" without line end. Errors: those of ssh_line_put. */
bool ssh_certificate_put_line(
    const struct ssh_certificate *certificate, struct buffer *out, struct error *err) MUST_CHECK;

/* ssh_certificate_take_principal: the next name off a copy of certificate->principals; false when none is left. */
bool ssh_certificate_take_principal(struct bytes *principals, struct bytes *name) MUST_CHECK;

/* ssh_certificate_find_extension: the content of an extension, with the SSH string that ssh-keygen wraps around a value
 * taken off. Borrowed from the certificate.
 * False when there is none, or when its content is no single SSH string. */
bool ssh_certificate_find_extension(
    const struct ssh_certificate *certificate, const char *name, struct bytes *content) MUST_CHECK;

#endif

/* input.h: files as operators and scripts name them: a path, or "-" for standard input; and a public key in any of its forms.
 * Knows nothing of what evidence is. */
#ifndef ENROLL_INPUT_H
#define ENROLL_INPUT_H

#include "common/buffer.h"

struct ssh_key;

/* The most bytes that one call reads. */
#define INPUT_MAXIMUM ((size_t)256 * 1024)

/* input_load: appends a file's or a pipe's content. Errors: ERROR_FILE with the path, ERROR_LIMIT. */
bool input_load(const char *path, struct buffer *content, struct error *err) MUST_CHECK;

/* input_load_key: the public key in a file: an SSH public key line, or a PEM or DER SubjectPublicKeyInfo.
 *   key  out: the caller's, to ssh_key_clear()
 * Errors: those of input_load; ERROR_SSH_KEY… when it is none of them. */
bool input_load_key(const char *path, struct ssh_key *key, struct error *err) MUST_CHECK;

/* input_load_certificate: appends the certificate in a file, as DER: the first PEM block where it is a certificate, else all of it as it
 * is; whether that is a certificate, who uses it says. Errors: those of input_load. */
bool input_load_certificate(const char *path, struct buffer *der, struct error *err) MUST_CHECK;

#endif

/* pinentry.h: asking for a secret through pinentry, the little program that GnuPG uses for it, over the Assuan protocol.
 * Knows nothing of what the secret is for. Source: the Assuan manual, "Server responses"; the pinentry manual, "Protocol". */
#ifndef ENROLL_PINENTRY_H
#define ENROLL_PINENTRY_H

#include "common/buffer.h"

struct secret;

/* pinentry_ask: runs "pinentry" of the PATH; it draws its own window, or asks on this terminal.
 *   description  what is wanted and why, one line
 *   maximum      bytes of the answer
 *   secret       out: the caller's, to secret_free()
 * Errors: ERROR_DECLINED (cancelled, or an empty answer), ERROR_PROGRAM (no pinentry, or it failed), ERROR_PROTOCOL, ERROR_LIMIT. */
bool pinentry_ask(const char *description, size_t maximum, struct secret **secret, struct error *err) MUST_CHECK;

/* pinentry_parse: all that pinentry answered: the data of its "D" lines.
 *   secret  appended
 * Errors: as pinentry_ask. */
bool pinentry_parse(struct bytes answers, struct secret *secret, struct error *err) MUST_CHECK;

#endif

/* chain.h: what another AuthorizedKeysCommand says of a key, for sites that have one: sshd knows only one such command, so
 * keyenroll-sshd asks the other one. It can only take away and restrict: its keys pass only if they are enrolled.
 * Knows nothing of the verifier. Source: sshd(8) AUTHORIZED_KEYS FILE FORMAT. libc only. */
#ifndef PAM_MODULE_CHAIN_H
#define PAM_MODULE_CHAIN_H

#include "common/buffer.h"

#define CHAIN_TIMEOUT_MS 10000

/* chain_ask: runs the command and finds the key in what it prints.
 *   command  words with one space between them, the first an absolute path; the account becomes the last word
 *   key      base64, as sshd gave it
 *   options  out: the options that stand before the key there, appended
 * Errors: ERROR_USAGE, ERROR_PROGRAM, ERROR_DEADLINE, those of chain_find. */
bool chain_ask(const char *command, const char *account, const char *key_type, const char *key, struct buffer *options,
    struct error *err) MUST_CHECK;

/* chain_find: finds a key in authorized_keys lines and appends its options.
 * Errors: ERROR_CHAIN when it is not there, or with an option that would weaken (no-touch-required) or mean another thing
 * (cert-authority). */
bool chain_find(
    struct bytes lines, const char *key_type, const char *key, struct buffer *options, struct error *err) MUST_CHECK;

#endif

/* codes.h: where a call of the command has PINs and management keys from: the terminal, or descriptors that a script opened.
 * Never from argv, environment or files. */
#ifndef ENROLL_CODES_H
#define ENROLL_CODES_H

#include "common/secret.h"

/* codes_pin: a PIN.
 *   descriptor  to read it from; -1: ask on the terminal
 *   token       for the question, "token 12345678"
 * Errors: those of prompt_secret and prompt_secret_from. */
bool codes_pin(int descriptor, const char *token, struct secret **pin, struct error *err) MUST_CHECK;

/* codes_management_key: a management key in hexadecimal, from a descriptor.
 *   key  out: the bytes; the caller's, to secret_free()
 * Errors: those of prompt_secret_from; ERROR_MANAGEMENT_KEY when it is not 16, 24 or 32 bytes in hexadecimal. */
bool codes_management_key(int descriptor, struct secret **key, struct error *err) MUST_CHECK;

#endif

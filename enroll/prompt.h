/* prompt.h: asking the operator on the controlling terminal, or a file descriptor in his place. A secret is never echoed,
 * never stands in argv or environment, and goes straight into a struct secret.
 * A question is translated here.
 * While a question stands, signals that would end or stop the program first give the terminal its echo back; one that the caller
 * blocks (interrupt.h) ends the question instead. */
#ifndef ENROLL_PROMPT_H
#define ENROLL_PROMPT_H

#include <stddef.h>

#include "common/error.h"

struct secret;

/* prompt_secret: asks without echo, and again after an empty line; the line's end is not part of the answer.
 *   maximum  bytes; a longer answer is refused
 *   secret   out: the caller's, to secret_free()
 * Errors: ERROR_DECLINED (end of input, a blocked signal, or no terminal to ask on), ERROR_LIMIT, ERROR_SYSTEM, ERROR_MEMORY. */
bool prompt_secret(const char *question, size_t maximum, struct secret **secret, struct error *err) MUST_CHECK;

/* prompt_line: asks with echo.
 *   answer  out: text of up to `size` bytes with the NUL; empty when only the enter key was hit
 * Errors: as prompt_secret. */
bool prompt_line(const char *question, char *answer, size_t size, struct error *err) MUST_CHECK;

/* prompt_yes: the word that consents, in the operator's language: for a question to name. Static storage. */
const char *prompt_yes(void);

/* prompt_is_yes: whether an answer consents: that word, or "yes" in whatever language. */
bool prompt_is_yes(const char *answer);

/* prompt_show_secret: shows one on the controlling terminal, and nowhere else: standard error may be a log. It is not copied.
 *   title  stands before it, "PUK of token 12345678"
 * Errors: ERROR_PUK_RECIPIENT (no terminal), ERROR_SYSTEM. */
bool prompt_show_secret(const char *title, const struct secret *secret, struct error *err) MUST_CHECK;

/* prompt_secret_from: reads a secret from an open descriptor, up to a line end or the end of input; not a byte more.
 * Errors: ERROR_USAGE (the descriptor is not open, or nothing comes), those of interrupt_check, ERROR_LIMIT, ERROR_MEMORY. */
bool prompt_secret_from(int descriptor, size_t maximum, struct secret **secret, struct error *err) MUST_CHECK;

#endif

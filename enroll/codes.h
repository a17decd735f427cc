/* codes.h: where a call of the command has PINs, PUKs and management keys from: the terminal, pinentry, or descriptors that a
 * script opened; and whom it tells a new PUK. Never argv, environment or files.
 * Knows nothing of what is done with them. */
#ifndef ENROLL_CODES_H
#define ENROLL_CODES_H

#include "common/error.h"

struct secret;

/* What a descriptor says for one person of many, read before anything else of that person, so that whatever goes wrong for one no
 * other gets his code. */
struct codes_line {
	struct secret
	    *code; /* owned, to codes_line_clear(); NULL: there was none, and `problem` says so where it is asked for */
	struct error problem;
};

#define CODES_LINE_EMPTY ((struct codes_line){.code = NULL})

/* Where a code comes from. */
struct codes_source {
	int descriptor;                /* to read a line from; -1: ask */
	bool pinentry;                 /* ask through pinentry, not on the terminal */
	const struct codes_line *line; /* the descriptor's; borrowed; NULL: it is read when it is asked for */
};

/* codes_line_read: the next line of a descriptor. */
void codes_line_read(int descriptor, struct codes_line *line);

/* codes_line_clear: wipes and frees it. */
void codes_line_clear(struct codes_line *line);

/* codes_ask: one code.
 *   question  "PIN of token 12345678"
 *   option    what else would help where there is nobody to ask: "--pin-fd"
 * Errors: those of prompt_secret, prompt_secret_from and pinentry_ask; ERROR_PIN_NEEDED with nobody to ask. */
bool codes_ask(const struct codes_source *source, const char *question, const char *option, struct secret **code,
    struct error *err) MUST_CHECK;

/* codes_warn_last: says before a code is asked for that one try of it is left, where the token tells that.
 *   question  as for codes_ask */
void codes_warn_last(bool says_tries, unsigned tries_left, const char *question);

/* codes_judge: whether a new code is good. Errors: what is wrong with it. */
typedef bool codes_judge(const struct secret *code, const void *context, struct error *err);

/* codes_ask_new: a new one, typed twice until both are the same; a descriptor says it once. One that is no good need not be typed
 * again: it comes back at once, and the caller, who judges it himself, says what is wrong.
 *   judge    NULL: any is good
 *   context  judge's
 * Errors: as codes_ask. */
bool codes_ask_new(const struct codes_source *source, const char *question, const char *option, codes_judge *judge,
    const void *context, struct secret **code, struct error *err) MUST_CHECK;

/* codes_can_ask: whether there is anybody, so that asking again makes sense. */
bool codes_can_ask(const struct codes_source *source);

/* codes_management_key: a management key in hexadecimal, from a descriptor.
 *   key  out: the bytes; the caller's, to secret_free()
 * Errors: those of prompt_secret_from; ERROR_MANAGEMENT_KEY when it is not 16, 24 or 32 bytes in hexadecimal. */
bool codes_management_key(int descriptor, struct secret **key, struct error *err) MUST_CHECK;

/* codes_show: tells a code to the operator, who says that he has it, or writes it and a line end to a descriptor.
 *   descriptor  -1: the terminal
 *   label       stands before it on the descriptor's line; "" where there is one code only
 *   title       "PUK of token 12345678"
 * Errors: ERROR_FILE (the descriptor takes nothing), those of prompt_show_secret and prompt_line. */
bool codes_show(
    int descriptor, const char *label, const char *title, const struct secret *code, struct error *err) MUST_CHECK;

#endif

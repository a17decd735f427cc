/* pam_stack.h: the session lines of a PAM service, in the order in which PAM runs them, with what they include.
 * Knows nothing of what is good. Source: pam.conf(5). */
#ifndef ENROLL_PAM_STACK_H
#define ENROLL_PAM_STACK_H

#include "common/buffer.h"

#define PAM_LINES_MAXIMUM 128

struct pam_line {
	char file[64];     /* in which it stands */
	char control[128]; /* "required", "[success=ok default=bad]" */
	char module[256];  /* as it stands there */
	char arguments[512];
	bool quiet; /* the type has a '-': nothing is logged where the module is missing */
};

struct pam_stack {
	struct pam_line lines[PAM_LINES_MAXIMUM];
	size_t num;
};

/* pam_stack_load: reads FOLDER/SERVICE and what it includes.
 *   folder  /etc/pam.d
 *   stack   out: replaced
 * Errors: ERROR_FILE, ERROR_LIMIT (too many lines, or files that include each other), ERROR_TEXT (a line that is cut). */
bool pam_stack_load(const char *folder, const char *service, struct pam_stack *stack, struct error *err) MUST_CHECK;

/* pam_line_is: whether a line runs the module of this file name, from whatever folder. */
bool pam_line_is(const struct pam_line *line, const char *module);

#endif

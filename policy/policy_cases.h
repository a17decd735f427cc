/* policy_cases.h: cases that an administrator keeps beside a policy: evidence, for whom, and what must come out.
 *
 *   case "a token without touch" {
 *       evidence = { "leaf.pem", "f9.pem" }
 *       person = "alice"
 *       group = { "wheel" }
 *       host-class = "bastion"
 *       expect = "refuse"
 *       rule = "no touch"
 *   }
 * Knows nothing of where files lie and of what evidence is. */
#ifndef POLICY_POLICY_CASES_H
#define POLICY_POLICY_CASES_H

#include "common/buffer.h"

struct policy_case {
	const char *name;
	int line;
	const char *const *evidence; /* names of files, borrowed as all texts here */
	size_t num_evidence;
	const char *person; /* NULL: nobody in particular */
	const char *const *groups;
	size_t num_groups;
	const char *host_class; /* NULL: none */
	bool accepted;          /* what is expected */
	const char *rule;       /* the rule that must decide; NULL: any */
};

/* policy_case_visitor: called for each case in order; what it is given is valid for that call. False stops. */
typedef bool policy_case_visitor(const struct policy_case *one, void *context, struct error *err);

/* policy_cases_each: reads a whole file of cases, then hands on one after the other.
 *   origin  its name in errors
 * Errors: ERROR_POLICY_FILE with file and line; what the visitor says. */
bool policy_cases_each(
    struct bytes text, const char *origin, policy_case_visitor *visit, void *context, struct error *err) MUST_CHECK;

#endif

/* enrolling.h: one enrollment as a verb runs it: the course with the operator's dialogue, the certificate written out, the
 * summary at the end. What `enroll`, `resume`, the batch and the guided desk have in common.
 * Knows nothing of where the person's name comes from. */
#ifndef ENROLL_ENROLLING_H
#define ENROLL_ENROLLING_H

#include "enroll/course.h"
#include "enroll/enroll_dialogue.h"
#include "enroll/house.h"

/* What the command line says of every enrollment of one call. */
struct enrolling {
	const struct invocation *invocation;
	struct house house;            /* empty until a verb opens what it needs */
	struct course_request request; /* without person */
	struct course_fido fido;       /* what request.fido points to, with --fido */
	struct enroll_answers answers;
	struct buffer certificate; /* owned: what request.certificate views */
	const char *out;           /* NULL: the enrollment is not written out */
	bool quiet;                /* no summary: the caller has one of its own */
	char operator_name[ACCOUNT_NAME_MAXIMUM];
};

#define ENROLLING_EMPTY ((struct enrolling){.house = HOUSE_EMPTY})

/* enrolling_init: reads the options that the enrolling verbs have. *enrolling is to be cleared in any case, which closes its
 * house as well.
 *   enrolling  out: stays at its place, for it points into itself
 * Errors: ERROR_USAGE, those of input_load. */
bool enrolling_init(const struct invocation *invocation, struct enrolling *enrolling, struct error *err) MUST_CHECK;

/* enrolling_clear: closes its house and frees what it owns. */
void enrolling_clear(struct enrolling *enrolling);

/* enrolling_check_person: the name can stand in a certificate; where this machine does not know it, a warning is said, and on a
 * terminal a yes asked for, unless --yes.
 * Errors: ERROR_PERSON_NAME, ERROR_DECLINED. */
bool enrolling_check_person(const struct enrolling *enrolling, const char *person, struct error *err) MUST_CHECK;

/* enrolling_run: enrolls a token for a person.
 *   token  taken over
 * Errors: those of course_run. */
bool enrolling_run(struct enrolling *enrolling, const char *person, struct token *token, struct error *err) MUST_CHECK;

/* enrolling_run_fido: the same with a FIDO2 token, as --fido wants it.
 *   authenticator  taken over
 * Errors: those of course_run. */
bool enrolling_run_fido(
    struct enrolling *enrolling, const char *person, struct authenticator *authenticator, struct error *err) MUST_CHECK;

/* enrolling_import: enrolls a FIDO2 key that was made elsewhere.
 *   key, evidence  taken over
 * Errors: those of course_run. */
bool enrolling_import(struct enrolling *enrolling, const char *person, struct ssh_key *key, struct evidence *evidence,
    struct error *err) MUST_CHECK;

/* enrolling_resume: goes on with a broken-off one.
 *   token    taken over
 *   journal  taken over
 * Errors: those of course_run. */
bool enrolling_resume(struct enrolling *enrolling, const struct journal_record *record, struct journal **journal,
    struct token *token, struct error *err) MUST_CHECK;

#endif

/* enroll_dialogue.h: how `enroll` speaks with the operator during a course: questions on the terminal, progress on standard
 * error, and the words at the end. Decides nothing. */
#ifndef ENROLL_ENROLL_DIALOGUE_H
#define ENROLL_ENROLL_DIALOGUE_H

#include "enroll/codes.h"

struct course;
struct course_dialogue;
struct invocation;
struct journal_record;

/* What the operator has said beforehand, by options. */
struct enroll_answers {
	bool yes; /* the key that is in the slot may go */
	struct codes_source pin;
	int puk_descriptor; /* -1: the terminal */
	bool many;          /* tokens in one call: the descriptor gets a PUK behind its token's serial */
};

/* enroll_dialogue: the course's dialogue for these answers, which it borrows. */
struct course_dialogue enroll_dialogue(struct enroll_answers *answers);

/* enroll_summary: a finished enrollment, as text or JSON on standard output.
 * Errors: those of report_take_json and report_end. */
bool enroll_summary(const struct invocation *invocation, const struct course *course, struct error *err) MUST_CHECK;

/* enroll_resumed: what `resume` has finished, as text or JSON.
 *   course  NULL: the enrollment had been recorded before, and nothing was left to do
 * Errors: those of report_take_json and report_end. */
bool enroll_resumed(const struct invocation *invocation, const struct journal_record *record,
    const struct course *course, struct error *err) MUST_CHECK;

/* enroll_explain_journal: what the operator can do about a course that broke off; nothing where there is no journal. */
void enroll_explain_journal(const struct course *course);

/* enroll_explain_refusal: every reason of an appraisal that refused, on standard error. */
void enroll_explain_refusal(const struct course *course);

#endif

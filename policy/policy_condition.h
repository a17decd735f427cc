/* policy_condition.h: the conditions that a rule can have: their words, how their values are read, how they are tested.
 * Adding one is a row in the table, and a kind where no kind fits. Inside policy/ only. */
#ifndef POLICY_POLICY_CONDITION_H
#define POLICY_POLICY_CONDITION_H

#include "policy/result.h"

struct condition;
struct condition_row;
struct policy_subject;

/* More rows than the table has; the table itself checks that. */
#define CONDITION_ROWS_MAXIMUM 64

/* condition_row_at: the table in order; NULL behind the last. */
const struct condition_row *condition_row_at(size_t index);

/* condition_add_word: takes one value as it stands in the file.
 * Errors: ERROR_POLICY_FILE: a word that this condition does not know (with those it does), a range or time that is none. */
bool condition_add_word(struct condition *condition, const char *word, struct error *err) MUST_CHECK;

/* condition_holds: tests one condition. A claim below `least_grade` counts as absent.
 *   found, size  out: what stood there instead, for people; may be NULL and 0 */
bool condition_holds(const struct condition *condition, enum claim_grade least_grade,
    const struct policy_subject *subject, const struct result *result, char *found, size_t size);

/* condition_put_wanted: the condition's values for people, cut where they are too long. */
void condition_put_wanted(const struct condition *condition, char *text, size_t size);

#endif

/* spare.h: whether a person has as many tokens as host.conf's minimum-tokens asks for, so that a lost one locks nobody out.
 *
 * A token counts that would be admitted by itself; two keys in a token whose evidence proves its serial number are one token. A key that
 * was revoked counts on for host.conf's replace-within: a person who has just reported a loss still gets in with the spare, and has
 * that long to get another.
 * Knows nothing of requests and of what the key at hand is. */
#ifndef VERIFIER_SPARE_H
#define VERIFIER_SPARE_H

#include "common/error.h"

struct appraisal;
struct host_view;

/* spare_check: passes at once where the host asks for one token only.
 *   appraisal  as for the key at hand; what differs from one of the person's enrollments to the next is not in it
 * Errors: ERROR_ENROLLMENT_SPARE, ERROR_SNAPSHOT_ABSENT (nothing to count in), ERROR_SNAPSHOT. */
bool spare_check(
    const struct host_view *view, const char *person, const struct appraisal *appraisal, struct error *err) MUST_CHECK;

#endif

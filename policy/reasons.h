/* reasons.h: what a helpdesk usually does about each refusal. Knows nothing of results. */
#ifndef POLICY_REASONS_H
#define POLICY_REASONS_H

#include <stddef.h>

#include "common/error.h"

/* reason_next_step: one sentence, or "" for a code that has none; static storage. */
const char *reason_next_step(enum error_code code);

#endif

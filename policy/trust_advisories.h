/* trust_advisories.h: the "advisories" member of a trust bundle. Knows nothing of anchors. */
#ifndef POLICY_TRUST_ADVISORIES_H
#define POLICY_TRUST_ADVISORIES_H

#include <jansson.h>

#include "common/error.h"

struct json_reader;
struct trust;

/* trust_advisories_read: reads the list into a trust that has none yet.
 *   list  a JSON list, or NULL for none
 * Errors: the reader's code, ERROR_MEMORY. */
bool trust_advisories_read(
    const struct json_reader *reader, const json_t *list, struct trust *trust, struct error *err) MUST_CHECK;

#endif

/* strict_json.h: JSON objects read by a table of their members: an unknown, missing or doubled member or a wrong type is an
 * error that names the place; and values written as text. Knows nothing of what the members mean. */
#ifndef POLICY_STRICT_JSON_H
#define POLICY_STRICT_JSON_H

#include <jansson.h>

#include "common/buffer.h"

struct json_member {
	const char *name;
	json_type type;
	bool required;
	json_t **value; /* out: borrowed from the object; NULL when it is absent */
};

/* Who reads: what errors are reported as, and where. */
struct json_reader {
	enum error_code code;
	const char *origin; /* file name or the like */
};

/* strict_json_parse: reads a whole text of UTF-8.
 *   root  out: the caller's, to json_decref()
 * Errors: the reader's code, with line and column; ERROR_MEMORY. */
bool strict_json_parse(
    const struct json_reader *reader, struct bytes text, json_t **root, struct error *err) MUST_CHECK;

/* strict_json_put: appends a value as text; on error `out` is as before.
 *   flags  jansson's, as JSON_COMPACT
 * Errors: those of buffer_put, ERROR_MEMORY. */
bool strict_json_put(const json_t *value, size_t flags, struct buffer *out, struct error *err) MUST_CHECK;

/* strict_json_members: takes an object apart.
 *   where  the object's place, "anchors[3]"
 * Errors: the reader's code. */
bool strict_json_members(const struct json_reader *reader, const char *where, json_t *object,
    const struct json_member members[], size_t num_members, struct error *err) MUST_CHECK;

/* strict_json_error: fills *err with "ORIGIN: WHERE: WHAT"; returns false. Errors: the reader's code. */
bool strict_json_error(const struct json_reader *reader, const char *where, const char *what, struct error *err);

#endif

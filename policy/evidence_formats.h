/* evidence_formats.h: the table of evidence formats. Adding a format is one file, one row and one enum name in evidence.h. */
#ifndef POLICY_EVIDENCE_FORMATS_H
#define POLICY_EVIDENCE_FORMATS_H

#include "policy/evidence.h"

struct appraisal;
struct result;

struct evidence_format_row {
	const char *name;         /* stands in stored evidence: never changes */
	enum evidence_format kin; /* the format whose anchors and advisories count: its own, or another wrapping's */

	/* Parses the evidence's content and fills claims, assurance and reasons. Refuses by result_refuse; without a refusal the
	 * evidence is genuine, and only then is the policy asked. */
	void (*appraise)(const struct appraisal *appraisal, struct result *result);
};

/* evidence_format_row: borrowed, static. */
const struct evidence_format_row *evidence_format_row(enum evidence_format format);

/* evidence_format_find: by the name that stands in stored evidence.
 * False for a name that is not in the table. */
bool evidence_format_find(struct bytes name, enum evidence_format *format) MUST_CHECK;

/* evidence_format_find_kin: the same, for a trust bundle's words: only formats whose anchors and advisories count. */
bool evidence_format_find_kin(struct bytes name, enum evidence_format *format) MUST_CHECK;

#endif

/* advisory.h: known weaknesses of tokens, as data: which signed firmware, edition and key a weakness concerns.
 * Read from trust bundles; what a hit leads to, the policy says. Knows nothing of formats and files. */
#ifndef POLICY_ADVISORY_H
#define POLICY_ADVISORY_H

#include "policy/result.h"

#define ADVISORY_RANGES_MAXIMUM 8
#define ADVISORY_KINDS_MAXIMUM 8
#define ADVISORY_MARKS_MAXIMUM 4

/* Firmware from `from` (inclusive) to `before` (exclusive), numerically, of one edition or of one form factor. */
struct advisory_range {
	unsigned from[3], before[3];
	char *edition;     /* "fips"; NULL: any */
	char *form_factor; /* what the form factor must end with, "bio"; NULL: any */
};

/* What tells a device apart whose firmware is not said: a claim that has one of these values. */
struct advisory_mark {
	enum claim_name claim;
	char **values; /* owned, and each of them */
	size_t num_values;
};

/* All texts are owned by the trust that holds the advisory. */
struct advisory {
	char *id, *vendor, *product, *text, *reference;
	char *format;        /* the evidence format it is seen in; NULL: about software, and never found by appraisal */
	char *firmware_from; /* whose firmware it reads: "attestation"; NULL with `format` */
	enum severity severity;
	char *key_kinds[ADVISORY_KINDS_MAXIMUM]; /* "rsa", "ecdsa"; none: any key */
	size_t num_key_kinds;
	struct advisory_range ranges[ADVISORY_RANGES_MAXIMUM];
	size_t num_ranges;
	struct advisory_mark marks[ADVISORY_MARKS_MAXIMUM];
	size_t num_marks;
};

/* advisory_concerns: whether the proven claims of a result fall under it. Firmware decides where it
 * is proven; where it is not, the marks do, and without marks every advisory of the format and the vendor concerns it.
 *   format  whose advisories count: the evidence's own or that of the format it wraps */
bool advisory_concerns(const struct advisory *advisory, const char *format, const struct result *result);

/* severity_find: the severity of a stable word ("note", "warning", "critical"). */
bool severity_find(struct bytes word, enum severity *severity) MUST_CHECK;

/* advisory_word_check: whether a word may stand for an advisory, by its id or a severity: what is almost a severity is none, and would be
 * no advisory's id either.
 * Errors: ERROR_POLICY_FILE. */
bool advisory_word_check(const char *word, struct error *err) MUST_CHECK;

#endif

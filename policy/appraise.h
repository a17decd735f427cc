/* appraise.h: the one pure function that says whether a key is in hardware.
 *
 * No device, no file, no network, no clock of its own, no global state; the command, the verifier, the fleet audit, the
 * fuzzers and the benchmarks all call it. Thread-safe as long as each thread has its own result. */
#ifndef POLICY_APPRAISE_H
#define POLICY_APPRAISE_H

#include "policy/evidence.h"

struct policy;
struct result;
struct trust;

struct appraisal {
	const struct evidence *evidence;
	const struct trust *trust;
	const struct policy *policy;
	struct bytes expected_spki;        /* DER of the key that must be the attested one; empty: any */
	struct bytes expected_application; /* of the sk key that was asked for; empty: it is none, or any */
	const char *expected_slot;         /* "9a"; NULL: any */
	const char *person;                /* for rules that name persons; NULL: nobody */
	const char *const *groups;         /* the person's groups, borrowed; NULL: none known */
	size_t num_groups;
	const char *host_class; /* NULL: none */
	int64_t enrolled_at;    /* seconds since 1970; 0: being enrolled now */
	int64_t now;            /* seconds since 1970 */
};

/* appraise: fills *result, always: trouble on the way (memory, libcrypto) is a refusal with its code. */
void appraise(const struct appraisal *appraisal, struct result *result);

/* appraise_rules: the second half of it: what advisories and the policy make of the claims in a result whose evidence was
 * found genuine.
 *   kin  the format whose advisories count */
void appraise_rules(const struct appraisal *appraisal, enum evidence_format kin, struct result *result);

#endif

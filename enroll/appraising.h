/* appraising.h: evidence or an enrollment from files, appraised with this call's trust: what `verify` and `show` have in
 * common. The rules themselves are policy/'s and registry/'s.
 * Knows nothing of options and of how a result is shown. */
#ifndef ENROLL_APPRAISING_H
#define ENROLL_APPRAISING_H

#include "registry/enrollment.h"

/* What there is to appraise. */
struct exhibit {
	bool is_enrollment;           /* else bare evidence */
	struct enrollment enrollment; /* holds its own evidence */
	struct evidence evidence;
	struct buffer spki;        /* DER of the key that must be the attested one; empty: any */
	struct buffer application; /* of that key where it is of an sk type */
};

#define EXHIBIT_EMPTY ((struct exhibit){.is_enrollment = false})

/* exhibit_clear: frees what it owns; EXHIBIT_EMPTY afterwards. */
void exhibit_clear(struct exhibit *exhibit);

/* exhibit_read: from all files' bytes after each other: an enrollment (a certificate as line or blob, alone), or
 * certificates.
 * Errors: those of enrollment_parse and evidence_read. */
bool exhibit_read(struct bytes input, struct exhibit *exhibit, struct error *err) MUST_CHECK;

/* exhibit_read_request: from a certificate request, whose own key must then be the attested one.
 * Errors: those of evidence_read_request. */
bool exhibit_read_request(struct bytes input, struct exhibit *exhibit, struct error *err) MUST_CHECK;

/* exhibit_demand_key: the attested key must be this one as well.
 * Errors: ERROR_KEY_MISMATCH when a request in the exhibit is for another key. */
bool exhibit_demand_key(struct exhibit *exhibit, const struct ssh_key *key, struct error *err) MUST_CHECK;

/* exhibit_appraise: fills *result, always. `appraisal` has trust, policy, now and, where asked for, slot and person.
 *   registrars  who may have signed an enrollment; NULL: only its evidence is appraised */
void exhibit_appraise(const struct exhibit *exhibit, const struct registrars *registrars,
    const struct appraisal *appraisal, struct result *result);

#endif

/* slot_report.h: what is known of the keys in a token's slots, each fact with whether a signature or only the token says so.
 * Asks for attestations; tries no code. Knows nothing of options. */
#ifndef ENROLL_SLOT_REPORT_H
#define ENROLL_SLOT_REPORT_H

#include <jansson.h>

#include "policy/result.h"

struct piv;
struct token_slot;
struct trust;

struct slot_report {
	const struct token_slot *slot;
	bool attested;        /* a genuine attestation, under an issuer that is trusted */
	struct result result; /* of it; refused where there is none */
	struct error reason;  /* why there is none */
	bool has_certificate;
};

/* slot_report_make: one slot in use.
 *   device_certificate  f9, DER; empty: there is none
 * Errors: those of the card that make further questions useless; that a slot cannot be attested is none. */
bool slot_report_make(struct piv *piv, const struct token_slot *slot, struct bytes device_certificate,
    const struct trust *trust, int64_t now, struct slot_report *report, struct error *err) MUST_CHECK;

/* slot_report_json: the same as an object, the caller's; NULL without memory. */
json_t *slot_report_json(const struct slot_report *report);

/* slot_report_say: the same as lines on standard output. */
void slot_report_say(const struct slot_report *report);

/* fact_json: one fact: {"name", "value", "grade": "signed" or "claimed", "proof": null where claimed}, the caller's; NULL without
 * memory. */
json_t *fact_json(const char *name, const char *value, bool is_signed, const char *proof);

/* fact_say: the same as a line on standard output, without the proof. */
void fact_say(const char *name, const char *value, bool is_signed);

#endif

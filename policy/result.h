/* result.h: what an appraisal found: the verdict, every reason for it, and each claim with the field that proves it.
 *
 * A result is a plain value without pointers to be freed: it may be copied, kept and read by any thread.
 * Knows nothing of how it was reached. */
#ifndef POLICY_RESULT_H
#define POLICY_RESULT_H

#include "common/buffer.h"

enum verdict {
	VERDICT_REFUSED, /* zero: a result that nobody filled refuses */
	VERDICT_ACCEPTED,
	VERDICT_NOT_APPRAISABLE, /* the evidence cannot be read, or is absent or incomplete */
};

enum assurance {
	ASSURANCE_NONE,
	ASSURANCE_ORGANISATION, /* rests on an anchor that the administrator added */
	ASSURANCE_VENDOR,       /* rests on the shipped bundle */
};

enum claim_grade {
	CLAIM_NOT_PROVABLE, /* this format cannot say */
	CLAIM_FAILED,       /* the evidence says the opposite */
	CLAIM_CLAIMED,      /* the token said so, unsigned */
	CLAIM_IMPLIED,      /* by the vendor's design or statement */
	CLAIM_PROVEN,       /* by a signed field */
};

enum claim_name {
	CLAIM_KEY,           /* fingerprint of the attested key, "SHA256:…" */
	CLAIM_KEY_ALGORITHM, /* "ecdsa-p256", "rsa-2048" */
	CLAIM_GENERATED_INSIDE,
	CLAIM_USED_INSIDE,
	CLAIM_NOT_EXPORTABLE,
	CLAIM_CERTIFIED_MODULE,
	CLAIM_RANDOM_SOURCE,
	CLAIM_BOUND, /* to the request or key that was asked for */
	CLAIM_VENDOR,
	CLAIM_ISSUER,             /* the anchor's name */
	CLAIM_FIRMWARE,           /* "5.7.4" */
	CLAIM_SERIAL,             /* PIV: decimal; FIDO: bytes, as "0x" and hexadecimal digits */
	CLAIM_SLOT,               /* "9a" */
	CLAIM_PIN_POLICY,         /* "never" "once" "always" "match-once" "match-always" */
	CLAIM_TOUCH_POLICY,       /* "never" "always" "cached" */
	CLAIM_FORM_FACTOR,        /* "usb-a keychain" … */
	CLAIM_EDITION,            /* "normal" "fips" "cspn" */
	CLAIM_DEVICE_CERTIFICATE, /* SHA-256 of the f9 or FIDO attestation certificate: a batch, not a device */
	/* FIDO */
	CLAIM_STATEMENT,           /* "packed" "fido-u2f" "tpm" "android-key" "apple" */
	CLAIM_APPLICATION,         /* the RP id, "ssh:" */
	CLAIM_FRESH,               /* "challenge of 32 bytes": made after it was issued */
	CLAIM_AAGUID,              /* the model's number, in hex with dashes */
	CLAIM_MODEL,               /* what the FIDO metadata calls it */
	CLAIM_DEVICE_TYPE,         /* Yubico's, "1.3.6.1.4.1.41482.1.7" */
	CLAIM_TRANSPORTS,          /* "usb,nfc" */
	CLAIM_USER_PRESENCE,       /* "yes" at enrollment */
	CLAIM_USER_VERIFICATION,   /* "required" (credProtect 3) "at-enrollment" "none" */
	CLAIM_CRED_PROTECT,        /* "1" "2" "3" "none" */
	CLAIM_BACKUP_ELIGIBLE,     /* "yes" "no": whether the key can be copied to other devices */
	CLAIM_BACKED_UP,           /* "yes" "no" */
	CLAIM_COUNTER,             /* signatures made, decimal */
	CLAIM_CERTIFICATE_DATES,   /* "current" "expired" "not-yet" */
	CLAIM_METADATA,            /* "listed" "unlisted" "outdated" "none": whether the FIDO metadata has the model */
	CLAIM_CERTIFICATION_LEVEL, /* "none" "L1" "L1plus" … "L3plus" */
	CLAIM_KEY_PROTECTION, /* "hardware" "secure-element" "tee" "software" "remote-handle", the strongest of them */
	CLAIM_MATCHER_PROTECTION, /* "on-chip" "tee" "software" */
	CLAIM_KEY_RESTRICTED,     /* "yes" "no": the key signs FIDO messages only */
	CLAIM_MODEL_STATUS,       /* worst status report: "good" "update-available" "revoked" … */
	CLAIM_NAME_COUNT
};

struct claim {
	enum claim_name name;
	enum claim_grade grade;
	char value[128];
	/* certificate and OID, "attestation 1.3.6.1.4.1.41482.3.3"; for implied claims whose statement it is */
	char proof[96];
};

struct reason {
	enum error_code code;
	bool warning; /* worth knowing, and nothing that refuses */
	char sentence[256];
	char next_step[192]; /* what a helpdesk does about it; may be empty */
};

enum severity {
	SEVERITY_NOTE,
	SEVERITY_WARNING,  /* a weakness that takes the token in the attacker's hand */
	SEVERITY_CRITICAL, /* the private key can be computed, or the evidence proves nothing */
};

/* A known vulnerability that this evidence falls under, by its signed fields. */
struct advisory_hit {
	char id[40];
	enum severity severity;
	char text[256];
	char reference[96];
};

#define RESULT_REASONS_MAXIMUM 16
#define RESULT_ADVISORIES_MAXIMUM 16
#define RESULT_TEXT_SIZE 96
#define RESULT_OPTIONS_SIZE 256
#define RESULT_HASH_SIZE 65
#define RESULT_TWINS_MAXIMUM 8

struct result {
	enum verdict verdict;
	enum assurance assurance;
	char format[16];
	char rule[RESULT_TEXT_SIZE]; /* the policy's rule that decided; "evidence-only" when none was asked */
	char trust_version[RESULT_TEXT_SIZE];
	char policy_version[RESULT_TEXT_SIZE];
	int64_t appraised_at; /* seconds since 1970: the time that was given */
	/* authorized_keys options the rule attaches: "verify-required,from=\"…\""; or "" */
	char key_options[RESULT_OPTIONS_SIZE];
	int64_t maximum_life; /* seconds after its making that an enrollment may live; 0: no limit of its own */
	struct reason reasons[RESULT_REASONS_MAXIMUM];
	size_t num_reasons;
	struct claim claims[CLAIM_NAME_COUNT];
	size_t num_claims;
	char certificate_twins[RESULT_TWINS_MAXIMUM][RESULT_HASH_SIZE]; /* what CLAIM_DEVICE_CERTIFICATE may be as well
	                                                                   (certificate_claim.h); told nobody */
	size_t num_certificate_twins;
	/* all that apply, whatever the policy makes of them */
	struct advisory_hit advisories[RESULT_ADVISORIES_MAXIMUM];
	size_t num_advisories;
};

/* result_find_claim: borrowed from `result`; NULL when the format says nothing of it. */
const struct claim *result_find_claim(const struct result *result, enum claim_name name);

/* result_has_key_option: whether the rule attaches this option, one without a value. */
bool result_has_key_option(const struct result *result, const char *option);

/* result_add_claim: appends a claim (each name once; a second one of the same name is a bug and refuses).
 *   value   text, cut where it is too long
 *   proof   may be "" */
void result_add_claim(
    struct result *result, enum claim_name name, enum claim_grade grade, const char *value, const char *proof);

/* result_refuse: adds a reason and makes the verdict a refusal (or not appraisable, by the code's category INPUT). Never turns a
 * refusal into anything better. Reasons above the maximum are dropped, the verdict is not.
 *   next_step  may be NULL: the code's usual one is taken */
void result_refuse(struct result *result, const struct error *err, const char *next_step);

/* result_first_refusal: the first reason that stands against it; borrowed, NULL when none does. */
const struct reason *result_first_refusal(const struct result *result);

/* result_is_refused: whether any reason stands against it. */
bool result_is_refused(const struct result *result);

/* result_warn: adds a reason that does not refuse; the verdict stays as it is. */
void result_warn(struct result *result, const struct error *err, const char *next_step);

/* result_add_advisory: adds a known vulnerability, each id once with the worst of its severities; those above the maximum are
 * dropped, the worst are kept. */
void result_add_advisory(struct result *result, const struct advisory_hit *hit);

/* result_put_text: appends a few lines for people, in their language. Errors: as buffer_put. */
bool result_put_text(const struct result *result, struct buffer *out, struct error *err) MUST_CHECK;

/* result_put_json: appends one object, schema policy/result.schema.json. Errors: as buffer_put. */
bool result_put_json(const struct result *result, struct buffer *out, struct error *err) MUST_CHECK;

/* verdict_name: the stable word of a verdict, as JSON and logs have it; static storage, as all names here. */
const char *verdict_name(enum verdict verdict);

/* assurance_name: the stable word of an assurance; policies ask for it. */
const char *assurance_name(enum assurance assurance);

/* claim_name: the stable word of a claim; policies ask for it. */
const char *claim_name(enum claim_name name);

/* claim_find: the claim of a stable word. False for a word that is none. */
bool claim_find(struct bytes word, enum claim_name *name) MUST_CHECK;

/* claim_grade_name: the stable word of a grade. */
const char *claim_grade_name(enum claim_grade grade);

/* severity_name: the stable word of a severity. */
const char *severity_name(enum severity severity);

#endif

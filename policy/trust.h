/* trust.h: whom an appraisal believes: vendors' issuing CAs as facts (name, key, what they may issue) and known
 * vulnerabilities, read from bundles.
 *
 * A bundle is a JSON file (policy/TRUST-FORMAT.md describes it). The shipped one is the vendor's word; files of a site's trust
 * folder add to it, and what rests on them has assurance "organisation", never "vendor". The validity of an issuer's certificate
 * is for people who read a bundle: a token has no clock, and nothing is refused by it. Immutable after loading, so threads may
 * share it.
 * Knows nothing of where files lie. */
#ifndef POLICY_TRUST_H
#define POLICY_TRUST_H
#include "policy/evidence.h"

struct advisory;
struct certificate;
struct verification_key;

enum trust_source {
	TRUST_SHIPPED, /* the bundle that the package installs */
	TRUST_SITE,    /* added by the administrator */
};

enum trust_shape {
	TRUST_SHAPE_S1, /* the device certificate is issued by a root; BasicConstraints may be missing in it */
	TRUST_SHAPE_S2, /* by a pinned issuing CA under a root */
	TRUST_SHAPE_SECURITY_KEY,            /* an issuer of security keys' attestation certificates */
	TRUST_SHAPE_ATTESTATION_CERTIFICATE, /* such a certificate itself, one of `certificates` */
	TRUST_SHAPE_TPM,                     /* an issuer above TPMs' attestation identity keys */
	TRUST_SHAPE_ANDROID,                 /* of Android's hardware keystore */
	TRUST_SHAPE_APPLE,                   /* of Apple's anonymous attestation */
	TRUST_SHAPE_METADATA, /* a root above the FIDO metadata's signer; an anchor that metadata names */
};

/* An anchor: one pinned issuer of device certificates. */
struct trust_anchor {
	char *name; /* for people, "Yubico PIV Attestation B 1" */
	char *vendor;
	char *bundle; /* name and version of the bundle it came with, for the result */
	enum evidence_format format;
	enum trust_source source;
	enum trust_shape shape;
	bool distrusted;       /* a preview or sibling CA: known, and never to be believed */
	char *distrust_reason; /* sentence; NULL unless distrusted */
	enum error_code
	    distrust_code; /* what a refusal for it says; the format's own word where the bundle names none */
	/* DER Name; empty in a distrusted batch that is known by `certificates` alone, as the next two */
	struct buffer subject;
	struct buffer spki;
	struct verification_key *key; /* of `spki` */
	uint8_t spki_hash[32];
	struct buffer certificates; /* SHA-256 of each certificate that carries this name and key */
	unsigned issuers_below;     /* how many CAs may stand between it and an attestation certificate */
	struct buffer aaguids;      /* models that it attests, FIDO_AAGUID_SIZE bytes each; empty: any */
};

struct trust;
struct metadata;

/* trust_anchor_clear: frees what an anchor owns. */
void trust_anchor_clear(struct trust_anchor *anchor);

/* trust_take_metadata: gives a trust the FIDO metadata, which becomes its own. */
void trust_take_metadata(struct trust *trust, struct metadata *metadata);

/* trust_metadata: borrowed; NULL when there is none. */
const struct metadata *trust_metadata(const struct trust *trust);

/* trust_new: an empty trust, which believes nobody. *trust is the caller's, to trust_free(). Errors: ERROR_MEMORY. */
bool trust_new(struct trust **trust, struct error *err) MUST_CHECK;

/* trust_free: NULL does nothing. */
void trust_free(struct trust *trust);

/* trust_add: reads one bundle and adds what it says.
 *   origin  its name in errors and results, a path mostly
 * Errors: ERROR_TRUST_BUNDLE with the field, ERROR_MEMORY; `trust` is as before then. */
bool trust_add(
    struct trust *trust, struct bytes json, const char *origin, enum trust_source source, struct error *err) MUST_CHECK;

/* trust_find: the anchors of a format with this subject name, one after the other (names are not unique: two roots may
 * share one).
 *   after  NULL for the first, else the one found before
 * Borrowed from `trust`; NULL when there is none (left). */
const struct trust_anchor *trust_find(
    const struct trust *trust, enum evidence_format format, struct bytes subject, const struct trust_anchor *after);

/* trust_is_anchor_certificate: whether this is the SHA-256 of one of the anchor's own certificates. */
bool trust_is_anchor_certificate(const struct trust_anchor *anchor, const uint8_t hash[32]);

/* trust_find_distrusted: an entry that says that this key is never believed for a format.
 *   spki  DER of the key
 * Borrowed; NULL when there is none. */
const struct trust_anchor *trust_find_distrusted(
    const struct trust *trust, enum evidence_format format, struct bytes spki);

/* trust_check_distrusted_certificate: whether an entry says so of this very certificate, by its SHA-256 or by that of a twin
 * of it (certificate_twin.h).
 *   der    the certificate as it was handed in, of which `certificate` was read
 *   found  out: the entry, borrowed; NULL when there is none
 * Errors: those of certificate_hash_twins. */
bool trust_check_distrusted_certificate(const struct trust *trust, enum evidence_format format,
    const struct certificate *certificate, struct bytes der, const struct trust_anchor **found,
    struct error *err) MUST_CHECK;

/* trust_version: version of the shipped bundle, "none" without one; borrowed. */
const char *trust_version(const struct trust *trust);

/* trust_anchor: the anchors by number from 0; borrowed, NULL behind the last one. */
const struct trust_anchor *trust_anchor(const struct trust *trust, size_t index);

/* trust_advisory: the advisories likewise. */
const struct advisory *trust_advisory(const struct trust *trust, size_t index);

#endif

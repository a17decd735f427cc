/* certificate.h: a strict view of an X.509 certificate.
 *
 * What this view accepts is a small part of X.509: version 3, canonical DER to the last byte, at most 4 KiB, no extension
 * twice, no critical extension that nobody here reads, the same signature algorithm inside and outside. Judges form only:
 * who signed, and what the names and extensions have to be, is the business of the format that asked.
 * Source: RFC 5280 4. */
#ifndef POLICY_CERTIFICATE_H
#define POLICY_CERTIFICATE_H

#include "policy/public_key.h"
#include "policy/signature.h"

#define CERTIFICATE_MAXIMUM ((size_t)4096)
#define CERTIFICATE_EXTENSIONS_MAXIMUM 16
#define CERTIFICATE_SERIAL_MAXIMUM 20

struct certificate_extension {
	struct bytes oid; /* content of the OBJECT IDENTIFIER */
	bool critical;
	struct bytes value; /* content of the OCTET STRING */
};

/* All bytes are borrowed from what was parsed. */
struct certificate {
	struct bytes whole;
	struct bytes serial;
	struct bytes issuer, subject; /* Name with its header */
	struct bytes validity;        /* content: two times */
	struct bytes spki;
	struct public_key key;
	struct signature signature; /* over the TBSCertificate */
	struct certificate_extension extensions[CERTIFICATE_EXTENSIONS_MAXIMUM];
	size_t num_extensions;
};

enum certificate_authority {
	AUTHORITY_NOT_SAID, /* no BasicConstraints */
	AUTHORITY_NO,
	AUTHORITY_YES,
};

struct basic_constraints {
	enum certificate_authority authority;
	bool has_path_length;
	uint32_t path_length;
};

/* What a format allows beyond the strict view, because its genuine devices need it. */
struct certificate_tolerance {
	const struct bytes *critical; /* OIDs of critical extensions that the format reads or knows to be harmless */
	size_t num_critical;
	bool unusual_serial; /* zero, negative or longer than it should be: nothing rests on it */
};

/* certificate_parse: reads one certificate, all of `der`.
 *   out  borrowed from the memory behind `der`
 * Errors: ERROR_LIMIT (above 4 KiB), ERROR_EVIDENCE_CERTIFICATE (not canonical DER, not version 3, an extension twice),
 * ERROR_CERTIFICATE_ALGORITHM, ERROR_CERTIFICATE_EXTENSION (an unknown critical one), ERROR_KEY_WEAK. */
bool certificate_parse(struct bytes der, struct certificate *out, struct error *err) MUST_CHECK;

/* certificate_parse_tolerant: the same with what a format allows. Errors: as certificate_parse. */
bool certificate_parse_tolerant(struct bytes der, const struct certificate_tolerance *tolerance,
    struct certificate *out, struct error *err) MUST_CHECK;

/* certificate_find_extension: by the content of its OID; borrowed, NULL when it is not there. */
const struct certificate_extension *certificate_find_extension(const struct certificate *certificate, struct bytes oid);

/* certificate_basic_constraints: what the certificate says of being an issuer.
 * Errors: ERROR_EVIDENCE_CERTIFICATE when the extension is malformed. */
bool certificate_basic_constraints(
    const struct certificate *certificate, struct basic_constraints *out, struct error *err) MUST_CHECK;

/* certificate_dates: from when to when it says to be valid, in seconds since 1970 (both ends inside). */
void certificate_dates(const struct certificate *certificate, int64_t *from, int64_t *to);

/* certificate_common_name: the text of a name that consists of exactly one common name.
 *   name  a Name with its header: the subject or the issuer
 * False when the name is anything else. */
bool certificate_common_name(struct bytes name, struct bytes *text) MUST_CHECK;

/* certificate_parse_extensions: reads a list of extensions, as certificates and requests have it.
 *   list         content of the Extensions sequence
 *   extensions   room for CERTIFICATE_EXTENSIONS_MAXIMUM
 * Errors: ERROR_EVIDENCE_CERTIFICATE (malformed, too many, one twice). */
bool certificate_parse_extensions(
    struct bytes list, struct certificate_extension extensions[], size_t *num_extensions, struct error *err) MUST_CHECK;

#endif

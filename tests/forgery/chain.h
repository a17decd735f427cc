/* chain.h: makes PIV attestation chains, honest ones in each genuine shape and any wrong variant of them.
 *
 * A chain is described by two recipes; an honest one is edited, edit by edit, and then encoded and signed by hand, so that
 * every malformed thing can be written. Tests only. */
#ifndef TESTS_FORGERY_CHAIN_H
#define TESTS_FORGERY_CHAIN_H

#include "policy/evidence.h"
#include "policy/trust.h"
#include "tests/forgery/keys.h"

#define FORGED_EXTENSIONS_MAXIMUM 20

enum forged_shape { FORGED_S1, FORGED_S1_WITHOUT_CONSTRAINTS, FORGED_S2 };

/* Bytes are written in hex, names in plain text. NULL stands for what an honest token writes. */
struct forged_extension {
	const char *oid; /* hex of the OID's content */
	bool critical;
	const char *value; /* hex of what is in the OCTET STRING */
};

struct forged_certificate {
	const char *version;  /* hex of the whole [0] element */
	const char *serial;   /* hex of the INTEGER's content */
	const char *issuer;   /* common name */
	const char *subject;  /* common name; a byte 01 stands for NUL */
	const char *name_tag; /* hex of the string's tag in the subject, "0c" */
	const char *validity; /* hex of the content of Validity */
	const char *spki;     /* hex of the whole element; NULL: of `key` */
	enum forged_key key, signer;
	const char *digest;          /* "SHA256" */
	const char *algorithm;       /* hex of the AlgorithmIdentifier's content, inside and outside */
	const char *outer_algorithm; /* the same, outside only */
	struct forged_extension extensions[FORGED_EXTENSIONS_MAXIMUM];
	size_t num_extensions;
	const char *rest_inside; /* hex, behind the extensions, signed */
	const char *rest;        /* hex, behind the certificate */
	const char *unused_bits; /* hex of the signature's first byte, "00" */
	bool long_length;        /* the outer length in more bytes than needed */
	bool indefinite;         /* the outer length left open */
	bool without_signature;  /* an empty one */
	size_t cut;              /* bytes that are left away at the end */
	size_t padding;          /* zero bytes in one more extension that nobody knows */
};

enum forged_part { ATTESTATION, DEVICE };

struct forged_chain {
	struct forged_certificate certificates[2]; /* by forged_part */
	bool without[2];                           /* left out of the evidence */
	bool swapped;
	const char *rest; /* hex, behind the evidence's content */
	size_t cut;       /* bytes of that content left away at the end */
};

enum forged_field {
	FIELD_VERSION,
	FIELD_SERIAL,
	FIELD_ISSUER,
	FIELD_SUBJECT,
	FIELD_NAME_TAG,
	FIELD_VALIDITY,
	FIELD_SPKI,
	FIELD_DIGEST,
	FIELD_ALGORITHM,
	FIELD_OUTER_ALGORITHM,
	FIELD_REST_INSIDE,
	FIELD_REST,
	FIELD_UNUSED_BITS,
	FIELD_EXTENSION_VALUE,    /* text: "OID VALUE": changes it, or adds it behind the others */
	FIELD_EXTENSION_AGAIN,    /* text: "OID VALUE": adds it, whatever is there */
	FIELD_EXTENSION_CRITICAL, /* text: "OID VALUE": adds it as critical */
	FIELD_EXTENSION_ABSENT,   /* text: "OID" */
	FIELD_EXTENSIONS_MANY,    /* 17 unknown ones */
	FIELD_KEY,                /* number: enum forged_key */
	FIELD_SIGNER,             /* number: enum forged_key */
	FIELD_LONG_LENGTH,
	FIELD_INDEFINITE,
	FIELD_WITHOUT_SIGNATURE,
	FIELD_CUT,     /* number: bytes */
	FIELD_WITHOUT, /* the certificate is not handed in */
	FIELD_PADDING, /* number: bytes */
	FIELD_SWAPPED,
	FIELD_CONTENT_REST,
	FIELD_CONTENT_CUT, /* number: bytes */
	FIELD_COUNT
};

/* One change to an honest chain. */
struct forged_edit {
	enum forged_part part;
	enum forged_field field;
	const char *text;
	int number;
};

/* Common names of the issuers in forged_trust. */
#define ROOT_NAME "Test PIV Root CA"
#define ISSUING_NAME "Test PIV Attestation B 1"
#define PREVIEW_NAME "Test PIV Preview CA"
#define SIBLING_NAME "Test OPGP Attestation B 1"
#define DEVICE_NAME "Yubico PIV Attestation"

/* Content of the OIDs below 1.3.6.1.4.1.41482.3, and of BasicConstraints, in hex. */
#define OID_PIV(last) "2b0601040182c40a03" last
#define OID_CONSTRAINTS "551d13"

/* forged_chain_honest: what a token of firmware 5.4.3 or, for S2, 5.7.4 gives for slot 9a. */
void forged_chain_honest(enum forged_shape shape, struct forged_chain *chain);

void forged_chain_edit(struct forged_chain *chain, const struct forged_edit *edit);

/* forged_chain_evidence: encodes and signs it.
 *   evidence  out: to evidence_clear() */
bool forged_chain_evidence(const struct forged_chain *chain, struct evidence *evidence, struct error *err) MUST_CHECK;

/* forged_put_hex: appends the bytes of a hex text, which ends at its NUL or a blank; NULL is no bytes. */
bool forged_put_hex(const char *hex, struct buffer *out, struct error *err) MUST_CHECK;

/* forged_certificate_put: appends one certificate. */
bool forged_certificate_put(
    const struct forged_certificate *certificate, struct buffer *out, struct error *err) MUST_CHECK;

/* forged_put_bundle: appends a trust bundle that believes ROOT_NAME (S1) and ISSUING_NAME (S2), and distrusts PREVIEW_NAME and
 * SIBLING_NAME.
 *   advisories  JSON list; NULL for none */
bool forged_put_bundle(const char *advisories, struct buffer *out, struct error *err) MUST_CHECK;

/* forged_put_distrust: a bundle that distrusts the key of a batch of tokens, under any name.
 *   certificates  JSON list of hashes; NULL for none */
bool forged_put_distrust(
    const char *name, enum forged_key key, const char *certificates, struct buffer *out, struct error *err) MUST_CHECK;

/* forged_trust: a trust that holds this bundle. */
bool forged_trust(enum trust_source source, struct trust **trust, struct error *err) MUST_CHECK;

#endif

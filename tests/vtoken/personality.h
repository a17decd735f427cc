/* personality.h: what distinguishes one model and firmware from another: a table with one row each.
 * A new row needs no code unless the model has a habit that no other one had. Knows nothing of one card's state. */
#ifndef TESTS_VTOKEN_PERSONALITY_H
#define TESTS_VTOKEN_PERSONALITY_H

#include "common/bytes.h"

/* Which chain the vendor's certificates make: leaf <- f9 <- root, or leaf <- f9 <- issuing <- intermediate <- root. */
enum chain_shape { CHAIN_SHORT, CHAIN_LONG };

/* How the leaf and the f9 certificate look. */
struct attestation_shape {
	enum chain_shape chain;
	const char *device_name;            /* CN of the f9 certificate, and so the leaf's issuer */
	const char *not_before, *not_after; /* YYYYMMDDHHMMSSZ, on both certificates */
	uint8_t device_version[3];          /* the firmware that f9 names; a batch may lag behind the card's own */
	bool device_constraints;            /* f9 has BasicConstraints */
	struct bytes device_fips;           /* content of f9's extension .10, empty: absent */
	bool leaf_serial;                   /* the leaf has extension .7 */
	uint8_t form_factor;                /* extension .9 of the leaf, 0: absent */
	bool number_starts_with_one;        /* the leaf's certificate serial number begins with byte 01 */
};

/* What a new FIDO2 credential is attested with. */
enum fido_attestation {
	FIDO_ATTESTATION_BATCH, /* packed, by the batch key */
	FIDO_ATTESTATION_SELF,  /* packed, by the credential itself */
	FIDO_ATTESTATION_U2F,   /* fido-u2f, by the batch key */
	FIDO_ATTESTATION_NONE,
};

/* How the FIDO2 application and its batch certificate look. */
struct fido_shape {
	uint8_t aaguid[16];
	bool ctap2;             /* else U2F only */
	bool ctap21;            /* the commands and options that 2.1 brought */
	bool ed25519;           /* beside ES256 */
	struct bytes protocols; /* PIN protocols, the preferred one first */
	enum fido_attestation attestation;
	enum chain_shape chain;
	const char *certificate_name; /* CN of the batch certificate */
	const char *not_before, *not_after;
	const char *device_type;        /* content of the vendor's extension 41482.2; NULL: absent */
	uint8_t certificate_version[3]; /* extension 41482.13.1; 0 in front: absent */
	bool certificate_aaguid;        /* has the AAGUID extension */
};

struct personality {
	const char *name;
	uint8_t version[3];               /* what FD answers */
	struct bytes vendor_instructions; /* INS bytes that exist beside those of SP 800-73 */
	struct bytes algorithms;          /* algorithm bytes for slot keys */
	struct bytes management_ciphers;  /* algorithm bytes for 9B; the first one is the factory setting */
	bool logout;                      /* VERIFY with P1 FF */
	bool discovery;                   /* GET DATA 7E answers */
	bool seven_bit_puk;               /* a PUK byte above 7F is refused; unfit codes get 6985 instead of 6A80 */
	bool never_refused;               /* PIN policy "never" is refused (certified models) */
	bool extended_length;
	size_t command_maximum; /* bytes of one command's data, chained or extended */
	size_t objects_maximum; /* bytes of all objects */
	struct attestation_shape attestation;
	const struct fido_shape *fido; /* NULL: the card has no such application */
};

/* personality_find: the row of that name, NULL for none. */
const struct personality *personality_find(const char *name);

/* personality_at: the row at a place, for listings; NULL behind the last. */
const struct personality *personality_at(size_t place);

/* personality_has: whether a list of the row (instructions, algorithms, ciphers) holds this byte. */
bool personality_has(struct bytes list, uint8_t value);

#endif

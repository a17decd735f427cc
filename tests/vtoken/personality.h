/* personality.h: what distinguishes one model from another: one table, a row each. A row puts together what is described
 * once: a firmware, the way its commands travel, and the device certificate of its batch.
 * A new row needs no code unless the model has a habit that no other one had. Knows nothing of one card's state. */
#ifndef TESTS_VTOKEN_PERSONALITY_H
#define TESTS_VTOKEN_PERSONALITY_H

#include "common/bytes.h"

/* Which chain the vendor's FIDO2 certificates make: batch <- root, or batch <- issuing <- intermediate <- root. */
enum chain_shape { CHAIN_SHORT, CHAIN_LONG };

/* How the attestation of a key looks, beside what it copies from the device certificate. */
struct leaf_shape {
	bool bare;                   /* no extension at all */
	bool of_imported;            /* imported keys are attested as well */
	bool upper_case_slot;        /* CN ends in 9A instead of 9a */
	bool serial;                 /* has extension .7 */
	uint8_t form_factor;         /* extension .9, 0: absent */
	bool number_starts_with_one; /* the certificate's serial number begins with byte 01 */
};

enum metadata_habit {
	METADATA_TRUE,
	METADATA_ORIGIN_SWAPPED, /* generated is 0 and imported 1 */
	METADATA_ONE_FOR_ALL,    /* the same malformed bytes whatever slot is asked for */
};

/* What the PIV application of one firmware knows and does. */
struct firmware {
	uint8_t version[3];               /* what FD answers */
	uint8_t openpgp[2];               /* version of the OpenPGP application beside it; 0 in front: there is none */
	struct bytes vendor_instructions; /* INS bytes that exist beside those of SP 800-73 */
	struct bytes algorithms;          /* algorithm bytes for slot keys */
	struct bytes management_ciphers;  /* algorithm bytes for 9B; the first one is the factory setting */
	bool of_another_vendor;           /* has none of the vendor's other applications */
	bool logout;                      /* VERIFY with P1 FF */
	bool discovery;                   /* GET DATA 7E answers */
	bool seven_bit_puk;               /* a PUK byte above 7F is refused, characters count; unfit codes get 6985 */
	const char *refused_code;         /* PIN complexity is on, and this code is on its list; NULL: it is off */
	bool never_refused;               /* PIN policy "never" is refused (certified models) */
	bool old_tries_status;            /* 630x where others say 63Cx */
	bool decimal_serial;              /* F8 answers two decimal digits a byte */
	bool fingers;                     /* reference 96 and the PIN policies 4 and 5 */
	enum metadata_habit metadata;
	struct leaf_shape leaf;
};

/* How commands and answers travel. Of a reply longer than `reply_maximum` GET RESPONSE fetches the rest. */
struct wire {
	bool extended_length;
	size_t command_maximum; /* bytes of one command's data, chained or extended */
	size_t reply_maximum;   /* bytes of one answer */
	bool exact_length;      /* an Le that is not the answer's length gets 6Cxx first */
	bool silent_rest;       /* 9000 where 61xx would tell of the rest */
};

/* The certificate of a batch's f9 key. */
struct device_shape {
	const char *issuer;                 /* the vendor's CA, by the file names of vendor.h */
	const char *name;                   /* CN, and so the leaf's issuer */
	const char *not_before, *not_after; /* YYYYMMDDHHMMSSZ, on leaves as well */
	bool bare;                          /* no extension at all */
	uint8_t version[3];                 /* the firmware that it names; a batch may lag behind the card's own */
	bool constraints;                   /* has BasicConstraints */
	struct bytes fips;                  /* content of extension .10, empty: absent */
	struct bytes cspn;                  /* content of extension .11, empty: absent */
};

/* What became of f9 after the factory. */
enum device_fate {
	DEVICE_KEPT,
	DEVICE_KEY_REPLACED, /* another key under the vendor's certificate */
	DEVICE_KEY_DELETED,  /* by F6; the certificate stays */
	DEVICE_DELETED,      /* both are gone */
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
	const struct firmware *firmware;
	const struct wire *wire;
	size_t objects_maximum;            /* bytes of all objects */
	const struct device_shape *device; /* NULL: it cannot attest */
	enum device_fate device_fate;
	const struct fido_shape *fido; /* NULL: the card has no such application */
};

/* personality_find: the row of that name, NULL for none. */
const struct personality *personality_find(const char *name);

/* personality_at: the row at a place, for listings; NULL behind the last. */
const struct personality *personality_at(size_t place);

/* personality_has: whether a list of the row (instructions, algorithms, ciphers) holds this byte. */
bool personality_has(struct bytes list, uint8_t value);

#endif

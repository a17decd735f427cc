/* keys.h: the keys of forged chains: made when first asked for, kept to the end of the program. Tests only. */
#ifndef TESTS_FORGERY_KEYS_H
#define TESTS_FORGERY_KEYS_H

#include <openssl/evp.h>

#include "common/buffer.h"

enum forged_key {
	KEY_ROOT,     /* of the believed S1 issuer */
	KEY_ISSUING,  /* of the believed S2 issuer */
	KEY_STRANGER, /* RSA-2048 that nobody believes */
	KEY_PREVIEW,  /* of a distrusted issuer */
	KEY_DEVICE,
	KEY_DEVICE_P256,
	KEY_SLOT, /* P-256 */
	KEY_SLOT_P384,
	KEY_SLOT_RSA,
	KEY_SLOT_ED25519,
	KEY_RSA_1024,
	KEY_RSA_1536,
	KEY_P521,
	KEY_SECP256K1,
	KEY_ROCA, /* RSA-2048 by the flawed construction; it can sign */
	FORGED_KEY_COUNT
};

/* forged_key: borrowed; a failure to make one ends the program. */
EVP_PKEY *forged_key(enum forged_key name);

/* forged_key_put_spki: appends its SubjectPublicKeyInfo. */
bool forged_key_put_spki(enum forged_key name, struct buffer *out, struct error *err) MUST_CHECK;

/* forged_keys_free: forgets all of them. */
void forged_keys_free(void);

#endif

/* ssh_key_kind.h: the table of key types: what the files ssh_key*.c and ssh_signature.c know of each. Nobody else
 * includes it.
 * Source: RFC 5656 3.1 and 6.2.1, RFC 8332 3, RFC 8709 4, OpenSSH PROTOCOL.u2f. */
#ifndef COMMON_SSH_KEY_KIND_H
#define COMMON_SSH_KEY_KIND_H

#include "common/ssh_key.h"

enum ssh_key_algorithm { SSH_ALGORITHM_RSA, SSH_ALGORITHM_ECDSA, SSH_ALGORITHM_ED25519 };

struct ssh_key_kind {
	const char *name;
	enum ssh_key_algorithm algorithm;
	bool token;                    /* a sk type: the blob ends with an application */
	const char *curve;             /* ECDSA: SSH's name, NULL else */
	const char *group;             /* ECDSA: libcrypto's name, NULL else */
	size_t field_size;             /* ECDSA: bytes of a coordinate, 0 else */
	const EVP_MD *(*digest)(void); /* what the key signs, NULL for Ed25519 */
};

/* ssh_key_kind_of: the row of a type; static storage. */
const struct ssh_key_kind *ssh_key_kind_of(enum ssh_key_type type);

/* ssh_key_kind_find: the type of a name that stands in a blob; false for an unknown one, certificates included. */
bool ssh_key_kind_find(struct bytes name, enum ssh_key_type *type) MUST_CHECK;

#endif

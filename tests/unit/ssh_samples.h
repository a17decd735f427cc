/* ssh_samples.h: fresh key pairs of every SSH key type, and SSH signatures by them, made with libcrypto alone. */
#ifndef TESTS_UNIT_SSH_SAMPLES_H
#define TESTS_UNIT_SSH_SAMPLES_H

#include "common/ssh_key.h"

#define SAMPLE_APPLICATION "ssh:test"
#define SAMPLE_COUNTER 0x01020304U
#define FLAG_PRESENT 0x01
#define FLAG_VERIFIED 0x04

struct ssh_sample {
	EVP_PKEY *pair;
	struct ssh_key key;
};

/* ssh_sample_init: makes a key pair; the test fails when it cannot. */
void ssh_sample_init(enum ssh_key_type type, struct ssh_sample *sample);
void ssh_sample_clear(struct ssh_sample *sample);

/* ssh_sample_sign: appends an SSH signature blob over `message`.
 *   format  NULL takes the usual one (rsa-sha2-512 for RSA)
 *   flags   sk types: what the token says of the person */
void ssh_sample_sign(
    const struct ssh_sample *sample, const char *format, struct bytes message, uint8_t flags, struct buffer *signature);

/* ssh_sample_sign_bare: appends what a PIV token would give for `message`. */
void ssh_sample_sign_bare(
    const struct ssh_sample *sample, const EVP_MD *digest, struct bytes message, struct buffer *bare);

/* ssh_replace_field: appends `blob`, whose fields are SSH strings, with field number `index` (the type name is 0)
 * replaced. */
void ssh_replace_field(struct bytes blob, size_t index, struct bytes content, struct buffer *out);

#endif

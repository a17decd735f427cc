/* digest.h: SHA-256 and SHA-1 that cannot fail. libcrypto's SHA256() fetches its algorithm each time, which takes memory; where there is
 * none it leaves the digest as it was, and a list of what is never believed has no such entry then.
 * Source: FIPS 180-4. */
#ifndef POLICY_DIGEST_H
#define POLICY_DIGEST_H

#include <openssl/sha.h>

#include "common/bytes.h"

/* digest_sha256: takes no memory and always fills `digest`. */
void digest_sha256(struct bytes message, uint8_t digest[SHA256_DIGEST_LENGTH]);

/* digest_sha1: the same; for names of keys that others have made, never for what is signed. */
void digest_sha1(struct bytes message, uint8_t digest[SHA_DIGEST_LENGTH]);

#endif
